package agents_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestCheckpointLimit checks that Load refuses a sparse state file of 1 TiB because of its length.
func TestCheckpointLimit(t *testing.T) {
	dir := t.TempDir()
	ppo := agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), agents.DefaultPPO()))
	c := agents.NewCheckpoint(dir)
	if err := c.Save(ppo); err != nil {
		t.Fatal(err)
	}
	if err := c.Load(ppo); err != nil {
		t.Errorf("Load of a saved state = %v, want nil", err)
	}
	const tera = 1 << 40
	if err := os.Truncate(filepath.Join(dir, "state"), tera); err != nil {
		t.Logf("this file system has no sparse files of %d bytes: %v", int64(tera), err)
		return
	}
	if err := c.Load(ppo); err == nil || !strings.Contains(err.Error(), "has 1099511627776 bytes, want") {
		t.Errorf("Load of %d bytes = %v, want an error with the length", int64(tera), err)
	}
}

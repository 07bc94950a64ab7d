package agents_test

import (
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// BenchmarkSave is a checkpoint of an agent that remembers a million transitions:
// the pause that training makes for it.
func BenchmarkSave(b *testing.B) {
	c := agents.DefaultDDPG()
	c.NEnvs, c.BufferSize, c.LearningStarts, c.PolicyKwargs.NetArch = 64, 1_000_000, 2_000_000, []int{64, 64}
	a := agents.Must(agents.NewDDPG(env.Each(classic.NewPendulum), c))
	agents.Must(a.Learn(1_000_000))
	file := filepath.Join(b.TempDir(), "agent")
	for b.Loop() {
		if err := agents.Save(file, a); err != nil {
			b.Fatal(err)
		}
	}
}

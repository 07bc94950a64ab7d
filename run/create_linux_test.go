package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// TestCreateLeavesNothing checks that Create removes the new directory if it cannot complete the
// run. In this test, the paths of the files are longer than Linux allows.
func TestCreateLeavesNothing(t *testing.T) {
	const longest = 4095 // PATH_MAX, without the 0 at the end
	dir := t.TempDir()
	for n := longest - 10 - len(dir); n > 0; n = longest - 10 - len(dir) {
		part := min(n-1, 200)
		if n-1-part == 1 { // otherwise the last part would be an empty name
			part--
		}
		dir = filepath.Join(dir, strings.Repeat("d", max(part, 1)))
	}
	r, err := run.Create(parse(t, quick), dir)
	if err == nil {
		r.Close()
		t.Fatal("Create in a path that is too long: no error, want one")
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory of the run that could not be made: %v, want it not to be there", err)
	}
}

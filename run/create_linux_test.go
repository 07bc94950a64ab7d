package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// TestCreateLeavesNothing: a directory in which no run can be made, since the names of its files
// would be longer than Linux allows, is taken away again.
func TestCreateLeavesNothing(t *testing.T) {
	const longest = 4095 // PATH_MAX less the 0 at the end
	dir := t.TempDir()
	for n := longest - 10 - len(dir); n > 0; n = longest - 10 - len(dir) {
		part := min(n-1, 200)
		if n-1-part == 1 { // which would leave a stroke without a name
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

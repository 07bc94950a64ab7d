package cli

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/rlrun/rlrun/env"
)

// TestSeedsRelease checks that finished runs release their environments: eight runs have at
// most as many environments in memory at the same time as two runs.
func TestSeedsRelease(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	a := inEmptyDir(t)
	writeFile(t, "counted.yaml", strings.Replace(open, "acme/Open-v0", "acme/Counted-v0", 1))
	maxAlive := func(seeds int) (count int) {
		var all []weak.Pointer[still]
		a.Envs["acme/Counted-v0"] = env.Entry(func() *still {
			runtime.GC()
			alive := 0
			for _, p := range all {
				if p.Value() != nil {
					alive++
				}
			}
			e := &still{odd{id: "acme/Counted-v0"}}
			all, count = append(all, weak.Make(e)), max(count, alive+1)
			return e
		})
		a.must(t, "counted.yaml", "--seeds", fmt.Sprint(seeds), "--quiet")
		return count
	}
	if few, many := maxAlive(2), maxAlive(8); many > few {
		t.Errorf("environments in memory at the same time: %d with 8 runs, %d with 2 runs, want at most as many", many, few)
	}
}

package cli

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"weak"

	"github.com/rlrun/rlrun/env"
)

// TestSeedsRelease: of many runs those that are finished keep nothing, so that at no
// time more environments are in memory than of few.
func TestSeedsRelease(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	a := inEmptyDir(t)
	writeFile(t, "counted.yaml", strings.Replace(open, "acme/Open-v0", "acme/Counted-v0", 1))
	most := func(seeds int) (most int) {
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
			all, most = append(all, weak.Make(e)), max(most, alive+1)
			return e
		})
		a.must(t, "counted.yaml", "--seeds", fmt.Sprint(seeds), "--quiet")
		return most
	}
	if few, many := most(2), most(8); many > few {
		t.Errorf("environments in memory at once: %d of 8 runs, %d of 2, want no more", many, few)
	}
}

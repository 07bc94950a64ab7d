package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy/nn"
)

// TestCases checks that every case runs, and allocates nothing after its first call. With
// -short it leaves out the large networks.
func TestCases(t *testing.T) {
	mk := env.Each(classic.NewCartPole)
	envs := env.Registry{}
	classic.Register(envs)
	cases := slices.Concat(Networks(), NetworksOfImages(), NetworksOfSequences(), Loops(), Agents(envs), []Case{Step("CartPole-v1", mk)})
	for _, c := range cases {
		if testing.Short() && strings.Contains(c.Name, "256") {
			continue
		}
		run, err := c.Make(nil)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		run()
		if n := testing.AllocsPerRun(3, run); n != 0 {
			t.Errorf("%s allocates %v times in a call, want 0", c.Name, n)
		}
	}
}

// TestSelect checks the number of cases that begin with a prefix.
func TestSelect(t *testing.T) {
	all := Training(nn.Native{})
	for prefix, want := range map[string]int{"train/4-64": 2, "train/": len(all), "": len(all), "forward/": 0} {
		if got := Select(all, []string{prefix}); len(got) != want {
			t.Errorf("Select(%q) = %d cases, want %d", prefix, len(got), want)
		}
	}
	if got := Select(all, nil); len(got) != len(all) {
		t.Errorf("Select of no prefix = %d cases, want all %d", len(got), len(all))
	}
}

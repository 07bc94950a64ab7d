package stage

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render/raster"
)

// A panickingPolicy is a policy that panics when it acts.
type panickingPolicy struct{ policy.Policy }

// Act panics if an action is asked for.
func (panickingPolicy) Act(_ policy.In, out policy.Out) {
	if out.Act != nil {
		panic("no idea")
	}
}

// TestPanic checks that the panic of a Screen names the episode.
func TestPanic(t *testing.T) {
	s := screen(t, func(c *Config) { c.Policy = panickingPolicy{c.Policy} })
	const want = "CartPole-v1, episode seed 0, step 0: no idea"
	func() {
		defer func() {
			p, ok := recover().(*Panic)
			if !ok || p.Error() != want {
				t.Errorf("Update panics with %v, want %s", p, want)
			}
		}()
		tick(s, 9)
	}()
	defer func() {
		if p, ok := recover().(*Panic); !ok || !strings.HasPrefix(p.Error(), "CartPole-v1, episode seed 0") {
			t.Errorf("Draw on a nil image panics with %v, want the episode", p)
		}
	}()
	s.Draw((*raster.Image)(nil))
}

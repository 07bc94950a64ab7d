package stage

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
)

// TestMasked checks that a policy in the window takes only allowed actions, greedy and sampled, and
// gives forbidden actions the probability 0.
func TestMasked(t *testing.T) {
	for _, sampled := range []bool{false, true} {
		s := screen(t, func(c *Config) {
			c.Player, c.Policy, c.Sampled = player(grid.NewTaxi(), 200), untrained(t, env.Each(grid.NewTaxi)), sampled
		})
		s.speed = fastest
		tick(s, 1)
		p := s.Player
		last := p.Last()
		if last < 50 {
			t.Fatalf("%d steps, want 50 or more", last)
		}
		for step := range last {
			if err := p.Seek(step); err != nil {
				t.Fatal(err)
			}
			mask := append([]bool(nil), p.Mask...)
			picture(t, s, "masked", 400, 300)
			for a, ok := range mask {
				if !ok && s.scores[a] != 0 {
					t.Fatalf("sampled %v, step %d: the probability of forbidden action %d is %v, want 0", sampled, step, a, s.scores[a])
				}
			}
			if err := p.Seek(step + 1); err != nil {
				t.Fatal(err)
			}
			if !mask[int(p.Act[0])] {
				t.Fatalf("sampled %v, step %d: action %v is forbidden by the mask %v", sampled, step, p.Act, mask)
			}
		}
	}
}

// TestForbiddenBest checks a table in which a forbidden action has the largest value: the window
// shows the allowed action that the policy takes, and which actions are forbidden.
func TestForbiddenBest(t *testing.T) {
	e := grid.NewTaxi()
	table, err := policy.NewTable(e.Spec(), 0)
	if err != nil {
		t.Fatal(err)
	}
	const dropOff, west = 5, 3
	for state := range table.Q.Rows {
		table.Row(state)[dropOff], table.Row(state)[west] = 2, 1
	}
	s := screen(t, func(c *Config) { c.Player, c.Policy = player(e, 200), table })
	for s.Player.Mask[dropOff] || !s.Player.Mask[west] {
		s.startEpisode(s.number + 1)
	}
	act, mask := s.askPolicy(), s.Player.Mask
	if !s.options[west].taken(act) || !s.options[dropOff].forbidden(mask) || s.options[west].forbidden(mask) || s.scores[dropOff] != 2 {
		t.Errorf("action %v, drop off forbidden %v, west %v; want 3, true, false", act, s.options[dropOff].forbidden(mask), s.options[west].forbidden(mask))
	}
	picture(t, s, "forbidden", 400, 300)
}

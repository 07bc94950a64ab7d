package remote

import (
	"testing"

	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/mujoco"
)

// A spring is a mass whose state is a position. Its observation is the start of its solver at the
// latest SetPhysics.
type spring struct {
	arm
	warm, start float64
}

func (s *spring) Physics(dst []float64) []float64 { return append(dst, s.x) }
func (s *spring) Observe(obs []float32)           { obs[0] = float32(s.start) }

func (s *spring) SetPhysics(x []float64) error {
	s.x, s.start = x[0], s.warm
	return nil
}

func (s *spring) SetWarmStart(x []float64) error {
	s.warm = 0
	if x != nil {
		s.warm = x[0]
	}
	return nil
}

// TestWarm checks that the start of a solver is given for its state alone.
func TestWarm(t *testing.T) {
	s := newTestSession(new(spring))
	for _, c := range []struct {
		line  string
		start float64
	}{{`{"state":[1]}`, 0}, {`{"state":[1],"warm":[5]}`, 5}, {`{"state":[1]}`, 0}, {`{"warm":[7],"state":[2]}`, 7}} {
		if r := ask(t, s, c.line); len(r.Obs) != 1 || *r.Obs[0] != c.start {
			t.Errorf("%s = %+v, want the solver to start from %v", c.line, r, c.start)
		}
	}
}

// standing is a state of Hopper, as a request without its end.
const standing = `{"state":[0,1.24,0,0,0,0,0,0,0,0,0,0]`

// TestWarmRefused checks that an impossible start of a solver is refused and changes nothing.
func TestWarmRefused(t *testing.T) {
	s := newTestSession(mujoco.NewHopper())
	before := format(ask(t, s, `{"state":[1,1.3,0,0,0,0,0,0,0,0,0,0],"warm":[0,0,0,0,0,1]}`).State)
	checkRefused(t, s, standing+`,"warm":[0,0,0]}`, "warm: want 6 accelerations, not 3")
	checkRefused(t, s, standing+`,"warm":[0,0,0,0,0,1e300]}`, "warm: number 5 is 1e+300, want -1e+10 … 1e+10")
	checkRefused(t, s, standing+`,"warm":0}`, "warm: want a list of numbers")
	checkRefused(t, s, standing+`,"warm":[null]}`, "warm: want a list of numbers")
	checkRefused(t, s, `{"state":[0,1.24],"warm":[0,0,0,0,0,0]}`, "want 12 state variables, 6 positions and 6 velocities, not 2")
	checkRefused(t, s, `{"state":[0,1e11,0,0,0,0,0,0,0,0,0,0]}`, "state variable 1 is 1e+11, want -1e+10 … 1e+10")
	if got := format(s.physics.Physics(nil)); got != before {
		t.Errorf("the state after refused requests = %s, want %s", got, before)
	}
}

// TestWarmIgnored checks that an environment without a solver ignores its start.
func TestWarmIgnored(t *testing.T) {
	s := newTestSession(classic.NewPendulum())
	if r := ask(t, s, `{"state":[0,1],"warm":[3,4,5]}`); r.Error != "" || format(r.State) != "[0,1]" {
		t.Errorf("a state with a start for a solver = %+v, want the state", r)
	}
}

// TestUnstable checks that a simulation which becomes unstable ends the episode with a sentence, and
// that a reset begins another.
func TestUnstable(t *testing.T) {
	s := newTestSession(mujoco.NewHopper())
	ask(t, s, `{"state":[0,1.24,0,0,0,0,0,0,1e9,1e9,-1e9,1e9]}`)
	checkRefused(t, s, `{"action":[0,0,0]}`, "the simulation is unstable")
	checkRefused(t, s, `{"action":[0,0,0]}`, "the episode has ended; reset first")
	if r := ask(t, s, `{"reset":{"seed":1}}`); len(r.Obs) != 11 {
		t.Errorf("a reset after an unstable episode = %+v, want 11 numbers", r)
	}
}

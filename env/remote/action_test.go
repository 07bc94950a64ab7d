package remote

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
)

// An arm moves by its action, from -1 to 2, and does not clip it.
type arm struct{ x float64 }

func (*arm) Spec() env.Spec {
	return env.Spec{ID: "acme/Arm-v0", Obs: env.NewBox(-9, 9, 1), Act: env.Box{Low: []float32{-1, 0}, High: []float32{2, 1}}}
}

func (a *arm) Reset(_ uint64, obs []float32) { a.x, obs[0] = 0, 0 }

func (a *arm) Step(act, obs []float32) env.Outcome {
	a.x += float64(act[0])
	obs[0] = float32(a.x)
	return env.Outcome{Reward: a.x}
}

// TestActionOutOfRange checks that an action outside the bounds of a Box is an error that changes
// nothing. A Clipper clips it as the original environment does: Pendulum's torque of 5 N m has
// the effect of 2 N m, and the reward of MountainCarContinuous is the reward for the action -3.
func TestActionOutOfRange(t *testing.T) {
	s := newTestSession(new(arm))
	ask(t, s, `{"reset":{}}`)
	for line, want := range map[string]string{
		`{"action":[2.5,0]}`: "action: number 0 is 2.5, want -1 … 2", `{"action":[-1.001,0]}`: "number 0 is -1.001, want -1 … 2",
		`{"action":[0,-0.5]}`: "number 1 is -0.5, want 0 … 1", `{"action":[0,1e30]}`: "number 1 is 1e+30, want 0 … 1", `{"action":[1e39,0]}`: "want float32 numbers",
	} {
		checkRefused(t, s, line, want)
	}
	for _, c := range []struct {
		line string
		x    float64
	}{{`{"action":[2,1]}`, 2}, {`{"action":[-1,0]}`, 1}} { // actions at the bounds are valid
		if r := ask(t, s, c.line); r.Reward == nil || *r.Reward != c.x {
			t.Errorf("%s after actions were refused = %+v, want to be at %v", c.line, r, c.x)
		}
	}
	for _, c := range []struct {
		e            env.Env
		state        string
		beyond, same string
		reward       float64
	}{
		{classic.NewPendulum(), `[0,0]`, `[5]`, `[2]`, -0.004}, // 0.001 · 2²
		{classic.NewMountainCarContinuous(), `[-0.5,0]`, `[-3]`, `[-1]`, -0.9},
	} {
		s := newTestSession(c.e)
		ask(t, s, `{"state":`+c.state+`}`)
		got := ask(t, s, `{"action":`+c.beyond+`}`)
		ask(t, s, `{"state":`+c.state+`}`)
		want := ask(t, s, `{"action":`+c.same+`}`)
		if got.Error != "" || format(got.State) != format(want.State) || *got.Reward-c.reward > 1e-12 || c.reward-*got.Reward > 1e-12 {
			t.Errorf("%s: action %s = %+v, want the state %v and the reward %v", c.e.Spec().ID, c.beyond, got, want.State, c.reward)
		}
	}
}

// TestStateRefused checks that an impossible state is refused with one sentence and changes
// nothing.
func TestStateRefused(t *testing.T) {
	maze, err := grid.NewMap("S#G")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		e          env.Env
		line, want string
	}{
		{maze, `{"state":[1]}`, "row 1, column 2 of the map is a wall"}, {grid.NewTaxi(), `{"state":[500]}`, "want a whole number, 0 … 499"},
		{grid.NewBlackjack(), `{"state":[2,10,12,2,5,5]}`, "1 … 10 each"}, {classic.NewMountainCar(), `{"state":[5,0]}`, "the position is never 5, want -1.2 … 0.6"},
		{classic.NewPendulum(), `{"state":[0,9]}`, "the angular velocity is never 9, want -8 … 8"}, {classic.NewAcrobot(), `{"state":[0,0,20,0]}`, "the angular velocity 1 is never 20"},
		{classic.NewMountainCar(), `{"state":[NaN,0]}`, "not a JSON object"}, {classic.NewMountainCar(), `{"state":[0,0],"state":[0,0]}`, `the key "state" is given twice`},
	} {
		s := newTestSession(c.e)
		first := ask(t, s, `{"reset":{"seed":3}}`)
		checkRefused(t, s, c.line, c.want)
		if again := ask(t, s, `{"reset":{"seed":3}}`); format(again.State) != format(first.State) {
			t.Errorf("%s: a reset after %s = %v, want %v", c.e.Spec().ID, c.line, again.State, first.State)
		}
	}
}

// TestStateWithinWrappers checks that a state can be set inside a time limit, but not inside a
// wrapper that changes observations.
func TestStateWithinWrappers(t *testing.T) {
	stack, err := env.NewFrameStack(classic.NewPendulum(), 2, false)
	if err != nil {
		t.Fatal(err)
	}
	s := newTestSession(stack)
	checkRefused(t, s, `{"state":[0,0]}`, "cannot be set within wrappers that change observations or actions")
	if r := ask(t, s, `{"reset":{"seed":1}}`); len(r.Obs) != 6 || len(r.State) != 2 {
		t.Errorf("a reset of two stacked observations = %+v, want 6 numbers and a state of 2", r)
	}
	checkRefused(t, s, `{"state":[0,0]}`, "cannot be set")
	if r := ask(t, newTestSession(env.NewWithMaxSteps(classic.NewPendulum(), 9)), `{"state":[0,1]}`); format(r.State) != "[0,1]" {
		t.Errorf("a state within max_steps = %+v, want it set", r)
	}
}

// TestCards checks Blackjack's draws: the dealer's two cards, the player's two cards, and the
// cards dealt later. A number that is no card is refused and changes nothing.
func TestCards(t *testing.T) {
	s := newTestSession(grid.NewBlackjack())
	if r := ask(t, s, `{"reset":{"seed":1},"draws":[10,6,1,9]}`); format(r.State) != "[2,10,6,2,1,9]" || *r.Obs[0] != 20 || *r.Obs[1] != 10 || *r.Obs[2] != 1 {
		t.Errorf("reset with cards 10, 6, 1, 9 = %v, %v, want them", r.State, r.Obs)
	}
	checkRefused(t, s, `{"action":1,"draws":[0.99]}`, "draws: 0.99 is no card, want whole numbers, 1 (an ace) … 10")
	checkRefused(t, s, `{"reset":{},"draws":[1,2,3,11]}`, "draws: 11 is no card")
	if r := ask(t, s, `{"action":0,"draws":[5]}`); format(r.State) != "[3,10,6,5,2,1,9]" || *r.Reward != -1 || !*r.Terminated {
		t.Errorf("sticking on 20 while the dealer draws 5 to 16 = %+v, want 21 to win", r)
	}
}

// A sealed is an arm whose state can be read and not set.
type sealed struct{ arm }

func (s *sealed) Physics(dst []float64) []float64 { return append(dst, s.x) }

// TestStateReadOnly checks that answers have the state of an environment that is only a PhysicsReader, and
// that setting it is refused and changes nothing.
func TestStateReadOnly(t *testing.T) {
	s := newTestSession(new(sealed))
	ask(t, s, `{"reset":{}}`)
	checkRefused(t, s, `{"state":[1]}`, "state: the state of acme/Arm-v0 can be read, but not set")
	if r := ask(t, s, `{"action":[1,0]}`); format(r.State) != "[1]" {
		t.Errorf("an action after a state was refused = %+v, want the state 1", r)
	}
}

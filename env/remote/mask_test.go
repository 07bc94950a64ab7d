package remote

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
)

// TestMask checks Taxi's mask in every answer, and that a forbidden action is no error. The masks
// are written by hand: in state 0 the taxi and the passenger are in the red corner, the top left
// of the map.
func TestMask(t *testing.T) {
	s := newTestSession(grid.NewTaxi())
	for _, c := range []struct {
		line  string
		state string
		mask  []bool // south, north, east, west, pick up, drop off
	}{
		{`{"state":[0]}`, "[0]", []bool{true, false, true, false, true, false}},
		{`{"action":3}`, "[0]", []bool{true, false, true, false, true, false}}, // the taxi stays at the edge of the map
		{`{"action":4}`, "[16]", []bool{true, false, true, false, false, true}},
		{`{"action":0}`, "[116]", []bool{true, true, true, false, false, false}},
		{`{"action":1}`, "[16]", []bool{true, false, true, false, false, true}},
		{`{"action":5}`, "[0]", []bool{true, false, true, false, true, false}}, // the end of the episode
	} {
		r := ask(t, s, c.line)
		if r.Error != "" || format(r.State) != c.state || !slices.Equal(r.Mask, c.mask) {
			t.Errorf("%s = %+v, want state %s and mask %v", c.line, r, c.state, c.mask)
		}
	}
	if r := ask(t, s, `{"reset":{"seed":1}}`); len(r.Mask) != 6 || !slices.Contains(r.Mask, true) {
		t.Errorf("a reset has the mask %v, want 6 booleans", r.Mask)
	}
	var out bytes.Buffer
	if err := Serve(strings.NewReader(`{"reset":{}}`+"\n"+`{"action":1}`), &out, classic.NewCartPole()); err != nil || strings.Contains(out.String(), "mask") {
		t.Errorf("CartPole answers %s, %v, want no mask", out.String(), err)
	}
}

// A panel has two switches, of which the second must stay off, and a dial with three places. Each
// step forbids one more place.
type panel struct{ steps int }

func (*panel) Spec() env.Spec {
	return env.Spec{ID: "acme/Panel-v0", Obs: env.NewBox(0, 9, 1), Act: env.Dict{
		{Name: "switches", Space: env.MultiBinary{N: 2}}, {Name: "dial", Space: env.MultiDiscrete{N: []int{3}}},
	}}
}

func (p *panel) Reset(_ uint64, obs []float32) { p.steps, obs[0] = 0, 0 }

func (p *panel) Step(_, obs []float32) env.Outcome {
	p.steps++
	obs[0] = float32(p.steps)
	return env.Outcome{}
}

func (p *panel) Mask(allowed []bool) {
	copy(allowed, []bool{true, true, true, false, p.steps < 1, p.steps < 2, p.steps < 3})
}

// TestMaskOfSeveral checks masks of bits and choices, and the error when a choice has no allowed
// value.
func TestMaskOfSeveral(t *testing.T) {
	s := newTestSession(new(panel))
	for _, c := range []struct {
		line string
		mask []bool
	}{
		{`{"reset":{"seed":4}}`, []bool{true, true, true, false, true, true, true}},
		{`{"action":[1,1,0]}`, []bool{true, true, true, false, false, true, true}},
		{`{"action":[0,0,2]}`, []bool{true, true, true, false, false, false, true}},
	} {
		if r := ask(t, s, c.line); r.Error != "" || !slices.Equal(r.Mask, c.mask) {
			t.Errorf("%s = %+v, want mask %v", c.line, r, c.mask)
		}
	}
	checkRefused(t, s, `{"action":[0,2,1]}`, "action: number 1 is 2, want a whole number, 0 … 1")
	checkRefused(t, s, `{"action":[0,1,3]}`, "action: number 2 is 3, want a whole number, 0 … 2")
	checkRefused(t, s, `{"action":[0,0,0]}`, "acme/Panel-v0, seed 4, step 3: the mask allows no action")
}

// A closingPanel counts how often it is closed.
type closingPanel struct {
	panel
	closed int
}

func (t *closingPanel) Close() error {
	t.closed++
	return nil
}

// TestServeCloses checks that Serve closes the environment at the end of its input, and refuses
// an invalid environment.
func TestServeCloses(t *testing.T) {
	e := new(closingPanel)
	if err := Serve(strings.NewReader(`{"describe":true}`), new(bytes.Buffer), e); err != nil || e.closed != 1 {
		t.Errorf("Serve = %v, and closed %d times, want 1", err, e.closed)
	}
	if err := Serve(strings.NewReader(""), new(bytes.Buffer), new(nameless)); err == nil || !strings.Contains(err.Error(), `its id is ""`) {
		t.Errorf("Serve = %v, want an error", err)
	}
}

// A nameless has no id.
type nameless struct{ panel }

func (*nameless) Spec() env.Spec { return env.Spec{Obs: env.Discrete{N: 2}, Act: env.Discrete{N: 2}} }

// A program drives CartPole by writing and reading lines.
func Example() {
	in := strings.NewReader(`{"state":[0.5,-1,0.0625,2]}` + "\n" + `{"action":2}` + "\n")
	Serve(in, os.Stdout, classic.NewCartPole())
	// Output:
	// {"obs":[0.5,-1,0.0625,2],"state":[0.5,-1,0.0625,2]}
	// {"error":"action: 2, want a whole number, 0 … 1"}
}

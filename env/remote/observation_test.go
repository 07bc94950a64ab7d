package remote

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A courier has observations of several parts, and its task is given in words.
type courier struct{}

func (courier) Spec() env.Spec {
	return env.Spec{ID: "acme/Courier-v0", Act: env.Discrete{N: 2}, Obs: env.Dict{
		{Name: "view", Space: env.Image{H: 1, W: 2, C: 1}},
		{Name: "place", Space: env.Dict{{Name: "x", Space: env.NewBox(0, 9, 1)}, {Name: "in \"quotes\"", Space: env.Discrete{N: 4}}}},
	}}
}

func (c courier) Reset(_ uint64, obs []float32) { copy(obs, []float32{7, 255, 0.5, 3}) }

func (c courier) Step(act, obs []float32) env.Outcome {
	c.Reset(0, obs)
	if act[0] == 1 {
		obs[2] = float32(math.Inf(1))
	}
	return env.Outcome{}
}

func (courier) Mission() string { return "bring the letter" }

// TestParts checks that an observation of several parts is an object, and that the answers have the
// mission.
func TestParts(t *testing.T) {
	var out bytes.Buffer
	in := `{"reset":{"seed":1}}` + "\n" + `{"action":0}` + "\n" + `{"action":1}`
	if err := Serve(strings.NewReader(in), &out, courier{}); err != nil {
		t.Fatal(err)
	}
	obs := func(x string) string {
		return `{"obs":{"view":[7,255],"place":{"x":[` + x + `],"in \"quotes\"":[3]}},`
	}
	want := obs("0.5") + `"mission":"bring the letter","state":null}` + "\n" +
		obs("0.5") + `"reward":0,"terminated":false,"truncated":false,"mission":"bring the letter","state":null}` + "\n" +
		obs("null") + `"reward":0,"terminated":false,"truncated":false,"mission":"bring the letter","state":null}` + "\n"
	if out.String() != want {
		t.Errorf("answers:\n%s\nwant\n%s", out.String(), want)
	}
}

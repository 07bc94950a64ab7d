package classic_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// An episode is one of Gymnasium's: see testdata/README.md.
type episode struct {
	Env    string `json:"env"`
	Policy string `json:"policy"`
	Seed   int    `json:"seed"`
	Kwargs struct {
		SuttonBarto bool `json:"sutton_barto_reward"`
	} `json:"kwargs"`
	Attrs struct {
		Integrator *classic.Integrator `json:"kinematics_integrator"`
	} `json:"attrs"`
	Options *struct {
		Low  float64 `json:"low"`
		High float64 `json:"high"`
	} `json:"options"`
	MaxSteps   int          `json:"max_episode_steps"`
	Forced     bool         `json:"forced_init"`
	InitState  [4]float64   `json:"init_state"`
	InitObs    [4]float64   `json:"init_obs"`
	Actions    []float32    `json:"actions"`
	Rewards    []float64    `json:"rewards"`
	Terminated []bool       `json:"terminated"`
	Truncated  []bool       `json:"truncated"`
	States     [][4]float64 `json:"states"`
	Obs        [][4]float64 `json:"obs"`
}

func readEpisodes(t *testing.T, id string) (eps []episode) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", id+".jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(z); ; {
		var e episode
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return eps
		} else if err != nil {
			t.Fatal(err)
		}
		eps = append(eps, e)
	}
}

// options are the episode's, as a config file would give them.
func (e *episode) options(into any) error {
	c := into.(*classic.CartPole)
	c.SuttonBarto = e.Kwargs.SuttonBarto
	if e.Attrs.Integrator != nil {
		c.Integrator = *e.Attrs.Integrator
	}
	if e.Options != nil {
		c.Low, c.High = e.Options.Low, e.Options.High
	}
	return nil
}

// A forced CartPole goes on from the recorded state at every step, so that an
// error cannot grow.
type forced struct {
	*classic.CartPole
	ep    *episode
	t     int
	after []float64 // the state after the last Step; a Vec may Reset before one can look
}

func (f *forced) Reset(seed uint64, obs []float32) {
	f.CartPole.Reset(seed, obs)
	f.t = 0
	f.set(f.ep.InitState)
	f.Observe(obs)
}

func (f *forced) Step(act, obs []float32) env.Outcome {
	if f.t > 0 {
		f.set(f.ep.States[f.t-1])
	}
	f.t++
	out := f.CartPole.Step(act, obs)
	f.after = f.Physics(f.after[:0])
	return out
}

func (f *forced) set(x [4]float64) {
	if err := f.SetPhysics(x[:]); err != nil {
		panic(err)
	}
}

// TestGolden replays Gymnasium's episodes in a Vec, which applies the time
// limit. State and reward agree to 1e-12, observations to one float32 ulp.
func TestGolden(t *testing.T) {
	r := env.Registry{}
	classic.Register(r)
	for id, limit := range map[string]int{"CartPole-v0": 200, "CartPole-v1": 500} {
		eps := readEpisodes(t, id)
		if len(eps) != 22 {
			t.Fatalf("%s: %d episodes, want 22", id, len(eps))
		}
		full := 0
		for _, ep := range eps {
			t.Run(fmt.Sprintf("%s/%s/%d", id, ep.Policy, ep.Seed), func(t *testing.T) {
				e, err := r.Make(ep.Env, ep.options)
				if err != nil {
					t.Fatal(err)
				}
				if got := e.Spec().MaxSteps; got != limit || ep.MaxSteps != limit {
					t.Fatalf("MaxSteps = %d, want %d as recorded and as %s has it", got, ep.MaxSteps, id)
				}
				replay(t, &ep, e.(*classic.CartPole))
			})
			if len(ep.Actions) == limit {
				full++
			}
		}
		if full != 1 {
			t.Errorf("%s: %d episodes reach the time limit, want 1", id, full)
		}
	}
}

func replay(t *testing.T, ep *episode, c *classic.CartPole) {
	t.Helper()
	for i, x := range ep.InitState {
		if !ep.Forced && (x < c.Low || x >= c.High) {
			t.Errorf("init_state[%d] = %v, want it in [%v, %v)", i, x, c.Low, c.High)
		}
	}
	f := &forced{CartPole: c, ep: ep}
	v := env.NewVec(f)
	r, err := v.Reset(1)
	if err != nil {
		t.Fatal(err)
	}
	sameObs(t, "init_obs", r.Obs, ep.InitObs)
	for s := range ep.Actions {
		at := fmt.Sprintf("step %d: ", s+1)
		r, err := v.Step(ep.Actions[s : s+1])
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range ep.States[s] {
			if got := f.after[i]; math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
				t.Fatalf("%sstate[%d] = %v, want %v", at, i, got, want)
			}
		}
		sameObs(t, at+"obs", r.Next, ep.Obs[s])
		if got, want := r.Reward[0], ep.Rewards[s]; math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
			t.Fatalf("%sreward = %v, want %v", at, got, want)
		}
		if r.Terminated[0] != ep.Terminated[s] || r.Truncated[0] != ep.Truncated[s] {
			t.Fatalf("%sterminated, truncated = %v, %v, want %v, %v", at,
				r.Terminated[0], r.Truncated[0], ep.Terminated[s], ep.Truncated[s])
		}
	}
}

// sameObs allows one float32 ulp, and what the state's own tolerance is near 0.
func sameObs(t *testing.T, what string, obs []float32, want [4]float64) {
	t.Helper()
	for i, w := range want {
		if got := float64(obs[i]); math.Abs(got-w) > 1.3e-7*math.Abs(w)+1e-12 {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got, w)
		}
	}
}

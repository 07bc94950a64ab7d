package classic_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/internal/settings"
)

// An episode is one recorded episode of Gymnasium: see testdata/README.md.
type episode struct {
	Env        string         `json:"env"`
	Policy     string         `json:"policy"`
	Seed       int            `json:"seed"`
	Kwargs     map[string]any `json:"kwargs"`
	Attrs      map[string]any `json:"attrs"`
	Options    map[string]any `json:"options"`
	Promotion  string         `json:"numpy_promotion"`
	MaxSteps   int            `json:"max_episode_steps"`
	InitState  []float64      `json:"init_state"`
	InitObs    []float64      `json:"init_obs"`
	Actions    []action       `json:"actions"`
	Noise      []float64      `json:"torque_noise"`
	Rewards    []float64      `json:"rewards"`
	Terminated []bool         `json:"terminated"`
	Truncated  []bool         `json:"truncated"`
	States     [][]float64    `json:"states"`
	Obs        [][]float64    `json:"obs"`
}

// An action is a number, or a list of numbers.
type action []float32

func (a *action) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]float32)(a))
	}
	*a = make(action, 1)
	return json.Unmarshal(data, &(*a)[0])
}

func readEpisodes(t *testing.T, id string) (eps []episode) {
	t.Helper()
	for d := json.NewDecoder(golden.Open(t, filepath.Join("testdata", id+".jsonl.gz"))); ; {
		var e episode
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return eps
		} else if err != nil {
			t.Fatal(err)
		}
		eps = append(eps, e)
	}
}

// options is an env.Options that sets all options of the episode, as a scenario file would.
func (e *episode) options(into any) error {
	all := map[string]any{}
	maps.Copy(all, e.Kwargs)
	maps.Copy(all, e.Attrs)
	maps.Copy(all, e.Options)
	text, err := json.Marshal(all) // JSON is also YAML
	if err != nil {
		return err
	}
	tree, err := settings.Parse("options", text)
	if err != nil {
		return err
	}
	return tree.Root().DecodeFields(into)
}

// tolerance returns the largest allowed error of a state or a reward, relative to the larger of 1
// and the number. With NumPy 2, Gymnasium computes in float32, so it is the float32 precision.
func (e *episode) tolerance() float64 {
	if e.Promotion == "weak" {
		return 2e-7
	}
	return 1e-12
}

// A physical is an environment with the interfaces that all environments of classic have.
type physical interface {
	env.Env
	env.Physics
	env.DrawSetter
}

// A forcedEnv sets the recorded state before every step, so that errors do not accumulate.
type forcedEnv struct {
	physical
	ep    *episode
	t     int
	after []float64 // state after the latest Step, because a Vec may already have reset the environment
}

func (f *forcedEnv) Reset(seed uint64, obs []float32) {
	f.physical.Reset(seed, obs)
	f.t = 0
	f.set(f.ep.InitState)
	f.Observe(obs)
}

func (f *forcedEnv) Step(act, obs []float32) env.Outcome {
	if f.t > 0 {
		f.set(f.ep.States[f.t-1])
	}
	if f.ep.Noise != nil { // uniform between -maxNoise and maxNoise
		maxNoise := f.ep.Attrs["torque_noise_max"].(float64)
		f.SetDraws([]float64{(f.ep.Noise[f.t]/maxNoise + 1) / 2})
	}
	f.t++
	out := f.physical.Step(act, obs)
	f.after = f.Physics(f.after[:0])
	return out
}

func (f *forcedEnv) set(x []float64) {
	if err := f.SetPhysics(x); err != nil {
		panic(err)
	}
}

// TestGolden replays Gymnasium's episodes in a Vec, which applies the time limit. States and
// rewards must agree to 1e-12, observations to one float32 ulp.
func TestGolden(t *testing.T) {
	for id, recorded := range map[string]struct{ episodes, terminated int }{
		"CartPole-v0": {22, 16}, "CartPole-v1": {22, 16},
		"MountainCar-v0": {19, 9}, "MountainCarContinuous-v0": {20, 11},
		"Pendulum-v1": {17, 0}, "Acrobot-v1": {17, 10},
	} {
		eps := readEpisodes(t, id)
		full, terminated := 0, 0
		for _, ep := range eps {
			t.Run(fmt.Sprintf("%s/%s/%d", id, ep.Policy, ep.Seed), func(t *testing.T) {
				e := mustMake(t, ep.Env, ep.options)
				if got := e.Spec().MaxSteps; got != ep.MaxSteps {
					t.Fatalf("MaxSteps = %d, want %d as recorded", got, ep.MaxSteps)
				}
				replay(t, &ep, e.(physical))
			})
			if len(ep.Actions) == ep.MaxSteps {
				full++
			}
			if ep.Terminated[len(ep.Terminated)-1] {
				terminated++
			}
		}
		if len(eps) != recorded.episodes || full != 1 || terminated != recorded.terminated {
			t.Errorf("%s: %d episodes, %d at the time limit and %d terminated, want %d, 1 and %d",
				id, len(eps), full, terminated, recorded.episodes, recorded.terminated)
		}
	}
}

func replay(t *testing.T, ep *episode, e physical) {
	t.Helper()
	f := &forcedEnv{physical: e, ep: ep}
	v := env.NewVec(f)
	r, err := v.Reset(1)
	if err != nil {
		t.Fatal(err)
	}
	sameObs(t, "init_obs", r.Obs, ep.InitObs, ep.tolerance())
	for s, act := range ep.Actions {
		at := fmt.Sprintf("step %d: ", s+1)
		r, err := v.Step(act)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range append(ep.States[s], ep.Rewards[s]) {
			if got := append(f.after, r.Reward[0])[i]; math.Abs(got-want) > ep.tolerance()*max(1, math.Abs(want)) {
				t.Fatalf("%sstate and reward [%d] = %v, want %v", at, i, got, want)
			}
		}
		sameObs(t, at+"obs", r.Next, ep.Obs[s], ep.tolerance())
		if r.Terminated[0] != ep.Terminated[s] || r.Truncated[0] != ep.Truncated[s] {
			t.Fatalf("%sterminated, truncated = %v, %v, want %v, %v", at,
				r.Terminated[0], r.Truncated[0], ep.Terminated[s], ep.Truncated[s])
		}
	}
}

// sameObs checks that obs agrees with want to one float32 ulp or, near 0, to the tolerance.
func sameObs(t *testing.T, what string, obs []float32, want []float64, tolerance float64) {
	t.Helper()
	for i, w := range want {
		if got := float64(obs[i]); math.Abs(got-w) > 1.3e-7*math.Abs(w)+tolerance {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got, w)
		}
	}
}

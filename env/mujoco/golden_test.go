package mujoco_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/mujoco"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/internal/settings"
)

// An episode is a recorded episode of Gymnasium, or a part of one: see testdata/README.md.
type episode struct {
	Env       string         `json:"env"`
	Policy    string         `json:"policy"`
	Seed      int            `json:"seed"`
	Kwargs    map[string]any `json:"kwargs"`
	MaxSteps  int            `json:"max_episode_steps"`
	FirstStep int            `json:"first_step"`
	InitState struct {
		Qpos, Qvel []float64
		Warm       []float64 `json:"qacc_warmstart"`
	} `json:"init_state"`
	InitObs    []float64            `json:"init_obs"`
	Actions    [][]float32          `json:"actions"`
	States     [][]float64          `json:"states"`
	Warm       [][]float64          `json:"warm"`
	Obs        [][]float64          `json:"obs"`
	Rewards    []float64            `json:"rewards"`
	Terminated []bool               `json:"terminated"`
	Truncated  []bool               `json:"truncated"`
	Contacts   []int                `json:"ncon"`
	Info       []map[string]float64 `json:"info"`
	Slack      []float64            `json:"solver_slack"`
}

// name names the episode for t.Run.
func (e *episode) name() string { return fmt.Sprintf("%s/%s/%d", e.Env, e.Policy, e.Seed) }

// readEpisodes returns the recorded episodes of the environment called id.
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
	text, err := json.Marshal(e.Kwargs) // JSON is also YAML
	if err != nil {
		return err
	}
	return optionsOf(string(text))(into)
}

// optionsOf returns an env.Options that decodes text, a mapping in YAML.
func optionsOf(text string) env.Options {
	return func(into any) error {
		tree, err := settings.Parse("options", []byte(text))
		if err != nil {
			return err
		}
		return tree.Root().DecodeFields(into)
	}
}

// A forcedEnv sets the recorded state before every step, so that errors do not accumulate. It
// checks what a Vec does not show: the state, the contacts and the terms of the reward.
type forcedEnv struct {
	mujoco.Forcer
	t     *testing.T
	ep    *episode
	step  int
	worst float64 // largest difference of a state beyond the solver's slack
}

func (f *forcedEnv) Reset(seed uint64, obs []float32) {
	f.Forcer.Reset(seed, obs)
	f.step = 0
	if err := f.SetWarmStart(f.ep.InitState.Warm); err != nil {
		panic(err)
	}
	if err := f.SetPhysics(slices.Concat(f.ep.InitState.Qpos, f.ep.InitState.Qvel)); err != nil {
		panic(err)
	}
	f.Observe(obs)
}

func (f *forcedEnv) Step(act, obs []float32) env.Outcome {
	ep, s := f.ep, f.step
	if s > 0 {
		f.Force(ep.States[s-1], ep.Warm[s-1])
	}
	f.step++
	out := f.Forcer.Step(act, obs)
	slack := ep.slack(s)
	for i, got := range f.Physics(nil) {
		want := ep.States[s][i]
		d := math.Abs(got-want) / max(1, math.Abs(want))
		f.worst = max(f.worst, d-slack)
		if !(d <= 1e-11+slack) {
			f.t.Errorf("step %d: state[%d] = %v, want %v", s, i, got, want)
		}
	}
	if got, _ := f.Contacts(); got != ep.Contacts[s] {
		f.t.Errorf("step %d: %d contacts, want %d", s, got, ep.Contacts[s])
	}
	if s > 0 || ep.FirstStep == 0 { // where an episode was cut, positions of the step before are not known
		f.checkTerms(s, slack)
	}
	return out
}

// checkTerms compares the terms of step s with the recorded info.
func (f *forcedEnv) checkTerms(s int, slack float64) {
	names, got := f.Measures(), f.Terms()
	if len(names) != len(f.ep.Info[s]) {
		f.t.Fatalf("step %d: terms %q, want %v", s, names, f.ep.Info[s])
	}
	for i, name := range names {
		want, ok := f.ep.Info[s][name]
		if !ok {
			f.t.Fatalf("step %d: term %q is not in %v", s, name, f.ep.Info[s])
		}
		if !near(got[i], want, rewardTolerance(name)+10*slack) {
			f.t.Errorf("step %d: %s = %v, want %v", s, name, got[i], want)
		}
	}
}

// rewardTolerance returns the largest relative error of the term called name. NumPy sums the
// squares of actions in float32.
func rewardTolerance(name string) float64 {
	if strings.Contains(name, "ctrl") {
		return 1e-6
	}
	return 1e-9
}

// slack returns by how much the state after step s may differ because MuJoCo's solver stopped early,
// and, where Pusher's arm touches its object, because MuJoCo finds these contacts by iteration.
func (e *episode) slack(s int) float64 {
	slack := 0.0
	if e.Slack != nil {
		slack = 3 * e.Slack[s]
	}
	if e.Env == "Pusher-v5" && max(e.Contacts[s], e.Contacts[max(s-1, 0)]) > 3 {
		slack = 5e-3
	}
	return slack
}

// near reports whether got is want up to a relative error.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*max(1, math.Abs(want))
}

// TestGolden replays Gymnasium's steps, each from its recorded state, in a Vec. States must agree
// to 1e-11, observations to one float32 ulp, rewards to 1e-6 or 1e-9, contacts and flags exactly.
func TestGolden(t *testing.T) {
	for _, id := range registry().IDs() {
		worst := 0.0
		for _, ep := range readEpisodes(t, id) {
			t.Run(ep.name(), func(t *testing.T) {
				e, err := registry().Make(ep.Env, ep.options)
				if err != nil {
					t.Fatal(err)
				}
				if got := e.Spec().MaxSteps; got != ep.MaxSteps {
					t.Fatalf("MaxSteps = %d, want %d as recorded", got, ep.MaxSteps)
				}
				f := &forcedEnv{Forcer: e.(mujoco.Forcer), t: t, ep: &ep}
				replay(t, &ep, f)
				worst = max(worst, f.worst)
			})
		}
		t.Logf("%s: states differ by up to %.1e", id, worst)
	}
}

// replay plays the episode in a Vec of one environment.
func replay(t *testing.T, ep *episode, f *forcedEnv) {
	v := env.NewVec(f)
	r, err := v.Reset(1)
	if err != nil {
		t.Fatal(err)
	}
	if ep.FirstStep == 0 {
		sameObs(t, "first observation", r.Obs, ep.InitObs, 0)
	}
	for s := range ep.Actions {
		if r, err = v.Step(ep.Actions[s]); err != nil {
			t.Fatal(err)
		}
		slack := ep.slack(s)
		if got, want := r.Reward[0], ep.Rewards[s]; (s > 0 || ep.FirstStep == 0) && !near(got, want, 1e-6+10*slack) {
			t.Fatalf("step %d: reward = %v, want %v", s, got, want)
		}
		sameObs(t, fmt.Sprintf("step %d: observation", s), r.Next, ep.Obs[s], 10*slack)
		if r.Terminated[0] != ep.Terminated[s] || ep.FirstStep == 0 && r.Truncated[0] != ep.Truncated[s] {
			t.Fatalf("step %d: terminated, truncated = %v, %v, want %v, %v", s,
				r.Terminated[0], r.Truncated[0], ep.Terminated[s], ep.Truncated[s])
		}
	}
}

// sameObs checks that obs agrees with want to one float32 ulp, and beyond to the relative slack.
func sameObs(t *testing.T, what string, obs []float32, want []float64, slack float64) {
	t.Helper()
	if len(obs) != len(want) {
		t.Fatalf("%s has %d numbers, want %d", what, len(obs), len(want))
	}
	for i, w := range want {
		if got := float64(obs[i]); !(math.Abs(got-w) <= 1.3e-7*math.Abs(w)+(1e-10+slack)*max(1, math.Abs(w))) {
			t.Fatalf("%s[%d] = %v, want %v", what, i, got, w)
		}
	}
}

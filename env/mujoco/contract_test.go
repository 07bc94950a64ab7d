package mujoco_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/mujoco"
	"github.com/rlrun/rlrun/env/state"
)

func registry() env.Registry {
	r := env.Registry{}
	mujoco.Register(r)
	return r
}

// makeTask returns the task called id, with methods for tests.
func makeTask(t testing.TB, id string, options env.Options) mujoco.Forcer {
	t.Helper()
	e, err := registry().Make(id, options)
	if err != nil {
		t.Fatal(err)
	}
	return e.(mujoco.Forcer)
}

// TestContract checks every task with envtest.Check: with the default options, and with the options
// of its recorded episodes.
func TestContract(t *testing.T) {
	for _, id := range registry().IDs() {
		t.Run(id, func(t *testing.T) {
			e := makeTask(t, id, nil)
			if got := e.Spec().ID; got != id {
				t.Errorf("Spec().ID = %q, want %q", got, id)
			}
			envtest.Check(t, env.NewWithMaxSteps(e, 50))
		})
		for _, ep := range readEpisodes(t, id) {
			if len(ep.Kwargs) > 0 {
				t.Run(fmt.Sprint(id, ep.Kwargs), func(t *testing.T) { envtest.Check(t, env.NewWithMaxSteps(makeTask(t, id, ep.options), 50)) })
			}
		}
	}
}

// TestSpec checks the time limits and thresholds of Gymnasium's registration, and that each element
// of observations and actions has a name of its own.
func TestSpec(t *testing.T) {
	none := math.NaN()
	for id, want := range map[string]struct {
		obs, act, maxSteps int
		bound              float32
		threshold          float64
	}{
		"InvertedPendulum-v5":       {4, 1, 1000, 3, 950},
		"InvertedDoublePendulum-v5": {9, 1, 1000, 1, 9100},
		"Reacher-v5":                {10, 2, 50, 1, -3.75},
		"Swimmer-v5":                {8, 2, 1000, 1, 360},
		"Hopper-v5":                 {11, 3, 1000, 1, 3800},
		"HalfCheetah-v5":            {17, 6, 1000, 1, 4800},
		"Walker2d-v5":               {17, 6, 1000, 1, none},
		"Ant-v5":                    {105, 8, 1000, 1, 6000},
		"Humanoid-v5":               {348, 17, 1000, 0.4, none},
		"HumanoidStandup-v5":        {348, 17, 1000, 0.4, none},
		"Pusher-v5":                 {23, 7, 100, 2, 0},
	} {
		s := makeTask(t, id, nil).Spec()
		obs, act := s.Obs.(env.Box), s.Act.(env.Box)
		threshold := none
		if s.RewardThreshold != nil {
			threshold = *s.RewardThreshold
		}
		if obs.Size() != want.obs || act.Size() != want.act || s.MaxSteps != want.maxSteps || act.High[0] != want.bound || act.Low[0] != -want.bound ||
			math.Float64bits(threshold) != math.Float64bits(want.threshold) {
			t.Errorf("%s: Spec() = %+v with threshold %v, want %+v", id, s, threshold, want)
		}
		for _, names := range [][]string{obs.Names, act.Names} {
			if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
				t.Errorf("%s: names %q, want each once", id, names)
			}
		}
		for _, name := range act.Names {
			if name != "cart force" && !slices.Contains(obs.Names, name+" angle") && !slices.Contains(obs.Names, "sin "+name+" angle") {
				t.Errorf("%s: the control %q moves no angle of %q", id, name, obs.Names)
			}
		}
	}
}

// TestVelocities checks that the velocities of the mechanism are found by their names, so that they
// can be masked.
func TestVelocities(t *testing.T) {
	for id, want := range map[string]int{
		"InvertedPendulum-v5": 2, "InvertedDoublePendulum-v5": 3, "Swimmer-v5": 5, "Hopper-v5": 6, "HalfCheetah-v5": 9, "Walker2d-v5": 9,
		"Reacher-v5": 2, "Ant-v5": 14, "Pusher-v5": 7, // of the arms alone
	} {
		masked, err := env.NewMaskVelocity(makeTask(t, id, nil))
		if err != nil {
			t.Fatal(err)
		}
		obs, zeros := make([]float32, masked.Spec().Obs.Size()), 0
		masked.Reset(1, obs)
		masked.Step(sampleActions(masked.Spec().Act, 1, 1), obs)
		for _, x := range obs {
			if x == 0 {
				zeros++
			}
		}
		if id == "InvertedDoublePendulum-v5" {
			zeros-- // no end of the rail pushes the cart
		}
		if zeros != want && id != "Ant-v5" || zeros < want {
			t.Errorf("%s: %d numbers are 0 in %v, want %d velocities to be masked", id, zeros, obs, want)
		}
	}
}

// TestOptionsRefused checks that options which are not possible are refused in a sentence.
func TestOptionsRefused(t *testing.T) {
	for _, c := range []struct{ id, options, want string }{
		{"InvertedPendulum-v5", "{frame_skip: 0}", "frame_skip 0, want a whole number, 1 … 1000"},
		{"InvertedPendulum-v5", "{frame_skip: 1001}", "frame_skip 1001"},
		{"InvertedPendulum-v5", "{frame_skip: 1.5}", `frame_skip: "1.5", want a whole number`},
		{"InvertedPendulum-v5", "{reset_noise_scale: -0.1}", "reset_noise_scale -0.1, want a number, 0 … 1000"},
		{"InvertedPendulum-v5", "{reset_noise: 1}", "unknown key; the nearest is reset_noise_scale"},
		{"InvertedDoublePendulum-v5", "{healthy_reward: .inf}", "want a number"},
		{"Swimmer-v5", "{xml_file: swimmer.xml}", "xml_file: unknown key"},
		{"Hopper-v5", "{healthy_z_range: [1, 0]}", "healthy_z_range [1, 0]: want two numbers, the lower one first"},
		{"Hopper-v5", "{healthy_z_range: [1]}", "healthy_z_range: want two numbers, the lower one first"},
		{"Hopper-v5", "{healthy_state_range: [.nan, 1]}", `healthy_state_range[0]: ".nan", want a number, .inf or -.inf`},
		{"Hopper-v5", "{healthy_angle_range: [low, 1]}", `healthy_angle_range[0]: "low", want a number, .inf or -.inf`},
		{"Walker2d-v5", "{healthy_angle_range: 1}", `healthy_angle_range: "1", want a list`},
		{"HalfCheetah-v5", "{exclude_current_positions_from_observation: 1}", "want true or false"},
	} {
		_, err := registry().Make(c.id, optionsOf(c.options))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want %q", c.id, c.options, err, c.want)
		}
	}
	for _, e := range []interface{ Validate() error }{
		&mujoco.Hopper{FrameSkip: 1, ForwardRewardWeight: math.NaN()}, &mujoco.Walker2d{FrameSkip: 1, CtrlCostWeight: math.Inf(1)},
		&mujoco.HalfCheetah{FrameSkip: 1, ResetNoiseScale: math.NaN()}, &mujoco.Reacher{FrameSkip: 1, RewardDistWeight: math.Inf(-1)},
		&mujoco.Hopper{FrameSkip: 1, HealthyZRange: mujoco.Range{math.NaN(), 1}},
	} {
		if err := e.Validate(); err == nil {
			t.Errorf("Validate of %+v = nil, want an error", e)
		}
	}
}

type stater struct{ e env.Env }

func (s stater) State(st *state.State) { env.StateOf(s.e, st) }

// playActions steps e with the rows of act, without regard to the end of the episode, and returns the
// bits of the results.
func playActions(e mujoco.Forcer, act []float32) (bits []uint64) {
	obs, a := make([]float32, e.Spec().Obs.Size()), e.Spec().Act.Size()
	for ; len(act) > 0; act = act[a:] {
		out := e.Step(act[:a], obs)
		bits = append(bits, math.Float64bits(out.Reward))
		for _, x := range obs {
			bits = append(bits, uint64(math.Float32bits(x)))
		}
		for _, x := range append(e.Physics(nil), e.Terms()...) {
			bits = append(bits, math.Float64bits(x))
		}
	}
	return bits
}

// sampleActions returns n random actions.
func sampleActions(space env.Space, n int, seed uint64) []float32 {
	act, rng := make([]float32, n*space.Size()), rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		space.Sample(rng, act[i*space.Size():][:space.Size()])
	}
	return act
}

// TestSnapshot restores an episode in a copy that has played another episode. The next 300 steps must
// have the same bits, and so must the metrics.
func TestSnapshot(t *testing.T) {
	for _, id := range registry().IDs() {
		e := makeTask(t, id, nil)
		other, obs := e.Copy().(mujoco.Forcer), make([]float32, e.Spec().Obs.Size())
		act := sampleActions(e.Spec().Act, 330, 1)
		e.Reset(1, obs)
		playActions(e, act[:20*e.Spec().Act.Size()])
		var saved bytes.Buffer
		if err := state.Save(&saved, stater{e}); err != nil {
			t.Fatal(err)
		}
		other.Reset(2, obs)
		playActions(other, act[20*e.Spec().Act.Size():][:10*e.Spec().Act.Size()])
		if err := state.Load(&saved, stater{other}); err != nil {
			t.Fatal(err)
		}
		first, again := make([]float32, len(obs)), make([]float32, len(obs))
		if e.Observe(first); !slices.Equal(first, observe(other, again)) {
			t.Errorf("%s: the observation after loading is %v, want %v", id, again, first)
		}
		act = act[30*e.Spec().Act.Size():]
		if !slices.Equal(playActions(e, act), playActions(other, act)) {
			t.Errorf("%s: an episode goes on otherwise from a snapshot", id)
		}
		a, b := make([]float64, len(e.Measures())), make([]float64, len(e.Measures()))
		e.Measure(a)
		if other.Measure(b); !slices.Equal(a, b) {
			t.Errorf("%s: metrics %v after a snapshot, want %v", id, b, a)
		}
	}
}

// observe writes e's observation to obs and returns it.
func observe(e env.Physics, obs []float32) []float32 {
	e.Observe(obs)
	return obs
}

// TestMeasure checks how the terms of steps become metrics of an episode: parts of the reward are
// sums, velocities are means, positions are the last ones.
func TestMeasure(t *testing.T) {
	e := makeTask(t, "HalfCheetah-v5", nil)
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(1, obs)
	var forward, reward, velocity float64
	act := sampleActions(e.Spec().Act, 10, 1)
	for i := range 10 {
		reward += e.Step(act[6*i:6*i+6], obs).Reward
		forward += e.Terms()[0]
		velocity += e.Terms()[3]
	}
	got := make([]float64, 4)
	e.Measure(got)
	if x := e.Physics(nil)[0]; !near(got[0], forward, 1e-12) || !near(got[0]+got[1], reward, 1e-12) || got[2] != x || !near(got[3], velocity/10, 1e-12) {
		t.Errorf("metrics %v of %q, want %v, %v less that, %v and %v", got, e.Measures(), forward, reward, x, velocity/10)
	}
}

// TestAllocs checks that steps and resets allocate nothing.
func TestAllocs(t *testing.T) {
	for _, id := range registry().IDs() {
		e := makeTask(t, id, nil)
		obs, a := make([]float32, e.Spec().Obs.Size()), e.Spec().Act.Size()
		act := sampleActions(e.Spec().Act, 64, 1)
		for i := range 64 { // the memory of contacts grows at first
			if i%32 == 0 {
				e.Reset(uint64(i), obs)
			}
			e.Step(act[i*a:][:a], obs)
		}
		step := 0
		if n := testing.AllocsPerRun(64, func() {
			if step%32 == 0 {
				e.Reset(uint64(step%64), obs)
			}
			e.Step(act[step%64*a:][:a], obs)
			step++
		}); n != 0 {
			t.Errorf("%s: a step allocates %v times, want 0", id, n)
		}
	}
}

// TestParallel checks that environments which share a model play the same episodes side by side as
// one after another.
func TestParallel(t *testing.T) {
	const n = 6
	for _, id := range registry().IDs() {
		one, err := registry().Maker(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		several, err := registry().ParallelMaker(id, nil, 3)
		if err != nil {
			t.Fatal(err)
		}
		var results [2][]float32
		for k, mk := range []env.Maker{one, several} {
			v, err := mk(n)
			if err != nil {
				t.Fatal(err)
			}
			r, err := v.Reset(1)
			for i := 0; i < 30 && err == nil; i++ {
				results[k] = append(results[k], r.Obs...)
				r, err = v.Step(sampleActions(v.Spec().Act, n, uint64(i)))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(results[0], results[1]) {
			t.Errorf("%s: other observations side by side than one after another", id)
		}
	}
}

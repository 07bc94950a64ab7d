package classic_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/state"
)

func registry() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	return r
}

func mustMake(t testing.TB, id string, set env.Options) env.Env {
	t.Helper()
	e, err := registry().Make(id, set)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestContract checks every registered environment with envtest.Check, also inside wrappers.
func TestContract(t *testing.T) {
	for _, id := range registry().IDs() {
		t.Run(id, func(t *testing.T) {
			e := mustMake(t, id, nil)
			if got := e.Spec().ID; got != id {
				t.Errorf("Spec().ID = %q, want %q", got, id)
			}
			envtest.Check(t, e)
		})
		t.Run(id+" wrapped", func(t *testing.T) {
			envtest.Check(t, env.NewStickyAction(env.ScaleReward{Env: mustMake(t, id, nil), K: 0.1}, 0.25))
		})
	}
	t.Run("Acrobot-v1 with noise", func(t *testing.T) {
		envtest.Check(t, mustMake(t, "Acrobot-v1", addNoise))
	})
}

// addNoise is an Options that gives an Acrobot noise, so that each step uses a random number.
func addNoise(into any) error {
	if a, ok := into.(*classic.Acrobot); ok {
		a.TorqueNoise = 0.5
	}
	return nil
}

// TestSpec checks the spaces, time limits and thresholds of the registrations in Gymnasium and
// rl-baselines3-zoo.
func TestSpec(t *testing.T) {
	want := map[string]struct {
		obs       int
		act       env.Space
		maxSteps  int
		threshold float64 // 0 for no threshold
	}{
		"CartPole-v0":              {4, env.Discrete{N: 2}, 200, 195},
		"CartPole-v1":              {4, env.Discrete{N: 2}, 500, 475},
		"MountainCar-v0":           {2, env.Discrete{N: 3}, 200, -110},
		"MountainCarContinuous-v0": {2, env.NewBox(-1, 1, 1), 999, 90},
		"Pendulum-v1":              {3, env.NewBox(-2, 2, 1), 200, 0},
		"Acrobot-v1":               {6, env.Discrete{N: 3}, 500, -100},
		"CartPoleNoVel-v1":         {4, env.Discrete{N: 2}, 500, 475},
		"PendulumNoVel-v1":         {3, env.NewBox(-2, 2, 1), 200, 0},
	}
	if got := registry().IDs(); len(got) != len(want) {
		t.Errorf("registered are %q, want %d", got, len(want))
	}
	for id, w := range want {
		s := mustMake(t, id, nil).Spec()
		threshold := 0.0
		if s.RewardThreshold != nil {
			threshold = *s.RewardThreshold
		}
		if s.Obs.Size() != w.obs || !reflect.DeepEqual(s.Act, w.act) || s.MaxSteps != w.maxSteps || threshold != w.threshold {
			t.Errorf("%s: Spec() = %+v with threshold %v, want %+v", id, s, threshold, w)
		}
	}
}

// TestOptions checks that Validate refuses options that are not possible.
func TestOptions(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, c := range map[string]struct {
		e    interface{ Validate() error }
		want bool
	}{
		"car":                   {classic.NewMountainCar(), true},
		"car, bounds reversed":  {&classic.MountainCar{Low: 1, High: 0}, false},
		"car, bounds too far":   {&classic.MountainCar{Low: -1e308, High: 1e308}, false},
		"car, no velocity":      {&classic.MountainCar{GoalVelocity: nan}, false},
		"continuous":            {classic.NewMountainCarContinuous(), true},
		"continuous, no bound":  {&classic.MountainCarContinuous{Low: -inf}, false},
		"pendulum":              {classic.NewPendulum(), true},
		"pendulum, at a point":  {&classic.Pendulum{G: 10}, true},
		"pendulum, g":           {&classic.Pendulum{G: inf}, false},
		"pendulum, x negative":  {&classic.Pendulum{XInit: -1}, false},
		"pendulum, y no number": {&classic.Pendulum{YInit: nan}, false},
		"acrobot":               {classic.NewAcrobot(), true},
		"acrobot, no torque":    {&classic.Acrobot{}, false},
		"acrobot, torque":       {&classic.Acrobot{Torques: []float64{0, inf}}, false},
		"acrobot, noise":        {&classic.Acrobot{Torques: []float64{0}, TorqueNoise: -1}, false},
		"acrobot, bounds":       {&classic.Acrobot{Torques: []float64{0}, Low: 1}, false},
	} {
		if err := c.e.Validate(); (err == nil) != c.want {
			t.Errorf("%s: Validate() = %v, want it good: %v", name, err, c.want)
		}
	}
}

// TestAllocs checks that steps allocate nothing, over whole episodes with restarts.
func TestAllocs(t *testing.T) {
	for _, id := range registry().IDs() {
		mk, err := registry().Maker(id, addNoise)
		if err != nil {
			t.Fatal(err)
		}
		v, err := mk(8)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Reset(1); err != nil {
			t.Fatal(err)
		}
		rng, space, ended := rand.New(rand.NewPCG(1, 1)), v.Spec().Act, 0
		act := make([]float32, 8*space.Size())
		if n := testing.AllocsPerRun(v.Spec().MaxSteps, func() {
			for i := range act {
				space.Sample(rng, act[i:i+1])
			}
			r, err := v.Step(act)
			if err != nil {
				t.Fatal(err)
			}
			if r.Done(0) {
				ended++
			}
		}); n != 0 || ended == 0 {
			t.Errorf("%s: a step allocates %v times while %d episodes end, want 0 and 1 or more", id, n, ended)
		}
	}
}

type stater struct{ e env.Env }

func (s stater) State(st *state.State) { env.StateOf(s.e, st) }

// transcript plays acts in e, one byte for each step, until the episode ends, and returns the
// bits of each step's results. It fails the test if an observation is outside its space.
func transcript(t *testing.T, e env.Env, acts []byte) (steps [][]uint64) {
	t.Helper()
	spec := e.Spec()
	obs := make([]float32, spec.Obs.Size())
	for _, b := range acts {
		out := e.Step([]float32{actionOf(spec.Act, b)}, obs)
		if !spec.Obs.Contains(obs) || out.Reward-out.Reward != 0 {
			t.Fatalf("%s, step %d: observation %v and reward %v, want them in %v and finite", spec.ID, len(steps), obs, out.Reward, spec.Obs)
		}
		bits := []uint64{math.Float64bits(out.Reward)}
		for _, x := range obs {
			bits = append(bits, uint64(math.Float32bits(x)))
		}
		if steps = append(steps, bits); out.Done() {
			break
		}
	}
	return steps
}

// actionOf returns an action for a byte: an action of a Discrete, or an action of a Box that may
// be outside the bounds.
func actionOf(space env.Space, b byte) float32 {
	if d, ok := space.(env.Discrete); ok {
		return float32(int(b) % d.N)
	}
	return float32(int8(b)) / 32 // from -4 to 4
}

// checkRestore plays the episode of seed and acts twice. The second time it saves the state after
// a number of steps, the argument at, and continues in another environment. Both episodes must
// have the same bits.
func checkRestore(t *testing.T, id string, seed uint64, at int, acts []byte) {
	t.Helper()
	e, other := mustMake(t, id, addNoise), mustMake(t, id, addNoise)
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(seed, obs)
	want := transcript(t, e, acts)
	at %= max(1, len(want))
	e.Reset(seed, obs)
	got := transcript(t, e, acts[:at])
	var saved bytes.Buffer
	if err := state.Save(&saved, stater{e}); err != nil {
		t.Fatal(err)
	}
	other.Reset(seed+1, obs)
	if err := state.Load(&saved, stater{other}); err != nil {
		t.Fatal(err)
	}
	got = append(got, transcript(t, other, acts[at:])...)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%s, seed %d: an episode goes on otherwise from a snapshot after %d steps", id, seed, at)
	}
}

// TestSnapshots restores episodes at random steps.
func TestSnapshots(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, id := range registry().IDs() {
		for range 50 {
			acts := make([]byte, 200)
			for i := range acts {
				acts[i] = byte(rng.Uint32())
			}
			checkRestore(t, id, rng.Uint64(), rng.IntN(1000), acts)
		}
	}
}

// FuzzEpisode plays any actions and restores the episode at any step.
func FuzzEpisode(f *testing.F) {
	ids := registry().IDs()
	for i := range ids {
		f.Add(uint8(i), uint64(i), uint16(9), bytes.Repeat([]byte{0, 1, 2, 127, 128}, 60))
	}
	f.Fuzz(func(t *testing.T, id uint8, seed uint64, at uint16, acts []byte) {
		checkRestore(t, ids[int(id)%len(ids)], seed, int(at), acts)
	})
}

// isPossible reports whether x can be a state, by the bounds in each task's equations: the
// largest angular velocities of Pendulum and Acrobot, and MountainCar's valley.
func isPossible(id string, x []float64) bool {
	if slices.ContainsFunc(x, func(v float64) bool { return v-v != 0 }) {
		return false
	}
	within := func(v, low, high float64) bool { return float32(low) <= float32(v) && float32(v) <= float32(high) }
	switch id {
	case "Pendulum-v1", "PendulumNoVel-v1":
		return within(x[1], -8, 8)
	case "Acrobot-v1":
		return within(x[2], -4*math.Pi, 4*math.Pi) && within(x[3], -9*math.Pi, 9*math.Pi)
	case "MountainCar-v0", "MountainCarContinuous-v0":
		return within(x[0], -1.2, 0.6) && within(x[1], -0.07, 0.07)
	}
	return true
}

// FuzzPhysics steps from any state. It checks that SetPhysics sets a possible state, refuses an
// impossible state and then changes nothing, and that no step hangs or panics.
func FuzzPhysics(f *testing.F) {
	ids := registry().IDs()
	for i := range ids {
		f.Add(uint8(i), 1e300, -1e300, 5e-324, 0.0, byte(1))
		f.Add(uint8(i), math.NaN(), 0.0, math.Inf(1), 0.0, byte(1))
		f.Add(uint8(i), math.Pi, 1e9, -1e9, 1e6, byte(0))
		f.Add(uint8(i), 0.5, 0.06, 12.0, -28.0, byte(0))
	}
	f.Fuzz(func(t *testing.T, id uint8, a, b, c, d float64, act byte) {
		e := mustMake(t, ids[int(id)%len(ids)], nil)
		spec, physics := e.Spec(), e.(env.Physics)
		x := []float64{a, b, c, d}[:len(physics.Physics(nil))]
		want, good := physics.Physics(nil), isPossible(spec.ID, x)
		if err := physics.SetPhysics(x); (err == nil) != good {
			t.Fatalf("%s: SetPhysics(%v) = %v, want an error just where the state cannot be", spec.ID, x, err)
		}
		if good {
			want = x
		}
		if got := physics.Physics(nil); !slices.Equal(got, want) {
			t.Fatalf("%s: SetPhysics(%v), and then Physics is %v, want %v", spec.ID, x, got, want)
		}
		e.Step([]float32{actionOf(spec.Act, act)}, make([]float32, spec.Obs.Size()))
	})
}

// BenchmarkVec64 steps 64 environments with random actions.
func BenchmarkVec64(b *testing.B) {
	const n = 64
	for _, id := range registry().IDs() {
		b.Run(id, func(b *testing.B) {
			mk, err := registry().Maker(id, nil)
			if err != nil {
				b.Fatal(err)
			}
			v, err := mk(n)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := v.Reset(1); err != nil {
				b.Fatal(err)
			}
			const turns = 100 // number of action rows, sampled before and repeated
			rng, act := rand.New(rand.NewPCG(1, 1)), make([]float32, turns*n)
			for i := range act {
				v.Spec().Act.Sample(rng, act[i:i+1])
			}
			b.ReportAllocs()
			for turn := 0; b.Loop(); turn = (turn + 1) % turns {
				if _, err := v.Step(act[turn*n : (turn+1)*n]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

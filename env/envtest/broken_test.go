package envtest_test

import (
	"errors"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A drift keeps the contract: it is a body whose velocity changes by actions and at random. Each
// type below is a drift that breaks one rule of the contract.
type drift struct {
	rng  env.Rand
	x, v float64
}

var (
	_ env.Snapshotter = (*drift)(nil)
	_ env.Physics     = (*drift)(nil)
)

func (*drift) Spec() env.Spec {
	inf := float32(math.Inf(1))
	return env.Spec{ID: "Drift-v0", Obs: env.NewBox(-inf, inf, 2), Act: env.NewBox(-1, 1)}
}

func (d *drift) Reset(seed uint64, obs []float32) {
	d.rng.Seed(seed)
	d.x, d.v = d.rng.Float64(), 0
	d.Observe(obs)
}

func (d *drift) Step(act, obs []float32) env.Outcome {
	d.v += float64(act[0]) + d.rng.Float64() - 0.5
	d.x += d.v
	d.Observe(obs)
	return env.Outcome{Reward: -math.Abs(d.x)}
}

func (d *drift) Observe(obs []float32) { obs[0], obs[1] = float32(d.x), float32(d.v) }

func (d *drift) State(s *state.State) {
	d.rng.State(s)
	s.Double("x", &d.x)
	s.Double("v", &d.v)
}

func (d *drift) Physics(dst []float64) []float64 { return append(dst, d.x, d.v) }

func (d *drift) SetPhysics(x []float64) error {
	if len(x) != 2 {
		return errors.New("want x and v")
	}
	d.x, d.v = x[0], x[1]
	return nil
}

type badID struct{ drift }

func (b *badID) Spec() env.Spec {
	s := b.drift.Spec()
	s.ID = "drift, my own"
	return s
}

type badLimit struct{ drift }

func (b *badLimit) Spec() env.Spec {
	s := b.drift.Spec()
	s.MaxSteps = -1
	return s
}

type newSpec struct {
	drift
	asked int
}

func (b *newSpec) Spec() env.Spec {
	b.asked++
	s := b.drift.Spec()
	s.MaxSteps = b.asked
	return s
}

// startsAtOldEnd starts where the previous episode ended.
type startsAtOldEnd struct{ drift }

func (b *startsAtOldEnd) Reset(seed uint64, obs []float32) {
	before := b.x
	b.drift.Reset(seed, obs)
	b.x += before
	b.Observe(obs)
}

// unseeded does not seed its generator in Reset.
type unseeded struct{ drift }

func (b *unseeded) Reset(seed uint64, obs []float32) {
	rng := b.rng
	b.drift.Reset(seed, obs)
	b.rng = rng
}

// outside has observations outside its Spec: below 0.
type outside struct{ drift }

func (b *outside) Spec() env.Spec {
	s := b.drift.Spec()
	s.Obs = env.Box{Low: []float32{0, 0}, High: []float32{1e9, 1e9}}
	return s
}

// leavesRange counts steps, and leaves the range of its second observation at step 100.
type leavesRange struct{ drift }

func (b *leavesRange) Spec() env.Spec {
	s := b.drift.Spec()
	s.Obs = env.Dict{{Name: "key", Space: env.Discrete{N: 2}}, {Name: "left", Space: env.Box{Low: []float32{0}, High: []float32{99}, Names: []string{"speed"}}}}
	return s
}

func (b *leavesRange) Reset(seed uint64, obs []float32) {
	b.drift.Reset(seed, obs)
	b.x = 0
	b.Observe(obs)
}

func (b *leavesRange) Step(act, obs []float32) env.Outcome {
	b.x++
	b.Observe(obs)
	return env.Outcome{}
}

func (b *leavesRange) Observe(obs []float32) { obs[0], obs[1] = 0, float32(b.x) }

// nanObs has a NaN in its first observation.
type nanObs struct{ drift }

func (b *nanObs) Reset(seed uint64, obs []float32) {
	b.drift.Reset(seed, obs)
	obs[1] = float32(math.NaN())
}

// constantReward has the same reward at every step, or panics.
type constantReward struct {
	drift
	reward float64
	panics bool
}

func (b *constantReward) Step(act, obs []float32) env.Outcome {
	if b.panics {
		panic("no more")
	}
	b.drift.Step(act, obs)
	return env.Outcome{Reward: b.reward}
}

// stateWithoutSpeed does not save its velocity.
type stateWithoutSpeed struct{ drift }

func (b *stateWithoutSpeed) State(s *state.State) {
	b.rng.State(s)
	s.Double("x", &b.x)
}

// stateWithoutRNG does not save its generator.
type stateWithoutRNG struct{ drift }

func (b *stateWithoutRNG) State(s *state.State) {
	s.Double("x", &b.x)
	s.Double("v", &b.v)
}

// saveFails has a State that always fails.
type saveFails struct{ drift }

func (b *saveFails) State(s *state.State) { s.Fail(errors.New("no State today")) }

// loadFails has a State that saves but fails to load.
type loadFails struct{ drift }

func (b *loadFails) State(s *state.State) {
	b.drift.State(s)
	if s.Loading() {
		s.Fail(errors.New("no way back"))
	}
}

// setLosesSpeed sets the velocity to 0 in SetPhysics.
type setLosesSpeed struct{ drift }

func (b *setLosesSpeed) SetPhysics(x []float64) error {
	err := b.drift.SetPhysics(x)
	b.v = 0
	return err
}

// setFails refuses every state in SetPhysics, even its current state.
type setFails struct{ drift }

func (b *setFails) SetPhysics([]float64) error { return errors.New("not today") }

// setTakesTooMany accepts any number of state variables in SetPhysics.
type setTakesTooMany struct{ drift }

func (b *setTakesTooMany) SetPhysics(x []float64) error { return b.drift.SetPhysics(x[:2]) }

// observesOldStep writes the observation of its latest step in Observe, even after SetPhysics.
type observesOldStep struct {
	drift
	seen [2]float32
}

func (b *observesOldStep) Reset(seed uint64, obs []float32) {
	b.drift.Reset(seed, obs)
	copy(b.seen[:], obs)
}

func (b *observesOldStep) Step(act, obs []float32) env.Outcome {
	out := b.drift.Step(act, obs)
	copy(b.seen[:], obs)
	return out
}

func (b *observesOldStep) Observe(obs []float32) { copy(obs, b.seen[:]) }

// allocating allocates in Step or in Reset.
type allocating struct {
	drift
	step, reset bool
	data        []byte
}

func (b *allocating) Reset(seed uint64, obs []float32) {
	if b.reset {
		b.data = make([]byte, 100)
	}
	b.drift.Reset(seed, obs)
}

func (b *allocating) Step(act, obs []float32) env.Outcome {
	if b.step {
		b.data = make([]byte, 100)
	}
	return b.drift.Step(act, obs)
}

// writesAction changes the action that Step is given.
type writesAction struct{ drift }

func (b *writesAction) Step(act, obs []float32) env.Outcome {
	act[0] = min(act[0], 0.5)
	return b.drift.Step(act, obs)
}

// noSpaces has a Spec without spaces.
type noSpaces struct{ drift }

func (*noSpaces) Spec() env.Spec { return env.Spec{ID: "Vague-v0"} }

// masksNumbers has a mask, but its actions are not discrete.
type masksNumbers struct{ drift }

func (*masksNumbers) Mask([]bool) {}

// masksAll has a mask that allows no action.
type masksAll struct{ masksNumbers }

func (*masksAll) Spec() env.Spec {
	s := new(drift).Spec()
	s.Act = env.Discrete{N: 2}
	return s
}

// masksSecondChoice has two choices. Its mask allows no value of the second choice.
type masksSecondChoice struct{ masksNumbers }

func (*masksSecondChoice) Spec() env.Spec {
	s := new(drift).Spec()
	s.Act = env.MultiDiscrete{N: []int{2, 3}}
	return s
}

func (*masksSecondChoice) Mask(allowed []bool) { allowed[0] = true }

func (j *masksSecondChoice) Step(act, obs []float32) env.Outcome { return j.drift.Step(act[:1], obs) }

// changingMask has a mask that changes with each call of Mask.
type changingMask struct {
	masksSecondChoice
	asked int
}

func (m *changingMask) Mask(allowed []bool) {
	m.asked++
	clear(allowed)
	allowed[0], allowed[2+m.asked%17%3] = true, true
}

// metricEnv has one metric with the given name and value, which grows with each episode.
type metricEnv struct {
	drift
	name  string
	value float64
	grows float64
}

func (g *metricEnv) Measures() []string { return []string{g.name} }

func (g *metricEnv) Measure(dst []float64) {
	dst[0] = g.value
	g.value += g.grows
}

// closeFails has a Close that returns an error.
type closeFails struct{ drift }

func (closeFails) Close() error { return errors.New("the lid is stuck") }

// closePanics has a Close that panics.
type closePanics struct{ drift }

func (closePanics) Close() error { panic("no lid") }

// guided has a heuristic whose action is x.
type guided struct {
	drift
	x      float32
	memory int
	writes bool // changes the observation
	forget bool // depends on earlier calls
}

func (g *guided) Heuristic() env.Heuristic { return g }

func (g *guided) Memory() int { return g.memory }

func (g *guided) Act(obs, _, act []float32) {
	act[0] = g.x
	if g.writes {
		obs[0]++
	}
	if g.forget {
		g.x /= 2
	}
}

// updating is an Updater. It can return no indices, or forget to begin an episode.
type updating struct {
	drift
	silent, stuck bool
}

func (u *updating) Update(act, obs []float32) (env.Outcome, []int32) {
	out := u.drift.Step(act, obs)
	if u.silent {
		return out, nil
	}
	return out, []int32{0, 1}
}

func (u *updating) Restart(seed uint64, obs []float32) []int32 {
	if !u.stuck {
		u.drift.Reset(seed, obs)
	}
	u.drift.Observe(obs)
	return []int32{0, 1}
}

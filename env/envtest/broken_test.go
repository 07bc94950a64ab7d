package envtest_test

import (
	"errors"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A drift keeps the contract: a body with a speed that the actions and chance
// change. The types below are drifts that break one rule each.
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

// older starts where the episode before ended.
type older struct{ drift }

func (b *older) Reset(seed uint64, obs []float32) {
	before := b.x
	b.drift.Reset(seed, obs)
	b.x += before
	b.Observe(obs)
}

// unseeded leaves its generator to run on.
type unseeded struct{ drift }

func (b *unseeded) Reset(seed uint64, obs []float32) {
	rng := b.rng
	b.drift.Reset(seed, obs)
	b.rng = rng
}

// outside is where its Spec does not say: an observation below 0.
type outside struct{ drift }

func (b *outside) Spec() env.Spec {
	s := b.drift.Spec()
	s.Obs = env.Box{Low: []float32{0, 0}, High: []float32{1e9, 1e9}}
	return s
}

// blank observes no number at first.
type blank struct{ drift }

func (b *blank) Reset(seed uint64, obs []float32) {
	b.drift.Reset(seed, obs)
	obs[1] = float32(math.NaN())
}

// pays rewards every step with the same.
type pays struct {
	drift
	reward float64
	panics bool
}

func (b *pays) Step(act, obs []float32) env.Outcome {
	if b.panics {
		panic("no more")
	}
	b.drift.Step(act, obs)
	return env.Outcome{Reward: b.reward}
}

// forgetful leaves its speed out of its State.
type forgetful struct{ drift }

func (b *forgetful) State(s *state.State) {
	b.rng.State(s)
	s.Double("x", &b.x)
}

// dicey leaves its generator out of its State.
type dicey struct{ drift }

func (b *dicey) State(s *state.State) {
	s.Double("x", &b.x)
	s.Double("v", &b.v)
}

// stateless has no State to give, when it comes to it.
type stateless struct{ drift }

func (b *stateless) State(s *state.State) { s.Fail(errors.New("no State today")) }

// oneWay saves what it cannot load.
type oneWay struct{ drift }

func (b *oneWay) State(s *state.State) {
	b.drift.State(s)
	if s.Loading() {
		s.Fail(errors.New("no way back"))
	}
}

// brake forgets the speed that SetPhysics sets.
type brake struct{ drift }

func (b *brake) SetPhysics(x []float64) error {
	err := b.drift.SetPhysics(x)
	b.v = 0
	return err
}

// refuses takes no Physics, not even its own.
type refuses struct{ drift }

func (b *refuses) SetPhysics([]float64) error { return errors.New("not today") }

// lax takes any number of state variables.
type lax struct{ drift }

func (b *lax) SetPhysics(x []float64) error { return b.drift.SetPhysics(x[:2]) }

// late observes what its last step led to, whatever was set since.
type late struct {
	drift
	seen [2]float32
}

func (b *late) Reset(seed uint64, obs []float32) {
	b.drift.Reset(seed, obs)
	copy(b.seen[:], obs)
}

func (b *late) Step(act, obs []float32) env.Outcome {
	out := b.drift.Step(act, obs)
	copy(b.seen[:], obs)
	return out
}

func (b *late) Observe(obs []float32) { copy(obs, b.seen[:]) }

// hungry allocates, in Step or in Reset.
type hungry struct {
	drift
	step, reset bool
	food        []byte
}

func (b *hungry) Reset(seed uint64, obs []float32) {
	if b.reset {
		b.food = make([]byte, 100)
	}
	b.drift.Reset(seed, obs)
}

func (b *hungry) Step(act, obs []float32) env.Outcome {
	if b.step {
		b.food = make([]byte, 100)
	}
	return b.drift.Step(act, obs)
}

// clips writes to the action it is given.
type clips struct{ drift }

func (b *clips) Step(act, obs []float32) env.Outcome {
	act[0] = min(act[0], 0.5)
	return b.drift.Step(act, obs)
}

// vague has no spaces.
type vague struct{ drift }

func (*vague) Spec() env.Spec { return env.Spec{ID: "Vague-v0"} }

// absurd has a mask, but no Discrete actions to mask.
type absurd struct{ drift }

func (*absurd) Mask([]bool) {}

// strict allows nothing.
type strict struct{ absurd }

func (*strict) Spec() env.Spec {
	s := new(drift).Spec()
	s.Act = env.Discrete{N: 2}
	return s
}

// A jury has two choices to mask, of the second of which it allows nothing.
type jury struct{ absurd }

func (*jury) Spec() env.Spec {
	s := new(drift).Spec()
	s.Act = env.MultiDiscrete{N: []int{2, 3}}
	return s
}

func (*jury) Mask(allowed []bool) { allowed[0] = true }

func (j *jury) Step(act, obs []float32) env.Outcome { return j.drift.Step(act[:1], obs) }

// moody has a mask that seed and actions do not decide.
type moody struct {
	jury
	asked int
}

func (m *moody) Mask(allowed []bool) {
	m.asked++
	clear(allowed)
	allowed[0], allowed[2+m.asked%17%3] = true, true
}

// gauged measures what it is told.
type gauged struct {
	drift
	name  string
	value float64
	grows float64
}

func (g *gauged) Measures() []string { return []string{g.name} }

func (g *gauged) Measure(dst []float64) {
	dst[0] = g.value
	g.value += g.grows
}

// stuck cannot be closed.
type stuck struct{ drift }

func (stuck) Close() error { return errors.New("the lid is stuck") }

// closing panics when it is closed.
type closing struct{ drift }

func (closing) Close() error { panic("no lid") }

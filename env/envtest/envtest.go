// Package envtest checks that an environment keeps the Env contract,
// as testing/fstest does for file systems.
package envtest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Check reports every breach of the contract: see Breaches.
func Check(t testing.TB, e env.Env) {
	t.Helper()
	for _, b := range Breaches(e) {
		t.Errorf("%s", b)
	}
}

// Breaches runs episodes of random actions in e and says where it does what none
// may: results that depend on more than seed and actions, observations outside
// their space, rewards or figures that are not finite, a State that does not restore, a
// Physics that does not read back what was set, a mask that allows nothing, a Step
// or Reset that allocates or panics. At the end it closes e, if that is an io.Closer.
func Breaches(e env.Env) []string {
	p := &player{env: e}
	if p.try(p.describes) {
		if p.try(p.repeats) {
			p.more()
		}
		p.closes()
	}
	return p.breaches
}

// more checks what some environments have.
func (p *player) more() {
	if env.Snapshots(p.env) {
		p.try(p.restores)
	}
	if ph, ok := p.env.(env.Physics); ok {
		p.try(func() { p.reads(ph) })
	}
	if _, ok := env.As[env.Measured](p.env); ok {
		p.try(p.measures)
	}
	p.try(p.allocates)
}

// stop is what ends a part of the check.
type stop struct{}

// try runs a part of the check and reports whether it came to its end.
func (p *player) try(part func()) (whole bool) {
	defer func() {
		switch r := recover(); r {
		case nil:
			whole = true
		case stop{}:
		default:
			p.breach("a panic: %v", r)
		}
	}()
	part()
	return
}

// breach takes note of one.
func (p *player) breach(format string, args ...any) {
	p.breaches = append(p.breaches, fmt.Sprintf(format, args...))
}

// last takes note of one after which there is no going on.
func (p *player) last(format string, args ...any) {
	p.breach(format, args...)
	panic(stop{})
}

// must takes note of the error of an Episode.
func (p *player) must(err error) {
	if err == nil {
		return
	}
	var broken *env.Error
	if !errors.As(err, &broken) {
		p.last("%v", err)
	}
	what := broken.Err.Error()
	if _, ok := errors.AsType[*env.PanicError](err); ok {
		what = "a " + what
	}
	p.last("seed %d, step %d: %s", broken.Seed, broken.Step, what)
}

type player struct {
	breaches []string
	env      env.Env
	spec     env.Spec
	episode  *env.Episode // without a time limit
	rng      *rand.Rand
	act      []float32
}

// describes holds the Spec to its own terms.
func (p *player) describes() {
	p.spec = p.env.Spec()
	if err := p.spec.Validate(); err != nil {
		p.last("Spec(): %v", err)
	}
	var err error
	if p.episode, err = env.NewEpisode(p.env, 0); err != nil {
		p.last("%v", err)
	}
	p.act = make([]float32, p.spec.Act.Size())
	if again := p.env.Spec(); !reflect.DeepEqual(again, p.spec) {
		p.last("Spec() = %v and then %v", p.spec, again)
	}
}

// reset starts an episode and its stream of actions.
func (p *player) reset(seed uint64) {
	p.rng = rand.New(rand.NewPCG(seed, 1))
	p.must(p.episode.Reset(seed))
}

// play takes up to n steps of the running episode and returns the bits of all it saw.
func (p *player) play(n int) []uint64 { return p.playIn(p.episode, n) }

// playIn is play in an Episode of the environment.
func (p *player) playIn(e *env.Episode, n int) (bits []uint64) {
	for step := range n + 1 {
		if !p.spec.Obs.Contains(e.Obs) {
			p.last("seed %d, step %d: observation %v is outside Spec().Obs", e.Seed, e.Steps, e.Obs)
		}
		bits = appendBits(bits, e)
		if step == n || !e.Running() {
			break
		}
		p.spec.Act.Sample(p.rng, p.act)
		p.must(e.Step(p.act))
		if !slices.Equal(e.Act, p.act) {
			p.last("seed %d, step %d: Step changed the action %v to %v", e.Seed, e.Steps, p.act, e.Act)
		}
	}
	return bits
}

// appendBits appends all that e shows of its latest step.
func appendBits(bits []uint64, e *env.Episode) []uint64 {
	for _, x := range e.Obs {
		bits = append(bits, uint64(math.Float32bits(x)))
	}
	bits = append(bits, math.Float64bits(e.Reward), flag(e.Terminated), flag(e.Truncated))
	for _, allowed := range e.Mask {
		bits = append(bits, flag(allowed))
	}
	if e.Done() {
		for _, x := range e.Metrics {
			bits = append(bits, math.Float64bits(x))
		}
	}
	return bits
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// repeats plays episode A, episode B, and A again: what B leaves behind must not show.
func (p *player) repeats() {
	for a := range uint64(10) {
		p.reset(a)
		first := p.play(1000)
		p.reset(a + 1)
		p.play(1000)
		p.reset(a)
		if !slices.Equal(p.play(1000), first) {
			p.last("seed %d: after an episode of seed %d the same actions give other results", a, a+1)
		}
	}
}

type snapshot struct{ e env.Env }

// State visits the state of the environment.
func (s snapshot) State(st *state.State) { env.StateOf(s.e, st) }

// restores goes back to a step in mid-episode and plays on from there twice.
func (p *player) restores() {
	const after = 100
	p.reset(1)
	p.play(5)
	p.stepBack()
	var b bytes.Buffer
	if err := state.Save(&b, snapshot{p.env}); err != nil {
		p.last("saving the state: %v", err)
	}
	now := len(appendBits(nil, p.episode)) // bits of the step that has been taken
	p.rng = rand.New(rand.NewPCG(2, 2))
	first := p.play(after)[now:]
	p.reset(3)
	p.play(after)
	p.stepBack()
	if err := state.Load(&b, snapshot{p.env}); err != nil {
		p.last("loading the state: %v", err)
	}
	p.rng = rand.New(rand.NewPCG(2, 2))
	if !slices.Equal(p.play(after)[now:], first) {
		p.last("a restored state goes on otherwise than it did")
	}
}

// stepBack goes one step back in an episode that is over, so that it can go on.
func (p *player) stepBack() {
	if !p.episode.Running() {
		p.must(p.episode.Seek(p.episode.Steps - 1))
	}
}

// reads sets the physical state of a step of one episode in another, and wants
// it back, the observation too.
func (p *player) reads(ph env.Physics) {
	p.reset(1)
	p.play(2)
	x, obs, got := ph.Physics(nil), slices.Clone(p.episode.Obs), make([]float32, len(p.episode.Obs))
	p.reset(2)
	if err := ph.SetPhysics(x); err != nil {
		p.breach("SetPhysics(%v), which Physics gave: %v", x, err)
	}
	if got := ph.Physics(nil); !slices.Equal(got, x) {
		p.breach("SetPhysics(%v), and then Physics is %v", x, got)
	}
	if ph.Observe(got); !slices.Equal(got, obs) {
		p.breach("SetPhysics(%v), and then the observation is %v, want %v", x, got, obs)
	}
	if err := ph.SetPhysics(append(x, 0)); err == nil {
		p.breach("SetPhysics of a number too many: no error")
	}
}

// measures plays episodes up to the time limit, or a few steps, twice, and wants the same
// figures.
func (p *player) measures() {
	limit := min(p.spec.MaxSteps, 1000)
	if limit == 0 {
		limit = 10
	}
	e, err := env.NewEpisode(p.env, limit)
	p.must(err)
	figures := func(seed uint64) []uint64 {
		p.rng = rand.New(rand.NewPCG(seed, 1))
		p.must(e.Reset(seed))
		return p.playIn(e, limit)
	}
	for seed := range uint64(3) {
		first := figures(seed)
		figures(seed + 1)
		if !slices.Equal(figures(seed), first) {
			p.last("seed %d: after an episode of seed %d the same actions give other figures", seed, seed+1)
		}
	}
	names := e.Measures()
	if m, _ := env.As[env.Measured](p.env); !slices.Equal(m.Measures(), names) {
		p.breach("Measures() = %q and then %q", names, m.Measures())
	}
}

func (p *player) allocates() {
	p.spec.Act.Sample(p.rng, p.act) // which may allocate
	obs := make([]float32, len(p.episode.Obs))
	n := testing.AllocsPerRun(100, func() {
		p.env.Reset(1, obs)
		p.env.Step(p.act, obs)
	})
	if n > 0 {
		p.breach("Reset and Step allocate %v times, want 0", n)
	}
}

// closes closes the environment.
func (p *player) closes() {
	if err := p.episode.Close(); err != nil {
		p.breach("Close: %v", err)
	}
}

// Package envtest checks that an environment keeps the contract of env.Env, as testing/fstest
// does for file systems.
//
// A test of an environment is one line, Check(t, NewMyEnv()), as in ExampleCheck. Breaches
// returns the same breaches as text, for programs that are not tests.
package envtest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Check reports every breach of the contract as a test error: see Breaches.
func Check(t testing.TB, e env.Env) {
	t.Helper()
	for _, b := range Breaches(e) {
		t.Errorf("%s", b)
	}
}

// Breaches runs episodes of random actions in e, which end at the time limit as in training. It
// returns one line of text for each breach of the contract: results that depend on more than the seed and
// the actions, an observation outside its space, a reward or metric that is not finite, a State
// that does not restore, a Physics that does not return the state that was set, an Updater whose
// Update differs from its Step, a mask that allows no action, a heuristic whose actions are outside their space, a Step or Reset that allocates or panics. At
// the end it closes e if e is an io.Closer.
func Breaches(e env.Env) []string {
	p := &checker{env: e}
	if p.runPart(p.checkSpec) {
		if p.runPart(p.checkRepeats) {
			p.checkOptional()
		}
		p.checkClose()
	}
	return p.breaches
}

// checkOptional checks the optional interfaces that the environment has, and allocations.
func (p *checker) checkOptional() {
	if u, ok := p.env.(env.Updater); ok {
		p.runPart(func() { p.checkUpdater(u) })
	}
	if env.Snapshots(p.env) {
		p.runPart(p.checkRestore)
	}
	if ph, ok := p.env.(env.Physics); ok {
		p.runPart(func() { p.checkPhysics(ph) })
	}
	if _, ok := env.As[env.Measured](p.env); ok {
		p.runPart(p.checkMetrics)
	}
	if d, ok := env.AsIs[env.Demonstrator](p.env); ok {
		p.runPart(func() { p.checkHeuristic(d) })
	}
	p.runPart(p.checkAllocs)
}

// stopPart is the panic value that ends a part of the check, for example checkSpec.
type stopPart struct{}

// runPart runs a part of the check and reports whether it completed. It reports a panic of the
// environment as a breach.
func (p *checker) runPart(part func()) (completed bool) {
	defer func() {
		switch r := recover(); r {
		case nil:
			completed = true
		case stopPart{}:
		default:
			p.report("a panic: %v", r)
		}
	}()
	part()
	return
}

// report adds a breach.
func (p *checker) report(format string, args ...any) {
	p.breaches = append(p.breaches, fmt.Sprintf(format, args...))
}

// reportAndStop adds a breach and ends the current part of the check.
func (p *checker) reportAndStop(format string, args ...any) {
	p.report(format, args...)
	panic(stopPart{})
}

// stopOnError reports err, the error of an Episode, as a breach and ends the current part of the
// check. It does nothing if err is nil.
func (p *checker) stopOnError(err error) {
	if err == nil {
		return
	}
	var broken *env.Error
	if !errors.As(err, &broken) {
		p.reportAndStop("%v", err)
	}
	what := broken.Err.Error()
	if _, ok := errors.AsType[*env.PanicError](err); ok {
		what = "a " + what
	}
	p.reportAndStop("seed %d, step %d: %s", broken.Seed, broken.Step, what)
}

// A checker runs the parts of the check on one environment and collects the breaches.
type checker struct {
	breaches []string
	env      env.Env
	spec     env.Spec
	episode  *env.Episode // has no time limit; play stops it
	layout   env.Layout   // layout of observations; without parts if there is none
	longest  int          // number of steps after which an episode is not played on: MaxSteps, 1000 at most
	rng      *rand.Rand
	act      []float32
}

// maxPlay is the largest number of steps that an episode is played.
const maxPlay = 1000

// checkSpec checks that the Spec is valid and does not change.
func (p *checker) checkSpec() {
	p.spec = p.env.Spec()
	if err := p.spec.Validate(); err != nil {
		p.reportAndStop("Spec(): %v", err)
	}
	var err error
	if p.episode, err = env.NewEpisode(p.env, 0); err != nil {
		p.reportAndStop("%v", err)
	}
	p.act = make([]float32, p.spec.Act.Size())
	p.layout, _ = env.LayoutOf(p.spec.Obs)
	if p.longest = min(p.spec.MaxSteps, maxPlay); p.spec.MaxSteps == 0 {
		p.longest = maxPlay
	}
	if again := p.env.Spec(); !reflect.DeepEqual(again, p.spec) {
		p.reportAndStop("Spec() = %v and then %v", p.spec, again)
	}
}

// reset begins an episode, and a stream of random actions that depends on the seed.
func (p *checker) reset(seed uint64) {
	p.rng = rand.New(rand.NewPCG(seed, 1))
	p.stopOnError(p.episode.Reset(seed))
}

// play takes up to n steps of the running episode with random actions, but none after the longest.
// It returns the bits of all results.
func (p *checker) play(n int) []uint64 {
	return p.playEpisode(p.episode, min(n, p.longest-p.episode.Steps))
}

// playEpisode is like play, with the Episode e in place of p.episode.
func (p *checker) playEpisode(e *env.Episode, n int) (bits []uint64) {
	for step := range n + 1 {
		if !p.spec.Obs.Contains(e.Obs) {
			p.reportAndStop("seed %d, step %d: %s", e.Seed, e.Steps, p.outside(e.Obs))
		}
		bits = appendBits(bits, e)
		if step == n || !e.Running() {
			break
		}
		p.spec.Act.Sample(p.rng, p.act)
		p.stopOnError(e.Step(p.act))
		if !slices.Equal(e.Act, p.act) {
			p.reportAndStop("seed %d, step %d: Step changed the action %v to %v", e.Seed, e.Steps, p.act, e.Act)
		}
	}
	return bits
}

// outside returns the error message for an observation outside its space. It names the first
// element outside its bounds.
func (p *checker) outside(obs []float32) string {
	for i := range p.layout.Parts {
		part := &p.layout.Parts[i]
		for k, x := range obs[part.From:part.To] {
			low, high := part.Bounds(k)
			if low <= x && x <= high && (part.Kind == env.Numbers || x == float32(int(x))) {
				continue
			}
			name := part.Name + ", " + part.Element(k)
			if name = strings.Trim(name, ", "); name != "" {
				name = " (" + name + ")"
			}
			return fmt.Sprintf("observation element %d%s is %v, outside Spec().Obs: want %v … %v", part.From+k, name, x, low, high)
		}
	}
	return fmt.Sprintf("observation %v is outside Spec().Obs", obs)
}

// appendBits appends the bits of e's latest step to bits.
func appendBits(bits []uint64, e *env.Episode) []uint64 {
	for _, x := range e.Obs {
		bits = append(bits, uint64(math.Float32bits(x)))
	}
	bits = append(bits, math.Float64bits(e.Reward), bit(e.Terminated), bit(e.Truncated))
	for _, allowed := range e.Mask {
		bits = append(bits, bit(allowed))
	}
	if e.Done() {
		for _, x := range e.Metrics {
			bits = append(bits, math.Float64bits(x))
		}
	}
	return bits
}

// bit returns 1 for true and 0 for false.
func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// checkRepeats checks that the same seed and actions give the same results again, after an
// episode with another seed.
func (p *checker) checkRepeats() {
	for a := range uint64(10) {
		p.reset(a)
		first := p.play(maxPlay)
		p.reset(a + 1)
		p.play(maxPlay)
		p.reset(a)
		if !slices.Equal(p.play(maxPlay), first) {
			p.reportAndStop("seed %d: after an episode of seed %d the same actions give other results; usual causes: Reset does not set a field, or random numbers do not come from the seed", a, a+1)
		}
	}
}

// A stater wraps an environment. It gives it the method State of a state.Stater.
type stater struct{ e env.Env }

// State saves or loads the state of the environment.
func (s stater) State(st *state.State) { env.StateOf(s.e, st) }

// checkRestore saves the state in the middle of an episode, and checks that the episode continues
// in the same way after the state is loaded into another episode.
func (p *checker) checkRestore() {
	const after = 100
	p.reset(1)
	p.play(min(5, p.longest/2))
	p.stepBack()
	n := min(after, p.longest-p.episode.Steps)
	var b bytes.Buffer
	if err := state.Save(&b, stater{p.env}); err != nil {
		p.reportAndStop("saving the state: %v", err)
	}
	now := len(appendBits(nil, p.episode)) // number of bits of the latest step, which play returns first
	p.rng = rand.New(rand.NewPCG(2, 2))
	first := p.playEpisode(p.episode, n)[now:]
	p.reset(3)
	p.play(after)
	p.stepBack()
	if err := state.Load(&b, stater{p.env}); err != nil {
		p.reportAndStop("loading the state: %v", err)
	}
	p.rng = rand.New(rand.NewPCG(2, 2))
	if !slices.Equal(p.playEpisode(p.episode, n)[now:], first) {
		p.reportAndStop("a restored state goes on otherwise than it did")
	}
}

// stepBack goes back one step if the episode is over, so that the episode can continue.
func (p *checker) stepBack() {
	if !p.episode.Running() {
		p.stopOnError(p.episode.Seek(p.episode.Steps - 1))
	}
}

// checkPhysics sets the physical state of one episode in another episode, and checks that the
// environment then has this state and, if it is no WarmStarter, its observation.
func (p *checker) checkPhysics(ph env.Physics) {
	p.reset(1)
	p.play(2)
	x, obs, got := ph.Physics(nil), slices.Clone(p.episode.Obs), make([]float32, len(p.episode.Obs))
	p.reset(2)
	if err := ph.SetPhysics(x); err != nil {
		p.report("SetPhysics(%v), which Physics gave: %v", x, err)
	}
	if got := ph.Physics(nil); !slices.Equal(got, x) {
		p.report("SetPhysics(%v), and then Physics is %v", x, got)
	}
	_, solves := ph.(env.WarmStarter) // after a step its observation may be from shortly before the state
	if ph.Observe(got); !solves && !slices.Equal(got, obs) {
		p.report("SetPhysics(%v), and then the observation is %v, want %v", x, got, obs)
	}
	if err := ph.SetPhysics(append(x, 0)); err == nil {
		p.report("SetPhysics of a number too many: no error")
	}
}

// checkMetrics checks that the same seed and actions give the same metrics, and that the names of
// the metrics do not change. Episodes end at the time limit or, without one, after 10 steps.
func (p *checker) checkMetrics() {
	limit := p.longest
	if p.spec.MaxSteps == 0 {
		limit = 10
	}
	e, err := env.NewEpisode(p.env, limit)
	p.stopOnError(err)
	playSeed := func(seed uint64) []uint64 {
		p.rng = rand.New(rand.NewPCG(seed, 1))
		p.stopOnError(e.Reset(seed))
		return p.playEpisode(e, limit)
	}
	for seed := range uint64(3) {
		first := playSeed(seed)
		playSeed(seed + 1)
		if !slices.Equal(playSeed(seed), first) {
			p.reportAndStop("seed %d: after an episode of seed %d the same actions give other metrics", seed, seed+1)
		}
	}
	names := e.Measures()
	if m, _ := env.As[env.Measured](p.env); !slices.Equal(m.Measures(), names) {
		p.report("Measures() = %q and then %q", names, m.Measures())
	}
}

// checkAllocs checks that Reset and Step allocate nothing.
func (p *checker) checkAllocs() {
	p.spec.Act.Sample(p.rng, p.act) // Sample may allocate, so it is called here, before allocations are counted
	obs := make([]float32, len(p.episode.Obs))
	n := testing.AllocsPerRun(100, func() {
		p.env.Reset(1, obs)
		p.env.Step(p.act, obs)
	})
	if n > 0 {
		p.report("Reset and Step allocate %v times, want 0", n)
	}
}

// checkClose closes the environment.
func (p *checker) checkClose() {
	if err := p.episode.Close(); err != nil {
		p.report("Close: %v", err)
	}
}

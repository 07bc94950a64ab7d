// Package envtest checks that an environment keeps the Env contract,
// as testing/fstest does for file systems.
package envtest

import (
	"bytes"
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
// their space, rewards that are no numbers, a State that does not restore, a
// Physics that does not read back what was set, a mask that allows nothing, a Step
// or Reset that allocates or panics.
func Breaches(e env.Env) []string {
	p := &player{e: e}
	p.try(p.describes)
	if len(p.breaches) > 0 {
		return p.breaches
	}
	p.obs, p.act = make([]float32, p.spec.Obs.Size()), make([]float32, p.spec.Act.Size())
	if !p.try(p.repeats) {
		return p.breaches
	}
	if env.Snapshots(e) {
		p.try(p.restores)
	}
	if ph, ok := e.(env.Physics); ok {
		p.try(func() { p.reads(ph) })
	}
	if m, ok := env.As[env.Masker](e); ok {
		p.try(func() { p.masks(m) })
	}
	p.try(p.allocates)
	return p.breaches
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
			p.breach("seed %d, step %d: a panic: %v", p.seed, p.step, r)
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

type player struct {
	breaches []string
	e        env.Env
	spec     env.Spec
	rng      *rand.Rand
	obs, act []float32
	seed     uint64
	step     int  // of the episode
	done     bool // the episode is over
}

// describes holds the Spec to its own terms.
func (p *player) describes() {
	p.spec = p.e.Spec()
	if err := p.spec.Validate(); err != nil {
		p.last("Spec(): %v", err)
	}
	if again := p.e.Spec(); !reflect.DeepEqual(again, p.spec) {
		p.breach("Spec() = %v and then %v", p.spec, again)
	}
}

// begin starts an episode and its stream of actions.
func (p *player) begin(seed uint64) {
	p.rng = rand.New(rand.NewPCG(seed, 1))
	p.seed, p.step, p.done = seed, 0, false
	p.e.Reset(seed, p.obs)
}

// play takes up to n steps of the running episode and returns the bits of all it saw.
func (p *player) play(n int) (bits []uint64) {
	for step := range n + 1 {
		if !p.spec.Obs.Contains(p.obs) {
			p.last("step %d: observation %v is outside Spec().Obs", step, p.obs)
		}
		for _, x := range p.obs {
			if x-x != 0 {
				p.last("step %d: observation %v is not finite", step, p.obs)
			}
			bits = append(bits, uint64(math.Float32bits(x)))
		}
		if step == n {
			break
		}
		p.spec.Act.Sample(p.rng, p.act)
		given := slices.Clone(p.act)
		p.step++
		out := p.e.Step(p.act, p.obs)
		if out.Reward-out.Reward != 0 {
			p.last("step %d: reward %v", step, out.Reward)
		}
		if !slices.Equal(p.act, given) {
			p.last("step %d: Step changed the action %v to %v", step, given, p.act)
		}
		bits = append(bits, math.Float64bits(out.Reward), flag(out.Terminated), flag(out.Truncated))
		p.done = out.Done()
		if p.done {
			break
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
		p.begin(a)
		first := p.play(1000)
		p.begin(a + 1)
		p.play(1000)
		p.begin(a)
		if !slices.Equal(p.play(1000), first) {
			p.last("seed %d: after an episode of seed %d the same actions give other results", a, a+1)
		}
	}
}

type snapshot struct{ e env.Env }

func (s snapshot) State(st *state.State) { env.StateOf(s.e, st) }

// restores goes back to a step in mid-episode and plays on from there twice.
func (p *player) restores() {
	const after = 100
	p.begin(1)
	p.play(5)
	for before := 4; p.done; before-- { // of an episode that short
		p.begin(1)
		p.play(before)
	}
	var b bytes.Buffer
	if err := state.Save(&b, snapshot{p.e}); err != nil {
		p.last("saving the state: %v", err)
	}
	obs := slices.Clone(p.obs)
	p.rng = rand.New(rand.NewPCG(2, 2))
	first := p.play(after)
	p.begin(3)
	p.play(after)
	if err := state.Load(&b, snapshot{p.e}); err != nil {
		p.last("loading the state: %v", err)
	}
	copy(p.obs, obs)
	p.rng = rand.New(rand.NewPCG(2, 2))
	if !slices.Equal(p.play(after), first) {
		p.last("a restored state goes on otherwise than it did")
	}
}

// reads sets the physical state of a step of one episode in another, and wants
// it back, the observation too.
func (p *player) reads(ph env.Physics) {
	p.begin(1)
	p.play(2)
	x, obs := ph.Physics(nil), slices.Clone(p.obs)
	p.begin(2)
	if err := ph.SetPhysics(x); err != nil {
		p.breach("SetPhysics(%v), which Physics gave: %v", x, err)
	}
	if got := ph.Physics(nil); !slices.Equal(got, x) {
		p.breach("SetPhysics(%v), and then Physics is %v", x, got)
	}
	if ph.Observe(p.obs); !slices.Equal(p.obs, obs) {
		p.breach("SetPhysics(%v), and then the observation is %v, want %v", x, p.obs, obs)
	}
	if err := ph.SetPhysics(append(x, 0)); err == nil {
		p.breach("SetPhysics of a number too many: no error")
	}
}

// masks wants of every state one action at least that can be taken: one value of each
// choice.
func (p *player) masks(m env.Masker) {
	l, err := env.LayoutOf(p.spec.Act)
	if err != nil {
		p.last("%v", err)
	}
	choices, ok := l.Choices()
	if !ok {
		p.last("it masks actions that are %s, want a choice (Discrete), choices (MultiDiscrete) or bits (MultiBinary)", env.Describe(p.spec.Act))
	}
	allowed := make([]bool, l.MaskSize())
	for seed := range uint64(10) {
		p.begin(seed)
		for step := 0; step < 100 && !p.done; step++ {
			m.Mask(allowed)
			for rest, i := allowed, 0; i < len(choices); i++ {
				if !slices.Contains(rest[:choices[i]], true) {
					p.last("step %d: the mask allows no action", step)
				}
				rest = rest[choices[i]:]
			}
			p.play(1)
		}
	}
}

func (p *player) allocates() {
	p.spec.Act.Sample(p.rng, p.act) // which may allocate
	n := testing.AllocsPerRun(100, func() {
		p.e.Reset(1, p.obs)
		p.e.Step(p.act, p.obs)
	})
	if n > 0 {
		p.breach("Reset and Step allocate %v times, want 0", n)
	}
}

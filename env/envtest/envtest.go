// Package envtest checks that an environment keeps the Env contract,
// as testing/fstest does for file systems.
package envtest

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Check runs episodes of random actions in e and reports every breach: results
// that depend on more than seed and actions, observations outside their space,
// rewards that are no numbers, a State that does not restore, a Physics that
// does not read back what was set, a Step or Reset that allocates.
func Check(t testing.TB, e env.Env) {
	t.Helper()
	spec := e.Spec()
	p := &player{t: t, e: e, spec: spec,
		obs: make([]float32, spec.Obs.Size()), act: make([]float32, spec.Act.Size())}
	p.describes()
	p.repeats()
	if env.Snapshots(e) {
		p.restores()
	}
	if ph, ok := e.(env.Physics); ok {
		p.reads(ph)
	}
	p.allocates()
}

type player struct {
	t        testing.TB
	e        env.Env
	spec     env.Spec
	rng      *rand.Rand
	obs, act []float32
	done     bool // the episode is over
}

// describes holds the Spec to its own terms.
func (p *player) describes() {
	if _, err := env.ParseID(p.spec.ID); err != nil {
		p.t.Errorf("Spec().ID: %v", err)
	}
	if p.spec.MaxSteps < 0 {
		p.t.Errorf("Spec().MaxSteps = %d, want 0 for none, or more", p.spec.MaxSteps)
	}
	if again := p.e.Spec(); !reflect.DeepEqual(again, p.spec) {
		p.t.Errorf("Spec() = %v and then %v", p.spec, again)
	}
}

// begin starts an episode and its stream of actions.
func (p *player) begin(seed uint64) {
	p.rng = rand.New(rand.NewPCG(seed, 1))
	p.e.Reset(seed, p.obs)
	p.done = false
}

// play takes up to n steps of the running episode and returns the bits of all it saw.
func (p *player) play(n int) (bits []uint64) {
	for step := range n + 1 {
		if !p.spec.Obs.Contains(p.obs) {
			p.t.Fatalf("step %d: observation %v is outside Spec().Obs", step, p.obs)
		}
		for _, x := range p.obs {
			if x-x != 0 {
				p.t.Fatalf("step %d: observation %v is not finite", step, p.obs)
			}
			bits = append(bits, uint64(math.Float32bits(x)))
		}
		if step == n {
			break
		}
		p.spec.Act.Sample(p.rng, p.act)
		given := slices.Clone(p.act)
		out := p.e.Step(p.act, p.obs)
		if out.Reward-out.Reward != 0 {
			p.t.Fatalf("step %d: reward %v", step, out.Reward)
		}
		if !slices.Equal(p.act, given) {
			p.t.Fatalf("step %d: Step changed the action %v to %v", step, given, p.act)
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
			p.t.Fatalf("seed %d: after an episode of seed %d the same actions give other results", a, a+1)
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
		p.t.Fatalf("saving the state: %v", err)
	}
	obs := slices.Clone(p.obs)
	p.rng = rand.New(rand.NewPCG(2, 2))
	first := p.play(after)
	p.begin(3)
	p.play(after)
	if err := state.Load(&b, snapshot{p.e}); err != nil {
		p.t.Fatalf("loading the state: %v", err)
	}
	copy(p.obs, obs)
	p.rng = rand.New(rand.NewPCG(2, 2))
	if !slices.Equal(p.play(after), first) {
		p.t.Fatal("a restored state goes on otherwise than it did")
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
		p.t.Errorf("SetPhysics(%v), which Physics gave: %v", x, err)
	}
	if got := ph.Physics(nil); !slices.Equal(got, x) {
		p.t.Errorf("SetPhysics(%v), and then Physics is %v", x, got)
	}
	if ph.Observe(p.obs); !slices.Equal(p.obs, obs) {
		p.t.Errorf("SetPhysics(%v), and then the observation is %v, want %v", x, p.obs, obs)
	}
	if err := ph.SetPhysics(append(x, 0)); err == nil {
		p.t.Errorf("SetPhysics of a number too many: no error")
	}
}

func (p *player) allocates() {
	p.spec.Act.Sample(p.rng, p.act) // which may allocate
	n := testing.AllocsPerRun(100, func() {
		p.e.Reset(1, p.obs)
		p.e.Step(p.act, p.obs)
	})
	if n > 0 {
		p.t.Errorf("Reset and Step allocate %v times, want 0", n)
	}
}

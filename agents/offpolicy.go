package agents

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// Replay is how an off-policy agent remembers, and how often it learns from that.
type Replay struct {
	LearningRate   optim.Schedule `yaml:"learning_rate"`   // α
	BufferSize     int            `yaml:"buffer_size"`     // transitions remembered
	LearningStarts int            `yaml:"learning_starts"` // steps taken at random before learning starts
	BatchSize      int            `yaml:"batch_size"`      // transitions in a minibatch
	Gamma          float32        `yaml:"gamma"`           // discount γ
	Tau            float32        `yaml:"tau"`             // share of the networks in their targets' next values, τ
	TrainFreq      int            `yaml:"train_freq"`      // steps of each environment between updates
	GradientSteps  int            `yaml:"gradient_steps"`  // updates then; -1: as many as steps were taken
	NSteps         int            `yaml:"n_steps"`         // steps of a transition
	Prioritized    bool           `yaml:"prioritized"`     // surprising transitions are drawn more often
	PriorityAlpha  float64        `yaml:"priority_alpha"`  // how much more, α
	PriorityBeta   float64        `yaml:"priority_beta"`   // how far weights make up for it at the start, β; fully at the end
}

// DefaultReplay returns the settings that Stable-Baselines3's DDPG, TD3 and SAC have.
func DefaultReplay() Replay {
	return Replay{
		LearningRate: optim.Constant(1e-3), BufferSize: 1_000_000, LearningStarts: 100, BatchSize: 256, Gamma: 0.99, Tau: 0.005,
		TrainFreq: 1, GradientSteps: 1, NSteps: 1, PriorityAlpha: 0.6, PriorityBeta: 0.4,
	}
}

// Memory is what the buffer takes, in bytes, for environments of spec.
func (r *Replay) Memory(spec env.Spec) int {
	size := replay.Size(spec, r.BufferSize)
	if r.Prioritized {
		size += replay.SumTreeSize(r.BufferSize)
	}
	return size
}

// Discount is γ.
func (r *Replay) Discount() float32 { return r.Gamma }

func (r *Replay) rules() []rule {
	return []rule{
		{weight(r.LearningRate.Start()), "learning_rate", r.LearningRate, "0 or more"},
		{r.BufferSize >= 1, "buffer_size", r.BufferSize, "1 or more"},
		{r.LearningStarts >= 0, "learning_starts", r.LearningStarts, "0 or more"},
		{1 <= r.BatchSize && r.BatchSize <= 1<<20, "batch_size", r.BatchSize, "1 … 1048576"},
		{unit(r.Gamma), "gamma", r.Gamma, "0 … 1"},
		{unit(r.Tau), "tau", r.Tau, "0 … 1"},
		{1 <= r.TrainFreq && r.TrainFreq <= 1<<20, "train_freq", r.TrainFreq, "1 … 1048576"},
		{r.GradientSteps == -1 || r.GradientSteps >= 1, "gradient_steps", r.GradientSteps, "1 or more, or -1"},
		{1 <= r.NSteps && r.NSteps <= 1<<10, "n_steps", r.NSteps, "1 … 1024"},
		{unit(r.PriorityAlpha), "priority_alpha", r.PriorityAlpha, "0 … 1"},
		{unit(r.PriorityBeta), "priority_beta", r.PriorityBeta, "0 … 1"},
	}
}

// offPolicy is what agents are made of that learn from all they remember.
type offPolicy struct {
	horizon
	r           *Replay
	src         rand.PCG
	rng         *rand.Rand
	vec         env.Vector
	buffer      replay.Buffer
	prioritized *replay.Prioritized // its Sampler; nil if all transitions are equally likely
	batch       *replay.Batch
	stats       Stats
	rate        float64 // in this iteration

	now, act, bounded []float32 // [N, O] what to act on next; [N, A] as it is remembered, and as the environments get it
	wanted, errs      []float32 // [B] what the critics learn, and the errors that they had before
	mask              []bool    // [N, choices] what can be done next; nil where everything always can
	dice              *actionRand
	tapes             []*tape.Tape
	opts              []*optim.Optimizer

	// Of the algorithm.
	random, explore func(rng []rand.PCG)  // write act: before learning starts, and afterwards
	bound           func(act []float32)   // brings bounded into the action space, in place
	ended           func(res *env.Result) // is told of each step
	update          func()                // learns from batch, and writes errs
	params          []*tape.Param         // that are learned
	followers       []follower
	sharers         []nn.Sharer
}

// connect makes the environments and the buffer.
func (o *offPolicy) connect(mk env.Maker, s *Setup, r *Replay) (err error) {
	o.r = r
	o.end(s, scheduled{"learning_rate", r.LearningRate})
	if o.vec, err = mk(s.NEnvs); err != nil {
		return err
	}
	o.src.Seed(env.Split(s.Seed, 0), 0)
	o.rng = rand.New(&o.src)
	first, err := o.vec.Reset(env.Split(s.Seed, 1))
	if err != nil {
		return err
	}
	spec, floats := o.vec.Spec(), func(n int) []float32 { return make([]float32, n) }
	if o.buffer, o.prioritized, err = r.buffer(spec, first); err != nil {
		return err
	}
	a := s.NEnvs * spec.Act.Size()
	o.mask, o.dice = slices.Clone(first.Mask), newActionRand(s.Seed, 0, s.NEnvs)
	o.now, o.act, o.bounded = append(floats(0), first.Obs...), floats(a), floats(a)
	o.batch, o.wanted, o.errs = replay.NewBatch(spec, r.BatchSize), floats(r.BatchSize), floats(r.BatchSize)
	return nil
}

// buffer makes what r describes for environments that begin as first says. The
// Prioritized is nil if all transitions are equally likely.
func (r *Replay) buffer(spec env.Spec, first *env.Result) (replay.Buffer, *replay.Prioritized, error) {
	ring, err := replay.NewRing(spec, r.BufferSize, first)
	if err != nil {
		return replay.Buffer{}, nil, err
	}
	b := replay.Buffer{Store: ring, Sampler: replay.Uniform{}, View: replay.OneStep{Gamma: r.Gamma}}
	if r.NSteps > 1 {
		b.View = &replay.NSteps{Gamma: r.Gamma, N: r.NSteps}
	}
	if !r.Prioritized {
		return b, nil, nil
	}
	p := replay.NewPrioritized(ring.Rows(), r.PriorityAlpha, r.PriorityBeta)
	b.Sampler = p
	return b, p, nil
}

// offPolicyIteration is how many steps of all environments an iteration has at
// least: some milliseconds.
const offPolicyIteration = 64

// learn iterates on several cores.
func (o *offPolicy) learn(until int) error {
	cores := parallel.Start(o.setup.cores(2))
	defer cores.Stop()
	for _, t := range o.tapes {
		t.Share(cores)
	}
	for _, opt := range o.opts {
		opt.Share(cores)
	}
	for _, s := range o.sharers {
		s.Share(cores)
	}
	return o.iterateUntil(until, &o.stats, o)
}

// iterate takes steps and makes the updates for them.
func (o *offPolicy) iterate() error {
	o.schedule()
	for taken := 0; taken < offPolicyIteration; taken += o.r.TrainFreq * o.setup.NEnvs {
		if err := o.interact(); err != nil {
			return err
		}
	}
	return o.check()
}

// schedule reads the schedules at the start of an iteration.
func (o *offPolicy) schedule() {
	step := o.stats.Steps()
	o.rate = o.r.LearningRate.At(step, o.setup.Steps)
	for _, opt := range o.opts {
		opt.Rate = float32(o.rate)
	}
	if o.prioritized != nil {
		done := min(1, float64(step)/float64(o.setup.Steps))
		o.prioritized.Beta = o.r.PriorityBeta + (1-o.r.PriorityBeta)*done
	}
}

// interact takes TrainFreq steps of each environment and makes the updates for
// them.
func (o *offPolicy) interact() error {
	for range o.r.TrainFreq {
		if err := o.step(); err != nil {
			return err
		}
	}
	if o.stats.Steps() <= o.r.LearningStarts {
		return nil
	}
	updates := o.r.GradientSteps
	if updates < 0 {
		updates = o.r.TrainFreq * o.setup.NEnvs
	}
	for range updates {
		o.buffer.Sample(o.rng, o.batch)
		o.update()
		o.buffer.Sampler.Learned(o.batch.Index, o.errs)
	}
	return nil
}

// step takes one step of each environment.
func (o *offPolicy) step() error {
	rng := o.dice.at(o.stats.Steps() / o.setup.NEnvs)
	if o.stats.Steps() < o.r.LearningStarts {
		o.random(rng)
	} else {
		o.explore(rng)
	}
	copy(o.bounded, o.act)
	o.bound(o.bounded)
	res, err := o.vec.Step(o.bounded)
	if err != nil {
		return blame(err, o.params, o.stats.Steps(), o.stats.peak)
	}
	o.buffer.Add(o.act, res)
	o.stats.Add(res)
	copy(o.now, res.Obs)
	copy(o.mask, res.Mask)
	o.ended(res)
	return nil
}

// A follower is a target network, with the network that it follows.
type follower struct{ target, source nn.Network }

// blend moves the targets towards what they follow, by τ.
func (o *offPolicy) blend() {
	for _, f := range o.followers {
		nn.Follow(f.target, f.source, o.r.Tau)
	}
}

// targets sets wanted to y = r + γⁿ V(s'), where value is V of the batch's Next.
func (o *offPolicy) targets(value []float32) {
	f32.Mul(o.wanted, o.batch.Discount, value)
	f32.Add(o.wanted, o.wanted, o.batch.Reward)
}

// check returns an error where learning has broken the networks.
func (o *offPolicy) check() error {
	for _, t := range o.tapes {
		if err := t.Err(); err != nil {
			return err
		}
	}
	return checkFinite(o.params, o.stats.Steps(), o.stats.peak)
}

// uniform writes an action of numbers uniform in [-1, 1].
func (o *offPolicy) uniform(rng []rand.PCG) {
	a := len(o.act) / len(rng)
	for i := range rng {
		row := rand.New(&rng[i])
		for j := i * a; j < (i+1)*a; j++ {
			o.act[j] = float32(2*row.Float64() - 1)
		}
	}
}

// State visits the generator, the memory, the optimisers, the environments and the
// books.
func (o *offPolicy) State(s *state.State) {
	s.PCG("rng", &o.src)
	s.Floats("now", o.now)
	s.Bools("mask", o.mask)
	for _, opt := range o.opts {
		opt.State(s)
	}
	s.All(o.buffer, o.vec, &o.stats)
}

// errorf names the algorithm that an error is of.
func errorf(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("agents: %s: %w", name, err)
}

package agents

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/optim"
)

// td acts ε-greedily in environments and learns from each step by temporal differences:
// the loop of the tabular and the linear agents. An action has a number, the last choice
// counting up first where it is several.
type td struct {
	setup        *Setup
	target       target
	gamma        float64
	learningRate optim.Schedule
	exploration  *Exploration
	src          rand.PCG
	rng          *rand.Rand // draws the table that learns, and actions that are valued but not taken
	play         player
	choices      []int // number of values of each choice of an action
	actions      int   // their product

	o, m      int       // floats of an observation, choices of a mask
	act       []int64   // [N] numbers of the actions that are taken next
	rows      []float32 // [N, A] the actions as the environments get them
	taken     tdStep    // scratch: the step that is learned from
	rate, eps float64   // in this iteration
	errors    mean      // of its TD errors, squared
	metrics   []Metric
}

// A tdLearner has the values of actions, and learns them.
type tdLearner interface {
	// values returns the values [actions] for an observation [O] by which the agent acts,
	// until the next call.
	values(obs []float32) []float32

	// best returns the best action by such values among those that a mask [M] allows. A
	// nil mask allows all.
	best(q []float32, mask []bool) int

	learn(i int, s *tdStep) // learns from a step of environment i
	check() error           // returns an error where a value is not finite
}

// A tdStep is a step of one environment.
type tdStep struct {
	obs, next        []float32 // [O]
	mask, nextMask   []bool    // [M] allowed actions there; nil without masks
	q                []float32 // [actions] values at next, by which the agent acts; nil after a terminal state
	act, nextAct     int       // SARSA's next action; 0 for other targets and after a terminal state
	reward           float64
	terminated, done bool
}

// connect makes the environments and the books. The constructor of the values checks the
// spaces.
func (o *td) connect(mk env.Maker) (err error) {
	n := o.setup.NEnvs
	if _, err = o.play.makeEnvs(mk, o.setup.Seed, 0, n); err != nil {
		return err
	}
	act, err := env.LayoutOf(o.play.vec.Spec().Act)
	if err != nil {
		return err
	}
	o.choices, _ = act.Choices()
	o.actions = 1
	for _, k := range o.choices {
		o.actions *= k
	}
	o.src.Seed(env.Split(o.setup.Seed, 0), 0)
	o.rng = rand.New(&o.src)
	o.o, o.m = len(o.play.obs)/n, len(o.play.mask)/n
	o.act, o.rows = make([]int64, n), make([]float32, n*act.Size)
	o.eps = o.exploration.eps(0, o.setup.Steps)
	return nil
}

// scheduled returns the settings that follow schedules.
func (o *td) scheduled() []scheduled {
	return append(o.exploration.schedules(), scheduled{"learning_rate", o.learningRate})
}

// Close closes the environments.
func (o *td) Close() error { return o.play.Close() }

// tdIteration is the least number of steps of an iteration, over all environments.
const tdIteration = 256

// interact takes the steps of an iteration, learns from each, and checks the values.
func (o *td) interact(l tdLearner) error {
	o.schedule()
	for taken := 0; taken < tdIteration; taken += o.setup.NEnvs {
		if err := o.step(l); err != nil {
			return err
		}
	}
	return l.check()
}

// schedule reads the schedules at the start of an iteration.
func (o *td) schedule() {
	step := o.play.stats.Steps()
	o.rate = o.learningRate.At(step, o.setup.Steps)
	o.eps = o.exploration.eps(step, o.setup.Steps)
	o.errors = mean{}
}

// step takes one step in each environment, and learns from them in their order. SARSA
// has chosen the actions when it learned from the step before.
func (o *td) step(l tdLearner) error {
	k := o.play.acted
	if rng := o.play.dice.at(k); o.target != sarsa || k == 0 {
		for i := range o.act {
			o.act[i] = int64(o.choose(l, rand.New(&rng[i]), l.values(f32.Row(o.play.obs, i, o.o)), f32.Row(o.play.mask, i, o.m)))
		}
	}
	for i, act := range o.act {
		o.write(o.rows[i*len(o.choices):], int(act))
	}
	res, err := o.play.vec.Step(o.rows)
	if err != nil {
		return err
	}
	if o.target == sarsa {
		o.play.dice.at(k + 1)
	}
	for i := range o.act {
		o.learnFrom(l, i, res)
	}
	o.play.see(res)
	return nil
}

// learnFrom learns from environment i's step. The generator is of its next action, which
// SARSA chooses now.
func (o *td) learnFrom(l tdLearner, i int, res *env.Result) {
	rng := rand.New(&o.play.dice.rng[i])
	s := &o.taken
	s.obs, s.mask, s.act = f32.Row(o.play.obs, i, o.o), f32.Row(o.play.mask, i, o.m), int(o.act[i])
	s.next, s.nextMask, s.nextAct = f32.Row(res.Next, i, o.o), f32.Row(res.Mask, i, o.m), 0
	s.reward, s.terminated, s.done = res.Reward[i], res.Terminated[i], res.Done(i)
	if s.done {
		s.nextMask = f32.Row(res.NextMask, i, o.m)
	}
	if s.q = nil; !s.terminated {
		s.q = l.values(s.next)
	}
	switch {
	case o.target != sarsa || s.terminated:
	case s.done: // an action that is valued, but not taken
		s.nextAct = o.choose(l, o.rng, s.q, s.nextMask)
	default:
		s.nextAct = o.choose(l, rng, s.q, s.nextMask)
		o.act[i] = int64(s.nextAct)
	}
	l.learn(i, s)
	if o.target == sarsa && s.done {
		o.act[i] = int64(o.choose(l, rng, l.values(f32.Row(res.Obs, i, o.o)), f32.Row(res.Mask, i, o.m)))
	}
}

// choose returns an action, ε-greedy by its values among those that a mask allows.
func (o *td) choose(l tdLearner, rng *rand.Rand, q []float32, mask []bool) int {
	if o.eps > 0 && rng.Float64() < o.eps {
		return o.any(rng, mask)
	}
	return l.best(q, mask)
}

// any returns any action that a mask allows, all with the same probability.
func (o *td) any(rng *rand.Rand, mask []bool) (act int) {
	if mask == nil {
		return rng.IntN(o.actions)
	}
	for _, n := range o.choices {
		act = act*n + anyAllowed(rng, n, mask[:n])
		mask = mask[n:]
	}
	return act
}

// write writes the row of the action with a number.
func (o *td) write(row []float32, act int) {
	for i := len(o.choices) - 1; i > 0; i-- {
		row[i] = float32(act % o.choices[i])
		act /= o.choices[i]
	}
	row[0] = float32(act)
}

// figures returns what is logged of the latest iteration.
func (o *td) figures() []Metric {
	o.metrics = append(o.metrics[:0], Metric{"exploration_rate", o.eps}, Metric{"learning_rate", o.rate}, Metric{"td_error", o.errors.mean()})
	return o.metrics
}

// State visits the generator, the running episodes and the books.
func (o *td) State(s *state.State) {
	s.Section("td", 1)
	s.PCG("td/rng", &o.src)
	s.Ints("td/act", o.act)
	o.play.State(s)
	if s.Loading() {
		s.Fail(o.checkLoaded())
	}
}

// checkLoaded returns an error where a loaded observation or action cannot be.
func (o *td) checkLoaded() error {
	space := o.play.vec.Spec().Obs
	l, err := env.LayoutOf(space)
	if err != nil {
		return err
	}
	_, choices := l.Choices()
	for i, act := range o.act {
		obs := f32.Row(o.play.obs, i, o.o)
		for _, v := range obs {
			if v-v != 0 {
				return fmt.Errorf("agents: environment %d shows %v", i, obs)
			}
		}
		if choices && !space.Contains(obs) || act < 0 || act >= int64(o.actions) {
			return fmt.Errorf("agents: environment %d shows %v and takes action %d of %d", i, obs, act, o.actions)
		}
	}
	return nil
}

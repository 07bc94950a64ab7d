package agents

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/optim"
)

// td is the part that the tabular and the linear agents have in common: it acts ε-greedily and
// learns from each step by temporal-difference learning. Each action has an index. If an action
// has several choices, the indices number all combinations, and the last choice changes fastest.
type td struct {
	setup        *Setup
	target       targetKind
	gamma        float64
	learningRate optim.Schedule
	exploration  *Exploration
	src          rand.PCG   // source of rng
	rng          *rand.Rand // random generator for double Q-learning's table and SARSA's a' after a truncation
	play         player
	choices      []int // number of values of each choice of an action
	actions      int   // number of actions: the product of choices

	obsSize, maskSize int       // floats in an observation, bools in a mask
	act               []int64   // [N] indices of the next actions
	actRows           []float32 // [N, A] the next actions as the environments get them
	current           tdStep    // scratch: the step that the agent learns from
	rate, eps         float64   // learning rate and ε in this iteration
	squaredErrors     mean      // mean of the squared TD errors in this iteration
	metricBuf         []Metric
}

// A tdLearner has action values and learns them. Tabular and Linear are its implementations.
type tdLearner interface {
	// values returns the values [actions] of all actions at an observation [O]. The agent
	// chooses its actions with them. They are valid until the next call.
	values(obs []float32) []float32

	// best returns the action with the largest value in q [actions] among the actions that
	// mask [M] allows. A nil mask allows all actions.
	best(q []float32, mask []bool) int

	learn(i int, s *tdStep) // updates the values with a step of environment i
	check() error           // returns an error if a value is not finite
}

// A tdStep is a step (s, a, r, s', a') of one environment.
type tdStep struct {
	obs, next        []float32 // [O] observations of s and s'
	mask, nextMask   []bool    // [M] allowed actions at s and s'; nil if the environments have no masks
	nextQ            []float32 // [actions] action values at s'; nil if s' is terminal
	act, nextAct     int       // actions a and SARSA's a'; a' is 0 for other targets and if s' is terminal
	reward           float64
	terminated, done bool
}

// initTD makes the environments. The constructor of the values checks their spaces.
func (o *td) initTD(mk env.Maker) (err error) {
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
	o.obsSize, o.maskSize = len(o.play.obs)/n, len(o.play.mask)/n
	o.act, o.actRows = make([]int64, n), make([]float32, n*act.Size)
	o.eps = o.exploration.eps(0, o.setup.Steps)
	return nil
}

// allSchedules returns the schedules of ε and of the learning rate.
func (o *td) allSchedules() []namedSchedule {
	return append(o.exploration.schedules(), namedSchedule{"learning_rate", o.learningRate})
}

// Close closes the environments.
func (o *td) Close() error { return o.play.Close() }

// tdIterationSteps is the smallest number of environment steps in an iteration, counted over all
// environments.
const tdIterationSteps = 256

// interact runs one iteration: it takes steps and learns from each step. It returns an error if
// the values are not finite afterwards.
func (o *td) interact(l tdLearner) error {
	o.readSchedules()
	for taken := 0; taken < tdIterationSteps; taken += o.setup.NEnvs {
		if err := o.step(l); err != nil {
			return err
		}
	}
	return l.check()
}

// readSchedules sets the learning rate and ε for an iteration.
func (o *td) readSchedules() {
	step := o.play.stats.Steps()
	o.rate = o.learningRate.At(step, o.setup.Steps)
	o.eps = o.exploration.eps(step, o.setup.Steps)
	o.squaredErrors = mean{}
}

// step takes one step in each environment and learns from the steps in the order of the
// environments. SARSA chooses the actions of a step when it learns from the step before.
func (o *td) step(l tdLearner) error {
	k := o.play.actionCount
	if rng := o.play.actionRngs.forAction(k); o.target != sarsa || k == 0 {
		for i := range o.act {
			o.act[i] = int64(o.epsilonGreedy(l, rand.New(&rng[i]), l.values(f32.Row(o.play.obs, i, o.obsSize)), f32.Row(o.play.mask, i, o.maskSize)))
		}
	}
	for i, act := range o.act {
		o.writeAction(o.actRows[i*len(o.choices):], int(act))
	}
	res, err := o.play.vec.Step(o.actRows)
	if err != nil {
		return err
	}
	if o.target == sarsa {
		o.play.actionRngs.forAction(k + 1)
	}
	for i := range o.act {
		o.learnFrom(l, i, res)
	}
	o.play.record(res)
	return nil
}

// learnFrom learns from the step of environment i. For SARSA it first samples the next action a'
// with the action's own generator. If the episode was truncated, a' is only for the target: it is
// sampled with o.rng, and the next episode's first action is sampled after learning.
func (o *td) learnFrom(l tdLearner, i int, res *env.Result) {
	rng := rand.New(&o.play.actionRngs.rngs[i])
	s := &o.current
	s.obs, s.mask, s.act = f32.Row(o.play.obs, i, o.obsSize), f32.Row(o.play.mask, i, o.maskSize), int(o.act[i])
	s.next, s.nextMask, s.nextAct = f32.Row(res.Next, i, o.obsSize), f32.Row(res.Mask, i, o.maskSize), 0
	s.reward, s.terminated, s.done = res.Reward[i], res.Terminated[i], res.Done(i)
	if s.done {
		s.nextMask = f32.Row(res.NextMask, i, o.maskSize)
	}
	if s.nextQ = nil; !s.terminated {
		s.nextQ = l.values(s.next)
	}
	switch {
	case o.target != sarsa || s.terminated:
	case s.done: // truncated: the agent does not take a'
		s.nextAct = o.epsilonGreedy(l, o.rng, s.nextQ, s.nextMask)
	default:
		s.nextAct = o.epsilonGreedy(l, rng, s.nextQ, s.nextMask)
		o.act[i] = int64(s.nextAct)
	}
	l.learn(i, s)
	if o.target == sarsa && s.done {
		o.act[i] = int64(o.epsilonGreedy(l, rng, l.values(f32.Row(res.Obs, i, o.obsSize)), f32.Row(res.Mask, i, o.maskSize)))
	}
}

// epsilonGreedy samples an ε-greedy action for the action values q, among the actions that mask
// allows.
func (o *td) epsilonGreedy(l tdLearner, rng *rand.Rand, q []float32, mask []bool) int {
	if o.eps > 0 && rng.Float64() < o.eps {
		return o.randomAction(rng, mask)
	}
	return l.best(q, mask)
}

// randomAction samples an action uniformly from the actions that mask allows.
func (o *td) randomAction(rng *rand.Rand, mask []bool) (act int) {
	if mask == nil {
		return rng.IntN(o.actions)
	}
	for _, n := range o.choices {
		act = act*n + sampleAllowed(rng, n, mask[:n])
		mask = mask[n:]
	}
	return act
}

// writeAction writes the choices of the action with index act to row [A].
func (o *td) writeAction(row []float32, act int) {
	for i := len(o.choices) - 1; i > 0; i-- {
		row[i] = float32(act % o.choices[i])
		act /= o.choices[i]
	}
	row[0] = float32(act)
}

// metrics returns the metrics of the latest iteration.
func (o *td) metrics() []Metric {
	o.metricBuf = append(o.metricBuf[:0], Metric{"exploration_rate", o.eps}, Metric{"learning_rate", o.rate}, Metric{"td_error", o.squaredErrors.mean()})
	return o.metricBuf
}

// State saves or loads the random generator, the next actions, the environments and the statistics.
func (o *td) State(s *state.State) {
	s.Section("td", 1)
	s.PCG("td/rng", &o.src)
	s.Ints("td/act", o.act)
	o.play.State(s)
	if s.Loading() {
		s.Fail(o.checkLoaded())
	}
}

// checkLoaded returns an error if a loaded observation is not in its space, or if a loaded action
// is not an index of an action.
func (o *td) checkLoaded() error {
	space := o.play.vec.Spec().Obs
	l, err := env.LayoutOf(space)
	if err != nil {
		return err
	}
	_, choices := l.Choices()
	for i, act := range o.act {
		obs := f32.Row(o.play.obs, i, o.obsSize)
		for _, v := range obs {
			if v-v != 0 {
				return fmt.Errorf("agents: the saved observation of environment %d is %v, want finite numbers", i, obs)
			}
		}
		if choices && !space.Contains(obs) || act < 0 || act >= int64(o.actions) {
			return fmt.Errorf("agents: environment %d has the saved observation %v and action %d, want an observation in its space and an action below %d", i, obs, act, o.actions)
		}
	}
	return nil
}

package agents

import (
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// LinearConfig is all settings of the linear agents. Start from DefaultLinear.
type LinearConfig struct {
	Setup        `yaml:"-"`
	LearningRate optim.Schedule `yaml:"learning_rate"` // α, of all tilings together
	Gamma        float32        `yaml:"gamma"`         // discount γ
	Exploration  `yaml:",inline"`
	Tilings      int       `yaml:"tilings"`
	Tiles        int       `yaml:"tiles"`  // of a tiling along each number observed
	Low          []float32 `yaml:"low"`    // bounds of the observations where they have none; empty: their own
	High         []float32 `yaml:"high"`   //
	QInit        float32   `yaml:"q_init"` // of every action at the start; high ones are tried before they are known
}

// DefaultLinear returns eight tilings of eight tiles.
func DefaultLinear() LinearConfig {
	return LinearConfig{
		Setup: Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}}, LearningRate: optim.Constant(0.3), Gamma: 0.99,
		Exploration: DefaultExploration(0.1, 0, 0.5), Tilings: 8, Tiles: 8,
	}
}

// Complete has nothing to write out.
func (c *LinearConfig) Complete() error { return nil }

// Discount is γ.
func (c *LinearConfig) Discount() float32 { return c.Gamma }

func (c *LinearConfig) validate() error {
	return broken(append(append(c.Setup.rules(), c.Exploration.rules()...),
		rule{c.LearningRate.Start() >= 0 && c.LearningRate.Start() <= 1, "learning_rate", c.LearningRate, "0 … 1"},
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{1 <= c.Tilings && c.Tilings <= 1024, "tilings", c.Tilings, "1 … 1024"},
		rule{1 <= c.Tiles && c.Tiles <= 1024, "tiles", c.Tiles, "1 … 1024"},
		rule{c.QInit-c.QInit == 0, "q_init", c.QInit, "a finite number"},
	))
}

// Linear learns action values that are linear in the tiles an observation is in, by
// semi-gradients of one step. Sutton and Barto 2018, section 10.1:
//
//	w ← w + α (r + γ q̂(s', a') - q̂(s, a)) ∇q̂(s, a)
//
// where a' is the next action for SARSA, and the best for Q-learning. No tape, for
// the gradient is 1 at the tiles.
type Linear struct {
	horizon
	name   string
	c      LinearConfig
	target target
	q      *policy.Tiles
	src    rand.PCG
	rng    *rand.Rand
	vec    env.Vector
	stats  Stats

	obs       []float32 // [N, O] what is acted on
	act       []float32 // [N] how
	rate, eps float64   // in this iteration
	errors    mean      // of its temporal differences, squared
	named     []Named
}

var _ Agent = (*Linear)(nil)

// NewLinearSARSA returns an agent that learns by SARSA in environments from mk.
func NewLinearSARSA(mk env.Maker, c LinearConfig) (*Linear, error) {
	return newLinear("linear SARSA", sarsa, mk, c)
}

// NewLinearQLearning returns an agent that learns by Q-learning.
func NewLinearQLearning(mk env.Maker, c LinearConfig) (*Linear, error) {
	return newLinear("linear Q-learning", qLearning, mk, c)
}

func newLinear(name string, t target, mk env.Maker, c LinearConfig) (*Linear, error) {
	a := &Linear{name: name, c: c, target: t}
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	err := c.validate()
	if err == nil {
		err = a.connect(mk)
	}
	if err != nil {
		return nil, errorf(name, err)
	}
	return a, nil
}

// connect makes the environments, and the tiles for them.
func (a *Linear) connect(mk env.Maker) (err error) {
	if a.vec, err = mk(a.c.NEnvs); err != nil {
		return err
	}
	if a.q, err = policy.NewTiles(a.vec.Spec(), a.c.Tilings, a.c.Tiles, a.c.Low, a.c.High, a.c.QInit); err != nil {
		return err
	}
	a.src.Seed(env.Split(a.c.Seed, 0), 0)
	a.rng = rand.New(&a.src)
	res, err := a.vec.Reset(env.Split(a.c.Seed, 1))
	if err != nil {
		return err
	}
	a.obs, a.act, a.eps = slices.Clone(res.Obs), make([]float32, a.c.NEnvs), a.c.ExplorationInitial
	for i := range a.act {
		a.act[i] = a.choose(a.q.Row(a.row(a.obs, i)))
	}
	return nil
}

// row is observation i.
func (a *Linear) row(obs []float32, i int) []float32 {
	o := len(a.obs) / len(a.act)
	return obs[i*o : (i+1)*o]
}

// choose returns an action, ε-greedy by their values.
func (a *Linear) choose(q []float32) float32 {
	if a.eps > 0 && a.rng.Float64() < a.eps {
		return float32(a.rng.IntN(len(q)))
	}
	return float32(f32.ArgMax(q))
}

// Policy is the tiles, which act greedily.
func (a *Linear) Policy() policy.Policy { return a.q }

// Learn takes steps, and learns from each.
func (a *Linear) Learn(until int) (Report, error) {
	err := a.iterateUntil(until, &a.stats, a)
	return a.stats.Report(a.figures()), errorf(a.name, err)
}

// iterate takes steps, learns from each, and checks the weights.
func (a *Linear) iterate() error {
	a.schedule()
	for taken := 0; taken < tabularIteration; taken += a.c.NEnvs {
		if err := a.step(); err != nil {
			return err
		}
	}
	return checkTable("the weights", a.q.W, a.stats.Steps(), a.stats.peak)
}

// schedule reads the schedules at the start of an iteration.
func (a *Linear) schedule() {
	step := a.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.eps = a.c.eps(step, a.c.Steps)
	a.errors = mean{}
}

// step takes one step in each environment, and learns from them in their order.
func (a *Linear) step() error {
	res, err := a.vec.Step(a.act)
	if err != nil {
		return err
	}
	for i, k := range a.act {
		q, following := a.q.Row(a.row(res.Next, i)), float32(0)
		if !res.Done(i) {
			following = a.choose(q)
		}
		target := res.Reward[i]
		if !res.Terminated[i] {
			best := f32.ArgMax(q)
			if a.target == sarsa && !res.Done(i) {
				best = int(following)
			}
			target += float64(float64(a.c.Gamma) * float64(q[best]))
		}
		a.learnTarget(a.row(a.obs, i), int(k), target)
		if a.act[i] = following; res.Done(i) {
			a.act[i] = a.choose(a.q.Row(a.row(res.Obs, i)))
		}
	}
	a.stats.Add(res)
	copy(a.obs, res.Obs)
	return nil
}

// learnTarget moves q̂(s, a) towards a target.
func (a *Linear) learnTarget(obs []float32, k int, target float64) {
	rows, q := a.q.Active(obs), float32(0)
	for _, row := range rows {
		q += a.q.W.Value[row*a.q.W.Cols+k]
	}
	difference := target - float64(q)
	step := float32(a.rate * difference / float64(a.c.Tilings))
	for _, row := range rows {
		a.q.W.Value[row*a.q.W.Cols+k] += step
	}
	a.errors.add(difference * difference)
}

// figures returns what is logged of the latest iteration.
func (a *Linear) figures() []Named {
	a.named = append(a.named[:0], Named{"exploration_rate", a.eps}, Named{"learning_rate", a.rate}, Named{"td_error", a.errors.mean()})
	return a.named
}

// State visits the generator, the weights, the running episodes and the books.
func (a *Linear) State(s *state.State) {
	s.PCG("linear/rng", &a.src)
	s.Floats("linear/weights", a.q.W.Value)
	s.Floats("linear/obs", a.obs)
	s.Floats("linear/act", a.act)
	s.All(a.vec, &a.stats)
}

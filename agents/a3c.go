package agents

import (
	"cmp"
	"fmt"
	"runtime"
	"sync"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A3CConfig is all of A3C's settings. Start from DefaultA3C. NEnvs are the workers.
type A3CConfig struct {
	Setup        `yaml:"-"`
	NSteps       int            `yaml:"n_steps"`       // steps of a worker between its updates, t_max
	Ordered      bool           `yaml:"ordered"`       // gradients are applied in the workers' order: the same bytes each time
	LearningRate optim.Schedule `yaml:"learning_rate"` // α
	Gamma        float32        `yaml:"gamma"`         // discount γ
	GAELambda    float32        `yaml:"gae_lambda"`    // λ; 1 is the paper's n-step return
	VFCoef       float32        `yaml:"vf_coef"`       // weight of the value loss
	EntCoef      float32        `yaml:"ent_coef"`      // weight of the entropy bonus, β
	MaxGradNorm  float32        `yaml:"max_grad_norm"` // the gradient is scaled down to this norm
	PolicyKwargs policy.Kwargs  `yaml:"policy_kwargs"`
}

// DefaultA3C returns eight workers, with the paper's β.
func DefaultA3C() A3CConfig {
	return A3CConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 8, Engine: nn.Native{}},
		NSteps: 32, Ordered: true, LearningRate: optim.Constant(1e-3), Gamma: 0.99, GAELambda: 1, VFCoef: 0.5, EntCoef: 0.01,
		MaxGradNorm: 0.5, PolicyKwargs: policy.DefaultKwargs(),
	}
}

// Complete writes out the optimiser's defaults.
func (c *A3CConfig) Complete() error { return c.PolicyKwargs.Complete(1e-5) }

// Discount is γ.
func (c *A3CConfig) Discount() float32 { return c.Gamma }

// validate returns what is wrong with the first setting that cannot be.
func (c *A3CConfig) validate() error {
	return broken(append(c.Setup.rules(),
		rule{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		rule{weight(c.LearningRate.Start()), "learning_rate", c.LearningRate, "0 or more"},
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{unit(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		rule{weight(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		rule{weight(c.EntCoef), "ent_coef", c.EntCoef, "0 or more"},
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
		rule{c.PolicyKwargs.Norm != "batch", "norm", c.PolicyKwargs.Norm, "one that keeps no averages, which workers could not share"},
	))
}

// A3C is the asynchronous advantage actor-critic: Mnih et al. 2016,
// arXiv:1602.01783, algorithm S3. Each worker is a goroutine with an environment
// and a copy of the networks. It copies the shared parameters, acts for t_max
// steps, and applies its gradient to the shared parameters with the optimiser
// that all share.
//
// Where Ordered is set, the workers act and differentiate at once, and their
// gradients are applied in their order when all are there: the same bytes on any
// number of cores. Otherwise no worker waits for another, and no two runs are the
// same. The paper's threads write to shared memory without a lock; here a lock is
// held while parameters are copied and while a gradient is applied, so that each
// worker sees the parameters of one moment, and none while it acts and
// differentiates, which takes nearly all of the time.
type A3C struct {
	horizon
	c       A3CConfig
	workers []*worker
	act     func(i int)    // has worker i act and differentiate
	cores   *parallel.Pool // while Learn runs in order
	running sync.WaitGroup // workers, while it does not
	rate    float64        // in this iteration

	mu     sync.Mutex          // guards all below while workers run
	model  *policy.ActorCritic // shared
	params []*tape.Param       // the model's parameters
	opt    *optim.Optimizer
	stats  Stats
	latest *worker // whose gradient was applied last
}

// A worker learns in its own environment with its own copy of the networks.
type worker struct {
	actorCritic
	run func() // makes its updates asynchronously
	err error  // that it stopped with
}

var _ Agent = (*A3C)(nil)

// NewA3C returns an A3C that learns in environments from mk, one to a worker.
func NewA3C(mk env.Maker, c A3CConfig) (*A3C, error) {
	a := &A3C{c: c}
	if err := a.begin(mk); err != nil {
		return nil, fmt.Errorf("agents: A3C: %w", err)
	}
	a.opt.MaxNorm = c.MaxGradNorm
	a.latest = a.workers[0]
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	a.act = func(i int) {
		w := a.workers[i]
		defer w.recovered()
		w.err = a.gradient(w)
	}
	return a, nil
}

// begin makes what can fail.
func (a *A3C) begin(mk env.Maker) error {
	if err := ready(&a.c); err != nil {
		return err
	}
	for i := range a.c.NEnvs {
		if err := a.hire(mk, env.Split(env.Split(a.c.Seed, 1), uint64(i))); err != nil {
			return err
		}
	}
	return nil
}

// hire adds a worker. With the first come the shared networks.
func (a *A3C) hire(mk env.Maker, seed uint64) (err error) {
	w, setup := new(worker), a.c.Setup
	setup.Seed, setup.NEnvs = seed, 1
	if err = w.enter(mk, &setup, 0); err != nil {
		return err
	}
	w.dice = newActionRand(a.c.Seed, len(a.workers), 1)
	if a.model == nil {
		if a.model, err = policy.NewActorCritic(w.rng, w.vec.Spec(), a.c.PolicyKwargs, nil, a.c.Engine); err != nil {
			return err
		}
		a.params = a.model.Params()
		if a.opt, err = a.c.PolicyKwargs.Optimizer(a.params); err != nil {
			return err
		}
	}
	w.model = a.model.Copy(nil)
	w.params = w.model.Params()
	w.weigh(a.c.VFCoef, a.c.EntCoef)
	w.run = func() { a.work(w) }
	first, err := w.reset(seed)
	if err != nil {
		return err
	}
	a.workers = append(a.workers, w)
	return w.begin(a.c.NSteps, first)
}

// Learn lets every worker make as many updates.
func (a *A3C) Learn(until int) (Report, error) {
	if a.c.Ordered {
		a.cores = parallel.Start(a.c.cores(a.c.NEnvs))
		defer a.cores.Stop()
	}
	err := a.iterateUntil(until, &a.stats, a)
	return a.stats.Report(a.latest.log.figures(a.rate)), errorf("A3C", err)
}

// updates is how many a worker makes in an iteration: those of some milliseconds.
const updates = 16

// iterate has each worker make its updates.
func (a *A3C) iterate() error {
	a.rate = a.c.LearningRate.At(a.stats.Steps(), a.c.Steps)
	a.opt.Rate = float32(a.rate)
	if a.c.Ordered {
		a.inOrder()
	} else {
		a.asynchronously()
	}
	if err := checkFinite(a.params, a.stats.Steps(), a.stats.peak); err != nil {
		return err
	}
	for _, w := range a.workers {
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// inOrder applies a gradient of each worker, all of the same parameters, before
// any goes on.
func (a *A3C) inOrder() {
	for range updates {
		a.cores.Run(len(a.workers), parallel.Func(a.act))
		for _, w := range a.workers {
			if w.err != nil {
				return
			}
			a.apply(w)
		}
	}
}

// asynchronously lets each worker go on at its own pace, as the paper does.
func (a *A3C) asynchronously() {
	a.running.Add(len(a.workers))
	for _, w := range a.workers {
		go w.run()
	}
	a.running.Wait()
}

// work is w's goroutine.
func (a *A3C) work(w *worker) {
	defer a.running.Done()
	defer w.recovered()
	for i := 0; i < updates && w.err == nil; i++ {
		if w.err = a.gradient(w); w.err == nil {
			a.apply(w)
		}
		runtime.Gosched() // where workers share a core, they take turns
	}
}

// recovered makes a panic the error that the worker stopped with. An environment's is
// an *env.Error of the worker's Vector before it comes here.
func (w *worker) recovered() {
	if p := recover(); p != nil {
		w.err = fmt.Errorf("a worker in %s, %d steps after its latest gradient: %w", w.vec.Spec().ID, w.stats.Steps(), parallel.Recovered(p))
	}
}

// gradient acts for t_max steps by the shared parameters, and leaves the
// gradient of what came of it in w's.
func (a *A3C) gradient(w *worker) error {
	a.mu.Lock()
	for i, p := range w.params {
		copy(p.Value, a.params[i].Value)
	}
	w.before = a.stats.Steps()
	a.mu.Unlock()
	if err := w.collect(); err != nil {
		return err
	}
	w.advantages(a.c.Gamma, a.c.GAELambda)
	w.differentiate(w.roll.Steps(), w.masks)
	return cmp.Or(w.model.Tape.Err(), w.model.ValueTape.Err())
}

// apply takes a step of the shared optimiser with w's gradient.
func (a *A3C) apply(w *worker) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, p := range w.params {
		copy(a.params[i].Grad, p.Grad)
		clear(p.Grad)
	}
	a.opt.Step()
	a.stats.take(&w.stats)
	a.latest = w
}

// Policy is the actor with its critic.
func (a *A3C) Policy() policy.Policy { return a.model }

// State visits the shared parameters and their optimiser, and the workers.
func (a *A3C) State(s *state.State) {
	s.All(a.model, a.opt, &a.stats)
	for _, w := range a.workers {
		s.PCG("a3c/rng", &w.src)
		s.Bools("a3c/mask", w.mask)
		s.Int("a3c/acted", &w.acted, state.MaxCount)
		s.All(w.model, w.vec, w.roll)
	}
}

package agents

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// A3CConfig is all of A3C's settings. Start from DefaultA3C. NEnvs are the workers.
type A3CConfig struct {
	Setup        `yaml:"-"`
	NSteps       int                  `yaml:"n_steps"`       // steps of a worker between two updates, t_max
	Ordered      bool                 `yaml:"ordered"`       // apply the gradients in the order of the workers: the same bytes each time, but workers wait
	LearningRate optim.Schedule       `yaml:"learning_rate"` // learning rate of the optimiser, α
	Gamma        float32              `yaml:"gamma"`         // discount factor γ: 0 counts the next reward alone, 1 counts all rewards alike
	GAELambda    float32              `yaml:"gae_lambda"`    // λ of generalised advantage estimation; 1 is the paper's n-step return
	VFCoef       float32              `yaml:"vf_coef"`       // weight of the value loss
	EntCoef      optim.Schedule       `yaml:"ent_coef"`      // weight of the entropy bonus, β: more of it keeps actions more random
	MaxGradNorm  float32              `yaml:"max_grad_norm"` // largest norm of a gradient; a longer gradient is scaled down to it
	Normalize    Normalize            `yaml:"normalize"`     // normalisation of observations and rewards
	Network      policy.NetworkConfig `yaml:"policy_kwargs"` // networks and optimiser
}

// DefaultA3C returns eight workers, with the paper's β.
func DefaultA3C() A3CConfig {
	return A3CConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 8, Engine: nn.Native{}},
		NSteps: 32, Ordered: true, LearningRate: optim.Constant(1e-3), Gamma: 0.99, GAELambda: 1, VFCoef: 0.5,
		EntCoef: optim.Constant(0.01), MaxGradNorm: 0.5, Normalize: DefaultNormalize(), Network: policy.DefaultNetworkConfig(),
	}
}

// Complete writes out the optimiser's defaults.
func (c *A3CConfig) Complete() error { return c.Network.Complete(1e-5) }

// Discount is γ.
func (c *A3CConfig) Discount() float32 { return c.Gamma }

// validate returns what is wrong with the first setting that cannot be.
func (c *A3CConfig) validate() error {
	return broken(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		course("learning_rate", c.LearningRate, math.MaxFloat32),
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{unit(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		rule{weight(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		course("ent_coef", c.EntCoef, math.MaxFloat32),
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
		rule{c.Network.Norm != "batch", "norm", c.Network.Norm, "one that keeps no averages, which workers could not share"},
	))
}

// A3C is the asynchronous advantage actor-critic: Mnih et al. 2016,
// arXiv:1602.01783, algorithm S3. Each worker has an environment and a copy of the
// networks. It copies the shared parameters, acts for t_max steps, and applies its gradient
// to the shared parameters with the optimiser that all share.
//
// Where Ordered is set, the workers act and differentiate at once, and their
// gradients are applied in their order when all are there: the same bytes on any
// number of cores. Otherwise no worker waits for another, as many work at once as there
// are cores, and no two runs are the same. The paper's threads write to shared memory
// without a lock; here a lock is held while parameters are copied and while a gradient is
// applied, so that each worker sees the parameters of one moment. No lock is held while it
// acts and differentiates, which takes nearly all of the time.
type A3C struct {
	horizon
	c       A3CConfig
	workers []*worker
	free    chan *worker   // workers that wait for their turn, where they are not in order
	cores   *parallel.Pool // while Learn runs

	rate      float64        // in this iteration
	objective policyGradient // in this iteration

	mu      sync.Mutex // guards all below while workers run
	shared  actorCritic
	tensors []*tape.Param      // of the shared model
	normal  *policy.Normalizer // of the shared model; nil if observations are as they are
	seen    *policy.Moments    // of the discounted rewards of all workers
	stats   Stats
	latest  *worker // whose gradient was applied last
}

// A worker learns in its own environment with its own copy of the networks.
type worker struct {
	play     collector
	roll     *replay.Rollout
	scale    *rewardScale // of its rewards; nil if they are as they are
	networks actorCritic
	tensors  []*tape.Param // of its model
	before   int           // steps of all workers before its rollout
	left     int           // updates that it has still to make, where workers are not in order
	log      policyGradientLog
	err      error // that it stopped with
}

var _ Agent = (*A3C)(nil)

// NewA3C returns an A3C that learns in environments from mk, one to a worker.
func NewA3C(mk env.Maker, c A3CConfig) (*A3C, error) {
	a := &A3C{c: c}
	if err := a.build(mk); err != nil {
		return nil, abandon("A3C", err, a)
	}
	a.latest = a.workers[0]
	a.free = make(chan *worker, len(a.workers))
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	return a, nil
}

// build makes the environments, the networks and the optimisers.
func (a *A3C) build(mk env.Maker) error {
	if err := ready(&a.c); err != nil {
		return err
	}
	for i := range a.c.NEnvs {
		if err := a.hire(mk, i); err != nil {
			return err
		}
	}
	return nil
}

// hire adds worker i, who plays environment i of the run.
func (a *A3C) hire(mk env.Maker, i int) (err error) {
	w := new(worker)
	a.workers = append(a.workers, w)
	if _, err = w.play.makeEnvs(mk, a.c.Seed, i, 1); err != nil {
		return err
	}
	if i == 0 {
		if err = a.share(w.play.vec.Spec()); err != nil {
			return err
		}
	}
	w.networks.model = a.shared.model.Copy(a.normal.Clone())
	w.networks.params, w.tensors = w.networks.model.Params(), w.networks.model.Tensors()
	if w.scale = a.c.Normalize.rewards(1, a.c.Gamma); w.scale != nil {
		w.scale.seen = a.seen
	}
	w.play.follow(w.networks.model)
	w.roll, err = newRollout(&w.play, a.c.NSteps)
	return err
}

// share makes the networks, the optimiser and the normaliser that the workers share.
func (a *A3C) share(spec env.Spec) (err error) {
	if a.normal, err = a.c.Normalize.observations(spec.Obs); err != nil {
		return err
	}
	a.seen = policy.NewMoments(1)
	rng := rand.New(rand.NewPCG(env.Split(a.c.Seed, 0), 0))
	model, err := policy.NewActorCritic(rng, spec, a.c.Network, a.normal, a.c.Engine)
	if err != nil {
		return err
	}
	a.tensors = model.Tensors()
	a.shared, err = newActorCritic(model, &a.c.Network, a.c.MaxGradNorm)
	return err
}

// Learn lets every worker make as many updates.
func (a *A3C) Learn(until int) (Report, error) {
	a.cores = parallel.Start(a.c.cores(a.c.NEnvs))
	defer a.cores.Stop()
	err := iterateUntil(until, &a.stats, a)
	return a.stats.Report(a.latest.log.figures(a.rate, a.c.EntCoef, a.objective.entCoef)), errorf("A3C", err)
}

// updates is the number of updates of each worker in an iteration: some milliseconds.
const updates = 16

// iterate has each worker make its updates. Schedules are read at its start.
func (a *A3C) iterate() error {
	step := a.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.shared.opt.Rate = float32(a.rate)
	a.objective = policyGradient{vfCoef: a.c.VFCoef, entCoef: float32(a.c.EntCoef.At(step, a.c.Steps)), share: 1}
	if a.c.Ordered {
		a.inOrder()
	} else {
		a.asynchronously()
	}
	if err := checkFinite(a.shared.params, a.stats.Steps(), a.stats.peak); err != nil {
		return err
	}
	for _, w := range a.workers {
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// inOrder applies a gradient of each worker, all of the same parameters, before any goes
// on. Rewards are normalised in the workers' order, too.
func (a *A3C) inOrder() {
	for range updates {
		a.cores.Run(len(a.workers), (*acting)(a))
		for _, w := range a.workers {
			if w.err == nil {
				w.normalize()
			}
		}
		a.cores.Run(len(a.workers), (*differentiating)(a))
		for _, w := range a.workers {
			if w.err != nil {
				return
			}
			a.apply(w)
		}
	}
}

// acting is the Job in which worker i acts.
type acting A3C

// Do has worker i act.
func (a *acting) Do(i int) {
	w := a.workers[i]
	defer w.recovered()
	w.err = (*A3C)(a).act(w)
}

// differentiating is the Job in which worker i computes its gradient.
type differentiating A3C

// Do has worker i compute its gradient.
func (a *differentiating) Do(i int) {
	w := a.workers[i]
	defer w.recovered()
	if w.err == nil {
		w.err = (*A3C)(a).differentiate(w)
	}
}

// asynchronously has each core take the worker that has waited longest, again and again.
func (a *A3C) asynchronously() {
	for _, w := range a.workers {
		w.left = updates
		a.free <- w
	}
	a.cores.Run(updates*len(a.workers), (*turn)(a))
}

// A turn is the Job in which some worker makes an update.
type turn A3C

// Do gives a worker its turn.
func (t *turn) Do(int) {
	w := <-t.free
	if w.err == nil {
		(*A3C)(t).update(w)
	}
	if w.left--; w.left > 0 {
		t.free <- w
	}
}

// update has w act and apply its gradient while others do the same.
func (a *A3C) update(w *worker) {
	defer w.recovered()
	if w.err = a.act(w); w.err != nil {
		return
	}
	a.mu.Lock()
	w.normalize()
	a.mu.Unlock()
	if w.err = a.differentiate(w); w.err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.apply(w)
}

// recovered makes a panic the error that the worker stopped with. An environment's is
// an *env.Error of the worker's Vector before it comes here.
func (w *worker) recovered() {
	if p := recover(); p != nil {
		w.err = fmt.Errorf("a worker in %s, %d steps after its latest gradient: %w", w.play.vec.Spec().ID, w.play.stats.Steps(), parallel.Recovered(p))
	}
}

// act has w act for t_max steps by the shared parameters and the shared normaliser.
func (a *A3C) act(w *worker) error {
	a.mu.Lock()
	for i, p := range w.tensors {
		copy(p.Value, a.tensors[i].Value)
	}
	w.before = a.stats.Steps()
	peak := a.stats.peak
	a.mu.Unlock()
	if err := w.play.collect(w.networks.model, w.roll); err != nil {
		return blame(err, w.networks.params, w.before+w.play.stats.Steps(), max(peak, w.play.stats.peak))
	}
	return nil
}

// normalize normalises the rewards of w's rollout.
func (w *worker) normalize() {
	if w.scale != nil {
		w.scale.normalize(w.roll.Reward, w.roll.Done)
	}
}

// differentiate leaves the gradient of w's rollout in w's parameters.
func (a *A3C) differentiate(w *worker) error {
	w.networks.value(w.roll)
	w.roll.Advantages(a.c.Gamma, a.c.GAELambda)
	b := w.roll.All()
	w.log.reset(explainedVariance(b.Value, b.Return))
	w.log.add(w.networks.differentiate(b, &a.objective), 1)
	return cmp.Or(w.networks.model.Tape.Err(), w.networks.model.ValueTape.Err())
}

// apply takes a step of the shared optimiser with w's gradient, and takes the observations
// of w's rollout into account.
func (a *A3C) apply(w *worker) {
	for i, p := range w.networks.params {
		copy(a.shared.params[i].Grad, p.Grad)
		clear(p.Grad)
	}
	a.shared.opt.Step()
	if a.normal != nil {
		for _, obs := range w.roll.Acted() {
			a.normal.Observe(obs)
		}
	}
	a.stats.take(&w.play.stats)
	a.latest = w
}

// Close closes the workers' environments.
func (a *A3C) Close() error {
	var all []error
	for _, w := range a.workers {
		all = append(all, w.play.Close())
	}
	return errors.Join(all...)
}

// Policy is the actor with its critic.
func (a *A3C) Policy() policy.Policy { return a.shared.model }

// State visits the shared networks and books, and the workers.
func (a *A3C) State(s *state.State) {
	s.Section("a3c", 1)
	s.All(&a.shared, &a.stats, a.seen, a.normal)
	for _, w := range a.workers {
		s.All(w.networks.model, &w.play)
		if w.scale != nil {
			s.Doubles("a3c/sum", w.scale.sum)
		}
	}
}

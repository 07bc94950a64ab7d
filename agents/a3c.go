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

// A3CConfig has the settings of A3C. DefaultA3C returns the defaults. NEnvs is the number of
// workers: each worker has one environment.
type A3CConfig struct {
	Setup        `yaml:"-"`
	NSteps       int                  `yaml:"n_steps"`       // steps of a worker between two updates, t_max
	Ordered      bool                 `yaml:"ordered"`       // true: apply the gradients in the order of the workers, so that a seed always gives the same bytes; workers then wait for each other
	LearningRate optim.Schedule       `yaml:"learning_rate"` // learning rate of the optimiser, α
	Gamma        float32              `yaml:"gamma"`         // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	GAELambda    float32              `yaml:"gae_lambda"`    // λ of generalised advantage estimation; 1 is the paper's n-step return
	VFCoef       float32              `yaml:"vf_coef"`       // weight of the value loss
	EntCoef      optim.Schedule       `yaml:"ent_coef"`      // weight of the entropy bonus, β: a larger weight keeps actions more random
	MaxGradNorm  float32              `yaml:"max_grad_norm"` // largest norm of a gradient; a gradient with a larger norm is scaled down to this norm
	Normalize    Normalize            `yaml:"normalize"`     // normalisation of observations and rewards
	Network      policy.NetworkConfig `yaml:"policy_kwargs"` // networks and optimiser
}

// DefaultA3C returns settings with eight workers and the paper's entropy weight β.
func DefaultA3C() A3CConfig {
	return A3CConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 8, Engine: nn.Native{}},
		NSteps: 32, Ordered: true, LearningRate: optim.Constant(1e-3), Gamma: 0.99, GAELambda: 1, VFCoef: 0.5,
		EntCoef: optim.Constant(0.01), MaxGradNorm: 0.5, Normalize: DefaultNormalize(), Network: policy.DefaultNetworkConfig(),
	}
}

// Complete fills in the optimiser's default settings.
func (c *A3CConfig) Complete() error { return c.Network.Complete(1e-5) }

// Discount returns the discount γ.
func (c *A3CConfig) Discount() float32 { return c.Gamma }

// validate returns an error for the first setting that is out of its range.
func (c *A3CConfig) validate() error {
	return firstViolation(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		scheduleRule("learning_rate", c.LearningRate, math.MaxFloat32),
		rule{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{inUnitInterval(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		rule{finiteNonNegative(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		scheduleRule("ent_coef", c.EntCoef, math.MaxFloat32),
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
		rule{c.Network.Norm != "batch", "norm", c.Network.Norm, "layer or none: A3C's workers cannot share the running averages of batch norm"},
	))
}

// A3C is the asynchronous advantage actor-critic: Mnih et al. 2016, arXiv:1602.01783,
// algorithm S3. Each worker has one environment and its own copy of the networks. In one
// update a worker copies the shared parameters, collects a rollout of t_max steps, computes
// the gradient, and applies it to the shared parameters with the shared optimiser.
//
// If Ordered is true, all workers collect and compute their gradients from the same
// parameters. Then the gradients are applied one after another, in the order of the workers,
// so that a seed gives the same bytes on any number of cores. If Ordered is false, no worker
// waits for another and two runs are never the same.
//
// The paper's threads write to the shared parameters without a lock. Here a worker holds a
// lock while it copies the parameters and while it applies its gradient, so that it never
// reads parameters that are only partly updated. It holds no lock while it collects and
// computes the gradient, which takes nearly all of the time.
type A3C struct {
	scheduleBound
	c       A3CConfig
	workers []*worker
	waiting chan *worker // workers that wait for their next update, if Ordered is false

	cores                                 *parallel.Pool // cores that Learn uses
	collectSite, gradientSite, updateSite parallel.Site

	rate      float64        // learning rate in this iteration
	objective policyGradient // loss weights in this iteration

	mu            sync.Mutex // guards the fields below while workers run
	shared        actorCritic
	tensors       []*tape.Param      // parameters and buffers of the shared model
	normal        *policy.Normalizer // shared normaliser of observations; nil if they are not normalised
	rewardMoments *policy.Moments    // mean and variance of the discounted sums of rewards of all workers
	stats         Stats
	lastApplied   *worker // worker whose gradient was applied last
}

// A worker collects rollouts in its own environment with its own copy of the networks.
type worker struct {
	play        collector
	roll        *replay.Rollout
	scale       *rewardScale // normaliser of rewards; nil if they are not normalised
	networks    actorCritic
	tensors     []*tape.Param // parameters and buffers of the worker's model
	stepsBefore int           // environment steps of all workers before the current rollout
	updatesLeft int           // updates left in this iteration, if Ordered is false
	log         policyGradientLog
	err         error // error that stopped the worker
}

var _ Agent = (*A3C)(nil)

// NewA3C returns an A3C agent that learns in environments made by mk, one for each worker.
func NewA3C(mk env.Maker, c A3CConfig) (*A3C, error) {
	a := &A3C{c: c, cores: parallel.New(c.cores(c.NEnvs))}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("A3C", err, a)
	}
	a.lastApplied = a.workers[0]
	a.waiting = make(chan *worker, len(a.workers))
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate})
	return a, nil
}

// build makes the workers with their environments, the shared networks and the optimiser.
func (a *A3C) build(mk env.Maker) error {
	if err := completeAndValidate(&a.c); err != nil {
		return err
	}
	for i := range a.c.NEnvs {
		if err := a.addWorker(mk, i); err != nil {
			return err
		}
	}
	return nil
}

// addWorker adds worker i, which has environment i of the run. For worker 0, which is added
// first, it also makes the shared networks, because they need the spaces of an environment.
func (a *A3C) addWorker(mk env.Maker, i int) (err error) {
	w := new(worker)
	a.workers = append(a.workers, w)
	if _, err = w.play.makeEnvs(mk, a.c.Seed, i, 1); err != nil {
		return err
	}
	if i == 0 {
		if err = a.makeShared(w.play.vec.Spec()); err != nil {
			return err
		}
	}
	w.networks = withoutOptimizer(a.shared.model.Copy(a.normal.Clone()))
	w.tensors = w.networks.model.Tensors()
	if w.scale = a.c.Normalize.rewardScale(1, a.c.Gamma); w.scale != nil {
		w.scale.moments = a.rewardMoments
	}
	w.play.allocate(w.networks.model)
	w.roll, err = newRollout(w.play.vec.Spec(), a.c.NSteps, 1, len(w.play.mask), sequences{memory: w.networks.model.Spec().Memory, length: a.c.NSteps})
	return err
}

// makeShared makes the shared networks, optimiser and normaliser for environments of spec.
func (a *A3C) makeShared(spec env.Spec) (err error) {
	if a.normal, err = a.c.Normalize.obsNormalizer(spec.Obs); err != nil {
		return err
	}
	a.rewardMoments = policy.NewMoments(1)
	rng := rand.New(rand.NewPCG(env.Split(a.c.Seed, 0), 0))
	model, err := policy.NewActorCritic(rng, spec, a.c.Network, a.normal, a.c.Engine)
	if err != nil {
		return err
	}
	a.tensors = model.Tensors()
	a.shared, err = newActorCritic(model, &a.c.Network, a.c.MaxGradNorm)
	return err
}

// Learn runs iterations in which every worker makes the same number of updates.
func (a *A3C) Learn(until int) (Report, error) {
	a.cores.Start()
	defer a.cores.Stop()
	err := iterateUntil(until, &a.stats, a)
	return a.stats.Report(a.lastApplied.log.metrics(a.rate, a.c.EntCoef, a.objective.entCoef)), algorithmError("A3C", err)
}

// updatesPerIteration is the number of updates that each worker makes in an iteration. An
// iteration takes some milliseconds.
const updatesPerIteration = 16

// iterate runs one iteration, in which each worker makes updatesPerIteration updates. The
// schedules' values at the start of the iteration are used for the whole iteration.
func (a *A3C) iterate() error {
	step := a.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.shared.opt.Rate = float32(a.rate)
	a.objective = policyGradient{vfCoef: a.c.VFCoef, entCoef: float32(a.c.EntCoef.At(step, a.c.Steps)), fraction: 1}
	if a.c.Ordered {
		a.updateInOrder()
	} else {
		a.updateAsynchronously()
	}
	if err := checkFinite(a.shared.params, a.stats.Steps(), a.stats.maxAbsReward); err != nil {
		return err
	}
	for _, w := range a.workers {
		if w.err != nil {
			return w.err
		}
	}
	return nil
}

// updateInOrder makes the updates of all workers in rounds. In one round all workers collect
// rollouts with the same parameters. Then their rewards are normalised, and their gradients are
// applied, in the order of the workers.
func (a *A3C) updateInOrder() {
	for range updatesPerIteration {
		a.cores.Run(&a.collectSite, len(a.workers), (*workerCollectJob)(a))
		for _, w := range a.workers {
			if w.err == nil {
				w.normalize()
			}
		}
		a.cores.Run(&a.gradientSite, len(a.workers), (*workerGradientJob)(a))
		for _, w := range a.workers {
			if w.err != nil {
				return
			}
			a.applyGradients(w)
		}
	}
}

// workerCollectJob is the parallel.Job in which each worker collects a rollout.
type workerCollectJob A3C

// Do collects a rollout with worker i.
func (a *workerCollectJob) Do(i int) {
	w := a.workers[i]
	defer w.recoverAsError()
	w.err = (*A3C)(a).collect(w)
}

// workerGradientJob is the parallel.Job in which each worker computes its gradient.
type workerGradientJob A3C

// Do computes the gradient of worker i.
func (a *workerGradientJob) Do(i int) {
	w := a.workers[i]
	defer w.recoverAsError()
	if w.err == nil {
		w.err = (*A3C)(a).accumulateGradients(w)
	}
}

// updateAsynchronously makes the updates of all workers in any order: a free core makes the next
// update of the worker that has waited longest.
func (a *A3C) updateAsynchronously() {
	for _, w := range a.workers {
		w.updatesLeft = updatesPerIteration
		a.waiting <- w
	}
	a.cores.Run(&a.updateSite, updatesPerIteration*len(a.workers), (*workerUpdateJob)(a))
}

// A workerUpdateJob is the parallel.Job in which the worker that has waited longest makes an
// update.
type workerUpdateJob A3C

// Do makes one update of the worker that has waited longest.
func (a *workerUpdateJob) Do(int) {
	w := <-a.waiting
	if w.err == nil {
		(*A3C)(a).update(w)
	}
	if w.updatesLeft--; w.updatesLeft > 0 {
		a.waiting <- w
	}
}

// update makes one update of worker w: it collects a rollout, computes the gradient and applies
// it. Other workers may make their updates at the same time.
func (a *A3C) update(w *worker) {
	defer w.recoverAsError()
	if w.err = a.collect(w); w.err != nil {
		return
	}
	a.mu.Lock()
	w.normalize()
	a.mu.Unlock()
	if w.err = a.accumulateGradients(w); w.err != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.applyGradients(w)
}

// recoverAsError stores a panic as the worker's error. It must be deferred. It never recovers a
// panic of an environment, because the worker's Vector returns that panic as an *env.Error.
func (w *worker) recoverAsError() {
	if p := recover(); p != nil {
		w.err = fmt.Errorf("a worker in %s, %d steps after its last update: %w", w.play.vec.Spec().ID, w.play.stats.Steps(), parallel.Recovered(p))
	}
}

// collect copies the shared parameters and normaliser to worker w and fills w's rollout of t_max
// steps.
func (a *A3C) collect(w *worker) error {
	a.mu.Lock()
	for i, p := range w.tensors {
		copy(p.Value, a.tensors[i].Value)
	}
	w.stepsBefore = a.stats.Steps()
	maxAbsReward := a.stats.maxAbsReward
	a.mu.Unlock()
	if err := w.play.collect(w.networks.model, w.roll, w.roll.T); err != nil {
		return stepError(err, w.networks.params, w.stepsBefore+w.play.stats.Steps(), max(maxAbsReward, w.play.stats.maxAbsReward))
	}
	return nil
}

// normalize normalises the rewards of w's rollout, if the setting norm_reward is true.
func (w *worker) normalize() {
	if w.scale != nil {
		w.scale.normalize(w.roll.Reward, w.roll.Done)
	}
}

// accumulateGradients computes the gradients of both losses on w's rollout. It stores the
// gradients in the field Grad of w's own parameters.
func (a *A3C) accumulateGradients(w *worker) error {
	computeValues(w.networks.model, w.roll.Part(0), w.roll.Values())
	w.roll.Advantages(a.c.Gamma, a.c.GAELambda)
	b := w.roll.All()
	w.log.reset(explainedVariance(b.Value, b.Return))
	w.log.add(w.networks.accumulateGradients(b, &a.objective), 1)
	return cmp.Or(w.networks.model.Tape.Err(), w.networks.model.ValueTape.Err())
}

// applyGradients takes one step of the shared optimiser with the gradient of worker w. Then it
// updates the shared normaliser and the statistics with w's rollout.
func (a *A3C) applyGradients(w *worker) {
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
	a.stats.merge(&w.play.stats)
	a.lastApplied = w
}

// Close closes the workers' environments.
func (a *A3C) Close() error {
	var all []error
	for _, w := range a.workers {
		all = append(all, w.play.Close())
	}
	return errors.Join(all...)
}

// Policy returns the shared actor together with its critic.
func (a *A3C) Policy() policy.Policy { return a.shared.model }

// State saves or loads the shared networks, normalisers and statistics, and the workers.
func (a *A3C) State(s *state.State) {
	s.Section("a3c", 1)
	s.All(&a.shared, &a.stats, a.rewardMoments, a.normal)
	for _, w := range a.workers {
		s.All(w.networks.model, &w.play)
		if w.scale != nil {
			s.Doubles("a3c/sum", w.scale.discountedSum)
		}
	}
}

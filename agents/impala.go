package agents

import (
	"math/rand/v2"
	"runtime"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/replay"
)

// IMPALA is the importance weighted actor-learner architecture: Espeholt et al. 2018,
// arXiv:1802.01561. Actors play trajectories with their own copies of the policy, while the learner
// learns from batches of the trajectories that have arrived and publishes its weights after each
// update. So the policy μ that acted lags behind the learner's policy π. V-trace corrects the
// difference: see loss.VTrace.
//
// The queue of trajectories is bounded, and actors wait while it is full. So the lag is about
// (queue_depth + actors) / batch_size updates. Trajectories older than max_lag are dropped. If
// Ordered is true, the actors and the learner take turns instead, so that a seed gives the same
// bytes on any number of cores.
type IMPALA struct {
	scheduleBound
	c        IMPALAConfig
	fleet    *fleet
	networks actorCritic
	normal   *policy.Normalizer // normaliser of observations; nil if they are not normalised
	moments  *policy.Moments    // mean and variance of the discounted sums of rewards of all actors
	scales   map[int]*rewardScale
	stats    Stats
	roll     *replay.Rollout // the batch; trajectory i is part i
	batch    []*Trajectory   // trajectories that wait for the batch to be full

	rate      float64        // learning rate in this iteration
	objective policyGradient // loss weights in this iteration
	updates   int            // updates so far
	log       policyGradientLog
	metricBuf []Metric

	logRatio     []float32        // [T·N] scratch: log π(a|s) - log μ(a|s)
	reward, done []float32        // [T·n] scratch: rewards of a trajectory, and the ends of its episodes
	rows         replay.Minibatch // scratch: some rows of the batch
	sequences    rolloutBatch     // scratch: all sequences of the batch, for networks with memory
}

var (
	_ Agent    = (*IMPALA)(nil)
	_ Recorder = (*IMPALA)(nil)
)

// NewIMPALA returns an IMPALA agent whose actors play in environments made by mk.
func NewIMPALA(mk env.Maker, c IMPALAConfig) (*IMPALA, error) {
	a := &IMPALA{c: c, scales: map[int]*rewardScale{}}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("IMPALA", err, a)
	}
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate})
	return a, nil
}

// build makes the networks, the optimiser, the actors with their environments, and the batch.
func (a *IMPALA) build(mk env.Maker) error {
	c := &a.c
	if err := completeAndValidate(c); err != nil {
		return err
	}
	spec, err := specOf(mk)
	if err == nil {
		err = a.makeNetworks(spec)
	}
	if err != nil {
		return err
	}
	model := a.networks.model
	a.fleet, err = newFleet(c.Acting, c.Actors, c.onlyActor, c.cores(c.Actors), model.Tensors(), func(i int) (actor, error) {
		return newIMPALAActor(mk, c, i, model)
	})
	if err != nil {
		return err
	}
	shape := a.fleet.shape
	a.stats.setMeasures(shape.measures)
	a.roll, err = newRollout(spec, c.NSteps, c.BatchSize*c.NEnvs, c.BatchSize*c.NEnvs*shape.mask, sequences{memory: shape.memory, length: c.NSteps})
	if err != nil {
		return err
	}
	sizes := make([]int, c.BatchSize)
	for i := range sizes {
		sizes[i] = c.NEnvs
	}
	a.roll.Divide(sizes...)
	a.logRatio = make([]float32, len(a.roll.LogProb))
	a.reward, a.done = make([]float32, c.NSteps*c.NEnvs), make([]float32, c.NSteps*c.NEnvs)
	return nil
}

// makeNetworks makes the networks, the optimiser and the normalisers for environments of spec.
func (a *IMPALA) makeNetworks(spec env.Spec) (err error) {
	c := &a.c
	if a.normal, err = c.Normalize.obsNormalizer(spec.Obs); err != nil {
		return err
	}
	a.moments = policy.NewMoments(1)
	rng := rand.New(rand.NewPCG(env.Split(c.Seed, 0), 0))
	model, err := policy.NewActorCritic(rng, spec, c.Network, a.normal, c.Engine)
	if err == nil {
		err = checkMemory(model, c.BatchSize*c.NEnvs)
	}
	if err != nil {
		return err
	}
	if a.networks, err = newActorCritic(model, &c.Network, c.MaxGradNorm); err != nil {
		return err
	}
	a.networks.makeReplicas(1, partsOf(c.BatchSize*c.NEnvs*c.NSteps, chunkSize))
	limit := max(2, len(a.networks.replicas))
	if !c.Ordered { // the actors need their cores at the same time
		limit = min(limit, max(1, runtime.GOMAXPROCS(0)-c.Actors))
	}
	a.networks.share(parallel.New(c.cores(limit)))
	return nil
}

// specOf returns the Spec of the environments that mk makes.
func specOf(mk env.Maker) (env.Spec, error) {
	vec, err := mk(1)
	if err != nil {
		return env.Spec{}, err
	}
	return vec.Spec(), vec.Close()
}

// Learn learns from the trajectories of the actors, which play only while Learn runs.
func (a *IMPALA) Learn(until int) (Report, error) {
	a.fleet.log = a.fleet.log[:0]
	if until <= a.stats.Steps() {
		return a.report(), algorithmError("IMPALA", a.CheckSteps(until))
	}
	a.networks.cores.Start()
	defer a.networks.cores.Stop()
	err := a.fleet.begin()
	if err == nil {
		err = iterateUntil(until, &a.stats, a)
	}
	a.fleet.end()
	return a.report(), algorithmError("IMPALA", err)
}

// report returns the statistics and the metrics of the latest iteration.
func (a *IMPALA) report() Report {
	a.metricBuf = append(a.metricBuf[:0], a.log.metrics(a.rate, a.c.EntCoef, a.objective.entCoef)...)
	a.metricBuf = a.fleet.lag.append(append(a.metricBuf, Metric{"n_updates", float64(a.updates)}), a.fleet.refusals)
	return a.stats.Report(a.metricBuf)
}

// Records reports whether the actors play while the learner learns.
func (a *IMPALA) Records() bool { return !a.c.Ordered }

// Learned returns the trajectories that the latest Learn has used.
func (a *IMPALA) Learned() []Learned { return a.fleet.log }

// impalaUpdates is the number of updates in an iteration, if no trajectory is dropped.
const impalaUpdates = 8

// iterate takes trajectories and makes updates with them. The schedules' values at the start of the
// iteration are used for the whole iteration.
func (a *IMPALA) iterate() error {
	step := a.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.networks.opt.Rate = float32(a.rate)
	a.objective = policyGradient{vfCoef: a.c.VFCoef, entCoef: float32(a.c.EntCoef.At(step, a.c.Steps)), fraction: 1}
	for range impalaUpdates * a.c.BatchSize {
		t, err := a.fleet.take()
		if err != nil {
			return err
		}
		if err := a.add(t); err != nil {
			return err
		}
	}
	return a.networks.check(a.stats.Steps(), a.stats.maxAbsReward)
}

// add adds a trajectory to the batch, unless it is too old or came before. When the batch is full, it
// makes an update.
func (a *IMPALA) add(t *Trajectory) error {
	fresh, first := a.fleet.accept(t, a.c.MaxLag)
	if !fresh {
		if first {
			a.fleet.played.count(t, &a.stats)
			a.fleet.note(t, 0)
		}
		a.fleet.release(t)
		return nil
	}
	a.batch = append(a.batch, t)
	a.fleet.use(t, a.updates+1)
	if len(a.batch) < a.c.BatchSize {
		return nil
	}
	a.update()
	return a.fleet.publish()
}

// update takes a gradient step on the batch: the policy gradient of V-trace, the squared error of V
// to the V-trace targets, and the entropy bonus, as in section 4.2.
func (a *IMPALA) update() {
	for i, t := range a.batch {
		a.fleet.played.fill(t, a.roll.Part(i), &a.stats)
		a.normalizeRewards(t, i)
		a.fleet.release(t)
	}
	a.batch = a.batch[:0]
	a.computeValues()
	a.computeLogRatios()
	a.roll.VTrace(a.c.vtrace(), a.logRatio)
	b := a.roll.All()
	a.log.reset(explainedVariance(b.Value, b.Return))
	a.log.add(a.networks.gradientStep(a.sequences.whole(a.roll, b), &a.objective), 1)
	a.updates++
	if a.normal != nil {
		for _, obs := range a.roll.Acted() {
			a.normal.Observe(obs)
		}
	}
}

// normalizeRewards normalises the rewards of trajectory t, part i of the batch, if the setting
// norm_reward is true. Each actor has its own discounted sums.
func (a *IMPALA) normalizeRewards(t *Trajectory, i int) {
	scale := a.scale(t.Actor)
	if scale == nil {
		return
	}
	n := a.c.NEnvs
	for step := range a.c.NSteps {
		from := step*a.roll.N + i*n
		copy(a.reward[step*n:(step+1)*n], a.roll.Reward[from:])
		copy(a.done[step*n:(step+1)*n], a.roll.Done[from:])
	}
	scale.normalize(a.reward, a.done)
	for step := range a.c.NSteps {
		copy(a.roll.Reward[step*a.roll.N+i*n:], a.reward[step*n:(step+1)*n])
	}
}

// scale returns the reward normaliser of an actor, or nil if rewards are not normalised.
func (a *IMPALA) scale(actor int) *rewardScale {
	s, ok := a.scales[actor]
	if !ok {
		if s = a.c.Normalize.rewardScale(a.c.NEnvs, a.c.Gamma); s != nil {
			s.moments = a.moments
		}
		a.scales[actor] = s
	}
	return s
}

// computeValues computes V of the batch's observations by the current policy. For a policy with
// memory it keeps the actors' own values of the observations to which no action of the batch
// belongs: those after the last step, and the final ones of truncated episodes.
func (a *IMPALA) computeValues() {
	model, values := a.networks.model, a.roll.Values()
	if model.Spec().Memory == 0 {
		for i := range a.c.BatchSize {
			computeValues(model, a.roll.Part(i), values)
		}
		return
	}
	b := a.roll.All()
	model.ValueTape.Reset()
	copy(b.Value, model.V(trainingBatch(b)).Value)
}

// computeLogRatios computes log π(a|s) - log μ(a|s) of the batch's actions, where π is the current
// policy and μ the one that acted.
func (a *IMPALA) computeLogRatios() {
	model, b := a.networks.model, a.roll.All()
	size := b.Sequences()
	if b.Steps == 0 {
		size = chunkSize
	}
	for from := 0; from < b.Sequences(); from += size {
		part := b.Slice(&a.rows, from, min(from+size, b.Sequences()))
		model.Tape.Reset()
		logp := model.Pi(trainingBatch(part)).LogProb(part.Act).Value
		f32.Sub(a.logRatio[from:from+part.Len()], logp, part.LogProb)
	}
}

// Policy returns the learner's actor together with its critic.
func (a *IMPALA) Policy() policy.Policy { return a.networks.model }

// Close closes the actors' environments.
func (a *IMPALA) Close() error { return a.fleet.Close() }

// State saves or loads the networks, the normalisers, the statistics, the actors and the
// trajectories that are not learned from yet.
func (a *IMPALA) State(s *state.State) {
	s.Section("impala", 1)
	s.All(&a.networks, &a.stats, a.moments, a.normal)
	s.Int("impala/updates", &a.updates, state.MaxCount)
	for i := range a.c.Actors {
		s.All(a.scale(i))
	}
	a.fleet.listState(s, "impala/batch", &a.batch, a.c.BatchSize)
	a.fleet.State(s)
}

package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// onPolicy is the part that PPO, A2C and REINFORCE have in common: it collects rollouts with the
// current policy and takes gradient steps on an objective. Its constructor is initOnPolicy in
// onpolicy_init.go.
type onPolicy struct {
	play     collector
	networks actorCritic
	normal   *policy.Normalizer // normaliser of observations; nil if they are not normalised
	scale    *rewardScale       // normaliser of rewards; nil if they are not normalised
	src      rand.PCG           // source of rng
	rng      *rand.Rand         // random generator for initial weights and the order of minibatches
	cores    *parallel.Pool     // cores that Learn uses
}

// learn runs iterations of the agent a until its number of environment steps is at least the
// argument until. It returns a panic, for example of a user's network, as an error.
func (o *onPolicy) learn(until int, a iterator) (err error) {
	defer recoverAsError(&err)
	o.networks.share(o.cores)
	o.cores.Start()
	defer o.cores.Stop()
	for err = a.CheckSteps(until); err == nil && o.play.stats.Steps() < until; {
		err = a.iterate()
	}
	return err
}

// collect fills a rollout with steps of the current policy and normalises its rewards.
func (o *onPolicy) collect(roll *replay.Rollout) error {
	if err := o.play.collect(o.networks.model, roll); err != nil {
		return o.stepError(err)
	}
	if o.scale != nil {
		o.scale.normalize(roll.Reward, roll.Done)
	}
	return nil
}

// endIteration updates the normaliser with the rollout's observations, for the next rollout. It
// returns an error if the parameters are not finite.
func (o *onPolicy) endIteration(roll *replay.Rollout) error {
	if o.normal != nil {
		for _, obs := range roll.Acted() {
			o.normal.Observe(obs)
		}
	}
	return o.check()
}

// An objective computes the losses of an algorithm. Its two methods may run at the same time
// in two goroutines.
type objective interface {
	// actorLoss returns the actor's loss on a minibatch, and the metrics of the loss. A nil
	// loss means that no gradient step must be taken.
	actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorMetrics)

	// criticLoss returns the critic's weighted loss on a minibatch, and the mean squared
	// error without the weight.
	criticLoss(v *tape.Var, b *replay.Minibatch) (loss *tape.Var, squaredError float32)
}

// actorMetrics are the metrics of an actor's loss.
type actorMetrics struct {
	policyObjective float32 // policy gradient's objective, which the step increases
	entropy         float32 // mean entropy of the policy
	approxKL        float64 // PPO: approximate KL divergence from the policy that collected the rollout
	clipFraction    float64 // PPO: fraction of the probability ratios that are clipped
}

// stepMetrics are the metrics of a gradient step.
type stepMetrics struct {
	actorMetrics
	valueLoss float32 // mean squared error of the critic
	skipped   bool    // true if the step was not taken
}

// An actorCritic is an agent's networks with their optimiser.
type actorCritic struct {
	model  *policy.ActorCritic
	params []*tape.Param // learned parameters of the model
	opt    *optim.Optimizer
	cores  *parallel.Pool // cores that Learn uses
	site   parallel.Site
	job    gradientJob
}

// computeValues computes V(s) for all observations of a rollout and stores the values in the
// rollout.
func (n *actorCritic) computeValues(roll *replay.Rollout) {
	v, o := roll.Values(), n.model.Spec().Obs.Size()
	for from, obs := range roll.Observed() {
		n.model.Act(policy.In{Obs: obs}, policy.Out{Value: v[from : from+len(obs)/o]})
	}
}

// gradientStep takes a gradient step on both losses of a minibatch. It skips the step if the
// actor's loss is nil.
func (n *actorCritic) gradientStep(b *replay.Minibatch, o objective) stepMetrics {
	m := n.accumulateGradients(b, o)
	if m.skipped {
		for _, p := range n.params {
			clear(p.Grad)
		}
		return m
	}
	n.opt.Step()
	return m
}

// accumulateGradients adds the gradients of both losses of a minibatch to the parameters' Grad.
// If the actor and the critic share no parameters, the two gradients are computed on two cores.
func (n *actorCritic) accumulateGradients(b *replay.Minibatch, o objective) stepMetrics {
	n.job = gradientJob{model: n.model, batch: b, objective: o}
	if n.model.Trunk == nil {
		n.cores.Run(&n.site, 2, &n.job)
	} else {
		n.job.addBothGradients()
	}
	return n.job.metrics
}

// A gradientJob computes the gradients of a minibatch's losses as a parallel.Job.
type gradientJob struct {
	model     *policy.ActorCritic
	batch     *replay.Minibatch
	objective objective
	metrics   stepMetrics
}

// Do adds the gradient of the actor's loss if i is 0, or of the critic's loss if i is 1.
func (g *gradientJob) Do(i int) {
	if i == 0 {
		g.addActorGradient()
	} else {
		g.addCriticGradient()
	}
}

// addActorGradient adds the gradient of the actor's loss.
func (g *gradientJob) addActorGradient() {
	g.model.Tape.Reset()
	loss, metrics := g.objective.actorLoss(g.model.Pi(g.batch.Obs, g.batch.Mask), g.batch)
	if g.metrics.actorMetrics, g.metrics.skipped = metrics, loss == nil; loss != nil {
		loss.Backward()
	}
}

// addCriticGradient adds the gradient of the critic's loss.
func (g *gradientJob) addCriticGradient() {
	g.model.ValueTape.Reset()
	loss, squaredError := g.objective.criticLoss(g.model.V(g.batch.Obs), g.batch)
	g.metrics.valueLoss = squaredError
	loss.Backward()
}

// addBothGradients adds the gradients of both losses, with one pass through the shared trunk.
func (g *gradientJob) addBothGradients() {
	g.model.Tape.Reset()
	pi, v := g.model.PiV(g.batch.Obs, g.batch.Mask)
	loss, metrics := g.objective.actorLoss(pi, g.batch)
	if g.metrics.actorMetrics, g.metrics.skipped = metrics, loss == nil; loss == nil {
		return
	}
	valueLoss, squaredError := g.objective.criticLoss(v, g.batch)
	g.metrics.valueLoss = squaredError
	loss.Add(valueLoss).Backward()
}

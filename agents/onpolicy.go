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

// onPolicy is the part that PPO, A2C and REINFORCE have in common: it collects rollouts by
// the present policy and takes gradient steps on an objective. See connect.go for how it is
// made.
type onPolicy struct {
	play     collector
	networks actorCritic
	normal   *policy.Normalizer // of observations; nil: not normalised
	scale    *rewardScale       // of rewards; nil: not scaled
	src      rand.PCG
	rng      *rand.Rand // initial weights, and the order of minibatches
	maxCores int        // that Learn uses
}

// learn runs iterations of an agent until a number of steps has been taken, on two cores. It
// returns a panic, for example of a user's network, as an error.
func (o *onPolicy) learn(until int, a iterator) (err error) {
	defer recovered(&err)
	cores := parallel.Start(o.maxCores)
	defer cores.Stop()
	o.networks.share(cores)
	for err = a.CheckSteps(until); err == nil && o.play.stats.Steps() < until; {
		err = a.iterate()
	}
	return err
}

// collect fills a rollout and scales its rewards.
func (o *onPolicy) collect(roll *replay.Rollout) error {
	if err := o.play.collect(o.networks.model, roll); err != nil {
		return o.blame(err)
	}
	if o.scale != nil {
		o.scale.normalize(roll.Reward, roll.Done)
	}
	return nil
}

// finish shows the rollout's observations to the normaliser, which the next rollout uses. It
// returns an error where the networks are no longer finite.
func (o *onPolicy) finish(roll *replay.Rollout) error {
	if o.normal != nil {
		for _, obs := range roll.Acted() {
			o.normal.Observe(obs)
		}
	}
	return o.check()
}

// An objective has the losses of an algorithm. Both may be called at once.
type objective interface {
	// actorLoss returns the actor's loss for a minibatch, and its figures. A nil loss
	// refuses the gradient step.
	actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorFigures)

	// criticLoss returns the critic's loss for a minibatch, and its mean squared error.
	criticLoss(v *tape.Var, b *replay.Minibatch) (loss *tape.Var, squared float32)
}

// actorFigures are the parts of an actor's loss.
type actorFigures struct {
	gain    float32 // objective of the policy gradient, which is maximised
	entropy float32 // mean
	kl      float64 // PPO's divergence from the policy that acted
	outside float64 // share of PPO's ratios that are clipped
}

// losses are the figures of a gradient step.
type losses struct {
	actorFigures
	value   float32 // mean squared error of the critic
	refused bool    // the step was not taken
}

// An actorCritic is an agent's networks with their optimiser.
type actorCritic struct {
	model  *policy.ActorCritic
	params []*tape.Param // of the model
	opt    *optim.Optimizer
	cores  *parallel.Pool // while Learn runs
	work   gradient
}

// value writes V of every observation of a rollout.
func (n *actorCritic) value(roll *replay.Rollout) {
	v, o := roll.Values(), n.model.Spec().Obs.Size()
	for from, obs := range roll.Observed() {
		n.model.Act(policy.In{Obs: obs}, policy.Out{Value: v[from : from+len(obs)/o]})
	}
}

// step takes a gradient step on both losses for a minibatch. It takes none where the actor's
// loss is refused.
func (n *actorCritic) step(b *replay.Minibatch, o objective) losses {
	found := n.differentiate(b, o)
	if found.refused {
		for _, p := range n.params {
			clear(p.Grad)
		}
		return found
	}
	n.opt.Step()
	return found
}

// differentiate adds the gradients of both losses for a minibatch. Where the actor and the
// critic share no parameters, two cores compute one each.
func (n *actorCritic) differentiate(b *replay.Minibatch, o objective) losses {
	n.work = gradient{model: n.model, batch: b, objective: o}
	if n.model.Trunk == nil {
		n.cores.Run(2, &n.work)
	} else {
		n.work.both()
	}
	return n.work.found
}

// A gradient is the Job of a minibatch's gradient.
type gradient struct {
	model     *policy.ActorCritic
	batch     *replay.Minibatch
	objective objective
	found     losses
}

// Do computes the actor's gradient for 0, the critic's for 1.
func (g *gradient) Do(i int) {
	if i == 0 {
		g.actor()
	} else {
		g.critic()
	}
}

// actor adds the gradient of the actor's loss.
func (g *gradient) actor() {
	g.model.Tape.Reset()
	loss, figures := g.objective.actorLoss(g.model.Pi(g.batch.Obs, g.batch.Mask), g.batch)
	if g.found.actorFigures, g.found.refused = figures, loss == nil; loss != nil {
		loss.Backward()
	}
}

// critic adds the gradient of the critic's loss.
func (g *gradient) critic() {
	g.model.ValueTape.Reset()
	loss, squared := g.objective.criticLoss(g.model.V(g.batch.Obs), g.batch)
	g.found.value = squared
	loss.Backward()
}

// both adds the gradients of both losses, by one pass through the shared trunk.
func (g *gradient) both() {
	g.model.Tape.Reset()
	pi, v := g.model.PiV(g.batch.Obs, g.batch.Mask)
	loss, figures := g.objective.actorLoss(pi, g.batch)
	if g.found.actorFigures, g.found.refused = figures, loss == nil; loss == nil {
		return
	}
	valueLoss, squared := g.objective.criticLoss(v, g.batch)
	g.found.value = squared
	loss.Add(valueLoss).Backward()
}

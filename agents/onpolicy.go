package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// onPolicy is the part that PPO, A2C and REINFORCE have in common: it collects rollouts with the
// current policy and takes gradient steps on an objective. Its constructor is initOnPolicy in
// onpolicy_init.go.
type onPolicy struct {
	crew     crew
	networks actorCritic
	normal   *policy.Normalizer // normaliser of observations; nil if they are not normalised
	scale    *rewardScale       // normaliser of rewards; nil if they are not normalised
	src      rand.PCG           // source of rng
	rng      *rand.Rand         // random generator for initial weights and the order of minibatches
}

// learn runs iterations of the agent a until its number of environment steps is at least the
// argument until.
func (o *onPolicy) learn(until int, a iterator) error {
	o.networks.cores.Start()
	defer o.networks.cores.Stop()
	return iterateUntil(until, o.crew.stats, a)
}

// collect fills a rollout with steps of the current policy and normalises its rewards.
func (o *onPolicy) collect(roll *replay.Rollout) error {
	if err := o.crew.collect(o.networks.cores, roll); err != nil {
		return o.stepError(err)
	}
	if o.scale != nil {
		o.scale.normalize(roll.Reward, roll.Done)
	}
	return nil
}

// computeValues computes V(s) for all observations of a rollout and stores the values in the
// rollout.
func (o *onPolicy) computeValues(roll *replay.Rollout) { o.crew.computeValues(o.networks.cores, roll) }

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

// An objective computes the losses of an algorithm. Several goroutines may call its methods at the
// same time.
type objective interface {
	// actorLoss returns the actor's loss on a minibatch or a part of it, and the metrics of the
	// loss.
	actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorMetrics)

	// criticLoss returns the critic's weighted loss on a minibatch or a part of it, and the mean
	// squared error without the weight.
	criticLoss(v *tape.Var, b *replay.Minibatch) (loss *tape.Var, squaredError float32)

	// skips reports whether the gradient step on a minibatch with these metrics must not be taken.
	skips(m actorMetrics) bool
}

package agents

import (
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/tape"
)

// actorCritic is a gatherer that learns as the advantage actor-critics do: by the
// gradient of one rollout at a time.
type actorCritic struct {
	gatherer
	vfCoef, entCoef float32 // weights of the value loss, and of the entropy bonus β
	log             actorCriticLog
}

// weigh says what the losses count for.
func (a *actorCritic) weigh(vfCoef, entCoef float32) {
	a.vfCoef, a.entCoef = vfCoef, entCoef
	a.learnBy(a.actorLoss, a.criticLoss)
}

// advantages fills adv and ret, and logs what the critic knew of them.
func (a *actorCritic) advantages(gamma, lambda float32) {
	a.gatherer.advantages(gamma, lambda)
	a.log.explained = explainedVariance(a.value[:len(a.ret)], a.ret)
}

// actorLoss is -(E[log π(a|s) Â] + β S).
func (a *actorCritic) actorLoss(pi dist.Dist) *tape.Var {
	gain := loss.PolicyGradient(pi.LogProb(a.roll.Act), a.model.Tape.Const(a.adv, len(a.adv)))
	entropy := pi.Entropy().Mean()
	a.log.gain, a.log.entropy = float64(gain.Scalar()), float64(entropy.Scalar())
	return gain.Add(entropy.Scale(a.entCoef)).Neg()
}

// criticLoss is the mean squared error of V, weighted.
func (a *actorCritic) criticLoss(v *tape.Var) *tape.Var {
	l := loss.Squared(v, v.Tape().Const(a.ret, len(a.ret)))
	a.log.value = float64(l.Scalar())
	return l.Scale(a.vfCoef)
}

// actorCriticLog has the figures of the latest update of an actor and a critic,
// under the names that they have in Stable-Baselines3.
type actorCriticLog struct {
	gain, entropy, value, explained float64
	named                           []Named
}

// figures returns what is logged of the latest iteration.
func (l *actorCriticLog) figures(rate float64) []Named {
	l.named = append(l.named[:0],
		Named{"entropy_loss", -l.entropy},
		Named{"explained_variance", l.explained},
		Named{"learning_rate", rate},
		Named{"policy_loss", -l.gain},
		Named{"value_loss", l.value},
	)
	return l.named
}

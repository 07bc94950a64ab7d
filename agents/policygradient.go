package agents

import (
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// A policyGradient is the objective of the advantage actor-critics and of REINFORCE.
type policyGradient struct {
	vfCoef, entCoef float32 // weights of the value loss, and of the entropy bonus β
	share           float32 // of a gradient step's rows that a minibatch has
}

var _ objective = (*policyGradient)(nil)

// actorLoss is -(E[log π(a|s) Â] + β S).
func (o *policyGradient) actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorFigures) {
	logp := pi.LogProb(b.Act)
	gain := loss.PolicyGradient(logp, logp.Tape().Const(b.Advantage, b.Len()))
	entropy := pi.Entropy().Mean()
	return gain.Add(entropy.Scale(o.entCoef)).Scale(-o.share), actorFigures{gain: gain.Scalar(), entropy: entropy.Scalar()}
}

// criticLoss is the mean squared error of V, weighted.
func (o *policyGradient) criticLoss(v *tape.Var, b *replay.Minibatch) (*tape.Var, float32) {
	l := loss.Squared(v, v.Tape().Const(b.Return, b.Len()))
	return l.Scale(o.vfCoef * o.share), l.Scalar()
}

// policyGradientLog has the figures of the latest update of an actor and a critic,
// under the names that they have in Stable-Baselines3.
type policyGradientLog struct {
	gain, entropy, value, explained float64
	metrics                         []Metric
}

// add adds the figures of a minibatch that is a share of an update.
func (l *policyGradientLog) add(found losses, share float32) {
	l.gain += float64(found.gain * share)
	l.entropy += float64(found.entropy * share)
	l.value += float64(found.value * share)
}

// reset starts an update. explained is the critic's explained variance before it.
func (l *policyGradientLog) reset(explained float64) {
	*l = policyGradientLog{explained: explained, metrics: l.metrics}
}

// figures returns what is logged of the latest iteration, in which the entropy bonus had the
// weight entCoef.
func (l *policyGradientLog) figures(rate float64, bonus optim.Schedule, entCoef float32) []Metric {
	l.metrics = append(l.metrics[:0],
		Metric{"entropy_loss", -l.entropy},
		Metric{"explained_variance", l.explained},
		Metric{"learning_rate", rate},
		Metric{"policy_loss", -l.gain},
		Metric{"value_loss", l.value},
	)
	l.metrics = addEntCoef(l.metrics, bonus, entCoef)
	return l.metrics
}

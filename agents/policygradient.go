package agents

import (
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// A policyGradient is the objective of A2C, A3C and REINFORCE.
type policyGradient struct {
	vfCoef   float32 // weight of the value loss
	entCoef  float32 // weight β of the entropy bonus S
	fraction float32 // fraction of a gradient step's rows that are in this minibatch
}

var _ objective = (*policyGradient)(nil)

// skips reports false: every gradient step is taken.
func (*policyGradient) skips(actorMetrics) bool { return false }

// actorLoss returns -(E[log π(a|s) Â] + β S), times the fraction of the rows.
func (o *policyGradient) actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorMetrics) {
	logp := pi.LogProb(b.Act)
	objective := loss.PolicyGradient(logp, logp.Tape().Const(b.Advantage, b.Len()))
	entropy := pi.Entropy().Mean()
	l := objective.Add(entropy.Scale(o.entCoef)).Scale(-o.fraction)
	return l, actorMetrics{policyObjective: objective.Scalar(), entropy: entropy.Scalar()}
}

// criticLoss returns the mean squared error of V times its weight and the fraction of the rows.
func (o *policyGradient) criticLoss(v *tape.Var, b *replay.Minibatch) (*tape.Var, float32) {
	l := loss.Squared(v, v.Tape().Const(b.Return, b.Len()))
	return l.Scale(o.vfCoef * o.fraction), l.Scalar()
}

// policyGradientLog has the metrics of the latest gradient step of an actor and a critic. The
// names are the same as in Stable-Baselines3.
type policyGradientLog struct {
	policyObjective, entropy, valueLoss, explainedVariance float64
	metricBuf                                              []Metric
}

// add adds the metrics of a minibatch. The argument fraction is the fraction of the gradient
// step's rows that are in the minibatch.
func (l *policyGradientLog) add(m stepMetrics, fraction float32) {
	l.policyObjective += float64(m.policyObjective * fraction)
	l.entropy += float64(m.entropy * fraction)
	l.valueLoss += float64(m.valueLoss * fraction)
}

// reset clears the log before a gradient step. The argument explained is the critic's explained
// variance before the step.
func (l *policyGradientLog) reset(explained float64) {
	*l = policyGradientLog{explainedVariance: explained, metricBuf: l.metricBuf}
}

// metrics returns the metrics of the latest iteration. The arguments rate and entCoef are the
// iteration's learning rate and weight of the entropy bonus. The argument bonus is the schedule
// of the weight.
func (l *policyGradientLog) metrics(rate float64, bonus optim.Schedule, entCoef float32) []Metric {
	l.metricBuf = append(l.metricBuf[:0],
		Metric{"entropy_loss", -l.entropy},
		Metric{"explained_variance", l.explainedVariance},
		Metric{"learning_rate", rate},
		Metric{"policy_loss", -l.policyObjective},
		Metric{"value_loss", l.valueLoss},
	)
	l.metricBuf = appendEntCoef(l.metricBuf, bonus, entCoef)
	return l.metricBuf
}

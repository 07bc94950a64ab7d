package agents

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/optim"
)

// A mean is a running mean: mean.add adds a number, and mean.mean returns the mean of all
// numbers, or NaN before the first.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(x float64) { m.sum, m.n = m.sum+x, m.n+1 }
func (m mean) mean() float64  { return m.sum / float64(m.n) }

// ppoLog has the metrics of an iteration. They have the same names and meanings as in
// Stable-Baselines3, except loss: here it is the mean over the iteration's minibatches, in
// Stable-Baselines3 it is the loss of the last minibatch.
type ppoLog struct {
	loss, policyObjective, valueLoss, entropy, clipFraction mean // means over all minibatches of the iteration
	approxKL                                                mean // mean over the minibatches of the iteration's last epoch
	epochs                                                  int  // epochs since the start of the run
	metricBuf                                               []Metric
}

// reset clears the log at the start of an iteration.
func (l *ppoLog) reset() { *l = ppoLog{epochs: l.epochs, metricBuf: l.metricBuf} }

// nextEpoch clears the mean KL divergence at the start of an epoch and counts the epoch.
func (l *ppoLog) nextEpoch() {
	l.approxKL = mean{}
	l.epochs++
}

// add adds the metrics of a minibatch. If the gradient step was skipped, it adds only the KL
// divergence and the clip fraction.
func (l *ppoLog) add(m stepMetrics, o *ppoObjective) {
	l.approxKL.add(m.approxKL)
	l.clipFraction.add(m.clipFraction)
	if m.skipped {
		return
	}
	total := m.policyObjective - float32(o.vfCoef*m.valueLoss) + float32(o.entCoef*m.entropy)
	l.loss.add(float64(-total))
	l.policyObjective.add(float64(m.policyObjective))
	l.valueLoss.add(float64(m.valueLoss))
	l.entropy.add(float64(m.entropy))
}

// metrics returns the metrics of p's latest iteration.
func (l *ppoLog) metrics(p *PPO) []Metric {
	l.metricBuf = append(l.metricBuf[:0],
		Metric{"approx_kl", l.approxKL.mean()},
		Metric{"clip_fraction", l.clipFraction.mean()},
		Metric{"clip_range", p.objective.clipRange},
		Metric{"entropy_loss", -l.entropy.mean()},
		Metric{"explained_variance", explainedVariance(p.roll.Value[:len(p.roll.Return)], p.roll.Return)},
		Metric{"learning_rate", p.rate},
		Metric{"loss", l.loss.mean()},
		Metric{"n_updates", float64(l.epochs)},
		Metric{"policy_gradient_loss", -l.policyObjective.mean()},
		Metric{"value_loss", l.valueLoss.mean()},
	)
	if p.c.ClipRangeVF != nil {
		l.metricBuf = append(l.metricBuf, Metric{"clip_range_vf", p.objective.clipRangeVF})
	}
	l.metricBuf = appendEntCoef(l.metricBuf, p.c.EntCoef, p.objective.entCoef)
	return l.metricBuf
}

// appendEntCoef appends the current weight of the entropy bonus to metrics, unless the schedule s
// of the weight is constant.
func appendEntCoef(metrics []Metric, s optim.Schedule, now float32) []Metric {
	if s == optim.Constant(s.Start()) {
		return metrics
	}
	return append(metrics, Metric{"ent_coef", float64(now)})
}

// explainedVariance returns 1 - Var[ret - value] / Var[ret] for returns ret and their predicted
// values. It returns NaN if all returns are equal.
func explainedVariance(value, ret []float32) float64 {
	n := float64(len(ret))
	meanRet, meanErr := f32.Sum(ret)/n, (f32.Sum(ret)-f32.Sum(value))/n
	var varRet, varErr float64
	for i, r := range ret {
		d, e := float64(r)-meanRet, float64(r)-float64(value[i])-meanErr
		varRet += float64(d * d)
		varErr += float64(e * e)
	}
	if varRet == 0 {
		return math.NaN()
	}
	return 1 - varErr/varRet
}

// State saves or loads the number of epochs, but not the metrics: Learn reports them before
// the agent can be saved.
func (l *ppoLog) State(s *state.State) { s.Int("ppo/updates", &l.epochs, math.MaxInt) }

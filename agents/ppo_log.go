package agents

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/optim"
)

// A mean is the mean of the numbers that were added; NaN of none.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(x float64) { m.sum, m.n = m.sum+x, m.n+1 }
func (m mean) mean() float64  { return m.sum / float64(m.n) }

// ppoLog keeps the figures of an iteration, under the names and with the
// meanings that they have in Stable-Baselines3, but for loss, which is the mean
// over the iteration here and the last minibatch's there.
type ppoLog struct {
	loss, gain, value, entropy, outside mean // over the minibatches of the iteration
	kl                                  mean // over the minibatches of its last epoch
	updates                             int  // epochs since the start of the run
	metrics                             []Metric
}

// reset starts an iteration.
func (l *ppoLog) reset() { *l = ppoLog{updates: l.updates, metrics: l.metrics} }

// nextEpoch starts an epoch.
func (l *ppoLog) nextEpoch() {
	l.kl = mean{}
	l.updates++
}

// add adds the figures of a minibatch. Where no step was taken, only the divergence and the
// clipped share count.
func (l *ppoLog) add(found losses, o *ppoObjective) {
	l.kl.add(found.kl)
	l.outside.add(found.outside)
	if found.refused {
		return
	}
	total := found.gain - float32(o.vfCoef*found.value) + float32(o.entCoef*found.entropy)
	l.loss.add(float64(-total))
	l.gain.add(float64(found.gain))
	l.value.add(float64(found.value))
	l.entropy.add(float64(found.entropy))
}

// figures returns what is logged of the latest iteration.
func (l *ppoLog) figures(p *PPO) []Metric {
	l.metrics = append(l.metrics[:0],
		Metric{"approx_kl", l.kl.mean()},
		Metric{"clip_fraction", l.outside.mean()},
		Metric{"clip_range", p.eq9.clip},
		Metric{"entropy_loss", -l.entropy.mean()},
		Metric{"explained_variance", explainedVariance(p.roll.Value[:len(p.roll.Return)], p.roll.Return)},
		Metric{"learning_rate", p.rate},
		Metric{"loss", l.loss.mean()},
		Metric{"n_updates", float64(l.updates)},
		Metric{"policy_gradient_loss", -l.gain.mean()},
		Metric{"value_loss", l.value.mean()},
	)
	if p.c.ClipRangeVF != nil {
		l.metrics = append(l.metrics, Metric{"clip_range_vf", p.eq9.clipVF})
	}
	l.metrics = addEntCoef(l.metrics, p.c.EntCoef, p.eq9.entCoef)
	return l.metrics
}

// addEntCoef appends the present weight of the entropy bonus, unless it is constant.
func addEntCoef(metrics []Metric, s optim.Schedule, now float32) []Metric {
	if s == optim.Constant(s.Start()) {
		return metrics
	}
	return append(metrics, Metric{"ent_coef", float64(now)})
}

// explainedVariance is 1 - Var[ret - value] / Var[ret], NaN where the returns do not vary.
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

// State visits the count of updates: an iteration's figures are reported before
// anything can be saved.
func (l *ppoLog) State(s *state.State) { s.Int("ppo/updates", &l.updates, math.MaxInt) }

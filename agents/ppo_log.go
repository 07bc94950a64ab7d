package agents

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
)

// A mean adds up what it is the mean of. Without anything it is NaN.
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
	rate, clip, clipVF                     float64 // the schedules' values in this iteration
	loss, clipped, value, entropy, outside mean    // over the minibatches of the iteration
	kl                                     mean    // over those of its last epoch
	updates                                int     // epochs since the start of the run
	named                                  []Named
}

// begin starts an iteration of the run at step.
func (l *ppoLog) begin(c PPOConfig, step int) {
	*l = ppoLog{
		rate: c.LearningRate.At(step, c.Steps), clip: c.ClipRange.At(step, c.Steps),
		updates: l.updates, named: l.named,
	}
	if c.ClipRangeVF != nil {
		l.clipVF = c.ClipRangeVF.At(step, c.Steps)
	}
}

func (l *ppoLog) beginEpoch() {
	l.kl = mean{}
	l.updates++
}

// diverged measures how far the policy has gone from the one that acted, given
// log r and r of the minibatch's actions. It returns an estimate of the
// Kullback-Leibler divergence, E[(r - 1) - log r]: Schulman 2020, "Approximating
// KL divergence", the estimator k₃.
func (l *ppoLog) diverged(change, ratio []float32) float64 {
	var kl float64
	outside := 0
	for i, r := range ratio {
		kl += float64(r) - 1 - float64(change[i])
		if math.Abs(float64(r)-1) > l.clip {
			outside++
		}
	}
	n := float64(len(ratio))
	l.kl.add(kl / n)
	l.outside.add(float64(outside) / n)
	return kl / n
}

// ppoLoss is the parts of eq. 9 for a minibatch.
type ppoLoss struct{ clipped, value, entropy float32 }

// add takes down the parts of a minibatch's loss, and their sum.
func (l *ppoLog) add(parts ppoLoss, vfCoef, entCoef float32) {
	total := parts.clipped - float32(vfCoef*parts.value) + float32(entCoef*parts.entropy)
	l.loss.add(float64(-total))
	l.clipped.add(float64(parts.clipped))
	l.value.add(float64(parts.value))
	l.entropy.add(float64(parts.entropy))
}

// figures returns what is logged of the latest iteration.
func (l *ppoLog) figures(p *PPO) []Named {
	l.named = append(l.named[:0],
		Named{"approx_kl", l.kl.mean()},
		Named{"clip_fraction", l.outside.mean()},
		Named{"clip_range", l.clip},
		Named{"entropy_loss", -l.entropy.mean()},
		Named{"explained_variance", explainedVariance(p.value[:min(len(p.value), len(p.ret))], p.ret)},
		Named{"learning_rate", l.rate},
		Named{"loss", l.loss.mean()},
		Named{"n_updates", float64(l.updates)},
		Named{"policy_gradient_loss", -l.clipped.mean()},
		Named{"value_loss", l.value.mean()},
	)
	if p.c.ClipRangeVF != nil {
		l.named = append(l.named, Named{"clip_range_vf", l.clipVF})
	}
	return l.named
}

// explainedVariance is 1 - Var[ret - value] / Var[ret], NaN where the returns
// do not vary. Both are as long, but for a value of nothing before the start.
func explainedVariance(value, ret []float32) float64 {
	if len(value) < len(ret) {
		return math.NaN()
	}
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

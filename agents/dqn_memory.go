package agents

import (
	"math"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/replay"
)

// learnFromSequences takes a gradient step on a minibatch of sequences, as the learner of R2D2
// does: Kapturowski et al. 2019, section 2.3. The loss is the mean of (Q(s, a) - y)²/2 over the
// learned rows, with the importance weights of the sequences.
func (a *DQN) learnFromSequences(b *replay.SequenceBatch) (u updateResult) {
	m := a.memory
	a.targetValues(b)
	t, rows := a.tape, len(b.Learned)
	batch := m.policyBatch(a.q, b)
	t.Reset()
	all := a.q.Values(t, batch)
	u.target = a.sequenceTarget(b, all.Value)
	q := all.At(afterBurnIn(b, b.Act))
	l := loss.WeightedSquared(q, t.Const(u.target, rows), t.Const(m.weigh(b, true), rows)).Scale(0.5)
	f32.Sub(a.tdError, q.Value, u.target)
	u.tdError, u.criticLoss = a.tdError, float64(l.Scalar())
	l.Backward()
	a.opt.Step()
	a.updates++
	return u
}

// targetValues writes the target network's Q'(s, ·) of the rows after the burn-in to nextQ, and
// their maximum over the allowed actions to nextValue.
func (a *DQN) targetValues(b *replay.SequenceBatch) {
	past, n := a.memory.start.ofTarget, b.Len()
	a.memory.burnIn(a.target, b, past)
	for t := range b.Length + b.N {
		from, to := t*n, (t+1)*n
		a.target.Act(stepOf(b, b.BurnIn+t, past), policy.Out{Value: a.nextValue[from:to], Scores: a.nextQ[from*a.actions : to*a.actions]})
	}
}

// sequenceTarget returns the targets [R] of DQN or double DQN, as tdTarget does. q [R, actions] has
// the network's Q(s, ·). With value rescaling, the networks estimate h(Q):
//
//	y = h(r + γⁿ h⁻¹(V(s')))
func (a *DQN) sequenceTarget(b *replay.SequenceBatch, q []float32) []float32 {
	if a.c.Double {
		mask := afterBurnIn(b, b.Mask)
		for r := range a.nextValue {
			k := bestAllowed(f32.Row(q, r, a.actions), f32.Row(mask, r, a.actions))
			a.nextValue[r] = a.nextQ[r*a.actions+k]
		}
	}
	if !a.c.ValueRescaling {
		sequenceTargets(a.y, b, a.nextValue)
		return a.y
	}
	for r, next := range b.Next {
		a.y[r] = float32(rescale(float64(b.Reward[r])+float64(b.Discount[r])*unscale(float64(a.nextValue[next]), rescaling), rescaling))
	}
	return a.y
}

// bestAllowed returns the index of the largest value that mask allows. A nil mask allows all.
func bestAllowed(value []float32, mask []bool) int {
	if mask == nil {
		return f32.ArgMax(value)
	}
	k := -1
	for i, v := range value {
		if mask[i] && (k < 0 || v > value[k]) {
			k = i
		}
	}
	return max(k, 0)
}

// rescaling is ε of value rescaling in R2D2.
const rescaling = 1e-3

// rescale returns h(x) of value rescaling, which makes large returns smaller. Pohlen et al. 2018,
// arXiv:1805.11593, section 3.2:
//
//	h(x) = sign(x) (√(|x| + 1) - 1) + ε x
func rescale(x, epsilon float64) float64 {
	return math.Copysign(math.Sqrt(math.Abs(x)+1)-1, x) + float64(epsilon*x)
}

// unscale returns h⁻¹(y), the inverse of rescale. Pohlen et al., proposition A.2:
//
//	h⁻¹(y) = sign(y) (((√(1 + 4ε (|y| + 1 + ε)) - 1) / 2ε)² - 1)
func unscale(y, epsilon float64) float64 {
	root := math.Sqrt(1 + float64(4*epsilon*(math.Abs(y)+1+epsilon)))
	x := (root - 1) / (2 * epsilon)
	return math.Copysign(max(float64(x*x)-1, 0), y)
}

package agents

import (
	"math"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// updateBySequences samples a minibatch of sequences and the noise ε of its actions, and learns
// from the minibatch.
func (a *SAC) updateBySequences() {
	b, epsilon := a.sampleSequences(), a.epsilon[:len(a.epsilon)/2]
	for i := range epsilon {
		epsilon[i] = float32(a.rng.NormFloat64())
	}
	a.lastUpdate = a.learnFromSequences(b, epsilon)
	a.updateSequencePriorities(a.lastUpdate.tdError)
	a.sdeNoiseAge = 0
}

// learnFromSequences is learnFrom for sequences. The actor computes the actions of all rows after
// the burn-in once, with the noise epsilon: they are the actions of the actor's loss, and the next
// actions in the targets of earlier rows.
func (a *SAC) learnFromSequences(b *replay.SequenceBatch, epsilon []float32) (u sacResult) {
	batch := a.memory.policyBatch(a.actor, b)
	a.actor.Tape.Reset()
	act, logp := a.actor.Draw(batch, epsilon)
	u.alpha = float32(math.Exp(float64(a.logAlpha.Value[0])))
	if a.c.EntCoef.Auto {
		u.alphaLoss = a.updateAlpha(a.learnedLogProb(b, logp.Value))
	}
	u.target = a.sequenceTarget(b, act.Value, logp.Value, u.alpha)
	u.tdError, u.criticLoss = a.critics.updateCriticsBySequences(a.memory, b, u.target)
	u.actorLoss = a.updateActorBySequences(b, act, logp, u.alpha)
	a.critics.updateTargets(a.c.Tau)
	a.updates++
	return u
}

// learnedLogProb returns the elements of logp [R] that belong to learned rows.
func (a *SAC) learnedLogProb(b *replay.SequenceBatch, logp []float32) []float32 {
	a.nextLogProb = a.nextLogProb[:0]
	for r, yes := range b.Learned {
		if yes {
			a.nextLogProb = append(a.nextLogProb, logp[r])
		}
	}
	return a.nextLogProb
}

// sequenceTarget returns the critics' targets [R], as target does, for the actions act [R, A] and
// their log π.
func (a *SAC) sequenceTarget(b *replay.SequenceBatch, act, logp []float32, alpha float32) []float32 {
	m := a.memory
	m.unrollCritics(a.critics.target, b, false)
	a.critics.target.Min(afterBurnIn(b, b.Obs), act, m.start.before, a.nextValue)
	f32.Axpy(a.nextValue, -alpha, logp)
	sequenceTargets(a.y, b, a.nextValue)
	return a.y
}

// updateActorBySequences is updateActor for the learned rows of sequences.
func (a *SAC) updateActorBySequences(b *replay.SequenceBatch, act, logp *tape.Var, alpha float32) float64 {
	m, t := a.memory, act.Tape()
	m.unrollCritics(a.critics.online, b, false)
	weight := m.weigh(b, false)
	actionGradient, q := a.critics.actionGradient(afterBurnIn(b, b.Obs), act.Value, m.start.before, weight, 2)
	minQ := act.Mul(t.Const(actionGradient, act.Rows)).SumCols() // has the gradient of min Q, not its value
	logp.Scale(alpha).Sub(minQ).Mul(t.Const(weight, act.Rows)).Mean().Backward()
	a.actorOpt.Step()
	entropyTerm := 0.0
	for r, w := range weight {
		entropyTerm += float64(w * logp.Value[r])
	}
	return float64(alpha)*entropyTerm/float64(len(weight)) - q
}

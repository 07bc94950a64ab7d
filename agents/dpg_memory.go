package agents

import (
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/replay"
)

// The agents with an actor and critics learn from sequences as Heess et al. 2015,
// arXiv:1512.04455 (recurrent deterministic policy gradient) and Ni et al. 2022, arXiv:2110.05038,
// do: the actor and each critic have a memory of their own. A critic remembers the observations
// and the actions that were taken. The actor's new action is the input of one step only: the critic
// estimates Q of this action after the true history.

// nextActions writes the target actor's actions μ'(s) of the rows after the burn-in to nextAct.
func (d *dpg) nextActions(m *memory, b *replay.SequenceBatch) {
	past, size := m.start.ofTarget, len(d.nextAct)/(b.Length+b.N)
	m.burnIn(d.actorTarget, b, past)
	for t := range b.Length + b.N {
		d.actorTarget.Act(stepOf(b, b.BurnIn+t, past), policy.Out{Raw: d.nextAct[t*size : (t+1)*size]})
	}
}

// sequenceTarget returns the critics' targets [R] for the actions in nextAct.
func (d *dpg) sequenceTarget(m *memory, b *replay.SequenceBatch) []float32 {
	m.unrollCritics(d.critics.target, b, false)
	d.critics.target.Min(afterBurnIn(b, b.Obs), d.nextAct, m.start.before, d.nextValue)
	sequenceTargets(d.y, b, d.nextValue)
	return d.y
}

// updateActorBySequences is updateActor for the learned rows of sequences.
func (d *dpg) updateActorBySequences(m *memory, b *replay.SequenceBatch) float64 {
	batch, t := m.policyBatch(d.actor, b), d.actor.Tape
	m.unrollCritics(d.critics.online, b, false)
	weight := m.weigh(b, false)
	t.Reset()
	act := d.actor.Pi(batch)
	actionGradient, q := d.critics.actionGradient(batch.Obs, act.Value, m.start.before, weight, 1)
	act.Mul(t.Const(actionGradient, act.Rows)).SumCols().Mul(t.Const(weight, act.Rows)).Mean().Neg().Backward()
	d.actorOpt.Step()
	return -q
}

// updateCriticsBySequences takes a gradient step of the critics with the targets y [R].
func (c *critics) updateCriticsBySequences(m *memory, b *replay.SequenceBatch, y []float32) (tdError []float32, loss float64) {
	m.unrollCritics(c.online, b, true)
	return c.updateBySequences(b, m.start.ofCritics, m.weigh(b, true), y)
}

// learnFromSequences is learnFrom for sequences.
func (a *DDPG) learnFromSequences(b *replay.SequenceBatch) (u updateResult) {
	a.nextActions(a.memory, b)
	u.target = a.sequenceTarget(a.memory, b)
	u.tdError, u.criticLoss = a.critics.updateCriticsBySequences(a.memory, b, u.target)
	u.actorLoss = a.updateActorBySequences(a.memory, b)
	a.updateTargets(a.c.Tau)
	a.updates++
	return u
}

// learnFromSequences is learnFrom for sequences.
func (a *TD3) learnFromSequences(b *replay.SequenceBatch, epsilon []float32) (u updateResult) {
	a.nextActions(a.memory, b)
	a.smooth(epsilon)
	u.target = a.sequenceTarget(a.memory, b)
	u.tdError, u.criticLoss = a.critics.updateCriticsBySequences(a.memory, b, u.target)
	u.actorLoss = a.lastUpdate.actorLoss
	if a.updates++; a.updates%a.c.PolicyDelay == 0 {
		u.actorLoss = a.updateActorBySequences(a.memory, b)
		a.updateTargets(a.c.Tau)
	}
	return u
}

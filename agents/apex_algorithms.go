package agents

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// This file has what Ape-X needs of each algorithm: see distributable.

// weights returns the tensors of the online network.
func (a *DQN) weights() []*tape.Param { return a.q.Tensors() }

// copyTargets copies the online network to the target network.
func (a *DQN) copyTargets() { nn.PolyakUpdate(a.target.Net, a.q.Net, 1) }

// tdErrors returns Q(s, a) - y [B].
func (a *DQN) tdErrors(b *replay.Batch) []float32 {
	y := a.tdTarget(b)
	a.q.Act(policy.In{Obs: b.Obs}, policy.Out{Scores: a.nextQ})
	for i, k := range b.Act {
		a.tdError[i] = a.nextQ[i*a.actions+int(k)] - y[i]
	}
	return a.tdError
}

// noiseState does nothing: ε-greedy exploration has no state.
func (a *DQN) noiseState(*state.State) {}

// weights returns the tensors of the actor and the critics.
func (d *dpg) weights() []*tape.Param {
	return append(d.actor.Tensors(), d.critics.online.Tensors()...)
}

// copyTargets copies the networks to the target networks.
func (d *dpg) copyTargets() { d.updateTargets(1) }

// tdErrors returns min Q(s, a) - y [B] for targets y.
func (c *critics) tdErrors(b *replay.Batch, y []float32) []float32 {
	c.online.Min(b.Obs, b.Act, nil, c.tdError)
	f32.Sub(c.tdError, c.tdError, y)
	return c.tdError
}

// tdErrors returns Q(s, a) - y [B].
func (a *DDPG) tdErrors(b *replay.Batch) []float32 { return a.critics.tdErrors(b, a.target(b)) }

// tdErrors returns min Q(s, a) - y [B], without noise in the target policy.
func (a *TD3) tdErrors(b *replay.Batch) []float32 {
	clear(a.epsilon)
	return a.critics.tdErrors(b, a.target(b, a.epsilon))
}

// noiseState saves or loads the exploration noise.
func (d *dpg) noiseState(s *state.State) { d.noise.State(s) }

// weights returns the tensors of the actor and the critics, and the temperature.
func (a *SAC) weights() []*tape.Param {
	return append(append(a.actor.Tensors(), a.critics.online.Tensors()...), a.logAlpha)
}

// copyTargets copies the critics to the target networks.
func (a *SAC) copyTargets() { a.critics.updateTargets(1) }

// tdErrors returns min Q(s, a) - y [B], with the mean action in the target.
func (a *SAC) tdErrors(b *replay.Batch) []float32 {
	clear(a.epsilon)
	alpha := float32(math.Exp(float64(a.logAlpha.Value[0])))
	return a.critics.tdErrors(b, a.target(b, a.epsilon[len(a.epsilon)/2:], alpha))
}

// noiseState saves or loads the exploration noise.
func (a *SAC) noiseState(s *state.State) {
	a.noise.State(s)
	s.Floats("sac/noise", a.sdeNoise)
	s.Int("sac/noise_age", &a.sdeNoiseAge, state.MaxCount)
}

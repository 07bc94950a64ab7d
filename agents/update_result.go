package agents

import "github.com/rlrun/rlrun/env/state"

// updateResult has the targets, TD errors and losses of an off-policy agent's update.
type updateResult struct {
	target     []float32 // [B] targets y
	tdError    []float32 // [B] TD errors Q(s, a) - y
	criticLoss float64
	actorLoss  float64 // 0 if the agent has no actor
}

// State saves or loads the losses: a Report shows them until the next update.
func (f *updateResult) State(s *state.State) {
	s.Double("found/critic_loss", &f.criticLoss)
	s.Double("found/actor_loss", &f.actorLoss)
}

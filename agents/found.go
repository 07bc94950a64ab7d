package agents

import "github.com/rlrun/rlrun/env/state"

// found is what an update found in a minibatch.
type found struct {
	target, tdError       []float32 // [B] y, and Q(s, a) - y
	criticLoss, actorLoss float64   // 0 where there is no actor, or it did not learn
}

// State visits the losses, which are logged until the next update.
func (f *found) State(s *state.State) {
	s.Double("found/critic_loss", &f.criticLoss)
	s.Double("found/actor_loss", &f.actorLoss)
}

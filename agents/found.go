package agents

// found is what an update found in a minibatch.
type found struct {
	target, tdError       []float32 // [B] y, and Q(s, a) - y
	criticLoss, actorLoss float64   // 0 where there is no actor, or it did not learn
}

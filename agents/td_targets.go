package agents

import (
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/replay"
)

// tdTargets writes the targets y = r + γⁿ V(s') of a minibatch. The slices y and nextValue, which
// has V(s'), have the shape [B]. b.Discount is γⁿ, or 0 after a terminal state.
func tdTargets(y []float32, b *replay.Batch, nextValue []float32) {
	f32.Mul(y, b.Discount, nextValue)
	f32.Add(y, y, b.Reward)
}

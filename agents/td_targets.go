package agents

import (
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/replay"
)

// tdTargets writes the targets y = r + γⁿ V(s') of a minibatch, where value is V of its
// Next.
func tdTargets(y []float32, b *replay.Batch, value []float32) {
	f32.Mul(y, b.Discount, value)
	f32.Add(y, y, b.Reward)
}

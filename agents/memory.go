package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// A memory is the transitions that an agent remembers, and the minibatch that it learns
// from.
type memory struct {
	buffer      replay.Buffer
	prioritized *replay.Prioritized // the buffer's Sampler; nil if all transitions are equally likely
	batch       *replay.Batch
}

// newMemory returns what r describes, for environments that begin as first says. Rewards
// are divided by scale when they are sampled, unless it is nil.
func newMemory(r *Replay, spec env.Spec, first *env.Result, scale *rewardScale) (m memory, err error) {
	ring, err := replay.NewRing(spec, r.BufferSize, first)
	if err != nil {
		return m, err
	}
	m.batch = replay.NewBatch(spec, r.BatchSize)
	m.buffer = replay.Buffer{Store: ring, Sampler: replay.Uniform{}, View: replay.OneStep{Gamma: r.Gamma}}
	if scale != nil {
		m.buffer.Store = scaledStore{ring, scale}
	}
	if r.Prioritized {
		m.prioritized = replay.NewPrioritized(ring.Rows(), r.PriorityAlpha, r.PriorityBeta)
		m.buffer.Sampler = m.prioritized
	}
	if r.NSteps > 1 {
		m.buffer.View = &replay.NSteps{Gamma: r.Gamma, N: r.NSteps}
	}
	return m, nil
}

// sample draws the minibatch.
func (m *memory) sample(rng *rand.Rand) *replay.Batch {
	m.buffer.Sample(rng, m.batch)
	return m.batch
}

// learned takes the TD errors [B] of the minibatch.
func (m *memory) learned(tdError []float32) { m.buffer.Sampler.Learned(m.batch.Index, tdError) }

package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// An experience is an off-policy agent's replay buffer, with the minibatch that is sampled from
// it.
type experience struct {
	buffer      replay.Buffer
	prioritized *replay.Prioritized // the buffer's Sampler; nil if all transitions are equally likely
	batch       *replay.Batch       // nil if sequences are sampled
	ring        *replay.Ring        // the steps in buffer
	scale       *rewardScale        // normaliser of rewards; nil if they are not normalised
}

// newExperience returns an empty replay buffer with the settings r for environments of spec. The
// argument first is the environments' first Result. If scale is not nil, it normalises the
// rewards of sampled transitions.
func newExperience(r *Replay, spec env.Spec, first *env.Result, scale *rewardScale) (m experience, err error) {
	ring, err := replay.NewRing(spec, r.BufferSize, first)
	if err != nil {
		return m, err
	}
	m.ring, m.scale = ring, scale
	m.batch = replay.NewBatch(spec, r.BatchSize)
	m.buffer = replay.Buffer{Sampler: replay.Uniform{}, View: replay.OneStep{Gamma: r.Gamma}}
	m.setStore(ring)
	if r.Prioritized {
		m.prioritized = replay.NewPrioritized(ring.Rows(), r.PriorityAlpha, r.PriorityBeta)
		m.buffer.Sampler = m.prioritized
	}
	if r.NSteps > 1 {
		m.buffer.View = &replay.NSteps{Gamma: r.Gamma, N: r.NSteps}
	}
	return m, nil
}

// setStore sets the Store of the buffer, with normalised rewards if there is a normaliser.
func (m *experience) setStore(s replay.Recorder) {
	if m.buffer.Store = s; m.scale != nil {
		m.buffer.Store = scaledStore{s, m.scale}
	}
}

// useSequences changes the buffer, which must be empty, to a Store of sequences, and returns the
// Store.
func (m *experience) useSequences(shape replay.SequenceShape) (*replay.Sequences, error) {
	s, err := replay.NewSequences(m.ring, shape)
	if err != nil {
		return nil, err
	}
	m.setStore(s)
	m.batch = nil
	return s, nil
}

// sample samples a minibatch. The next call overwrites it.
func (m *experience) sample(rng *rand.Rand) *replay.Batch {
	m.buffer.Sample(rng, m.batch)
	return m.batch
}

// updatePriorities gives the Sampler the TD errors [B] of the sampled minibatch.
func (m *experience) updatePriorities(tdError []float32) {
	m.buffer.Sampler.Learned(m.batch.Index, tdError)
}

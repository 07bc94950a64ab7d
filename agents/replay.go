package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
)

// Replay has the settings of an off-policy agent's replay buffer and updates.
type Replay struct {
	LearningRate   optim.Schedule `yaml:"learning_rate"`   // learning rate of the optimiser, α
	BufferSize     int            `yaml:"buffer_size"`     // transitions in the replay buffer; the oldest are overwritten
	LearningStarts int            `yaml:"learning_starts"` // steps of random actions before learning starts
	BatchSize      int            `yaml:"batch_size"`      // transitions in a minibatch
	Gamma          float32        `yaml:"gamma"`           // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	Tau            float32        `yaml:"tau"`             // τ of a Polyak update: target ← τ · network + (1 - τ) · target; 1 copies the network
	TrainFreq      TrainFreq      `yaml:"train_freq"`      // steps of each environment between two rounds of updates; or [1, episode]: one episode
	GradientSteps  int            `yaml:"gradient_steps"`  // updates in a round; -1: as many as steps were taken since the last round
	NSteps         int            `yaml:"n_steps"`         // steps of an n-step return, n
	Prioritized    bool           `yaml:"prioritized"`     // sample transitions with large TD errors more often (Schaul et al. 2016)
	PriorityAlpha  float64        `yaml:"priority_alpha"`  // exponent α of the priorities: 0 samples uniformly, 1 in proportion to the TD error
	PriorityBeta   float64        `yaml:"priority_beta"`   // importance-sampling exponent β at the start; it rises to 1 at the end

	SequenceLength int     `yaml:"sequence_length"` // networks with memory: learned steps of a sequence; batch_size is then a number of sequences
	BurnIn         int     `yaml:"burn_in"`         // networks with memory: steps before the learned steps, in which the networks only bring their memory up to date
	SequenceStride int     `yaml:"sequence_stride"` // networks with memory: steps of an environment between the starts of two sequences; -1: half of sequence_length
	PriorityEta    float64 `yaml:"priority_eta"`    // networks with memory: weight η of the largest TD error in the priority of a sequence; the mean has the weight 1 - η
}

// DefaultReplay returns the default settings of DDPG and TD3 in Stable-Baselines3. The defaults
// of SAC differ only in the learning rate.
func DefaultReplay() Replay {
	return Replay{
		LearningRate: optim.Constant(1e-3), BufferSize: 1_000_000, LearningStarts: 100, BatchSize: 256, Gamma: 0.99, Tau: 0.005,
		TrainFreq: TrainFreq{Steps: 1}, GradientSteps: 1, NSteps: 1, PriorityAlpha: 0.6, PriorityBeta: 0.4,
		SequenceLength: 80, BurnIn: 40, SequenceStride: -1, PriorityEta: 0.9,
	}
}

// Memory returns the memory of the replay buffer for environments of spec, in bytes.
func (r *Replay) Memory(spec env.Spec) int {
	size := replay.Size(spec, r.BufferSize)
	if r.Prioritized {
		size += replay.SumTreeSize(r.BufferSize)
	}
	return size
}

// sequenceShape returns the shape of the sequences for networks with the given floats of memory.
func (r *Replay) sequenceShape(memory int) replay.SequenceShape {
	s := replay.SequenceShape{
		BurnIn: r.BurnIn, Length: r.SequenceLength, N: r.NSteps, Stride: r.SequenceStride, Gamma: r.Gamma, MemorySize: memory,
	}
	if s.Stride < 0 {
		s.Stride = max(1, s.Length/2)
	}
	return s
}

// Discount returns the discount γ.
func (r *Replay) Discount() float32 { return r.Gamma }

// rules returns the conditions on the settings of an agent with nEnvs environments.
func (r *Replay) rules(nEnvs int) []rule {
	return append(r.TrainFreq.rules(nEnvs),
		scheduleRule("learning_rate", r.LearningRate, math.MaxFloat32),
		rule{r.BufferSize >= 1, "buffer_size", r.BufferSize, "1 or more"},
		rule{r.LearningStarts >= 0, "learning_starts", r.LearningStarts, "0 or more"},
		rule{1 <= r.BatchSize && r.BatchSize <= 1<<20, "batch_size", r.BatchSize, "1 … 1048576"},
		rule{inUnitInterval(r.Gamma), "gamma", r.Gamma, "0 … 1"},
		rule{inUnitInterval(r.Tau), "tau", r.Tau, "0 … 1"},
		rule{r.GradientSteps == -1 || r.GradientSteps >= 1, "gradient_steps", r.GradientSteps, "1 or more, or -1"},
		rule{1 <= r.NSteps && r.NSteps <= 1<<10, "n_steps", r.NSteps, "1 … 1024"},
		rule{inUnitInterval(r.PriorityAlpha), "priority_alpha", r.PriorityAlpha, "0 … 1"},
		rule{inUnitInterval(r.PriorityBeta), "priority_beta", r.PriorityBeta, "0 … 1"},
		rule{1 <= r.SequenceLength && r.SequenceLength <= 1<<16, "sequence_length", r.SequenceLength, "1 … 65536"},
		rule{0 <= r.BurnIn && r.BurnIn <= 1<<16, "burn_in", r.BurnIn, "0 … 65536"},
		rule{r.SequenceStride == -1 || 1 <= r.SequenceStride && r.SequenceStride <= 1<<16, "sequence_stride", r.SequenceStride, "1 … 65536, or -1"},
		rule{inUnitInterval(r.PriorityEta), "priority_eta", r.PriorityEta, "0 … 1"},
	)
}

package memory

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// MemoryLength shows a sign, -1 or 1, at the start of an episode, and asks for it at the end. It
// is the experiment memory_len of Osband et al. 2020, "Behaviour suite for reinforcement learning",
// and agrees with bsuite's memory_chain.py for one bit.
//
// Observation: the share of time that is left, 1 - t/length; the query, which is always 0 because
// there is only one sign to ask for; and the sign at t = 0, later 0. As in bsuite, the time of the
// observation is the time before the step, so the first observation appears twice and an episode
// has length + 1 steps.
//
// Actions: 0 says that the sign was -1, 1 says that it was 1. Only the last action counts: its
// reward is 1 if it is right, and -1 if it is wrong. All other rewards are 0. There is no time
// limit; a return of 0.95 counts as solved.
type MemoryLength struct {
	Length int `yaml:"length"` // steps from the sign to the question

	x     [2]float64 // number of steps taken, sign
	reply float64    // sign of the latest action, 0 before the first, for Draw
	rng   env.Rand   // used only by Reset
}

var (
	_ env.Snapshotter = (*MemoryLength)(nil)
	_ env.Physics     = (*MemoryLength)(nil)
	_ env.DrawSetter  = (*MemoryLength)(nil)
)

// NewMemoryLength returns a MemoryLength-v0.
func NewMemoryLength() *MemoryLength { return &MemoryLength{Length: 100} }

// Validate returns an error if an option is not possible.
func (m *MemoryLength) Validate() error { return checkLength(m.Length) }

// memoryLengthSpace is the observation space.
var memoryLengthSpace = unitBox([]float32{0, 0, -1}, "time left", "query", "sign")

// Spec returns the spaces and the threshold.
func (m *MemoryLength) Spec() env.Spec {
	solved := threshold
	return env.Spec{ID: "MemoryLength-v0", Obs: memoryLengthSpace, Act: env.Discrete{N: 2}, RewardThreshold: &solved}
}

// Reset begins an episode with a random sign.
func (m *MemoryLength) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.x = [2]float64{0, randomSign(&m.rng)}
	m.reply = 0
	m.Observe(obs)
}

// Step takes an answer. Only the answer of the last step counts.
func (m *MemoryLength) Step(act, obs []float32) (out env.Outcome) {
	end := float64(m.Length + 1)
	m.x[0] = min(m.x[0]+1, end)
	m.Observe(obs)
	m.reply = float64(2*act[0] - 1)
	if m.x[0] == end {
		out = env.Outcome{Reward: m.reply * m.x[1], Terminated: true}
	}
	return out
}

// Observe writes the observation, whose time is the time before the latest step.
func (m *MemoryLength) Observe(obs []float32) {
	_ = obs[2] // one bounds check for all elements
	t := max(m.x[0]-1, 0)
	obs[0], obs[1], obs[2] = float32(1-t/float64(m.Length)), 0, 0
	if t == 0 {
		obs[2] = float32(m.x[1])
	}
}

// State saves or loads the number of steps and the sign.
func (m *MemoryLength) State(s *state.State) {
	s.Doubles("memorylength", m.x[:])
	m.reply = 0
}

// SetDraws gives the uniform number for the next Reset: the sign is -1 if it is below 1/2.
func (m *MemoryLength) SetDraws(u []float64) error { return m.rng.SetDraws(u) }

// Physics appends the number of steps and the sign.
func (m *MemoryLength) Physics(dst []float64) []float64 { return append(dst, m.x[:]...) }

// SetPhysics sets the number of steps, 0 … length + 1, and the sign, -1 or 1.
func (m *MemoryLength) SetPhysics(x []float64) error {
	m.reply = 0
	return setState(&m.x, x, "number of steps", m.Length+1, "sign")
}

package memory

import (
	"cmp"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// MemorySize shows several bits at the start of an episode, and asks for one of them at the end. It
// is the experiment memory_size of Osband et al. 2020, "Behaviour suite for reinforcement learning",
// and agrees with bsuite's memory_chain.py.
//
// Observation: the share of time that is left, 1 - t/length; the query, the number of the bit that
// is asked for, from 0, at t = length - 1, otherwise 0; and the bits, -1 or 1, at t = 0, later 0. As in
// bsuite, the time of the observation is the time before the step, so the first observation
// appears twice and an episode has length + 1 steps.
//
// Actions: 0 says that the bit is -1, 1 says that it is 1. Only the last action counts: its reward
// is 1 if it is right, and -1 if it is wrong. All other rewards are 0. There is no time limit.
//
// A policy that remembers all bits has the return 1. The best policy without memory has an expected
// return of 0 if length is above 1.
type MemorySize struct {
	Bits   int `yaml:"bits"`   // number of bits
	Length int `yaml:"length"` // steps from the bits to the end

	x     []float64 // number of steps taken, query, bits
	reply float64   // sign of the latest action, 0 before the first, for Draw
	rng   env.Rand  // used only by Reset
	space env.Space
}

var (
	_ env.Snapshotter = (*MemorySize)(nil)
	_ env.Physics     = (*MemorySize)(nil)
	_ env.DrawSetter  = (*MemorySize)(nil)
	_ env.Measured    = (*MemorySize)(nil)
)

// NewMemorySize returns a MemorySize-v0. Its length is the length of bsuite's experiment. After its options
// are changed, call Validate.
func NewMemorySize() *MemorySize { return mustValidate(&MemorySize{Bits: 3, Length: 2}) }

// Validate returns an error if an option is not possible. Otherwise it makes the observation space.
func (m *MemorySize) Validate() error {
	if err := cmp.Or(checkRange("bits", m.Bits, 1, maxBits), checkLength(m.Length)); err != nil {
		return err
	}
	m.x = make([]float64, 2+m.Bits)
	for i := range m.bits() {
		m.x[2+i] = -1
	}
	low, high := make([]float32, 2+m.Bits), make([]float32, 2+m.Bits)
	names := []string{"time left", "query"}
	for i := range high {
		high[i] = 1
		if i >= 2 {
			low[i] = -1
			names = append(names, fmt.Sprintf("bit %d", i-2))
		}
	}
	high[1] = float32(max(1, m.Bits-1))
	m.space = env.Box{Low: low, High: high, Names: names}
	return nil
}

// bits returns the bits, -1 or 1.
func (m *MemorySize) bits() []float64 { return m.x[2:] }

// Spec returns the spaces and the threshold.
func (m *MemorySize) Spec() env.Spec {
	solved := threshold
	return env.Spec{ID: "MemorySize-v0", Obs: m.space, Act: env.Discrete{N: 2}, RewardThreshold: &solved}
}

// Reset begins an episode with random bits and a random query.
func (m *MemorySize) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	for i := range m.bits() {
		m.bits()[i] = randomSign(&m.rng)
	}
	m.x[0], m.x[1] = 0, float64(randomIndex(&m.rng, m.Bits))
	m.reply = 0
	m.Observe(obs)
}

// Step takes an answer. Only the answer of the last step counts.
func (m *MemorySize) Step(act, obs []float32) (out env.Outcome) {
	end := float64(m.Length + 1)
	m.x[0] = min(m.x[0]+1, end)
	m.Observe(obs)
	m.reply = float64(2*act[0] - 1)
	if m.x[0] == end {
		out = env.Outcome{Reward: m.reply * m.asked(), Terminated: true}
	}
	return out
}

// asked returns the bit that is asked for.
func (m *MemorySize) asked() float64 { return m.bits()[int(m.x[1])] }

// Observe writes the observation, whose time is the time before the latest step.
func (m *MemorySize) Observe(obs []float32) {
	t := m.shown()
	clear(obs)
	obs[0] = float32(1 - float64(t)/float64(m.Length))
	if t == m.Length-1 {
		obs[1] = float32(m.x[1])
	}
	if t == 0 {
		for i, b := range m.bits() {
			obs[2+i] = float32(b)
		}
	}
}

// shown returns the time of the observation.
func (m *MemorySize) shown() int { return max(int(m.x[0])-1, 0) }

// State saves or loads the number of steps, the query, the bits and the answer.
func (m *MemorySize) State(s *state.State) {
	x := make([]float64, len(m.x))
	copy(x, m.x)
	s.Doubles("memorysize", x)
	s.Double("memorysize/reply", &m.reply)
	if s.Loading() && s.Err() == nil {
		if err := m.set(x); err != nil {
			s.Fail(err)
		}
	}
}

// SetDraws gives uniform numbers for the next Reset: one for each bit, which is -1 if it is below
// 1/2, then one for the query.
func (m *MemorySize) SetDraws(u []float64) error { return m.rng.SetDraws(u) }

// Physics appends the number of steps, the query and the bits.
func (m *MemorySize) Physics(dst []float64) []float64 { return append(dst, m.x...) }

// SetPhysics sets the number of steps, 0 … length + 1, the query, 0 … bits - 1, and the bits, -1 or 1.
func (m *MemorySize) SetPhysics(x []float64) error {
	if err := m.set(x); err != nil {
		return err
	}
	m.reply = 0
	return nil
}

// set sets the state variables, or returns an error if x is not a possible state.
func (m *MemorySize) set(x []float64) error {
	if len(x) != len(m.x) {
		return fmt.Errorf("memory: want %d state variables, not %d", len(m.x), len(x))
	}
	if !isCount(x[0], m.Length+1) {
		return fmt.Errorf("memory: the number of steps is never %v, want a whole number, 0 … %d", x[0], m.Length+1)
	}
	if !isCount(x[1], m.Bits-1) {
		return fmt.Errorf("memory: the query is never %v, want a whole number, 0 … %d", x[1], m.Bits-1)
	}
	for _, b := range x[2:] {
		if b != -1 && b != 1 {
			return fmt.Errorf("memory: a bit is never %v, want -1 or 1", b)
		}
	}
	copy(m.x, x)
	return nil
}

// Measures returns "right".
func (m *MemorySize) Measures() []string { return []string{"right"} }

// Measure writes 1 if the last answer was right, otherwise 0.
func (m *MemorySize) Measure(dst []float64) { dst[0] = zeroOrOne(m.reply == m.asked()) }

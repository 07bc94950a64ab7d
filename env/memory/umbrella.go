package memory

import (
	"cmp"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Umbrella is a walk for which one must decide at its start whether to take an umbrella. Only
// the end of the walk shows whether that was right, and until then random rewards distract from it. It
// is the experiment umbrella_length of Osband et al. 2020, "Behaviour suite for reinforcement
// learning", and agrees with bsuite's umbrella_chain.py.
//
// Observation: whether an umbrella is needed, 0 or 1, the same in the whole episode; whether the agent has
// one, at the start at random; the share of time that is left, 1 - t/length; and distractors, each 0
// or 1 at random in each step.
//
// Actions: 0 for no umbrella, 1 for an umbrella. Only the first action counts. The reward of the last
// step is 1 if the agent has what it needs, and -1 if it does not. The reward of each other step is noise or
// -noise at random. An episode has length steps.
//
// A policy that takes what is needed has an expected return of 1, and a random policy of 0. The
// standard deviation of the best policy's return is noise·√(length - 1). The observation has
// everything that the best policy needs, so this is a task of credit assignment: a policy needs no memory.
type Umbrella struct {
	Length      int     `yaml:"length"`      // steps of an episode
	Distractors int     `yaml:"distractors"` // number of random elements of an observation
	Noise       float64 `yaml:"noise"`       // size of the random rewards; bsuite has 1

	x       []float64 // number of steps taken, needed, held, distractors
	correct bool      // the latest episode ended with the reward 1
	rng     env.Rand
	space   env.Space
}

var (
	_ env.Snapshotter = (*Umbrella)(nil)
	_ env.Physics     = (*Umbrella)(nil)
	_ env.DrawSetter  = (*Umbrella)(nil)
	_ env.Measured    = (*Umbrella)(nil)
)

// NewUmbrella returns an Umbrella-v0. It has as many distractors as bsuite's experiment. After its options
// are changed, call Validate.
func NewUmbrella() *Umbrella { return mustValidate(&Umbrella{Length: 20, Distractors: 20, Noise: 1}) }

// Validate returns an error if an option is not possible. Otherwise it makes the observation space.
func (m *Umbrella) Validate() error {
	if err := cmp.Or(checkLength(m.Length), checkRange("distractors", m.Distractors, 0, maxBits)); err != nil {
		return err
	}
	if !(0 <= m.Noise && m.Noise <= 1000) {
		return fmt.Errorf("noise %v, want 0 … 1000", m.Noise)
	}
	m.x = make([]float64, 3+m.Distractors)
	names := []string{"umbrella needed", "umbrella held", "time left"}
	for i := range m.Distractors {
		names = append(names, fmt.Sprintf("distractor %d", i))
	}
	m.space = unitBox(make([]float32, len(names)), names...)
	return nil
}

// Spec returns the spaces.
func (m *Umbrella) Spec() env.Spec {
	return env.Spec{ID: "Umbrella-v0", Obs: m.space, Act: env.Discrete{N: 2}}
}

// Reset begins an episode with random weather.
func (m *Umbrella) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.x[0], m.x[1], m.x[2] = 0, randomBit(&m.rng), randomBit(&m.rng)
	m.correct = false
	m.distract()
	m.Observe(obs)
}

// distract draws new distractors.
func (m *Umbrella) distract() {
	for i := range m.x[3:] {
		m.x[3+i] = randomBit(&m.rng)
	}
}

// Step takes one step. In the first step of an episode, the action decides about the umbrella.
func (m *Umbrella) Step(act, obs []float32) (out env.Outcome) {
	if m.x[0] == 0 {
		m.x[2] = float64(act[0])
	}
	m.x[0] = min(m.x[0]+1, float64(m.Length))
	switch m.correct = m.x[1] == m.x[2]; {
	case m.x[0] < float64(m.Length):
		out.Reward = float64(m.Noise * (2*randomBit(&m.rng) - 1))
	case m.correct:
		out = env.Outcome{Reward: 1, Terminated: true}
	default:
		out = env.Outcome{Reward: -1, Terminated: true}
	}
	m.distract()
	m.Observe(obs)
	return out
}

// Observe writes the observation.
func (m *Umbrella) Observe(obs []float32) {
	obs[0], obs[1] = float32(m.x[1]), float32(m.x[2])
	obs[2] = float32(1 - m.x[0]/float64(m.Length))
	for i, b := range m.x[3:] {
		obs[3+i] = float32(b)
	}
}

// State saves or loads the walk and the generator.
func (m *Umbrella) State(s *state.State) {
	s.Doubles("umbrella", m.x)
	s.Bool("umbrella/correct", &m.correct)
	m.rng.State(s)
}

// SetDraws gives uniform numbers, each for 0 if it is below 1/2 and for 1 otherwise. A Reset uses them
// for the need, the umbrella at the start and the distractors. A Step uses one for its reward, except
// the last step, and then one for each distractor.
func (m *Umbrella) SetDraws(u []float64) error { return m.rng.SetDraws(u) }

// Physics appends the number of steps, the need, the umbrella and the distractors.
func (m *Umbrella) Physics(dst []float64) []float64 { return append(dst, m.x...) }

// SetPhysics sets the number of steps, 0 … length, the need, the umbrella and the distractors, each
// 0 or 1.
func (m *Umbrella) SetPhysics(x []float64) error {
	if len(x) != len(m.x) {
		return fmt.Errorf("memory: want %d state variables, not %d", len(m.x), len(x))
	}
	if !isCount(x[0], m.Length) {
		return fmt.Errorf("memory: the number of steps is never %v, want a whole number, 0 … %d", x[0], m.Length)
	}
	for i, b := range x[1:] {
		if !isCount(b, 1) {
			return fmt.Errorf("memory: the state variable %d is never %v, want 0 or 1", i+1, b)
		}
	}
	copy(m.x, x)
	m.correct = false
	return nil
}

// Measures returns "right".
func (m *Umbrella) Measures() []string { return []string{"right"} }

// Measure writes 1 if the agent had what it needed, otherwise 0.
func (m *Umbrella) Measure(dst []float64) { dst[0] = zeroOrOne(m.correct) }

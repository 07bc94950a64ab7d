package memory

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// TMaze is a corridor with a junction at its end. A signal in the first cell says whether to turn
// up or down at the junction. The maze is from Bakker 2001, "Reinforcement learning with long
// short-term memory", section 4.1.
//
// Observation: the signal, 1 for up and -1 for down in the first cell, elsewhere 0; and 1 at the
// junction, elsewhere 0. The junction is length steps from the first cell.
//
// Actions: up 0, right 1, down 2, left 3. Turning up or down at the junction ends the episode.
// Other moves into a wall do nothing.
//
// The reward is 1 for the right turn and -1 for the wrong turn. Each other step that does not go to
// the right has the reward -1/length. So a perfect episode has the return 1, and no policy without
// memory has an expected return above 0. The time limit is 2·length + 2 steps; a return of 0.95
// counts as solved.
//
// In Bakker's maze, observations are codes of three bits for the four kinds of cells; a right turn
// has the reward 4, a wrong turn and standing still have -0.1, and there is no time limit. So his
// agent must also discover by chance that the corridor has an end. Here, as in Ni et al. 2023, "When
// do transformers shine in RL?", each lost step costs a part of the final reward, so memory is the
// only difficulty.
type TMaze struct {
	Length int `yaml:"length"` // steps from the first cell to the junction

	x    [2]float64 // cell, from 0, and signal
	turn float64    // 1 after turning up, -1 after turning down, otherwise 0, for Draw
	rng  env.Rand   // used only by Reset
}

var (
	_ env.Snapshotter = (*TMaze)(nil)
	_ env.Physics     = (*TMaze)(nil)
	_ env.DrawSetter  = (*TMaze)(nil)
)

// NewTMaze returns a TMaze-v0.
func NewTMaze() *TMaze { return &TMaze{Length: 50} }

// Validate returns an error if an option is not possible.
func (m *TMaze) Validate() error { return checkLength(m.Length) }

// tMazeSpace is the observation space.
var tMazeSpace = unitBox([]float32{-1, 0}, "signal", "junction")

// Spec returns the spaces, the time limit and the threshold.
func (m *TMaze) Spec() env.Spec {
	solved := threshold
	return env.Spec{ID: "TMaze-v0", Obs: tMazeSpace, Act: env.Discrete{N: 4}, MaxSteps: 2*m.Length + 2, RewardThreshold: &solved}
}

// Reset begins an episode in the first cell, with a random signal.
func (m *TMaze) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.x = [2]float64{0, randomSign(&m.rng)}
	m.turn = 0
	m.Observe(obs)
}

// The actions.
const (
	up = iota
	right
	down
	left
)

// Step moves one cell, or turns at the junction.
func (m *TMaze) Step(act, obs []float32) env.Outcome {
	lost := env.Outcome{Reward: -1 / float64(m.Length)}
	atEnd := int(m.x[0]) == m.Length
	switch a := int(act[0]); {
	case a == right && !atEnd:
		m.x[0]++
		lost.Reward = 0
	case a == left:
		m.x[0] = max(m.x[0]-1, 0)
	case atEnd && a != right:
		m.turn = float64(up + 1 - a) // 1 for up 0, -1 for down 2
		m.Observe(obs)
		return env.Outcome{Reward: m.turn * m.x[1], Terminated: true}
	}
	m.Observe(obs)
	return lost
}

// Observe writes the signal in the first cell, and whether this is the junction.
func (m *TMaze) Observe(obs []float32) {
	obs[0], obs[1] = 0, 0
	switch int(m.x[0]) {
	case 0:
		obs[0] = float32(m.x[1])
	case m.Length:
		obs[1] = 1
	}
}

// State saves or loads the cell and the signal.
func (m *TMaze) State(s *state.State) {
	s.Doubles("tmaze", m.x[:])
	m.turn = 0
}

// SetDraws gives the uniform number for the next Reset: the signal is -1 if it is below 1/2.
func (m *TMaze) SetDraws(u []float64) error { return m.rng.SetDraws(u) }

// Physics appends the cell, 0 for the first, and the signal.
func (m *TMaze) Physics(dst []float64) []float64 { return append(dst, m.x[:]...) }

// SetPhysics sets the cell, 0 … length, and the signal, -1 or 1.
func (m *TMaze) SetPhysics(x []float64) error {
	m.turn = 0
	return setState(&m.x, x, "cell", m.Length, "signal")
}

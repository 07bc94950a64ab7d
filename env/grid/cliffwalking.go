package grid

import "github.com/rlrun/rlrun/env"

// CliffWalking is a walk along a cliff, 4×12 cells, from the corner at the bottom
// left to that at the bottom right. A step into the cliff between them pays -100
// and leads back to the start; any other pays -1. Sutton and Barto 2018, example
// 6.6.
//
// Actions: up 0, right 1, down 2, left 3. On slippery ground a step goes where it
// is meant to, or to either side, with equal probability.
//
// Observation: the cell, counted row by row; as coordinates: row and column.
//
// It agrees with Gymnasium's cliffwalking.py, and has no time limit.
type CliffWalking struct {
	Slippery    bool        `yaml:"is_slippery"`
	Observation Observation `yaml:"observation"`

	Table // plays it
	id    string
}

var _ Tabular = (*CliffWalking)(nil)

// NewCliffWalking returns a CliffWalking-v1. Validate makes changed options count.
func NewCliffWalking() *CliffWalking { return mustValidate(newCliffWalking()) }

// NewCliffWalkingSlippery returns a CliffWalkingSlippery-v1.
func NewCliffWalkingSlippery() *CliffWalking { return mustValidate(newCliffWalkingSlippery()) }

func newCliffWalking() *CliffWalking { return &CliffWalking{Observation: Index, id: "CliffWalking-v1"} }

func newCliffWalkingSlippery() *CliffWalking {
	return &CliffWalking{Slippery: true, Observation: Index, id: "CliffWalkingSlippery-v1"}
}

// Validate builds the environment that the options ask for.
func (c *CliffWalking) Validate() error {
	g := cells{"............", "............", "............", "SCCCCCCCCCCG"}
	start := g.find('S')[0]
	m := newMDP(g.size(), 4, []int{start})
	transition := func(s, direction int, p float64) Transition {
		to := g.neighbour(s, [4]step{up, right, down, left}[direction%4])
		switch g.at(to) {
		case 'C':
			return Transition{p, start, -100, false}
		case 'G':
			return Transition{p, to, -1, true}
		}
		return Transition{p, to, -1, false}
	}
	for s := range m.States {
		for a := range m.Actions {
			if c.Slippery {
				const third = 1.0 / 3
				m.setTransitions(s, a, transition(s, a+3, third), transition(s, a, third), transition(s, a+1, third))
			} else {
				m.setTransitions(s, a, transition(s, a, 1))
			}
		}
	}
	return c.build(env.Spec{ID: c.id}, m, boardView(c.Observation, &Board{g, []string{"↑", "→", "↓", "←"}}, 1))
}

// Board returns the cliff, C, and the ground before it.
func (c *CliffWalking) Board() *Board { return c.view.board }

// Copy returns another CliffWalking of the same options, which shares the model.
func (c *CliffWalking) Copy() env.Env {
	copied := *c
	return &copied
}

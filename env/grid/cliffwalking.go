package grid

import "github.com/rlrun/rlrun/env"

// CliffWalking is a walk along a cliff on 4×12 cells, from the bottom left corner to the bottom
// right corner. The cliff is between the two corners: a step into it has the reward -100 and
// leads back to the start. Any other step has the reward -1. Sutton and Barto 2018, example 6.6.
//
// Actions: up 0, right 1, down 2, left 3. On slippery ground, a step goes in the chosen
// direction, to the left of it or to the right of it, each with probability 1/3.
//
// Observation: the index of the cell, row by row. As coordinates: row and column.
//
// CliffWalking agrees with Gymnasium's cliffwalking.py and has no time limit.
type CliffWalking struct {
	Slippery    bool        `yaml:"is_slippery"` // with probability 2/3 a step goes to the left or right of its direction
	Observation Observation `yaml:"observation"` // how the agent observes its cell

	Table // steps the environment
	id    string
}

var _ Tabular = (*CliffWalking)(nil)

// NewCliffWalking returns a CliffWalking-v1. After its options are changed, call Validate.
func NewCliffWalking() *CliffWalking { return mustValidate(newCliffWalking()) }

// NewCliffWalkingSlippery returns a CliffWalkingSlippery-v1.
func NewCliffWalkingSlippery() *CliffWalking { return mustValidate(newCliffWalkingSlippery()) }

// newCliffWalking returns a CliffWalking with the default options and without a model.
func newCliffWalking() *CliffWalking { return &CliffWalking{Observation: Index, id: "CliffWalking-v1"} }

// newCliffWalkingSlippery returns a slippery CliffWalking without a model.
func newCliffWalkingSlippery() *CliffWalking {
	return &CliffWalking{Slippery: true, Observation: Index, id: "CliffWalkingSlippery-v1"}
}

// Validate builds the environment for the options.
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

// Board returns the map. Cells of the cliff are C.
func (c *CliffWalking) Board() *Board { return c.game.view.board }

// Copy returns a CliffWalking with the same options, which shares the model.
func (c *CliffWalking) Copy() env.Env {
	copied := *c
	return &copied
}

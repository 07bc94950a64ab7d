package grid

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
)

// FrozenLake is a walk over a frozen lake with holes, from S to G. A step onto the goal or into a
// hole ends the episode.
//
// Actions: left 0, down 1, right 2, up 3. On slippery ice, a step goes in the chosen direction
// with probability SuccessRate, and otherwise to the left or right of it.
//
// Observation: the index of the cell, row by row. As coordinates: row and column.
//
// FrozenLake agrees with Gymnasium's frozen_lake.py.
type FrozenLake struct {
	Desc           Map         `yaml:"desc"`            // the map: S start (if there are several, an episode begins at a random start), F ice, H hole, G goal; []: the map of map_name
	MapName        string      `yaml:"map_name"`        // 4x4, 8x8 or random
	Size           int         `yaml:"size"`            // rows and columns of a random map
	P              float64     `yaml:"p"`               // probability that a cell of a random map is ice, and not a hole
	MapSeed        uint64      `yaml:"map_seed"`        // seed of a random map
	Slippery       bool        `yaml:"is_slippery"`     // steps may go to the left or right of their direction
	SuccessRate    float64     `yaml:"success_rate"`    // probability that a step on slippery ice goes in the chosen direction
	RewardSchedule []float64   `yaml:"reward_schedule"` // rewards of a step onto the goal, into a hole, and onto ice
	Observation    Observation `yaml:"observation"`     // how the agent observes its cell

	Table     // steps the environment
	id        string
	maxSteps  int
	threshold float64
}

var _ Tabular = (*FrozenLake)(nil)

// frozenMaps are Gymnasium's maps.
var frozenMaps = map[string][]string{
	"4x4": {"SFFF", "FHFH", "FFFH", "HFFG"},
	"8x8": {"SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"},
}

// NewFrozenLake returns a FrozenLake-v1: 4×4 cells and a time limit of 100 steps. After its
// options are changed, call Validate.
func NewFrozenLake() *FrozenLake { return mustValidate(newFrozenLake()) }

// NewFrozenLake8x8 returns a FrozenLake8x8-v1: 8×8 cells and a time limit of 200 steps.
func NewFrozenLake8x8() *FrozenLake { return mustValidate(newFrozenLake8x8()) }

// newFrozenLake returns a FrozenLake with the default options and without a model.
func newFrozenLake() *FrozenLake {
	return &FrozenLake{
		MapName: "4x4", Size: 8, P: 0.8, Slippery: true, SuccessRate: 1.0 / 3,
		RewardSchedule: []float64{1, 0, 0}, Observation: Index,
		id: "FrozenLake-v1", maxSteps: 100, threshold: 0.7,
	}
}

// newFrozenLake8x8 returns a FrozenLake8x8-v1 without a model.
func newFrozenLake8x8() *FrozenLake {
	f := newFrozenLake()
	f.MapName, f.id, f.maxSteps, f.threshold = "8x8", "FrozenLake8x8-v1", 200, 0.85
	return f
}

// mustValidate calls e.Validate and returns e. It panics on an error: default options are valid.
func mustValidate[E interface{ Validate() error }](e E) E {
	if err := e.Validate(); err != nil {
		panic(err)
	}
	return e
}

// Validate builds the environment for the options. It returns an error if an option is not
// possible.
func (f *FrozenLake) Validate() error {
	if !(0 <= f.SuccessRate && f.SuccessRate <= 1) {
		return fmt.Errorf("success_rate %v, want a probability", f.SuccessRate)
	}
	if len(f.RewardSchedule) != 3 {
		return fmt.Errorf("reward_schedule of %d numbers, want 3: goal, hole, frozen", len(f.RewardSchedule))
	}
	lake, err := f.lakeCells()
	if err != nil {
		return err
	}
	spec := env.Spec{ID: f.id, MaxSteps: f.maxSteps, RewardThreshold: &f.threshold}
	board := &Board{lake, []string{"←", "↓", "→", "↑"}}
	return f.build(spec, f.newModel(lake), boardView(f.Observation, board, 1))
}

// lakeCells returns the map for the options.
func (f *FrozenLake) lakeCells() (cells, error) {
	if len(f.Desc) > 0 {
		return cells(f.Desc), cells(f.Desc).validate("desc", "SFHG")
	}
	if f.MapName == "random" {
		return randomLake(f.Size, f.P, f.MapSeed)
	}
	lake, ok := frozenMaps[f.MapName]
	if !ok {
		return nil, fmt.Errorf("map_name %q, want 4x4, 8x8 or random", f.MapName)
	}
	return lake, nil
}

// newModel returns the MDP of map g.
func (f *FrozenLake) newModel(g cells) *MDP {
	m := newMDP(g.size(), 4, g.find('S'))
	missRate := (1 - f.SuccessRate) / 2
	for s := range m.States {
		if cell := g.at(s); cell == 'G' || cell == 'H' {
			m.setTerminal(s)
			continue
		}
		for a := range m.Actions {
			if !f.Slippery {
				m.setTransitions(s, a, f.transition(g, s, a, 1))
				continue
			}
			m.setTransitions(s, a, f.transition(g, s, a+3, missRate), f.transition(g, s, a, f.SuccessRate), f.transition(g, s, a+1, missRate))
		}
	}
	return m
}

// transition returns the transition from cell s in a direction, with probability p.
func (f *FrozenLake) transition(g cells, s, direction int, p float64) Transition {
	directions := [4]step{left, down, right, up}
	to := g.neighbour(s, directions[direction%4])
	switch g.at(to) {
	case 'G':
		return Transition{p, to, f.RewardSchedule[0], true}
	case 'H':
		return Transition{p, to, f.RewardSchedule[1], true}
	}
	return Transition{p, to, f.RewardSchedule[2], false}
}

// Board returns the map.
func (f *FrozenLake) Board() *Board { return f.game.view.board }

// maxRandomMaps is the largest number of random maps that randomLake samples.
const maxRandomMaps = 1000

// randomLake returns a random map of size×size cells, each frozen with probability p, on which a
// path leads from the start, top left, to the goal, bottom right. It samples maps until one has a
// path.
func randomLake(size int, p float64, seed uint64) (cells, error) {
	if size < 2 || size > maxSide || !(0 <= p && p <= 1) {
		return nil, fmt.Errorf("a random map of size %d with p %v, want a size of 2 … %d and a probability", size, p, maxSide)
	}
	var rng env.Rand
	rng.Seed(seed)
	for range maxRandomMaps {
		lake := make(cells, size)
		for r := range lake {
			row := slices.Repeat([]byte{'F'}, size)
			for c := range row {
				if rng.Float64() >= p {
					row[c] = 'H'
				}
			}
			if r == 0 {
				row[0] = 'S'
			}
			if r == size-1 {
				row[size-1] = 'G'
			}
			lake[r] = string(row)
		}
		if lake.connected(0, size*size-1, 'H') {
			return lake, nil
		}
	}
	return nil, fmt.Errorf("none of %d random maps of size %d with p %v has a path to the goal; want a larger p", maxRandomMaps, size, p)
}

// Copy returns a FrozenLake with the same options, which shares the model.
func (f *FrozenLake) Copy() env.Env {
	copied := *f
	return &copied
}

package grid

import (
	"fmt"
	"math"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// GridWorld is a walk over a map that the user draws:
//
//	S  start; if there are several, each is equally likely
//	.  floor
//	#  wall
//	G  goal: ends the episode with the reward GoalReward
//	1 … 9  goals with this number as their reward
//	P  pit: ends the episode with the reward PitReward
//	a … z  teleports: each leads to the other cell with the same letter
//	K  key
//	D  door: a wall until the key has been taken
//
// Actions: up 0, right 1, down 2, left 3. A move into a wall or over the edge leaves the agent
// where it is. With probability Slip the move goes to the left or right of its direction instead.
// Then the wind of the column where the move began moves the agent up, cell by cell. A move that
// does not end the episode has the reward StepReward.
//
// Observation: the index of the cell, row by row, plus the number of cells once the key has been
// taken. As coordinates: key (if the map has a key), row, column.
type GridWorld struct {
	Map         Map         `yaml:"map"`         // the map: S start, . floor, # wall, G and 1 … 9 goals, P pit, a … z teleports, K key, D door
	GoalReward  float64     `yaml:"goal_reward"` // reward of a goal G; the reward of a goal 1 … 9 is its number
	PitReward   float64     `yaml:"pit_reward"`  // reward of a pit
	StepReward  float64     `yaml:"step_reward"` // reward of any other step
	Slip        float64     `yaml:"slip"`        // probability that a step goes to the left or right of its direction
	Wind        []int       `yaml:"wind"`        // number of cells that the wind in each column moves the agent up; []: no wind
	MaxSteps    int         `yaml:"max_steps"`   // time limit of an episode, in steps
	Observation Observation `yaml:"observation"` // how the agent observes the state

	Table // steps the environment
	id    string
}

var _ Tabular = (*GridWorld)(nil)

// NewGridWorld returns a GridWorld-v0. After its options are changed, call Validate.
func NewGridWorld() *GridWorld { return mustValidate(newGridWorld()) }

// NewMap returns a GridWorld on the map in text, one row for each line.
func NewMap(text string) (*GridWorld, error) {
	w := newGridWorld()
	w.Map.UnmarshalText([]byte(strings.Trim(text, "\n")))
	return w, w.Validate()
}

// newGridWorld returns a GridWorld with the default options and without a model.
func newGridWorld() *GridWorld {
	return &GridWorld{
		id: "GridWorld-v0", GoalReward: 1, PitReward: -1, StepReward: -0.01, MaxSteps: 200, Observation: Index,
		Map: Map{
			"S..#....",
			".#...#..",
			"...#....",
			".P...#.P",
			"...#....",
			".#...P..",
			"...#..#.",
			".P..#..G",
		},
	}
}

// The functions below return grid worlds of Sutton and Barto 2018, "Reinforcement learning", with
// the rewards of the book.

// newSmall returns the world of example 4.1: every move has the reward -1, and two opposite
// corners are goals.
func newSmall() *GridWorld {
	w := newGridWorld()
	w.id, w.MaxSteps, w.StepReward, w.GoalReward = "Gridworld4x4-v0", 1000, -1, -1
	w.Map = Map{"GSSS", "SSSS", "SSSS", "SSSG"}
	return w
}

// newWindy returns the world of example 6.5: a wind blows upwards in some columns.
func newWindy() *GridWorld {
	w := newGridWorld()
	w.id, w.MaxSteps, w.StepReward, w.GoalReward = "WindyGridworld-v0", 1000, -1, -1
	w.Map = Map{"..........", "..........", "..........", "S......G..", "..........", "..........", ".........."}
	w.Wind = []int{0, 0, 0, 1, 1, 1, 2, 2, 1, 0}
	return w
}

// newDynaMaze returns the maze of example 8.1: the reward is 1 at the goal and 0 elsewhere.
func newDynaMaze() *GridWorld {
	w := newGridWorld()
	w.id, w.MaxSteps, w.StepReward = "DynaMaze-v0", 2000, 0
	w.Map = Map{
		".......#G",
		"..#....#.",
		"S.#....#.",
		"..#......",
		".....#...",
		".........",
	}
	return w
}

// newRandomWalk returns the random walk of example 6.2: five cells side by side between two ends,
// with the start in the middle cell. The reward is 1 at the right end and 0 elsewhere. Up and
// down leave the agent where it is.
func newRandomWalk() *GridWorld {
	w := newGridWorld()
	w.id, w.MaxSteps, w.StepReward, w.PitReward = "RandomWalk-v0", 1000, 0, 0
	w.Map = Map{"P..S..G"}
	return w
}

// Validate builds the environment for the options. It returns an error if an option is not
// possible.
func (w *GridWorld) Validate() error {
	g := cells(w.Map)
	if err := g.validate("map", "S.#GP123456789KDabcdefghijklmnopqrstuvwxyz"); err != nil {
		return err
	}
	for letter := byte('a'); letter <= 'z'; letter++ {
		if n := len(g.find(letter)); n != 0 && n != 2 {
			at := g.find(letter)[0]
			return fmt.Errorf("map has %d cells %q, the first in row %d, column %d, want two: the ends of a teleport", n, letter, at/g.cols()+1, at%g.cols()+1)
		}
	}
	if doors := g.find('D'); len(doors) > 0 && !g.contains('K') {
		return fmt.Errorf("map has a door in row %d, column %d, and no key K", doors[0]/g.cols()+1, doors[0]%g.cols()+1)
	}
	for _, r := range []struct {
		key   string
		value float64
	}{{"goal_reward", w.GoalReward}, {"pit_reward", w.PitReward}, {"step_reward", w.StepReward}} {
		if !(math.Abs(r.value) <= math.MaxFloat32) {
			return fmt.Errorf("%s %v, want a finite number", r.key, r.value)
		}
	}
	if !(0 <= w.Slip && w.Slip <= 1) {
		return fmt.Errorf("slip %v, want a probability", w.Slip)
	}
	if len(w.Wind) != 0 && len(w.Wind) != g.cols() {
		return fmt.Errorf("wind of %d columns, and the map has %d", len(w.Wind), g.cols())
	}
	for col, strength := range w.Wind {
		if strength < 0 || strength > maxSide {
			return fmt.Errorf("wind %d in column %d, want 0 … %d", strength, col+1, maxSide)
		}
	}
	if w.MaxSteps < 0 {
		return fmt.Errorf("max_steps %d, want 0 for no limit, or more", w.MaxSteps)
	}
	keys := 1
	if g.contains('K') {
		keys = 2
	}
	board := &Board{g, []string{"↑", "→", "↓", "←"}}
	return w.build(env.Spec{ID: w.id, MaxSteps: w.MaxSteps}, w.newModel(g, keys), boardView(w.Observation, board, keys))
}

// newModel returns the MDP of map g. With a key on the map, keys is 2: state cell + g.size() is
// the cell after the key has been taken.
func (w *GridWorld) newModel(g cells, keys int) *MDP {
	m := newMDP(keys*g.size(), 4, g.find('S'))
	for s := range m.States {
		if w.isTerminal(g.at(s % g.size())) {
			m.setTerminal(s)
			continue
		}
		for a := range m.Actions {
			if w.Slip == 0 {
				m.setTransitions(s, a, w.transition(g, s, a, 1))
				continue
			}
			m.setTransitions(s, a, w.transition(g, s, a, 1-w.Slip), w.transition(g, s, a+3, w.Slip/2), w.transition(g, s, a+1, w.Slip/2))
		}
	}
	return m
}

// isTerminal reports whether a cell ends the episode.
func (*GridWorld) isTerminal(cell byte) bool {
	return cell == 'G' || cell == 'P' || '1' <= cell && cell <= '9'
}

// transition returns the transition from state s in a direction, with probability p.
func (w *GridWorld) transition(g cells, s, direction int, p float64) Transition {
	cell, hasKey := s%g.size(), s >= g.size()
	walk := func(cell int, s step) int {
		to := g.neighbour(cell, s)
		if sign := g.at(to); sign == '#' || sign == 'D' && !hasKey {
			return cell
		}
		return to
	}
	to := walk(cell, [4]step{up, right, down, left}[direction%4])
	if len(w.Wind) > 0 {
		for range w.Wind[cell%g.cols()] {
			to = walk(to, up)
		}
	}
	sign := g.at(to)
	if 'a' <= sign && sign <= 'z' && to != cell {
		ends := g.find(sign)
		to = ends[0] + ends[1] - to
	}
	next := to
	if hasKey || sign == 'K' {
		next += g.size()
	}
	switch {
	case sign == 'G':
		return Transition{p, next, w.GoalReward, true}
	case sign == 'P':
		return Transition{p, next, w.PitReward, true}
	case w.isTerminal(sign):
		return Transition{p, next, float64(sign - '0'), true}
	}
	return Transition{p, next, w.StepReward, false}
}

// SetPhysics sets the index of the state. It returns an error if the agent cannot be there: in a
// wall, or at a door or a key before the key has been taken.
func (w *GridWorld) SetPhysics(x []float64) error {
	before := w.s
	if err := w.Table.SetPhysics(x); err != nil {
		return err
	}
	g := cells(w.game.view.board.Cells)
	cell, hasKey := w.s%g.size(), w.s >= g.size()
	what := ""
	switch sign := g.at(cell); {
	case sign == '#':
		what = "is a wall"
	case sign == 'D' && !hasKey:
		what = "is a door, and the key is not taken"
	case sign == 'K' && !hasKey:
		what = "has the key, which is then taken"
	default:
		return nil
	}
	w.s = before
	return fmt.Errorf("grid: %v is no state: row %d, column %d of the map %s", x[0], cell/g.cols()+1, cell%g.cols()+1, what)
}

// Board returns the map.
func (w *GridWorld) Board() *Board { return w.game.view.board }

// Copy returns a GridWorld with the same options, which shares the model.
func (w *GridWorld) Copy() env.Env {
	copied := *w
	return &copied
}

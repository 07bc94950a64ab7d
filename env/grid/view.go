package grid

import (
	"fmt"
	"strings"

	"github.com/rlrun/rlrun/env"
)

// An Observation says how observations represent the state of an environment.
type Observation string

// The kinds of observations.
const (
	Index       Observation = "index"       // index of the state, discrete
	OneHot      Observation = "one_hot"     // index of the state, one-hot
	Coordinates Observation = "coordinates" // row, column and the environment's other variables, such as the key
	Local       Observation = "local"       // the 3×3 cells around the agent, [3, 3, kinds], one-hot by kind
)

// UnmarshalText parses the name of an Observation.
func (o *Observation) UnmarshalText(text []byte) error {
	switch v := Observation(text); v {
	case Index, OneHot, Coordinates, Local:
		*o = v
		return nil
	}
	return fmt.Errorf("observation %q, want index, one_hot, coordinates or local", text)
}

// A Board is the map of an environment. State s is on cell number s mod rows·columns, where the
// cells are numbered row by row.
type Board struct {
	Cells  []string // rows of the map, as they are drawn
	Arrows []string // sign of each action
}

// The kinds of cells in a Local observation.
const (
	kindWall = iota // also outside the map
	kindFloor
	kindPit
	kindGoal
	kindTeleport
	kindKey
	kindDoor
	kinds
)

// kindOf returns the kind of a cell, which for keys and doors depends on whether the key is
// taken.
func kindOf(cell byte, taken bool) int {
	switch {
	case cell == '#':
		return kindWall
	case strings.IndexByte("PHC", cell) >= 0:
		return kindPit
	case cell == 'G' || '0' <= cell && cell <= '9':
		return kindGoal
	case 'a' <= cell && cell <= 'z':
		return kindTeleport
	case cell == 'K' && !taken:
		return kindKey
	case cell == 'D' && !taken:
		return kindDoor
	}
	return kindFloor
}

// A view computes the observations of a Table's states.
type view struct {
	observation  Observation
	sizes        []int  // sizes of the state's coordinates; the last coordinate changes fastest
	board        *Board // nil if the states are not on a map
	hiddenStates int    // number of states at the end of the model that have the same observations as the first states
	states       int    // number of different observations
}

// boardView returns the view of states on a board. If keys is 2, there are two states for each
// cell: before and after the key is taken.
func boardView(form Observation, b *Board, keys int) view {
	factors := []int{len(b.Cells), len(b.Cells[0])}
	if keys > 1 {
		factors = append([]int{keys}, factors...)
	}
	return view{observation: form, sizes: factors, board: b}
}

// validate returns an error if the observation is Local and there is no map.
func (v view) validate() error {
	if v.observation == Local && v.board == nil {
		return fmt.Errorf("observation local, which is for maps; want index, one_hot or coordinates")
	}
	return nil
}

// space returns the observation space.
func (v view) space() env.Space {
	switch v.observation {
	case OneHot:
		return env.NewBox(0, 1, v.states)
	case Coordinates:
		b := env.NewBox(0, 0, len(v.sizes))
		for i, n := range v.sizes {
			b.High[i] = float32(max(n-1, 1)) // a Box needs a width, also for a single row or column
		}
		return b
	case Local:
		return env.NewBox(0, 1, 3, 3, kinds)
	}
	return env.Discrete{N: v.states}
}

// write writes the observation of state s. The observation is not Index.
func (v view) write(s int, obs []float32) {
	switch v.observation {
	case OneHot:
		clear(obs)
		obs[s] = 1
	case Coordinates:
		for i := len(v.sizes) - 1; i >= 0; i-- {
			obs[i] = float32(s % v.sizes[i])
			s /= v.sizes[i]
		}
	case Local:
		v.writeLocal(s, obs)
	}
}

// writeLocal writes the kinds of the cells around state s.
func (v view) writeLocal(s int, obs []float32) {
	clear(obs)
	cells := v.board.Cells
	rows, cols := len(cells), len(cells[0])
	row, col, taken := s/cols%rows, s%cols, s >= rows*cols
	for i := range 9 {
		r, c, kind := row+i/3-1, col+i%3-1, kindWall
		if 0 <= r && r < rows && 0 <= c && c < cols {
			kind = kindOf(cells[r][c], taken)
		}
		obs[i*kinds+kind] = 1
	}
}

package policy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// Tiles estimates Q(s, ·) of Discrete actions as a sum of weights, one of each of
// several tilings of a Box of observations: tile coding, Sutton and Barto 2018,
// section 9.5.4. It acts greedily; of equal values the first counts.
type Tiles struct {
	W         *tape.Param // [tilings·tiles, actions]
	tilings   int
	tiles     int // along a dimension
	low, high []float32
	active    []int     // scratch: rows of W
	q         []float32 // scratch: [actions]
}

// NewTiles returns Tiles for spec, all of whose values are q. Where low and high are
// not empty they are bounds in place of those of the observations, which must have
// some; what is beyond counts as on the edge.
func NewTiles(spec env.Spec, tilings, tiles int, low, high []float32, q float32) (*Tiles, error) {
	box, ok := spec.Obs.(env.Box)
	act, ok2 := spec.Act.(env.Discrete)
	if !ok || !ok2 {
		return nil, fmt.Errorf("policy: tiles take observations that are a Box of numbers and actions that are a choice (Discrete), not %s and %s", env.Describe(spec.Obs), env.Describe(spec.Act))
	}
	if len(low)+len(high) == 0 {
		low, high = box.Low, box.High
	}
	if len(low) != box.Size() || len(high) != box.Size() {
		return nil, fmt.Errorf("policy: bounds of %d and %d numbers, want %d each", len(low), len(high), box.Size())
	}
	cells := float64(tilings)
	for j := range low {
		if width := float64(high[j]) - float64(low[j]); !(0 < width && width <= math.MaxFloat32/2) {
			return nil, fmt.Errorf("policy: observation %d is in [%v, %v], want bounds: low and high of the agent set them", j, low[j], high[j])
		}
		cells *= float64(tiles + 1)
	}
	if cells*float64(act.N) > maxWeights {
		return nil, fmt.Errorf("policy: %d tilings of %d tiles in %d dimensions for %d actions are more than %d weights", tilings, tiles, len(low), act.N, maxWeights)
	}
	t := &Tiles{tape.NewParam("tiles", int(cells), act.N), tilings, tiles, low, high, make([]int, tilings), make([]float32, act.N)}
	fill(t.W.Value, q/float32(tilings))
	return t, nil
}

// Active returns the rows of W that one observation has a part in, until it is called
// again. Tiling k is displaced by k/tilings of a tile times 1, 3, 5, … along the
// dimensions.
func (t *Tiles) Active(obs []float32) []int {
	for k := range t.active {
		row := k
		for j, x := range obs {
			at := float64(min(max((x-t.low[j])/(t.high[j]-t.low[j]), 0), 1)) * float64(t.tiles)
			_, shift := math.Modf(float64(k*(2*j+1)) / float64(t.tilings))
			row = row*(t.tiles+1) + min(int(at+shift), t.tiles)
		}
		t.active[k] = row
	}
	return t.active
}

// Row returns Q(s, ·) of one observation, until it is called again.
func (t *Tiles) Row(obs []float32) []float32 {
	clear(t.q)
	for _, row := range t.Active(obs) {
		for k, w := range t.W.Value[row*len(t.q) : (row+1)*len(t.q)] {
			t.q[k] += w
		}
	}
	return t.q
}

// each calls f with every row of obs.
func (t *Tiles) each(obs []float32, f func(i int, q []float32)) {
	o := len(t.low)
	for i := range len(obs) / o {
		f(i, t.Row(obs[i*o:(i+1)*o]))
	}
}

// Act writes the best actions.
func (t *Tiles) Act(obs, act []float32) {
	t.each(obs, func(i int, q []float32) { act[i] = float32(ArgMax(q)) })
}

// Sample is Act: exploring is the agent's.
func (t *Tiles) Sample(_ *rand.Rand, obs, act []float32) { t.Act(obs, act) }

// Scores writes Q(obs, ·).
func (t *Tiles) Scores(obs, score []float32) {
	t.each(obs, func(i int, q []float32) { copy(score[i*len(q):], q) })
}

// Values writes the value of the best action.
func (t *Tiles) Values(obs, v []float32) {
	t.each(obs, func(i int, q []float32) { v[i] = q[ArgMax(q)] })
}

// Tensors are the weights.
func (t *Tiles) Tensors() []*tape.Param { return []*tape.Param{t.W} }

// Clone returns a copy.
func (t *Tiles) Clone() Policy {
	c := *t
	c.W, c.active, c.q = t.W.Clone(), make([]int, t.tilings), make([]float32, len(t.q))
	return &c
}

var (
	_ Saver  = (*Tiles)(nil)
	_ Scorer = (*Tiles)(nil)
	_ Valuer = (*Tiles)(nil)
)

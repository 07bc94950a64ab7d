package policy

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
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
	active    []int // scratch: rows of W
	spec      Spec
	q         []float32 // scratch: [actions]
}

var _ Policy = (*Tiles)(nil)

// NewTiles returns Tiles for spec, all of whose values are q. Where low and high are
// not empty they are bounds in place of those of the observations, which must have
// some; what is beyond counts as on the edge.
func NewTiles(spec env.Spec, tilings, tiles int, low, high []float32, q float32) (*Tiles, error) {
	ownLow, ownHigh, ok := numberBounds(spec.Obs)
	actions, ok2 := oneChoice(spec.Act)
	if !ok || !ok2 {
		return nil, fmt.Errorf("policy: tiles take observations that are a Box of numbers and actions that are a choice (Discrete), not %s and %s", env.Describe(spec.Obs), env.Describe(spec.Act))
	}
	if len(low)+len(high) == 0 {
		low, high = ownLow, ownHigh
	}
	if size := len(ownLow); len(low) != size || len(high) != size {
		return nil, fmt.Errorf("policy: bounds of %d and %d numbers, want %d each", len(low), len(high), size)
	}
	cells := float64(tilings)
	for j := range low {
		if width := float64(high[j]) - float64(low[j]); !(0 < width && width <= math.MaxFloat32/2) {
			return nil, fmt.Errorf("policy: observation %d is in [%v, %v], want bounds: low and high of the agent set them", j, low[j], high[j])
		}
		cells *= float64(tiles + 1)
	}
	if cells*float64(actions) > nn.MaxWeights {
		return nil, fmt.Errorf("policy: %d tilings of %d tiles in %d dimensions for %d actions are more than %d weights", tilings, tiles, len(low), actions, nn.MaxWeights)
	}
	t := &Tiles{tape.NewParam("tiles", int(cells), actions), tilings, tiles, low, high, make([]int, tilings), Spec{Obs: spec.Obs, Act: spec.Act, Scores: actions, Values: true}, make([]float32, actions)}
	f32.Fill(t.W.Value, q/float32(tilings))
	return t, nil
}

// numberBounds returns the bounds of a space that is numbers alone.
func numberBounds(space env.Space) (low, high []float32, ok bool) {
	l, err := env.LayoutOf(space)
	if err != nil {
		return nil, nil, false
	}
	for _, p := range l.Parts {
		if p.Kind != env.Numbers {
			return nil, nil, false
		}
		low, high = append(low, p.Low...), append(high, p.High...)
	}
	return low, high, true
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

// Best returns the best action of those scores that a mask's row allows; a nil mask
// allows all.
func (t *Tiles) Best(q []float32, mask []bool) int { return best(q, mask) }

// Spec describes the policy.
func (t *Tiles) Spec() Spec { return t.spec }

// Act takes the best actions that are allowed: the agent explores, and not the policy. The
// value is theirs. Scores are the values of all actions, allowed or not.
func (t *Tiles) Act(in In, out Out) {
	o, a := len(t.low), len(t.q)
	for i := range len(in.Obs) / o {
		q := t.Row(in.Obs[i*o : (i+1)*o])
		row := Out{Act: rowOf(out.Act, i), Raw: rowOf(out.Raw, i), LogProb: rowOf(out.LogProb, i), Value: rowOf(out.Value, i)}
		greedy(In{Mask: maskRow(in.Mask, i, a)}, row, 1, a, q)
		if out.Scores != nil {
			copy(out.Scores[i*a:], q)
		}
	}
}

// rowOf returns element i of a column; nil of nil.
func rowOf(x []float32, i int) []float32 {
	if x == nil {
		return nil
	}
	return x[i : i+1]
}

// Tensors returns the weights.
func (t *Tiles) Tensors() []*tape.Param { return []*tape.Param{t.W} }

// Clone returns a copy.
func (t *Tiles) Clone() Policy {
	c := *t
	c.W, c.active, c.q = t.W.Clone(), make([]int, t.tilings), make([]float32, len(t.q))
	return &c
}

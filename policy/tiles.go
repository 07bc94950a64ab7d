package policy

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// Tiles estimates Q(s, a) for Discrete actions by tile coding: Sutton and Barto 2018, section
// 9.5.4. Several tilings divide a Box of observations into tiles. An observation is in one tile
// of each tiling, and Q(s, a) is the sum of the weights of these tiles for action a. Tiles acts
// greedily: it takes the action with the largest Q-value, and the first of these actions if
// several are equal.
type Tiles struct {
	W *tape.Param // [tilings·(tiles+1)^O, actions] weights; row i has the weights of tile i
	base
	tiling
	shift  []float64 // [tilings, O] offset of each tiling, as a fraction of a tile
	active []int     // scratch: [tilings] rows of W for the tiles of an observation
	scores []float32 // scratch: [actions] Q-values
}

var _ Policy = (*Tiles)(nil)

// NewTiles returns Tiles for spec. Every Q-value is q at the start. low and high [O] are the
// bounds of the tilings. If both are empty, the bounds of the observation space are used. An
// observation outside the bounds is clipped to them.
func NewTiles(spec env.Spec, tilings, tiles int, low, high []float32, q float32) (*Tiles, error) {
	if len(low)+len(high) == 0 {
		low, high, _ = numberBounds(spec.Obs)
	}
	d := &design{kind: tilesKind, tiles: tiling{tilings, tiles, low, high}}
	t, err := newTiles(&builder{design: d, maxValues: nn.MaxWeights}, spec)
	if err == nil {
		f32.Fill(t.W.Value, q/float32(tilings))
	}
	return withPrefix(t, err)
}

// newTiles returns Tiles with the tiling of b and all Q-values 0. It is an error if there are
// more than b.maxValues weights.
func newTiles(b *builder, spec env.Spec) (*Tiles, error) {
	numbers, _, ok := numberBounds(spec.Obs)
	actions, ok2 := discreteActions(spec.Act)
	if !ok || !ok2 {
		return nil, fmt.Errorf("tiles take observations that are a Box of numbers and actions that are a choice (Discrete), not %s and %s", env.Describe(spec.Obs), env.Describe(spec.Act))
	}
	if err := b.tiles.check(len(numbers)); err != nil {
		return nil, err
	}
	cells := float64(b.tiles.Tilings)
	for range numbers {
		cells *= float64(b.tiles.Tiles + 1)
	}
	if cells*float64(actions) > float64(b.maxValues) {
		return nil, fmt.Errorf("%d tilings of %d tiles in %d dimensions for %d actions need more than %d weights, which is the largest number", b.tiles.Tilings, b.tiles.Tiles, len(numbers), actions, b.maxValues)
	}
	t := &Tiles{W: tape.NewParam("tiles", int(cells), actions), tiling: b.tiles, active: make([]int, b.tiles.Tilings), scores: make([]float32, actions)}
	for k := range t.Tilings {
		for j := range numbers {
			_, shift := math.Modf(float64(k*(2*j+1)) / float64(t.Tilings))
			t.shift = append(t.shift, shift)
		}
	}
	t.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: actions, Values: true})
	return t, b.err
}

// check returns an error if t is not a valid tiling for observations of n numbers.
func (t *tiling) check(n int) error {
	const limit = 1 << 20
	if !(1 <= t.Tilings && t.Tilings <= limit && 1 <= t.Tiles && t.Tiles <= limit) {
		return fmt.Errorf("%d tilings of %d tiles, want 1 … %d of each", t.Tilings, t.Tiles, limit)
	}
	if len(t.Low) != n || len(t.High) != n {
		return fmt.Errorf("bounds of %d and %d numbers, want %d each", len(t.Low), len(t.High), n)
	}
	for j, low := range t.Low {
		if width := float64(t.High[j]) - float64(low); !(0 < width && width <= math.MaxFloat32/2) {
			return fmt.Errorf("observation %d is in [%v, %v], want finite bounds: the agent's settings low and high set them", j, low, t.High[j])
		}
	}
	return nil
}

// numberBounds returns the bounds of a space that has only numbers. For any other space, ok is
// false.
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

// Active returns a row index of W for each tiling: the row of the tile that the observation obs
// [O] is in. In dimension j, tiling k is shifted by the fractional part of k (2j+1) / tilings, in
// tiles; j and k count from 0. The result [tilings] is valid until the next call.
func (t *Tiles) Active(obs []float32) []int {
	for k := range t.active {
		row := k
		shift := t.shift[k*len(obs) : (k+1)*len(obs)]
		for j, x := range obs {
			at := float64(min(max((x-t.Low[j])/(t.High[j]-t.Low[j]), 0), 1)) * float64(t.Tiles)
			row = row*(t.Tiles+1) + min(int(at+shift[j]), t.Tiles)
		}
		t.active[k] = row
	}
	return t.active
}

// Row returns Q(s, ·) [actions] for one observation obs [O]. The result is valid until the next
// call.
func (t *Tiles) Row(obs []float32) []float32 {
	clear(t.scores)
	for _, row := range t.Active(obs) {
		for k, w := range t.W.Value[row*len(t.scores) : (row+1)*len(t.scores)] {
			t.scores[k] += w
		}
	}
	return t.scores
}

// Best returns the index of the largest Q-value in q [actions] among the actions that mask
// [actions] allows. A nil mask allows all actions.
func (t *Tiles) Best(q []float32, mask []bool) int { return best(q, mask) }

// Act takes the allowed action with the largest Q-value. It does not explore; the agent does.
// out.Value is the Q-value of the action. out.Scores has the Q-values of all actions, allowed or
// not.
func (t *Tiles) Act(in In, out Out) {
	o, a := len(t.Low), len(t.scores)
	for i := range len(in.Obs) / o {
		q := t.Row(in.Obs[i*o : (i+1)*o])
		row := Out{Act: f32.Row(out.Act, i, 1), Raw: f32.Row(out.Raw, i, 1), LogProb: f32.Row(out.LogProb, i, 1), Value: f32.Row(out.Value, i, 1)}
		writeGreedy(In{Mask: f32.Row(in.Mask, i, a)}, row, 1, a, q)
		if out.Scores != nil {
			copy(out.Scores[i*a:], q)
		}
	}
}

// Tensors returns the weights.
func (t *Tiles) Tensors() []*tape.Param { return []*tape.Param{t.W} }

// Clone returns a copy.
func (t *Tiles) Clone() Policy {
	c := *t
	c.W, c.active, c.scores = t.W.Clone(), make([]int, t.Tilings), make([]float32, len(t.scores))
	return &c
}

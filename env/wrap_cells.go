package env

import "fmt"

// A DiscretizeObservation divides the range of each observation element into bins. It returns the
// index of the cell that the observation is in.
type DiscretizeObservation struct{ *TransformObservation }

var _ Wrapper = (*DiscretizeObservation)(nil)

// NewDiscretizeObservation returns e with Discrete observations. The index of a cell is a number
// with the base bins, where digit i is the bin of element i of the observation. The digit of
// element 0 is the most significant. The bins divide the range from bounds.Low to bounds.High;
// elements outside this range are clipped. If bounds is the zero Box, the bounds of e's
// observation space are used, which must be finite.
func NewDiscretizeObservation(e Env, bins int, bounds Box) (*DiscretizeObservation, error) {
	const name = "DiscretizeObservation"
	box, err := cellBounds(name, e, bounds)
	if err != nil {
		return nil, err
	}
	total, err := countCells(name, bins, len(box.Low), 1)
	if err != nil {
		return nil, err
	}
	return &DiscretizeObservation{NewTransformObservation(e, Discrete{total}, func(dst, x []float32) {
		index := 0
		for i := range x {
			index = index*bins + min(int(float64(bins)*box.fraction(i, x)), bins-1)
		}
		dst[0] = float32(index)
	})}, nil
}

// cellBounds returns bounds, or the observation space of e if bounds is the zero Box.
func cellBounds(wrapper string, e Env, bounds Box) (Box, error) {
	box, err := boxOf(wrapper, "observations", e.Spec().Obs)
	if err != nil {
		return box, err
	}
	if bounds.Low != nil || bounds.High != nil {
		if len(bounds.Low) != len(box.Low) || len(bounds.High) != len(box.Low) {
			return box, fmt.Errorf("env: %s between %d and %d bounds, want %d", wrapper, len(bounds.Low), len(bounds.High), len(box.Low))
		}
		return bounds, checkBounded(wrapper, bounds)
	}
	if err = checkBounded(wrapper, box); err != nil {
		err = fmt.Errorf("%w; low and high set them, a number for each element", err)
	}
	return box, err
}

// fraction returns the position of x[i] between its bounds: 0 at the lower bound, 1 at the upper
// bound, clipped.
func (b Box) fraction(i int, x []float32) float64 {
	low, high := float64(b.Low[i]), float64(b.High[i])
	return min(max((float64(x[i])-low)/(high-low), 0), 1)
}

// A TileCoding returns a 1 for each tile that contains the observation, one in each tiling, and a
// 0 for the other tiles. Sutton and Barto 2018, section 9.5.4: with n tilings, tiling t is
// displaced in dimension d by t (1 + 2d) / n of a tile, modulo one tile.
type TileCoding struct{ *TransformObservation }

var _ Wrapper = (*TileCoding)(nil)

// NewTileCoding returns e with MultiBinary observations. Each tiling has the given number of
// tiles along each element of the observation, and one more tile because the tilings are
// displaced. The tiles divide the range from bounds.Low to bounds.High, like the bins of
// NewDiscretizeObservation.
func NewTileCoding(e Env, tilings, tiles int, bounds Box) (*TileCoding, error) {
	const name = "TileCoding"
	box, err := cellBounds(name, e, bounds)
	if err != nil {
		return nil, err
	}
	if tilings < 1 || tiles < 1 {
		return nil, fmt.Errorf("env: %s of %d tilings of %d tiles, want 1 or more", name, tilings, tiles)
	}
	total, err := countCells(name, tiles+1, len(box.Low), tilings)
	if err != nil {
		return nil, err
	}
	perTiling := total / tilings
	return &TileCoding{NewTransformObservation(e, MultiBinary{N: total}, func(dst, x []float32) {
		clear(dst)
		for t := range tilings {
			index := 0
			for d := range x {
				shift := float64(t*(1+2*d)%tilings) / float64(tilings)
				index = index*(tiles+1) + min(int(float64(float64(tiles)*box.fraction(d, x))+shift), tiles)
			}
			dst[t*perTiling+index] = 1
		}
	})}, nil
}

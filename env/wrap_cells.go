package env

import "fmt"

// DiscretizeObservation shows which of a number of cells an observation is in.
type DiscretizeObservation struct{ mapped }

var _ Wrapper = (*DiscretizeObservation)(nil)

// NewDiscretizeObservation returns e with Discrete observations: element i of its
// Box is digit i of the index in base bins, the first the highest. Bounds are
// those of within, a Box as large, whose elements are cut to them; or if it is
// the zero Box the environment's own.
func NewDiscretizeObservation(e Env, bins int, within Box) (*DiscretizeObservation, error) {
	const name = "DiscretizeObservation"
	box, err := cellBounds(name, e, within)
	if err != nil {
		return nil, err
	}
	all, err := cells(name, bins, len(box.Low), 1)
	if err != nil {
		return nil, err
	}
	return &DiscretizeObservation{newMapped(e, Discrete{all}, func(dst, x []float32) {
		index := 0
		for i := range x {
			index = index*bins + min(int(float64(bins)*box.share(i, x)), bins-1)
		}
		dst[0] = float32(index)
	})}, nil
}

// cellBounds returns the bounds of the cells.
func cellBounds(wrapper string, e Env, within Box) (Box, error) {
	box, err := boxOf(wrapper, "observations", e.Spec().Obs)
	if err != nil {
		return box, err
	}
	if within.Low != nil || within.High != nil {
		if len(within.Low) != len(box.Low) || len(within.High) != len(box.Low) {
			return box, fmt.Errorf("env: %s between %d and %d bounds, want %d", wrapper, len(within.Low), len(within.High), len(box.Low))
		}
		box = within
	}
	return box, bounded(wrapper, box)
}

// share is where x[i] is between its bounds, from 0 to 1.
func (b Box) share(i int, x []float32) float64 {
	low, high := float64(b.Low[i]), float64(b.High[i])
	return min(max((float64(x[i])-low)/(high-low), 0), 1)
}

// TileCoding shows an observation as the tiles it is on: a one for each tiling,
// zeros elsewhere. Sutton and Barto 2018, section 9.5.4: tiling t is displaced in
// dimension d by t (1 + 2d) / n of a tile, for n tilings.
type TileCoding struct{ mapped }

var _ Wrapper = (*TileCoding)(nil)

// NewTileCoding returns e with MultiBinary observations: a number of tilings, each with a
// number of tiles along each element of its Box, and one tile more for the displacement.
// Bounds are as DiscretizeObservation has them.
func NewTileCoding(e Env, tilings, tiles int, within Box) (*TileCoding, error) {
	const name = "TileCoding"
	box, err := cellBounds(name, e, within)
	if err != nil {
		return nil, err
	}
	if tilings < 1 || tiles < 1 {
		return nil, fmt.Errorf("env: %s of %d tilings of %d tiles, want 1 or more", name, tilings, tiles)
	}
	all, err := cells(name, tiles+1, len(box.Low), tilings)
	if err != nil {
		return nil, err
	}
	each := all / tilings
	return &TileCoding{newMapped(e, MultiBinary{all}, func(dst, x []float32) {
		clear(dst)
		for t := range tilings {
			index := 0
			for d := range x {
				shift := float64(t*(1+2*d)%tilings) / float64(tilings)
				index = index*(tiles+1) + min(int(float64(float64(tiles)*box.share(d, x))+shift), tiles)
			}
			dst[t*each+index] = 1
		}
	})}, nil
}

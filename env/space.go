package env

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Space is a set of values, each laid out as a row of Size float32s.
type Space interface {
	Size() int                          // floats in a row
	Sample(rng *rand.Rand, x []float32) // writes a random value; uniform where the space is bounded
	Contains(x []float32) bool
}

// Box is the set of real vectors between Low and High, element by element;
// infinite bounds are none. Shape, if any, is how the row is to be read:
// [height, width, channels]. Names, if any, say what each element is, as "pole
// angle"; an element with the word velocity in its name is one (see
// NewMaskVelocity).
type Box struct {
	Low, High []float32 // [Size]
	Shape     []int     // nil means [Size]
	Names     []string  // [Size], or nil
}

// NewBox returns the Box of a shape whose every element is in [low, high].
func NewBox(low, high float32, shape ...int) Box {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return Box{Low: slices.Repeat([]float32{low}, n), High: slices.Repeat([]float32{high}, n), Shape: shape}
}

// Discrete is {0, …, N-1}, held in one float32 (exact up to 2²⁴).
type Discrete struct{ N int }

// MultiDiscrete is a row of choices, the i-th among {0, …, N[i]-1}.
type MultiDiscrete struct{ N []int }

// MultiBinary is a row of N zeros and ones.
type MultiBinary struct{ N int }

// Image is a picture of H rows, W columns and C channels, read in this order. Each
// element is a byte: a whole number 0 … 255.
type Image struct{ H, W, C int }

// Tuple is several spaces side by side.
type Tuple []Space

// Dict is several named spaces side by side, in the order given.
type Dict []Field

// A Field is one named part of a Dict.
type Field struct {
	Name  string
	Space Space
}

// Size is the floats in a row: one an element.
func (b Box) Size() int { return len(b.Low) }

// Size is the floats in a row: 1.
func (Discrete) Size() int { return 1 }

// Size is the floats in a row: one a choice.
func (m MultiDiscrete) Size() int { return len(m.N) }

// Size is the floats in a row: one a bit.
func (m MultiBinary) Size() int { return m.N }

// Size is the floats in a row: one for each channel of each pixel.
func (m Image) Size() int { return m.H * m.W * m.C }

// Size is the floats in a row: the sum of the parts'.
func (t Tuple) Size() (n int) {
	for _, s := range t {
		n += s.Size()
	}
	return n
}

// Size is the floats in a row: the sum of the fields'.
func (d Dict) Size() (n int) {
	for _, f := range d {
		n += f.Space.Size()
	}
	return n
}

// Sample draws each element by itself: uniformly between two bounds, one bound
// plus or minus an exponential where it has one, a standard normal where none.
func (b Box) Sample(rng *rand.Rand, x []float32) {
	for i := range x {
		low, high := float64(b.Low[i]), float64(b.High[i])
		below, above := !math.IsInf(low, -1), !math.IsInf(high, 1)
		switch {
		case below && above:
			u := rng.Float64()
			x[i] = min(float32(low*(1-u)+high*u), b.High[i])
		case below:
			x[i] = float32(low + rng.ExpFloat64())
		case above:
			x[i] = float32(high - rng.ExpFloat64())
		default:
			x[i] = float32(rng.NormFloat64())
		}
	}
}

// Sample draws a choice.
func (d Discrete) Sample(rng *rand.Rand, x []float32) { x[0] = float32(rng.IntN(d.N)) }

// Sample draws every choice.
func (m MultiDiscrete) Sample(rng *rand.Rand, x []float32) {
	for i, n := range m.N {
		x[i] = float32(rng.IntN(n))
	}
}

// Sample draws every bit.
func (m MultiBinary) Sample(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.IntN(2))
	}
}

// Sample draws every byte.
func (m Image) Sample(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.IntN(256))
	}
}

// Sample draws every part.
func (t Tuple) Sample(rng *rand.Rand, x []float32) {
	for _, s := range t {
		s.Sample(rng, x[:s.Size()])
		x = x[s.Size():]
	}
}

// Sample draws every field.
func (d Dict) Sample(rng *rand.Rand, x []float32) { d.tuple().Sample(rng, x) }

// Contains reports whether every element is within its bounds; NaN is not.
func (b Box) Contains(x []float32) bool {
	if len(x) != len(b.Low) {
		return false
	}
	for i, v := range x {
		if !(b.Low[i] <= v && v <= b.High[i]) { // false for NaN
			return false
		}
	}
	return true
}

// Contains reports whether x is a whole number in range.
func (d Discrete) Contains(x []float32) bool { return len(x) == 1 && isIndex(x[0], d.N) }

// Contains reports whether every choice is a whole number in range.
func (m MultiDiscrete) Contains(x []float32) bool {
	if len(x) != len(m.N) {
		return false
	}
	for i, n := range m.N {
		if !isIndex(x[i], n) {
			return false
		}
	}
	return true
}

// Contains reports whether every element is 0 or 1.
func (m MultiBinary) Contains(x []float32) bool {
	return len(x) == m.N && !slices.ContainsFunc(x, func(v float32) bool { return v != 0 && v != 1 })
}

// Contains reports whether every element is a whole number 0 … 255.
func (m Image) Contains(x []float32) bool {
	return len(x) == m.Size() && inSpans([]span{{0, len(x), 256}}, x)
}

// Contains reports whether every part contains its share of x.
func (t Tuple) Contains(x []float32) bool {
	for _, s := range t {
		n := s.Size()
		if len(x) < n || !s.Contains(x[:n]) {
			return false
		}
		x = x[n:]
	}
	return len(x) == 0
}

// Contains reports whether every field contains its share of x.
func (d Dict) Contains(x []float32) bool { return d.tuple().Contains(x) }

// Part returns the part of row x that belongs to the field called name, and
// panics where there is none.
func (d Dict) Part(name string, x []float32) []float32 {
	for _, f := range d {
		if f.Name == name {
			return x[:f.Space.Size()]
		}
		x = x[f.Space.Size():]
	}
	panic("env: Dict has no field " + name)
}

// tuple is d without the names.
func (d Dict) tuple() Tuple {
	t := make(Tuple, len(d))
	for i, f := range d {
		t[i] = f.Space
	}
	return t
}

// isImage reports whether b has the shape and the bounds of an image: a height, a width
// and channels of 0 … 255.
func (b Box) isImage() bool {
	if len(b.Shape) != 3 {
		return false
	}
	for i, high := range b.High {
		if b.Low[i] != 0 || high != 255 {
			return false
		}
	}
	return true
}

// most returns the values of the choice that has the most.
func (m MultiDiscrete) most() (n int) {
	for _, k := range m.N {
		n = max(n, k)
	}
	return n
}

// isIndex reports whether v is one of 0, …, n-1.
func isIndex(v float32, n int) bool {
	i := int(v)
	return uint(i) < uint(n) && float32(i) == v
}

package env

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Space is a set of values. Each value is a row of Size float32 numbers.
type Space interface {
	Size() int                          // number of floats in a row
	Sample(rng *rand.Rand, x []float32) // writes a random value to x; uniform if the space is bounded
	Contains(x []float32) bool          // reports whether x is a value of the space
}

// A Box is the set of real vectors x with Low ≤ x ≤ High, element by element. A bound may be
// infinite. Shape says how to read the row, for example as [height, width, channels]. Names says
// what each element is, for example "pole angle". An element whose name has the word velocity is
// a velocity: see NewMaskVelocity.
type Box struct {
	Low, High []float32 // [Size] lower and upper bounds
	Shape     []int     // nil means [Size]
	Names     []string  // [Size] names of the elements, or nil
}

// NewBox returns the Box of the given shape in which every element has the bounds low and high.
func NewBox(low, high float32, shape ...int) Box {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return Box{Low: slices.Repeat([]float32{low}, n), High: slices.Repeat([]float32{high}, n), Shape: shape}
}

// A Discrete is one choice: the set {0, …, N-1}. A value is one float32, which is exact for N up
// to 2²⁴.
type Discrete struct{ N int }

// A MultiDiscrete is several choices: element i of a row is one of {0, …, N[i]-1}.
type MultiDiscrete struct{ N []int }

// A MultiBinary is a row of N bits: each element is 0 or 1. Shape says how to read the row, for example as
// the planes of a game, [height, width, planes], which networks read as an image.
type MultiBinary struct {
	N     int
	Shape []int // nil means [N]
}

// An Image is a picture of H rows, W columns and C channels. A row of floats has the pixels row
// by row, and the channels of each pixel together. Each element is a whole number from 0 to 255.
type Image struct{ H, W, C int }

// A Tuple is several spaces. Its row is the rows of its parts, one after another.
type Tuple []Space

// A Dict is several named spaces. Its row is the rows of its fields, one after another, in the
// order of the slice.
type Dict []Field

// A Field is one named part of a Dict.
type Field struct {
	Name  string
	Space Space
}

// Size returns the number of floats in a row: one for each element.
func (b Box) Size() int { return len(b.Low) }

// Size returns the number of floats in a row: 1.
func (Discrete) Size() int { return 1 }

// Size returns the number of floats in a row: one for each choice.
func (m MultiDiscrete) Size() int { return len(m.N) }

// Size returns the number of floats in a row: one for each bit.
func (m MultiBinary) Size() int { return m.N }

// Size returns the number of floats in a row: one for each channel of each pixel.
func (m Image) Size() int { return m.H * m.W * m.C }

// Size returns the number of floats in a row: the sum of the sizes of the parts.
func (t Tuple) Size() (n int) {
	for _, s := range t {
		n += s.Size()
	}
	return n
}

// Size returns the number of floats in a row: the sum of the sizes of the fields.
func (d Dict) Size() (n int) {
	for _, f := range d {
		n += f.Space.Size()
	}
	return n
}

// Sample writes a random row. Each element is sampled on its own: uniformly if it has two bounds,
// at an exponentially distributed distance from its bound if it has one bound, and from the
// standard normal distribution if it has no bound.
func (b Box) Sample(rng *rand.Rand, x []float32) {
	for i := range x {
		low, high := float64(b.Low[i]), float64(b.High[i])
		below, above := !math.IsInf(low, -1), !math.IsInf(high, 1)
		switch {
		case below && above:
			u := rng.Float64()
			x[i] = min(float32(float64(low*(1-u))+float64(high*u)), b.High[i])
		case below:
			x[i] = float32(low + rng.ExpFloat64())
		case above:
			x[i] = float32(high - rng.ExpFloat64())
		default:
			x[i] = float32(rng.NormFloat64())
		}
	}
}

// Sample writes a uniformly sampled choice.
func (d Discrete) Sample(rng *rand.Rand, x []float32) { x[0] = float32(rng.IntN(d.N)) }

// Sample writes a uniformly sampled value for each choice.
func (m MultiDiscrete) Sample(rng *rand.Rand, x []float32) {
	for i, n := range m.N {
		x[i] = float32(rng.IntN(n))
	}
}

// Sample writes uniformly sampled bits.
func (m MultiBinary) Sample(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.IntN(2))
	}
}

// Sample writes uniformly sampled bytes.
func (m Image) Sample(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.IntN(256))
	}
}

// Sample writes a sample of each part.
func (t Tuple) Sample(rng *rand.Rand, x []float32) {
	for _, s := range t {
		s.Sample(rng, x[:s.Size()])
		x = x[s.Size():]
	}
}

// Sample writes a sample of each field.
func (d Dict) Sample(rng *rand.Rand, x []float32) { d.tuple().Sample(rng, x) }

// Contains reports whether every element is within its bounds. It returns false for NaN.
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

// Contains reports whether x is one of 0, …, N-1.
func (d Discrete) Contains(x []float32) bool { return len(x) == 1 && isIndex(x[0], d.N) }

// Contains reports whether element i of x is one of 0, …, N[i]-1, for each i.
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

// Contains reports whether every element is a whole number from 0 to 255.
func (m Image) Contains(x []float32) bool {
	return len(x) == m.Size() && inSpans([]span{{0, len(x), 256}}, x)
}

// Contains reports whether every part contains its piece of x.
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

// Contains reports whether every field contains its piece of x.
func (d Dict) Contains(x []float32) bool { return d.tuple().Contains(x) }

// Part returns the part of row x that belongs to the field called name. The result shares memory
// with x. It panics if d has no such field.
func (d Dict) Part(name string, x []float32) []float32 {
	for _, f := range d {
		if f.Name == name {
			return x[:f.Space.Size()]
		}
		x = x[f.Space.Size():]
	}
	panic("env: Dict has no field " + name)
}

// tuple returns the spaces of d without their names.
func (d Dict) tuple() Tuple {
	t := make(Tuple, len(d))
	for i, f := range d {
		t[i] = f.Space
	}
	return t
}

// isImage reports whether b has the shape and the bounds of an image: a height, a width and
// channels, with elements from 0 to 255.
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

// maxSize returns the largest number in m.N.
func (m MultiDiscrete) maxSize() (n int) {
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

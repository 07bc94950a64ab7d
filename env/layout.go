package env

import "fmt"

// A Kind says what the numbers of a Part mean.
type Kind uint8

// The kinds of parts.
const (
	Numbers Kind = iota // real numbers: a Box
	Choice              // choices: each number is one of 0, …, n-1: a Discrete or MultiDiscrete
	Bits                // zeros and ones: a MultiBinary
	Pixels              // whole numbers from 0 to 255: an Image
)

// A Part is one piece of a space's rows: a Box, one or several choices, bits or an image. It
// shares the slices of the space, which must not be changed.
type Part struct {
	Name      string    // path of field names: "position/x" in nested Dicts, "0" in a Tuple; "" if the space is no Dict or Tuple
	From, To  int       // the part is row[From:To]
	Kind      Kind      // what the numbers mean
	N         []int     // [To-From] number of values of each choice; nil for other kinds
	Shape     []int     // shape of the numbers: [height, width, channels]; [To-From] if the space has no shape
	Low, High []float32 // [To-From] bounds of Numbers; nil for other kinds
	Names     []string  // [To-From] names of the elements; nil if they have no names
	Byte      bool      // the numbers are whole numbers from 0 to 255, so bytes can store them; also true for a Box with the shape and bounds of an image
}

// Size returns the number of floats of the part in a row.
func (p *Part) Size() int { return p.To - p.From }

// Bounds returns the smallest and the largest value of number i of the part.
func (p *Part) Bounds(i int) (low, high float32) {
	switch p.Kind {
	case Numbers:
		return p.Low[i], p.High[i]
	case Choice:
		return 0, float32(p.N[i] - 1)
	case Bits:
		return 0, 1
	}
	return 0, 255
}

// Element returns the name of number i of the part, or "" if it has no name.
func (p *Part) Element(i int) string {
	if p.Names == nil {
		return ""
	}
	return p.Names[i]
}

// Flat returns the number of floats that Flatten writes for the part.
func (p *Part) Flat() int {
	if p.Kind != Choice {
		return p.Size()
	}
	n := 0
	for _, k := range p.N {
		n += k
	}
	return n
}

// A Layout lists the parts of a space's rows. It is made once from the space, so reading a row
// needs no type switch.
type Layout struct {
	Parts []Part // in the order of the row
	Size  int    // number of floats in a row
	Flat  int    // number of floats in a flattened row: see Flatten
}

// A Custom is a Space of a type outside package env. Plain returns a space of package env whose
// rows have the same layout and meaning. Networks, files and windows use this plain space.
// Sampling and checks use the Custom's own methods Sample and Contains. An environment with a
// space of an unknown type that is not a Custom is refused when it is made.
type Custom interface {
	Space
	Plain() Space
}

// LayoutOf returns the layout of s, which must be valid: see Spec.Validate. It returns an error
// that names the type if the type has no layout.
func LayoutOf(s Space) (Layout, error) {
	var l Layout
	err := l.addSpace(s, "", 0)
	return l, err
}

// maxDepth is the largest depth of spaces within spaces.
const maxDepth = 32

// addSpace appends the parts of s. The argument name is the path of s, and depth is the number of
// spaces around s.
func (l *Layout) addSpace(s Space, name string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("spaces within spaces, %d deep, want %d or less", depth, maxDepth)
	}
	switch s := s.(type) {
	case Box:
		l.addPart(Part{Name: name, Kind: Numbers, Shape: s.Shape, Low: s.Low, High: s.High, Names: s.Names, Byte: s.isImage()}, len(s.Low))
	case Image:
		l.addPart(Part{Name: name, Kind: Pixels, Shape: []int{s.H, s.W, s.C}, Byte: true}, s.Size())
	case Discrete:
		l.addPart(Part{Name: name, Kind: Choice, N: []int{s.N}, Byte: s.N <= 256}, 1)
	case MultiDiscrete:
		l.addPart(Part{Name: name, Kind: Choice, N: s.N, Byte: s.maxSize() <= 256}, len(s.N))
	case MultiBinary:
		l.addPart(Part{Name: name, Kind: Bits, Shape: s.Shape, Byte: true}, s.N)
	case Tuple:
		for i, part := range s {
			if err := l.addSpace(part, joinPath(name, fmt.Sprint(i)), depth+1); err != nil {
				return err
			}
		}
	case Dict:
		for _, f := range s {
			if err := l.addSpace(f.Space, joinPath(name, f.Name), depth+1); err != nil {
				return err
			}
		}
	case Custom:
		return l.addSpace(s.Plain(), name, depth+1)
	default:
		return fmt.Errorf("%s has no layout, want a space of package env, or a method Plain that returns one", Describe(s))
	}
	return nil
}

// addPart appends the part p, which has n floats, and sets its From and To.
func (l *Layout) addPart(p Part, n int) {
	p.From, p.To = l.Size, l.Size+n
	if p.Shape == nil {
		p.Shape = []int{n}
	}
	if len(p.Names) == 0 {
		p.Names = nil
	}
	l.Parts = append(l.Parts, p)
	l.Size, l.Flat = p.To, l.Flat+p.Flat()
}

// joinPath appends a field's name to the path of its parent.
func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// Flatten writes row x to dst as networks read it. A choice among n values becomes n numbers,
// one-hot: 1 for the chosen value, 0 for the others. Other parts are copied. The length of dst
// must be at least l.Flat.
func (l *Layout) Flatten(dst, x []float32) {
	for i := range l.Parts {
		p := &l.Parts[i]
		row := x[p.From:p.To]
		if p.Kind != Choice {
			dst = dst[copy(dst, row):]
			continue
		}
		for k, n := range p.N {
			clear(dst[:n])
			dst[int(row[k])] = 1
			dst = dst[n:]
		}
	}
}

// Plain reports whether Flatten copies every row unchanged.
func (l *Layout) Plain() bool {
	for i := range l.Parts {
		if l.Parts[i].Kind == Choice {
			return false
		}
	}
	return true
}

// Choices returns the number of values of each float of a row: 2 for a bit. It returns nil and
// false if a part is neither choices nor bits.
func (l *Layout) Choices() (n []int, ok bool) {
	for i := range l.Parts {
		switch p := &l.Parts[i]; p.Kind {
		case Choice:
			n = append(n, p.N...)
		case Bits:
			for range p.Size() {
				n = append(n, 2)
			}
		default:
			return nil, false
		}
	}
	return n, true
}

// MaskSize returns the number of bools in a mask: one for each value of each choice, and two for
// each bit, for 0 and for 1. It returns 0 if a part is neither choices nor bits.
func (l *Layout) MaskSize() (size int) {
	for i := range l.Parts {
		switch p := &l.Parts[i]; p.Kind {
		case Choice:
			size += p.Flat()
		case Bits:
			size += 2 * p.Size()
		default:
			return 0
		}
	}
	return size
}

// Numbers returns the indices of the real numbers in a row. It leaves out a Box that is an image.
func (l *Layout) Numbers() (columns []int) {
	for i := range l.Parts {
		if p := &l.Parts[i]; p.Kind == Numbers && !p.Byte {
			for c := p.From; c < p.To; c++ {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

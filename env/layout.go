package env

import "fmt"

// A Kind says what the numbers of a Part are.
type Kind uint8

// The kinds of a Part.
const (
	Numbers Kind = iota // real numbers, of a Box
	Choice              // choices: each number is one of 0, …, N-1
	Bits                // zeros and ones
	Pixels              // whole numbers 0 … 255, of an Image
)

// A Part is one piece of a space's rows: a Box, a choice, several choices, bits or an
// image. It refers to the space's own slices, which must not be changed.
type Part struct {
	Name      string    // path of field names: "position/x" in Dicts, "0" in a Tuple; "" where the space is no Dict or Tuple
	From, To  int       // its numbers are row[From:To]
	Kind      Kind      //
	N         []int     // [To-From] of a Choice: how many values each number has; nil for other kinds
	Shape     []int     // how the numbers are to be read: [height, width, channels]; [To-From] where the space has no shape
	Low, High []float32 // [To-From] bounds of Numbers; nil for other kinds
	Names     []string  // [To-From] names of the elements; nil where they have none
	Byte      bool      // can be stored as bytes: whole numbers 0 … 255. A Box of an image's shape and bounds only promises the bounds
}

// Size returns the floats of the part in a row.
func (p *Part) Size() int { return p.To - p.From }

// Bounds returns the least and the greatest value of number i of the part.
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

// Element returns the name of number i of the part; "" where it has none.
func (p *Part) Element(i int) string {
	if p.Names == nil {
		return ""
	}
	return p.Names[i]
}

// Flat returns the floats that Flatten makes of the part.
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

// A Layout says what the rows of a space consist of, part after part. All that
// depends on the kind of a space can be read from it: it is made once, and a row then
// costs no type switch.
type Layout struct {
	Parts []Part
	Size  int // floats in a row
	Flat  int // floats that Flatten makes of a row
}

// A Custom is a Space of a type that package env does not have. Plain returns a space of
// package env whose rows mean the same: networks, files and windows see this one. Sample
// and Contains stay the Custom's own. A Space that is neither is refused where
// environments are made.
type Custom interface {
	Space
	Plain() Space
}

// LayoutOf returns the layout of a space, which must be valid: see Spec.Validate. The
// error names a type that has no layout.
func LayoutOf(s Space) (Layout, error) {
	var l Layout
	err := l.add(s, "", 0)
	return l, err
}

// maxDepth bounds how deep spaces are within spaces.
const maxDepth = 32

// add appends the parts of s, whose path is name and which is depth spaces deep.
func (l *Layout) add(s Space, name string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("spaces within spaces, %d deep, want %d or less", depth, maxDepth)
	}
	switch s := s.(type) {
	case Box:
		l.part(Part{Name: name, Kind: Numbers, Shape: s.Shape, Low: s.Low, High: s.High, Names: s.Names, Byte: s.isImage()}, len(s.Low))
	case Image:
		l.part(Part{Name: name, Kind: Pixels, Shape: []int{s.H, s.W, s.C}, Byte: true}, s.Size())
	case Discrete:
		l.part(Part{Name: name, Kind: Choice, N: []int{s.N}, Byte: s.N <= 256}, 1)
	case MultiDiscrete:
		l.part(Part{Name: name, Kind: Choice, N: s.N, Byte: s.most() <= 256}, len(s.N))
	case MultiBinary:
		l.part(Part{Name: name, Kind: Bits, Byte: true}, s.N)
	case Tuple:
		for i, part := range s {
			if err := l.add(part, join(name, fmt.Sprint(i)), depth+1); err != nil {
				return err
			}
		}
	case Dict:
		for _, f := range s {
			if err := l.add(f.Space, join(name, f.Name), depth+1); err != nil {
				return err
			}
		}
	case Custom:
		return l.add(s.Plain(), name, depth+1)
	default:
		return fmt.Errorf("%s has no layout, want a space of package env, or a method Plain that returns one", Describe(s))
	}
	return nil
}

// part appends p, which has n floats.
func (l *Layout) part(p Part, n int) {
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

// join returns the path of a field.
func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

// Flatten writes x, a row, to dst as a network takes it: a choice of N as N numbers, all
// 0 but the one chosen, which is 1, and all else as it is, part after part.
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

// Plain reports whether Flatten leaves every row as it is.
func (l *Layout) Plain() bool {
	for i := range l.Parts {
		if l.Parts[i].Kind == Choice {
			return false
		}
	}
	return true
}

// Choices returns the number of values of each float of a row: 2 of a bit. It returns
// false where a part is neither choices nor bits.
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

// MaskSize returns the bools of a mask: one for each value of each choice, two for a bit,
// which may be 0 and may be 1, side by side. It is 0 where a part is neither choices nor
// bits.
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

// Numbers returns the columns of a row that are real numbers. The columns of a Box that is
// an image are left out.
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

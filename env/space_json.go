package env

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// A SpaceJSON is a space in JSON. Each type of space has some of the fields. An infinite bound is
// null. A finite bound is written as the shortest decimal number of its value as a float64, so
// that every reader parses the same number. For example, the float32 bound -4.8 is written as
// -4.800000190734863.
type SpaceJSON struct {
	Type   string      `json:"type"`             // box, image, discrete, multi_discrete, multi_binary, tuple or dict
	Low    []*float64  `json:"low,omitempty"`    // lower bounds of a box
	High   []*float64  `json:"high,omitempty"`   // upper bounds of a box
	Shape  []int       `json:"shape,omitempty"`  // shape of a box, an image or a multi_binary
	N      int         `json:"n,omitempty"`      // number of values of a discrete, or bits of a multi_binary
	Nvec   []int       `json:"nvec,omitempty"`   // number of values of each choice of a multi_discrete
	Name   string      `json:"name,omitempty"`   // name of a dict's field
	Names  []string    `json:"names,omitempty"`  // names of a box's elements
	Spaces []SpaceJSON `json:"spaces,omitempty"` // parts of a tuple, or fields of a dict
}

// MarshalSpace returns s as the JSON of a SpaceJSON. It writes a Custom space as the space that
// its Plain returns. It returns an error if s is not valid.
func MarshalSpace(s Space) ([]byte, error) {
	if err := validateSpace(s, 0); err != nil {
		return nil, err
	}
	return json.Marshal(toJSON(s))
}

// UnmarshalSpace returns the space in data, which MarshalSpace wrote. The bounds are exactly the
// same as before. A Box with the shape [n] gets a nil Shape. It returns an error if data is not a
// valid space.
func UnmarshalSpace(data []byte) (Space, error) {
	var j SpaceJSON
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&j); err != nil {
		return nil, fmt.Errorf("a space in JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("a space in JSON: something follows it, want nothing")
	}
	s, err := j.toSpace(0)
	if err == nil {
		err = validateSpace(s, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("a space in JSON: %w", err)
	}
	return s, nil
}

// Outline returns s as a SpaceJSON without the names of Box elements and fields. For a space of
// an unknown type it returns only the name of its Go type.
func Outline(s Space) SpaceJSON {
	j := toJSON(s)
	j.dropNames()
	return j
}

// dropNames removes the names from j and from the spaces in it.
func (j *SpaceJSON) dropNames() {
	j.Names = nil
	for i := range j.Spaces {
		j.Spaces[i].dropNames()
	}
}

// toJSON returns s as a SpaceJSON.
func toJSON(s Space) SpaceJSON {
	switch s := s.(type) {
	case Box:
		shape := s.Shape
		if shape == nil {
			shape = []int{s.Size()}
		}
		return SpaceJSON{Type: "box", Low: finiteOrNull(s.Low), High: finiteOrNull(s.High), Shape: shape, Names: s.Names}
	case Image:
		return SpaceJSON{Type: "image", Shape: []int{s.H, s.W, s.C}}
	case Discrete:
		return SpaceJSON{Type: "discrete", N: s.N}
	case MultiDiscrete:
		return SpaceJSON{Type: "multi_discrete", Nvec: s.N}
	case MultiBinary:
		return SpaceJSON{Type: "multi_binary", N: s.N, Shape: s.Shape}
	case Tuple:
		j := SpaceJSON{Type: "tuple"}
		for _, part := range s {
			j.Spaces = append(j.Spaces, toJSON(part))
		}
		return j
	case Dict:
		j := SpaceJSON{Type: "dict"}
		for _, f := range s {
			part := toJSON(f.Space)
			part.Name = f.Name
			j.Spaces = append(j.Spaces, part)
		}
		return j
	case Custom:
		return toJSON(s.Plain())
	}
	return SpaceJSON{Type: fmt.Sprintf("%T", s)}
}

// toSpace returns the space that j describes. The argument depth is the number of spaces around
// it. It does not check that the space is valid.
func (j *SpaceJSON) toSpace(depth int) (Space, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("spaces within spaces, more than %d deep", maxDepth)
	}
	switch j.Type {
	case "box":
		return j.toBox()
	case "image":
		if len(j.Shape) != 3 {
			return nil, fmt.Errorf("an image of the shape %v, want height, width and channels", j.Shape)
		}
		return Image{j.Shape[0], j.Shape[1], j.Shape[2]}, nil
	case "discrete":
		return Discrete{j.N}, nil
	case "multi_discrete":
		return MultiDiscrete{j.Nvec}, nil
	case "multi_binary":
		return MultiBinary{j.N, j.Shape}, nil
	case "tuple", "dict":
		t, d := make(Tuple, len(j.Spaces)), make(Dict, len(j.Spaces))
		for i := range j.Spaces {
			part, err := j.Spaces[i].toSpace(depth + 1)
			if err != nil {
				return nil, err
			}
			t[i], d[i] = part, Field{j.Spaces[i].Name, part}
		}
		if j.Type == "dict" {
			return d, nil
		}
		return t, nil
	}
	return nil, fmt.Errorf("no type %q, want box, image, discrete, multi_discrete, multi_binary, tuple or dict", j.Type)
}

// toBox returns the Box that j describes.
func (j *SpaceJSON) toBox() (Space, error) {
	b := Box{Low: make([]float32, len(j.Low)), High: make([]float32, len(j.High)), Shape: j.Shape, Names: j.Names}
	if len(b.Shape) == 1 && b.Shape[0] == len(b.Low) {
		b.Shape = nil
	}
	for _, side := range []struct {
		to       []float32
		from     []*float64
		infinity float64 // bound that null stands for
	}{{b.Low, j.Low, math.Inf(-1)}, {b.High, j.High, math.Inf(1)}} {
		for i, p := range side.from {
			v := side.infinity
			if p != nil {
				v = *p
			}
			side.to[i] = float32(v)
			if p != nil && float64(side.to[i]) != v {
				return nil, fmt.Errorf("bound %d of a box is %v, want a float32 number", i, v)
			}
		}
	}
	return b, nil
}

// String returns the space in short form: box[4], discrete(2).
func (j SpaceJSON) String() string {
	switch j.Type {
	case "box", "image":
		return fmt.Sprintf("%s%v", j.Type, j.Shape)
	case "multi_binary":
		if j.Shape != nil {
			return fmt.Sprintf("%s%v", j.Type, j.Shape)
		}
		return fmt.Sprintf("%s(%d)", j.Type, j.N)
	case "discrete":
		return fmt.Sprintf("%s(%d)", j.Type, j.N)
	case "multi_discrete":
		return fmt.Sprintf("%s%v", j.Type, j.Nvec)
	}
	return fmt.Sprintf("%s%v", j.Type, j.Spaces)
}

// finiteOrNull returns bounds for JSON: nil, which is written as null, for an infinite bound.
func finiteOrNull(bounds []float32) []*float64 {
	b := make([]*float64, len(bounds))
	for i, v := range bounds {
		if v-v == 0 {
			b[i] = new(float64(v))
		}
	}
	return b
}

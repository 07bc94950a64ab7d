package env

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// A SpaceJSON is a space in JSON, with the fields that its type has. Infinite bounds are
// null. A number is the float64 that a float32 is, in its shortest form: -4.8 in a Box is
// -4.800000190734863, which every reader takes for the same number.
type SpaceJSON struct {
	Type   string      `json:"type"` // box, image, discrete, multi_discrete, multi_binary, tuple or dict
	Low    []*float64  `json:"low,omitempty"`
	High   []*float64  `json:"high,omitempty"`
	Shape  []int       `json:"shape,omitempty"` // of a box or an image
	N      int         `json:"n,omitempty"`
	Nvec   []int       `json:"nvec,omitempty"`
	Name   string      `json:"name,omitempty"` // of a part of a dict
	Names  []string    `json:"names,omitempty"`
	Spaces []SpaceJSON `json:"spaces,omitempty"`
}

// MarshalSpace returns a space in JSON, for UnmarshalSpace: a SpaceJSON. Of a Custom it
// is the space that it is laid out as. An invalid space is an error.
func MarshalSpace(s Space) ([]byte, error) {
	if err := validateSpace(s, 0); err != nil {
		return nil, err
	}
	return json.Marshal(jsonOf(s))
}

// UnmarshalSpace returns the space that MarshalSpace wrote: equal to the bit, but that a
// Box of the shape [n] has none. What is no valid space is an error.
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
	s, err := j.space(0)
	if err == nil {
		err = validateSpace(s, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("a space in JSON: %w", err)
	}
	return s, nil
}

// Outline returns a space without the names of its elements. A space of a type that is
// not known has its type's name alone.
func Outline(s Space) SpaceJSON {
	j := jsonOf(s)
	j.forgetNames()
	return j
}

func (j *SpaceJSON) forgetNames() {
	j.Names = nil
	for i := range j.Spaces {
		j.Spaces[i].forgetNames()
	}
}

// jsonOf returns a space as it is in JSON.
func jsonOf(s Space) SpaceJSON {
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
		return SpaceJSON{Type: "multi_binary", N: s.N}
	case Tuple:
		j := SpaceJSON{Type: "tuple"}
		for _, part := range s {
			j.Spaces = append(j.Spaces, jsonOf(part))
		}
		return j
	case Dict:
		j := SpaceJSON{Type: "dict"}
		for _, f := range s {
			part := jsonOf(f.Space)
			part.Name = f.Name
			j.Spaces = append(j.Spaces, part)
		}
		return j
	case Custom:
		return jsonOf(s.Plain())
	}
	return SpaceJSON{Type: fmt.Sprintf("%T", s)}
}

// space returns the space that j says, which is depth spaces deep. Whether it is valid
// remains to be checked.
func (j *SpaceJSON) space(depth int) (Space, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("spaces within spaces, more than %d deep", maxDepth)
	}
	switch j.Type {
	case "box":
		return j.box()
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
		return MultiBinary{j.N}, nil
	case "tuple", "dict":
		t, d := make(Tuple, len(j.Spaces)), make(Dict, len(j.Spaces))
		for i := range j.Spaces {
			part, err := j.Spaces[i].space(depth + 1)
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

// box returns the Box that j says.
func (j *SpaceJSON) box() (Space, error) {
	b := Box{Low: make([]float32, len(j.Low)), High: make([]float32, len(j.High)), Shape: j.Shape, Names: j.Names}
	if len(b.Shape) == 1 && b.Shape[0] == len(b.Low) {
		b.Shape = nil
	}
	for _, side := range []struct {
		to   []float32
		from []*float64
		none float64 // what null stands for
	}{{b.Low, j.Low, math.Inf(-1)}, {b.High, j.High, math.Inf(1)}} {
		for i, p := range side.from {
			v := side.none
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

// String is the space for a person: box[4], discrete(2).
func (j SpaceJSON) String() string {
	switch j.Type {
	case "box", "image":
		return fmt.Sprintf("%s%v", j.Type, j.Shape)
	case "discrete", "multi_binary":
		return fmt.Sprintf("%s(%d)", j.Type, j.N)
	case "multi_discrete":
		return fmt.Sprintf("%s%v", j.Type, j.Nvec)
	}
	return fmt.Sprintf("%s%v", j.Type, j.Spaces)
}

// finiteOrNull returns bounds as JSON has them, in which infinity is null.
func finiteOrNull(bounds []float32) []*float64 {
	b := make([]*float64, len(bounds))
	for i, v := range bounds {
		if v-v == 0 {
			b[i] = new(float64(v))
		}
	}
	return b
}

package env

import "slices"

// Flat returns the space of the rows that Flatten writes: a MultiBinary if s is a Discrete,
// MultiDiscrete or MultiBinary, otherwise a Box. It returns s itself if s has no layout.
func Flat(s Space) Space {
	l, err := LayoutOf(s)
	if err != nil {
		return s
	}
	if len(l.Parts) == 1 && l.Parts[0].Name == "" && (l.Parts[0].Kind == Choice || l.Parts[0].Kind == Bits) {
		return MultiBinary{N: l.Flat}
	}
	var flat Box
	named := false
	for i := range l.Parts {
		p := &l.Parts[i]
		low, high, names := p.Low, p.High, p.Names
		if p.Kind != Numbers {
			maxValue := float32(1)
			if p.Kind == Pixels {
				maxValue = 255
			}
			low, high = slices.Repeat([]float32{0}, p.Flat()), slices.Repeat([]float32{maxValue}, p.Flat())
		}
		if names == nil {
			names = make([]string, len(low))
		} else {
			named = true
		}
		flat.Low, flat.High, flat.Names = append(flat.Low, low...), append(flat.High, high...), append(flat.Names, names...)
	}
	if !named {
		flat.Names = nil
	}
	return flat
}

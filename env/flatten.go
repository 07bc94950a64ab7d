package env

import "slices"

// Flat is the space of what Flatten makes of a space: a MultiBinary of a choice or of
// several, or else a Box. A space without a layout stays as it is.
func Flat(s Space) Space {
	l, err := LayoutOf(s)
	if err != nil {
		return s
	}
	if len(l.Parts) == 1 && l.Parts[0].Name == "" && (l.Parts[0].Kind == Choice || l.Parts[0].Kind == Bits) {
		return MultiBinary{l.Flat}
	}
	var flat Box
	named := false
	for i := range l.Parts {
		p := &l.Parts[i]
		low, high, names := p.Low, p.High, p.Names
		if p.Kind != Numbers {
			most := float32(1)
			if p.Kind == Pixels {
				most = 255
			}
			low, high = slices.Repeat([]float32{0}, p.Flat()), slices.Repeat([]float32{most}, p.Flat())
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

package env

import "fmt"

// Flat is the space of what Flatten makes of a space.
func Flat(s Space) Space {
	switch s := s.(type) {
	case Box:
		return Box{Low: s.Low, High: s.High, Names: s.Names}
	case MultiBinary:
		return s
	case Discrete, MultiDiscrete:
		return MultiBinary{FlatSize(s)}
	}
	var flat Box
	named := false
	for _, part := range parts(s) {
		p, ok := Flat(part).(Box)
		if !ok {
			p = NewBox(0, 1, FlatSize(part))
		}
		flat.Low, flat.High = append(flat.Low, p.Low...), append(flat.High, p.High...)
		if len(p.Names) == 0 {
			p.Names = make([]string, len(p.Low))
		} else {
			named = true
		}
		flat.Names = append(flat.Names, p.Names...)
	}
	if !named {
		flat.Names = nil
	}
	return flat
}

// FlatSize is the number of floats that Flatten makes of a row of s.
func FlatSize(s Space) (n int) {
	switch s := s.(type) {
	case Box, MultiBinary:
		return s.Size()
	case Discrete:
		return s.N
	case MultiDiscrete:
		for _, k := range s.N {
			n += k
		}
		return n
	}
	for _, p := range parts(s) {
		n += FlatSize(p)
	}
	return n
}

// Flatten writes x, a row of s, to dst as a network takes it: a choice of N as N
// numbers, all 0 but the one chosen, which is 1, and all else as it is, part
// after part.
func Flatten(s Space, dst, x []float32) {
	switch s := s.(type) {
	case Box, MultiBinary:
		copy(dst, x)
	case Discrete:
		clear(dst[:s.N])
		dst[int(x[0])] = 1
	case MultiDiscrete:
		for i, n := range s.N {
			clear(dst[:n])
			dst[int(x[i])] = 1
			dst = dst[n:]
		}
	case Tuple:
		for _, p := range s {
			Flatten(p, dst, x)
			dst, x = dst[FlatSize(p):], x[p.Size():]
		}
	case Dict:
		for _, f := range s {
			Flatten(f.Space, dst, x)
			dst, x = dst[FlatSize(f.Space):], x[f.Space.Size():]
		}
	default:
		panic(fmt.Sprintf("env: %s cannot be flattened", Describe(s)))
	}
}

// parts are the spaces side by side in s.
func parts(s Space) Tuple {
	if d, ok := s.(Dict); ok {
		return d.tuple()
	}
	return s.(Tuple)
}

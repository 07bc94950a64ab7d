package env

import "fmt"

// Describe returns a space in words, for error messages: "a Box of 3 numbers", "a choice of 4
// (Discrete)".
func Describe(s Space) string {
	switch s := s.(type) {
	case nil:
		return "no space"
	case Box:
		return "a Box of " + plural(len(s.Low), "number")
	case Image:
		return fmt.Sprintf("an Image of %d×%d×%d", s.H, s.W, s.C)
	case Discrete:
		return fmt.Sprintf("a choice of %d (Discrete)", s.N)
	case MultiDiscrete:
		return plural(len(s.N), "choice") + " (MultiDiscrete)"
	case MultiBinary:
		return plural(s.N, "bit") + " (MultiBinary)"
	case Tuple:
		return "a Tuple of " + plural(len(s), "part")
	case Dict:
		return "a Dict of " + plural(len(s), "field")
	}
	return fmt.Sprintf("a space of the type %T", s)
}

// formatRow returns row x as text for an error message. It shortens a long row to its first
// numbers and the first number that is not finite.
func formatRow(x []float32) string {
	const shown = 16
	if len(x) <= shown {
		return fmt.Sprint(x)
	}
	text := fmt.Sprint(x[:shown])
	text = text[:len(text)-1] + fmt.Sprintf(" … and %d more]", len(x)-shown)
	for i, v := range x {
		if v-v != 0 {
			return fmt.Sprintf("%s with element %d %v", text, i, v)
		}
	}
	return text
}

// plural returns n with its noun: "1 number", "3 numbers".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

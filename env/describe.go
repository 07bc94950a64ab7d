package env

import "fmt"

// Describe returns a space in words, for messages: "a Box of 3 numbers",
// "a choice of 4 (Discrete)".
func Describe(s Space) string {
	switch s := s.(type) {
	case nil:
		return "no space"
	case Box:
		return "a Box of " + counted(len(s.Low), "number")
	case Image:
		return fmt.Sprintf("an Image of %d×%d×%d", s.H, s.W, s.C)
	case Discrete:
		return fmt.Sprintf("a choice of %d (Discrete)", s.N)
	case MultiDiscrete:
		return counted(len(s.N), "choice") + " (MultiDiscrete)"
	case MultiBinary:
		return counted(s.N, "bit") + " (MultiBinary)"
	case Tuple:
		return "a Tuple of " + counted(len(s), "part")
	case Dict:
		return "a Dict of " + counted(len(s), "field")
	}
	return fmt.Sprintf("a space of the type %T", s)
}

// row returns x for a message. Of a long row it has the first numbers, and the first
// number that is not finite.
func row(x []float32) string {
	const most = 16
	if len(x) <= most {
		return fmt.Sprint(x)
	}
	text := fmt.Sprint(x[:most])
	text = text[:len(text)-1] + fmt.Sprintf(" … and %d more]", len(x)-most)
	for i, v := range x {
		if v-v != 0 {
			return fmt.Sprintf("%s with element %d %v", text, i, v)
		}
	}
	return text
}

// counted is n of a thing: "1 number", "3 numbers".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

package env

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
)

// maxChoices is where float32 numbers stop telling choices apart.
const maxChoices = 1 << 24

// Validate reports why no environment can have this Spec: an id that is none, a
// negative time limit, a threshold that is not finite, or a space that is
// missing, empty or contradicts itself.
func (s Spec) Validate() error {
	if _, err := ParseID(s.ID); err != nil {
		return fmt.Errorf("its id is %q, want [namespace/]Name-vN", s.ID)
	}
	if s.MaxSteps < 0 {
		return fmt.Errorf("a time limit of %d steps, want 0 for none, or more", s.MaxSteps)
	}
	if r := s.RewardThreshold; r != nil && *r-*r != 0 {
		return fmt.Errorf("a reward threshold of %v, want a finite number, or nil for none", *r)
	}
	if err := validateSpace(s.Obs); err != nil {
		return fmt.Errorf("the observation space: %w", err)
	}
	if err := validateSpace(s.Act); err != nil {
		return fmt.Errorf("the action space: %w", err)
	}
	return nil
}

// validateSpace reports why s is no space of values.
func validateSpace(s Space) error {
	switch s := s.(type) {
	case nil:
		return errors.New("there is none, want a Space")
	case Box:
		return s.validate()
	case Discrete:
		return validateChoice("a choice (Discrete)", s.N)
	case MultiDiscrete:
		for i, n := range s.N {
			if err := validateChoice(fmt.Sprintf("choice %d (MultiDiscrete)", i), n); err != nil {
				return err
			}
		}
	case Tuple:
		for i, part := range s {
			if err := validateSpace(part); err != nil {
				return fmt.Errorf("part %d: %w", i, err)
			}
		}
	case Dict:
		return s.validate()
	}
	if n := s.Size(); n < 1 {
		return fmt.Errorf("%s: it has no element, want 1 or more", Describe(s))
	}
	return nil
}

func validateChoice(name string, n int) error {
	if n < 1 || n > maxChoices {
		return fmt.Errorf("%s among %d values, want 1 … %d", name, n, maxChoices)
	}
	return nil
}

// validate reports what is wrong with the fields of d.
func (d Dict) validate() error {
	seen := map[string]bool{}
	for _, f := range d {
		if seen[f.Name] {
			return fmt.Errorf("two fields are called %q, want a name of its own for each", f.Name)
		}
		seen[f.Name] = true
		if err := validateSpace(f.Space); err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
	}
	if len(d) == 0 {
		return errors.New("a Dict without fields, want 1 or more")
	}
	return nil
}

// validate reports what is wrong with the bounds, the shape and the names of b.
func (b Box) validate() error {
	n := len(b.Low)
	if n == 0 || len(b.High) != n {
		return fmt.Errorf("a Box of %d lower and %d upper bounds, want as many of both, and 1 or more", n, len(b.High))
	}
	for i, low := range b.Low {
		if high := b.High[i]; !(low < high) || math.IsInf(float64(low), 1) || math.IsInf(float64(high), -1) {
			return fmt.Errorf("element %d of a Box is between %v and %v, want two different numbers, the lower one first", i, low, high)
		}
	}
	if b.Shape != nil {
		size := 1
		for _, d := range b.Shape {
			if size *= d; d < 1 || size > n {
				break
			}
		}
		if size != n {
			return fmt.Errorf("a Box of the shape %v has %d elements, want the product of the shape", b.Shape, n)
		}
	}
	if len(b.Names) != 0 && len(b.Names) != n {
		return fmt.Errorf("a Box of %d elements has %d names, want a name for each, or none", n, len(b.Names))
	}
	return nil
}

// specOf returns e.Spec(), which must be valid. A panic is an error.
func specOf(e Env) (spec Spec, err error) {
	if e == nil {
		return spec, errors.New("there is no environment: nil")
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("Spec: %w", &PanicError{p, debug.Stack()})
		}
	}()
	spec = e.Spec()
	if err := spec.Validate(); err != nil {
		return spec, err
	}
	if _, ok := As[Masker](e); ok {
		if _, ok := spec.Act.(Discrete); !ok {
			return spec, fmt.Errorf("it masks actions that are %s, want a choice (Discrete)", Describe(spec.Act))
		}
	}
	return spec, nil
}

// alike returns the Spec of environments that are to be stepped together, which
// must have rows of the same sizes.
func alike(envs []Env) (Spec, error) {
	var first Spec
	_, masked := As[Masker](envs[0])
	for i, e := range envs {
		s, err := specOf(e)
		if err != nil {
			return s, fmt.Errorf("env: %s: %w", nameOf(e, s), err)
		}
		if i == 0 {
			first = s
		}
		if s.Obs.Size() != first.Obs.Size() || s.Act.Size() != first.Act.Size() {
			return first, fmt.Errorf("env: environments of a vector differ: number 0 is %s, with observations of %s and actions of %s, and number %d is %s, with %s and %s",
				first.ID, Describe(first.Obs), Describe(first.Act), i, s.ID, Describe(s.Obs), Describe(s.Act))
		}
		if _, ok := As[Masker](e); ok != masked {
			return first, fmt.Errorf("env: environments of a vector differ: of numbers 0 and %d, %s, one alone masks actions", i, s.ID)
		}
	}
	return first, nil
}

// nameOf is how a message names e: by its id, or by its type where it has none.
func nameOf(e Env, s Spec) string {
	if s.ID == "" {
		return fmt.Sprintf("%T", e)
	}
	return s.ID
}

// A choice is one number of a row that stands for one of n values.
type choice struct{ at, n int }

// choicesOf returns the choices and bits in a row of s, whose first number has the
// index at. Of a space of a user's own none are known.
func choicesOf(s Space, at int) (all []choice) {
	switch s := s.(type) {
	case Discrete:
		return []choice{{at, s.N}}
	case MultiDiscrete:
		for i, n := range s.N {
			all = append(all, choice{at + i, n})
		}
	case MultiBinary:
		for i := range s.N {
			all = append(all, choice{at + i, 2})
		}
	case Tuple:
		for _, part := range s {
			all = append(all, choicesOf(part, at)...)
			at += part.Size()
		}
	case Dict:
		return choicesOf(s.tuple(), at)
	}
	return all
}

// inRange reports whether each choice in row x is one of its values.
func inRange(choices []choice, x []float32) bool {
	for _, c := range choices {
		if !isIndex(x[c.at], c.n) {
			return false
		}
	}
	return true
}

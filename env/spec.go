package env

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxChoices is where float32 numbers stop telling choices apart.
const maxChoices = 1 << 24

// Validate returns an error if no environment can have this Spec: the id is not
// valid, the time limit is negative, the threshold is not finite, or a space is
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
	if err := validateSpace(s.Obs, 0); err != nil {
		return fmt.Errorf("the observation space: %w", err)
	}
	if err := validateSpace(s.Act, 0); err != nil {
		return fmt.Errorf("the action space: %w", err)
	}
	return nil
}

// validateSpace returns an error if s is not a space of values that has a layout. It is
// depth spaces deep.
func validateSpace(s Space, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("spaces within spaces, %d deep, want %d or less", depth, maxDepth)
	}
	switch s := s.(type) {
	case nil:
		return errors.New("there is none, want a Space")
	case Box:
		return s.validate()
	case Image:
		return s.validate()
	case Discrete:
		return validateChoice("a choice (Discrete)", s.N)
	case MultiDiscrete:
		for i, n := range s.N {
			if err := validateChoice(fmt.Sprintf("choice %d (MultiDiscrete)", i), n); err != nil {
				return err
			}
		}
	case MultiBinary:
		if s.N > maxChoices {
			return fmt.Errorf("%s: want %d or less", Describe(s), maxChoices)
		}
	case Tuple:
		for i, part := range s {
			if err := validateSpace(part, depth+1); err != nil {
				return fmt.Errorf("part %d: %w", i, err)
			}
		}
	case Dict:
		return s.validate(depth)
	case Custom:
		return validateCustom(s, depth)
	default:
		_, err := LayoutOf(s)
		return err
	}
	if n := s.Size(); n < 1 {
		return fmt.Errorf("%s: it has no element, want 1 or more", Describe(s))
	}
	return nil
}

// validateCustom returns an error if s is not laid out as the space that it says.
func validateCustom(s Custom, depth int) error {
	plain := s.Plain()
	if err := validateSpace(plain, depth+1); err != nil {
		return fmt.Errorf("%s: its Plain: %w", Describe(s), err)
	}
	if a, b := s.Size(), plain.Size(); a != b {
		return fmt.Errorf("%s has rows of %s, and its Plain, %s, of %d; want as many", Describe(s), counted(a, "number"), Describe(plain), b)
	}
	return nil
}

func validateChoice(name string, n int) error {
	if n < 1 || n > maxChoices {
		return fmt.Errorf("%s among %d values, want 1 … %d", name, n, maxChoices)
	}
	return nil
}

// validate reports what is wrong with the fields of d, which is depth spaces deep.
func (d Dict) validate(depth int) error {
	seen := map[string]bool{}
	for _, f := range d {
		if seen[f.Name] {
			return fmt.Errorf("two fields are called %q, want a name of its own for each", f.Name)
		}
		seen[f.Name] = true
		if err := validateSpace(f.Space, depth+1); err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
	}
	if len(d) == 0 {
		return errors.New("a Dict without fields, want 1 or more")
	}
	return nil
}

// validate reports what is wrong with the size of m.
func (m Image) validate() error {
	size := 1
	for _, d := range [3]int{m.H, m.W, m.C} {
		if d < 1 || d > maxChoices/size {
			return fmt.Errorf("an Image of %d×%d×%d, want 1 or more of each, and %d bytes or less", m.H, m.W, m.C, maxChoices)
		}
		size *= d
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
	defer catch("Spec", &err)
	spec = e.Spec()
	if err := spec.Validate(); err != nil {
		return spec, err
	}
	if _, _, err := maskerOf(e, spec.Act); err != nil {
		return spec, err
	}
	return spec, checkMeasures(e)
}

// maskerOf returns the Masker of e, whose actions are act, and how many values each of
// its choices has; nil where it has no masks. It is an error if a wrapper changes the
// choices that are masked: the mask would not fit.
func maskerOf(e Env, act Space) (Masker, []int, error) {
	m, ok := As[Masker](e)
	if !ok {
		return nil, nil, nil
	}
	masked := m.(Env).Spec().Act
	inner, err := LayoutOf(masked)
	if err != nil {
		return nil, nil, err
	}
	outer, err := LayoutOf(act)
	if err != nil {
		return nil, nil, err
	}
	n, ok := inner.Choices()
	if !ok {
		return nil, nil, fmt.Errorf("it masks actions that are %s, want a choice (Discrete), choices (MultiDiscrete) or bits (MultiBinary)", Describe(masked))
	}
	if shown, ok := outer.Choices(); !ok || !slices.Equal(shown, n) {
		return nil, nil, fmt.Errorf("it masks actions that are %s, and a wrapper makes them %s: want a wrapper with a mask of its own", Describe(masked), Describe(act))
	}
	return m, n, nil
}

// alike returns the Spec of environments that are to be stepped together, which must
// have rows that are laid out alike.
func alike(envs []Env) (Spec, error) {
	var first Spec
	if len(envs) == 0 {
		return first, errors.New("env: a vector of no environments, want 1 or more")
	}
	_, masked := As[Masker](envs[0])
	for i, e := range envs {
		s, err := specOf(e)
		if err != nil {
			return s, fmt.Errorf("env: %s: %w", nameOf(e, s), err)
		}
		if i == 0 {
			first = s
		}
		if !alikeRows(s.Obs, first.Obs) || !alikeRows(s.Act, first.Act) {
			return first, fmt.Errorf("env: environments of a vector differ: number 0 is %s, with observations of %s and actions of %s, and number %d is %s, with %s and %s",
				first.ID, Describe(first.Obs), Describe(first.Act), i, s.ID, Describe(s.Obs), Describe(s.Act))
		}
		if _, ok := As[Masker](e); ok != masked {
			return first, fmt.Errorf("env: environments of a vector differ: of numbers 0 and %d, %s, one alone masks actions", i, s.ID)
		}
		if a, b := measuresOf(envs[0]), measuresOf(e); !slices.Equal(a, b) {
			return first, fmt.Errorf("env: environments of a vector differ: number 0, %s, measures %q, and number %d, %s, %q", first.ID, a, i, s.ID, b)
		}
	}
	return first, nil
}

// alikeRows reports whether rows of two valid spaces have the same parts: as many
// numbers, and choices of as many values.
func alikeRows(a, b Space) bool {
	one, _ := LayoutOf(a)
	other, _ := LayoutOf(b)
	return slices.EqualFunc(one.Parts, other.Parts, func(p, q Part) bool {
		return p.Kind == q.Kind && p.Size() == q.Size() && slices.Equal(p.N, q.N)
	})
}

// nameOf returns the name of e in a message: its id, or its type if it has no id.
func nameOf(e Env, s Spec) string {
	if s.ID == "" {
		return fmt.Sprintf("%T", e)
	}
	return s.ID
}

package env

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxChoices is the largest number of values of a choice: a float32 cannot hold every whole
// number above 2²⁴.
const maxChoices = 1 << 24

// Validate returns an error if the Spec is not valid: the id has the wrong form, the time limit
// or the number of frames is negative, the threshold is not finite, or a space is missing, empty or inconsistent.
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
	if s.Frames < 0 {
		return fmt.Errorf("%d frames, want 0 or 1 for a single frame, or more", s.Frames)
	}
	if err := validateSpace(s.Obs, 0); err != nil {
		return fmt.Errorf("the observation space: %w", err)
	}
	if err := validateSpace(s.Act, 0); err != nil {
		return fmt.Errorf("the action space: %w", err)
	}
	return nil
}

// validateSpace returns an error if s is not valid or has no layout. The argument depth is the
// number of spaces around s.
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
		return checkChoiceSize("a choice (Discrete)", s.N)
	case MultiDiscrete:
		for i, n := range s.N {
			if err := checkChoiceSize(fmt.Sprintf("choice %d (MultiDiscrete)", i), n); err != nil {
				return err
			}
		}
	case MultiBinary:
		if s.N > maxChoices {
			return fmt.Errorf("%s: want %d or less", Describe(s), maxChoices)
		}
		if err := checkShape("a MultiBinary", s.Shape, s.N); err != nil {
			return err
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

// validateCustom returns an error if the space that s.Plain returns is not valid, or if its rows
// and the rows of s have different sizes.
func validateCustom(s Custom, depth int) error {
	plain := s.Plain()
	if err := validateSpace(plain, depth+1); err != nil {
		return fmt.Errorf("%s: its Plain: %w", Describe(s), err)
	}
	if a, b := s.Size(), plain.Size(); a != b {
		return fmt.Errorf("%s has rows of %s, and its Plain, %s, rows of %d; want the same size", Describe(s), plural(a, "number"), Describe(plain), b)
	}
	return nil
}

// checkChoiceSize returns an error if a choice cannot have n values.
func checkChoiceSize(name string, n int) error {
	if n < 1 || n > maxChoices {
		return fmt.Errorf("%s among %d values, want 1 … %d", name, n, maxChoices)
	}
	return nil
}

// validate returns an error if two fields have the same name, a field's space is not valid, or d
// has no field. The argument depth is the number of spaces around d.
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

// validate returns an error if a dimension is less than 1 or the image has too many bytes.
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

// validate returns an error if the bounds, the shape or the names of b are not valid.
func (b Box) validate() error {
	n := len(b.Low)
	if n == 0 || len(b.High) != n {
		return fmt.Errorf("a Box of %d lower and %d upper bounds, want the same number of both, 1 or more", n, len(b.High))
	}
	for i, low := range b.Low {
		if high := b.High[i]; !(low < high) || math.IsInf(float64(low), 1) || math.IsInf(float64(high), -1) {
			return fmt.Errorf("element %d of a Box is between %v and %v, want two different numbers, the lower one first", i, low, high)
		}
	}
	if err := checkShape("a Box", b.Shape, n); err != nil {
		return err
	}
	if len(b.Names) != 0 && len(b.Names) != n {
		return fmt.Errorf("a Box of %d elements has %d names, want one name for each element, or no names", n, len(b.Names))
	}
	return nil
}

// checkShape returns an error if a shape that is not nil is not a shape of n elements. The argument what is
// the space.
func checkShape(what string, shape []int, n int) error {
	if shape == nil {
		return nil
	}
	size := 1
	for _, d := range shape {
		if size *= d; d < 1 || size > n {
			break
		}
	}
	if size != n {
		return fmt.Errorf("%s of the shape %v has %d elements, want the product of the numbers in the shape", what, shape, n)
	}
	return nil
}

// specOf returns e.Spec(), or an error if it is not valid or if Spec panics.
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
	return spec, checkMeasureNames(e)
}

// maskerOf returns the Masker in e's chain of wrappers and the number of values of each choice of
// its actions. It returns nil if e has no Masker. It returns an error if a wrapper around the
// Masker changes the action space act, so that the mask no longer fits.
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

// commonSpec returns the Spec of the first environment of envs. It returns an error if an
// environment is not valid, or if the environments cannot be stepped together because their rows,
// masks or metrics differ.
func commonSpec(envs []Env) (Spec, error) {
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
		if !sameRows(s.Obs, first.Obs) || !sameRows(s.Act, first.Act) {
			return first, fmt.Errorf("env: environments of a vector differ: number 0 is %s, with observations of %s and actions of %s, and number %d is %s, with %s and %s",
				first.ID, Describe(first.Obs), Describe(first.Act), i, s.ID, Describe(s.Obs), Describe(s.Act))
		}
		if _, ok := As[Masker](e); ok != masked {
			return first, fmt.Errorf("env: environments of a vector differ: only one of number 0 and number %d, %s, masks actions", i, s.ID)
		}
		if a, b := measuresOf(envs[0]), measuresOf(e); !slices.Equal(a, b) {
			return first, fmt.Errorf("env: environments of a vector differ: number 0, %s, measures %q, and number %d, %s, measures %q", first.ID, a, i, s.ID, b)
		}
	}
	return first, nil
}

// sameRows reports whether two valid spaces have rows with the same parts: the same kinds and
// sizes, and choices with the same numbers of values.
func sameRows(a, b Space) bool {
	layoutA, _ := LayoutOf(a)
	layoutB, _ := LayoutOf(b)
	return slices.EqualFunc(layoutA.Parts, layoutB.Parts, func(p, q Part) bool {
		return p.Kind == q.Kind && p.Size() == q.Size() && slices.Equal(p.N, q.N)
	})
}

// nameOf returns a name of e for error messages: its id, or its Go type if the id is empty.
func nameOf(e Env, s Spec) string {
	if s.ID == "" {
		return fmt.Sprintf("%T", e)
	}
	return s.ID
}

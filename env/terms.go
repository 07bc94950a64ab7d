package env

import (
	"fmt"
	"slices"
)

// terms are what episodes of environments that are alike have in common: the time limit,
// and what observations, actions and masks there can be.
type terms struct {
	spec     Spec
	o, a     int      // floats of an observation and of an action
	discrete int      // values of an action that is one choice; 0 for other actions
	numbers  bool     // an action is a Box: bounds are the environment's to clip
	index    int      // values of an observation that is one choice; 0 for other observations
	spans    []span   // of an observation
	masked   []int    // values of each choice of an action, where there are masks
	m        int      // bools of a mask; 0 where there are no masks
	measures []string // names of what is measured
	logs     bool     // actions are kept
}

// newTerms returns the terms of an environment like e, whose Spec is valid.
func newTerms(e Env, spec Spec) *terms {
	t := &terms{spec: spec, o: spec.Obs.Size(), a: spec.Act.Size(), measures: measuresOf(e)}
	switch act := spec.Act.(type) {
	case Discrete:
		t.discrete = act.N
	case Box:
		t.numbers = true
	}
	obs, _ := LayoutOf(spec.Obs)
	if t.spans = obs.spans(); t.o == 1 && len(t.spans) == 1 {
		t.index = t.spans[0].n
	}
	if _, n, _ := maskerOf(e, spec.Act); n != nil {
		act, _ := LayoutOf(spec.Act)
		t.masked, t.m = n, act.MaskSize()
	}
	return t
}

// allowed reports whether actions, a row each, can be given to environments: one of a
// Box may be out of its bounds, which is the environment's to clip.
func (t *terms) allowed(act []float32) bool {
	switch {
	case t.discrete > 0:
		for _, a := range act {
			if !isIndex(a, t.discrete) {
				return false
			}
		}
	case t.numbers:
		return finite(act)
	default:
		for ; len(act) > 0; act = act[t.a:] {
			if !t.spec.Act.Contains(act[:t.a]) {
				return false
			}
		}
	}
	return true
}

// open reports whether a mask leaves a value or more of each choice.
func (t *terms) open(mask []bool) bool {
	for _, n := range t.masked {
		if !slices.Contains(mask[:n], true) {
			return false
		}
		mask = mask[n:]
	}
	return true
}

// wrong returns the error of a reward or an observation that cannot be.
func (t *terms) wrong(reward float64, obs []float32) error {
	if reward-reward != 0 || !finite(obs) {
		return fmt.Errorf("reward %v and observation %s: %w", reward, row(obs), ErrNotFinite)
	}
	return t.outside(obs)
}

// outside returns the error of an observation that is not in its space.
func (t *terms) outside(obs []float32) error {
	return fmt.Errorf("observation %s of %s: %w", row(obs), Describe(t.spec.Obs), ErrObservation)
}

// A span is floats side by side in a row that each are one of 0, …, n-1.
type span struct{ from, to, n int }

// spans returns the choices in a row, the bits and the bytes.
func (l *Layout) spans() (spans []span) {
	for i := range l.Parts {
		switch p := &l.Parts[i]; p.Kind {
		case Choice:
			for k, n := range p.N {
				spans = append(spans, span{p.From + k, p.From + k + 1, n})
			}
		case Bits:
			spans = append(spans, span{p.From, p.To, 2})
		case Pixels:
			spans = append(spans, span{p.From, p.To, 256})
		}
	}
	return spans
}

// inSpans reports whether each of the spans in row x has values that it can have.
func inSpans(spans []span, x []float32) bool {
	for _, s := range spans {
		for k := s.from; k < s.to; k++ {
			if !isIndex(x[k], s.n) {
				return false
			}
		}
	}
	return true
}

// finite reports whether x has neither NaN nor infinity.
func finite(x []float32) bool {
	var sum float32
	for _, v := range x {
		sum += v * 0 // 0, or NaN
	}
	return sum == 0
}

// finiteCopy copies src to dst and reports whether it is finite.
func finiteCopy(dst, src []float32) bool {
	var sum float32
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = v
		sum += v * 0
	}
	return sum == 0
}

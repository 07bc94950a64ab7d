package env

import (
	"fmt"
	"slices"
)

// A specInfo is a Spec with the facts that each step needs, computed once. Environments that are
// stepped together share one specInfo.
type specInfo struct {
	spec             Spec
	obsSize, actSize int      // floats of an observation and of an action
	numActions       int      // number of values of a Discrete action space; 0 for other action spaces
	boxActions       bool     // the action space is a Box. The environment itself clips actions to the bounds
	numObs           int      // number of values of a Discrete observation space; 0 for other observation spaces
	obsSpans         []span   // choices, bits and bytes of an observation
	allSpans         bool     // an observation has nothing else
	choiceSizes      []int    // number of values of each choice of an action; nil if there are no masks
	maskSize         int      // number of bools in a mask; 0 if there are no masks
	measureNames     []string // names of the metrics that the environments measure
	logsActions      bool     // the actions of each episode are logged
}

// newSpecInfo returns the specInfo for environments like e, whose Spec spec is valid.
func newSpecInfo(e Env, spec Spec) *specInfo {
	info := &specInfo{spec: spec, obsSize: spec.Obs.Size(), actSize: spec.Act.Size(), measureNames: measuresOf(e)}
	switch act := spec.Act.(type) {
	case Discrete:
		info.numActions = act.N
	case Box:
		info.boxActions = true
	}
	obs, _ := LayoutOf(spec.Obs)
	if info.obsSpans = obs.choiceSpans(); info.obsSize == 1 && len(info.obsSpans) == 1 {
		info.numObs = info.obsSpans[0].n
	}
	covered := 0
	for _, s := range info.obsSpans {
		covered += s.to - s.from
	}
	info.allSpans = covered == info.obsSize
	if _, n, _ := maskerOf(e, spec.Act); n != nil {
		act, _ := LayoutOf(spec.Act)
		info.choiceSizes, info.maskSize = n, act.MaskSize()
	}
	return info
}

// validActions reports whether each row of act is an action. For a Box it only checks that the
// numbers are finite: the environment itself clips them to the bounds.
func (info *specInfo) validActions(act []float32) bool {
	switch {
	case info.numActions > 0:
		return areIndices(act, info.numActions)
	case info.boxActions:
		return finite(act)
	default:
		for ; len(act) > 0; act = act[info.actSize:] {
			if !info.spec.Act.Contains(act[:info.actSize]) {
				return false
			}
		}
	}
	return true
}

// maskIsValid reports whether mask allows at least one value of each choice.
func (info *specInfo) maskIsValid(mask []bool) bool {
	for _, n := range info.choiceSizes {
		if !slices.Contains(mask[:n], true) {
			return false
		}
		mask = mask[n:]
	}
	return true
}

// stepError returns the error for a step with an invalid reward or observation.
func (info *specInfo) stepError(reward float64, obs []float32) error {
	if reward-reward != 0 || !finite(obs) {
		return fmt.Errorf("reward %v and observation %s: %w", reward, formatRow(obs), ErrNotFinite)
	}
	return info.obsError(obs)
}

// obsError returns the error for an observation outside its space.
func (info *specInfo) obsError(obs []float32) error {
	return fmt.Errorf("observation %s of %s: %w", formatRow(obs), Describe(info.spec.Obs), ErrObservation)
}

// A span is the elements [from, to) of a row. Each element is one of 0, …, n-1.
type span struct{ from, to, n int }

// choiceSpans returns the spans of the choices, the bits and the bytes in a row. Neighbouring choices
// among the same number of values are one span.
func (l *Layout) choiceSpans() (spans []span) {
	for i := range l.Parts {
		switch p := &l.Parts[i]; p.Kind {
		case Choice:
			for k, n := range p.N {
				if last := len(spans) - 1; k > 0 && spans[last].n == n {
					spans[last].to++
				} else {
					spans = append(spans, span{p.From + k, p.From + k + 1, n})
				}
			}
		case Bits:
			spans = append(spans, span{p.From, p.To, 2})
		case Pixels:
			spans = append(spans, span{p.From, p.To, 256})
		}
	}
	return spans
}

// inSpans reports whether the elements of row x in each span are valid.
func inSpans(spans []span, x []float32) bool {
	for _, s := range spans {
		if !areIndices(x[s.from:s.to], s.n) {
			return false
		}
	}
	return true
}

// validObs reports whether each row of obs is an observation. For a Box it only checks that the
// numbers are finite.
func (info *specInfo) validObs(obs []float32) bool {
	switch {
	case info.numObs > 0:
		return areIndices(obs, info.numObs)
	case !info.allSpans && !finite(obs):
		return false
	case len(info.obsSpans) > 0:
		for ; len(obs) > 0; obs = obs[info.obsSize:] {
			if !inSpans(info.obsSpans, obs[:info.obsSize]) {
				return false
			}
		}
	}
	return true
}

// areIndices reports whether each element of x is one of 0, …, n-1.
func areIndices(x []float32, n int) bool {
	for _, v := range x {
		if i := int32(v); uint32(i) >= uint32(n) || float32(i) != v {
			return false
		}
	}
	return true
}

// finite reports whether x has no NaN and no infinity. If the sum is finite, all numbers are; if
// it is not, large numbers may have overflowed, and each number is checked.
func finite[T float32 | float64](x []T) bool {
	var a, b, c, d T // four sums, because an addition waits for the addition before it
	rest := x
	for ; len(rest) >= 4; rest = rest[4:] {
		a, b, c, d = a+rest[0], b+rest[1], c+rest[2], d+rest[3]
	}
	for _, v := range rest {
		a += v
	}
	if sum := a + b + c + d; sum-sum == 0 {
		return true
	}
	return !slices.ContainsFunc(x, func(v T) bool { return v-v != 0 })
}

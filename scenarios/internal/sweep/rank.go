package sweep

import (
	"cmp"
	"math"
	"slices"
)

// A Ranked is a cell with its rank.
type Ranked struct {
	*Cell
	Summary Summary
	Rank    int // from 1; equal interquartile means have equal ranks; 0 for a cell without finished runs
}

// Ranking returns the cells in descending order of their interquartile means. Cells with equal means
// keep their order. Cells without a finished run come last.
func (s *Sweep) Ranking() (all []Ranked) {
	for _, c := range s.Cells {
		all = append(all, Ranked{Cell: c, Summary: c.Summary()})
	}
	value := func(r Ranked) float64 { // NaN sorts last
		if r.Summary.Eval.IQM == nil {
			return math.NaN()
		}
		return float64(*r.Summary.Eval.IQM)
	}
	slices.SortStableFunc(all, func(a, b Ranked) int { return cmp.Compare(value(b), value(a)) })
	for i := range all {
		switch {
		case all[i].Summary.Eval.IQM == nil:
		case i > 0 && value(all[i]) == value(all[i-1]):
			all[i].Rank = all[i-1].Rank
		default:
			all[i].Rank = i + 1
		}
	}
	return all
}

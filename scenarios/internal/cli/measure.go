package cli

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// Kinds of measures.
const (
	finalReturn = iota
	learningCurve
	stepsToThreshold
)

// A measure is a score for every run of every set.
type measure struct {
	kind      int
	sides     []side  // one for each set
	key       string  // the learning curve's column of progress.csv
	from, to  float64 // steps that are compared
	threshold float64
}

// title returns the line above the figures.
func (m measure) title() string {
	switch m.kind {
	case learningCurve:
		name := m.key
		if known, ok := explanations[m.key]; ok {
			name = known.name
		}
		return fmt.Sprintf("area under the learning curve of the %s, up to %s steps, divided by the steps", name, figure.Number(m.to))
	case stepsToThreshold:
		return fmt.Sprintf("steps until the %s reaches %s, at most %s", explanations[m.key].name, figure.Given(m.threshold), figure.Number(m.to))
	}
	return "final return"
}

// contrast compares two of the sets. Of steps fewer are better.
func (m measure) contrast(i, j int) contrast {
	a, b := m.sides[i], m.sides[j]
	of := statistics.Compare(a.scores, b.scores)
	c := contrast{
		A: a, B: b, Difference: of.Difference, CI95: ends(of.Interval), P: of.P,
		Improvement: of.Improvement, Improved95: ends(of.Improved), aIsBetter: of.Difference > 0,
	}
	if m.kind == stepsToThreshold {
		c.aIsBetter = of.Difference < 0
		c.Improvement = 1 - of.Improvement
		c.Improved95 = [2]float64{1 - of.Improved.High, 1 - of.Improved.Low}
	}
	return c
}

// finalReturns measures the mean returns of the final policies.
func finalReturns(sets []runset.Set) measure {
	m := measure{kind: finalReturn}
	for _, set := range sets {
		var scores []float64
		for _, r := range set.Runs {
			scores = append(scores, r.Result.Eval.Mean)
		}
		m.sides = append(m.sides, newSide(set, scores))
	}
	return m
}

// addCurves adds the measures of learning curves, or a note on why they are not
// compared. It is an error if runs lack the column that the user named.
func (c *comparisons) addCurves(sets []runset.Set, key string) error {
	asked := key != ""
	wrapped := slices.ContainsFunc(c.differ, func(d scenario.Difference) bool { return d.Key == "env.wrappers" })
	if !asked {
		if key = runset.TrainingReturn; wrapped {
			key = runset.EvaluationReturn
			c.notes = append(c.notes, "the sets' wrappers differ, and may change rewards in training: learning curves are those of evaluations on the way")
		}
	}
	curves, err := seriesOf(sets, key)
	if err != nil && asked {
		return err
	}
	if err != nil {
		c.notes = append(c.notes, "learning curves are not compared: "+err.Error())
		return nil
	}
	from, to := statistics.Common(slices.Concat(curves...))
	if to < from {
		c.notes = append(c.notes, fmt.Sprintf("learning curves are not compared: one ends at %s steps, before another begins", figure.Number(to)))
		return nil
	}
	if longest := end(curves); longest > to {
		c.notes = append(c.notes, fmt.Sprintf("learning curves are compared up to %s steps, where the shortest ends; the longest has %s", figure.Number(to), figure.Number(longest)))
	}
	m := measure{kind: learningCurve, key: key, from: from, to: to}
	for i, set := range sets {
		var scores []float64
		for _, s := range curves[i] {
			scores = append(scores, s.MeanHeight(from, to))
		}
		m.sides = append(m.sides, newSide(set, scores))
	}
	c.measures = append(c.measures, m)
	c.addSteps(sets, to, wrapped)
	return nil
}

// addSteps adds the steps to the threshold, if the sets have the same threshold: by the
// evaluations on the way, or if there are none by returns in training.
func (c *comparisons) addSteps(sets []runset.Set, to float64, wrapped bool) {
	threshold := sets[0].Runs[0].Scenario.Threshold
	for _, set := range sets {
		for _, r := range set.Runs {
			if t := r.Scenario.Threshold; t == nil || threshold == nil || *t != *threshold {
				c.notes = append(c.notes, "steps to the threshold are not compared: the runs have no threshold in common")
				return
			}
		}
	}
	key := runset.EvaluationReturn
	curves, err := seriesOf(sets, key)
	if err != nil && !wrapped {
		key = runset.TrainingReturn
		curves, err = seriesOf(sets, key)
	}
	if err != nil {
		c.notes = append(c.notes, "steps to the threshold are not compared: "+err.Error())
		return
	}
	m := measure{kind: stepsToThreshold, key: key, to: to, threshold: *threshold}
	all := 0
	for i, set := range sets {
		reached, scores := 0, []float64{}
		for _, s := range curves[i] {
			first := s.First(m.threshold)
			if first <= to {
				reached++
			}
			scores = append(scores, min(first, to))
		}
		s := newSide(set, scores)
		s.Reached = &reached
		m.sides = append(m.sides, s)
		all += reached
	}
	if all == 0 {
		c.notes = append(c.notes, fmt.Sprintf("steps to the threshold are not compared: no run reached %s by %s steps", figure.Given(m.threshold), figure.Number(to)))
		return
	}
	c.measures = append(c.measures, m)
}

// seriesOf reads a column of all runs of all sets.
func seriesOf(sets []runset.Set, key string) (all [][]statistics.Series, err error) {
	for _, set := range sets {
		series, err := set.Series(key, "steps")
		if err != nil {
			return nil, err
		}
		all = append(all, series)
	}
	return all, nil
}

// end returns the last place of the longest series.
func end(all [][]statistics.Series) (last float64) {
	for _, s := range slices.Concat(all...) {
		last = max(last, s.X[len(s.X)-1])
	}
	return last
}

package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// The kinds of measures.
const (
	finalReturn = iota
	learningCurve
	stepsToThreshold
)

// A measure gives every run of every set a score, for example its final return.
type measure struct {
	kind      int
	sides     []side  // one for each set
	key       string  // column of progress.csv with the learning curve
	from, to  float64 // first and last environment step that are compared
	threshold float64 // return to be reached, if kind is stepsToThreshold
	steps     []int   // training steps of each set, if kind is finalReturn
}

// title returns the line above the scores.
func (m measure) title() string {
	switch m.kind {
	case learningCurve:
		name := m.key
		if known, ok := explanations[m.key]; ok {
			name = known.name
		}
		return fmt.Sprintf("%s (area under the learning curve up to %s steps, divided by the steps)", name, figure.Number(m.to))
	case stepsToThreshold:
		return fmt.Sprintf("steps until the %s reaches %s, at most %s", explanations[m.key].name, figure.Given(m.threshold), figure.Number(m.to))
	}
	return "final return" + stepsText(m.steps)
}

// stepsText returns the numbers of training steps of the sets in parentheses, or "" if all sets
// trained the same number.
func stepsText(steps []int) string {
	if slices.Min(steps) == slices.Max(steps) {
		return ""
	}
	var words []string
	for _, n := range steps {
		words = append(words, figure.Whole(n))
	}
	return " (the sets trained different numbers of steps: " + strings.Join(words, " | ") + ")"
}

// contrast compares the sets i and j. Fewer steps to the threshold are better.
func (m measure) contrast(i, j int) contrast {
	a, b := m.sides[i], m.sides[j]
	ab := statistics.Compare(a.scores, b.scores)
	c := contrast{
		A: a, B: b, Difference: ab.Difference, CI95: bounds(ab.Interval), P: ab.P,
		Improvement: ab.Improvement, Improved95: bounds(ab.Improved), aIsBetter: ab.Difference > 0,
	}
	if m.kind == stepsToThreshold {
		c.aIsBetter = ab.Difference < 0
		c.Improvement = 1 - ab.Improvement
		c.Improved95 = [2]float64{1 - ab.Improved.High, 1 - ab.Improved.Low}
	}
	return c
}

// finalReturns returns the measure whose scores are the mean returns of the final policies.
func finalReturns(sets []runset.Set) measure {
	m := measure{kind: finalReturn}
	for _, set := range sets {
		var scores []float64
		for _, r := range set.Runs {
			scores = append(scores, r.Result.Eval.Mean)
		}
		m.sides = append(m.sides, newSide(set, scores))
		m.steps = append(m.steps, set.Runs[0].Scenario.Steps)
	}
	return m
}

// addCurves adds the measures learningCurve and stepsToThreshold, or a note why they are not
// compared. It is an error if a run lacks the column that the user named.
func (c *comparisons) addCurves(sets []runset.Set, key string) error {
	keyGiven := key != ""
	wrappersDiffer := slices.ContainsFunc(c.differ, func(d scenario.Difference) bool { return d.Key == "env.wrappers" })
	if !keyGiven {
		if key = runset.TrainingReturn; wrappersDiffer {
			key = runset.EvaluationReturn
			c.notes = append(c.notes, "the wrappers of the sets differ and may change rewards in training, so the learning curves of evaluations are compared")
		}
	}
	curves, err := readSeries(sets, key)
	if err != nil && keyGiven {
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
	if longest := maxX(curves); longest > to {
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
	c.addSteps(sets, to, wrappersDiffer)
	return nil
}

// addSteps adds the measure stepsToThreshold if all runs have the same threshold. It uses the
// evaluations during training, or if there are none the returns in training.
func (c *comparisons) addSteps(sets []runset.Set, to float64, wrappersDiffer bool) {
	threshold := sharedThreshold(sets)
	if threshold == nil {
		c.notes = append(c.notes, "steps to the threshold are not compared: the runs do not all have the same threshold")
		return
	}
	key := runset.EvaluationReturn
	curves, err := readSeries(sets, key)
	if err != nil && !wrappersDiffer {
		key = runset.TrainingReturn
		curves, err = readSeries(sets, key)
	}
	if err != nil {
		c.notes = append(c.notes, "steps to the threshold are not compared: "+err.Error())
		return
	}
	m := measure{kind: stepsToThreshold, key: key, to: to, threshold: *threshold}
	totalReached := 0
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
		totalReached += reached
	}
	if totalReached == 0 {
		c.notes = append(c.notes, fmt.Sprintf("steps to the threshold are not compared: no run reached %s within %s steps", figure.Given(m.threshold), figure.Number(to)))
		return
	}
	c.measures = append(c.measures, m)
}

// readSeries reads the column key of progress.csv over steps, for all runs of all sets. The
// first index of the result is the set, the second index the run.
func readSeries(sets []runset.Set, key string) (all [][]statistics.Series, err error) {
	for _, set := range sets {
		series, err := set.Series(key, "steps")
		if err != nil {
			return nil, err
		}
		all = append(all, series)
	}
	return all, nil
}

// maxX returns the last X of the longest series.
func maxX(all [][]statistics.Series) (x float64) {
	for _, s := range slices.Concat(all...) {
		x = max(x, s.X[len(s.X)-1])
	}
	return x
}

package cli

import (
	"slices"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// comparisons contains the comparisons of all pairs of sets of runs.
type comparisons struct {
	differ   []scenario.Difference // settings in which the sets differ, with a value for each set
	measures []measure             // final returns, and the other measures that all sets have
	pairs    []comparison          // the first set with each set after it, then the second set with each after it, …
	tests    int                   // number of p-values, for which Holm's method corrects them
	notes    []string              // reasons why a measure was not compared
}

// A comparison compares a pair of sets by all measures. It is one line of --json.
type comparison struct {
	Event string `json:"event"` // "comparison"
	contrast
	Profile profile               `json:"profile"`
	Differ  []scenario.Difference `json:"differ"` // settings in which a and b differ, with both values
	Curve   *curveContrast        `json:"learning_curve"`
	Steps   *stepsContrast        `json:"steps_to_threshold"`
}

// A contrast compares a pair of sets by one measure.
type contrast struct {
	A           side       `json:"a"`
	B           side       `json:"b"`
	Difference  float64    `json:"difference"`                 // interquartile mean of A minus interquartile mean of B
	CI95        [2]float64 `json:"ci95"`                       // interval of Difference
	Improvement float64    `json:"probability_of_improvement"` // probability that a run of A is better than a run of B
	Improved95  [2]float64 `json:"probability_ci95"`           // interval of Improvement
	P           float64    `json:"p_value"`                    // p-value of the permutation test
	Adjusted    float64    `json:"p_adjusted"`                 // P, corrected by Holm's method
	Shown       bool       `json:"difference_shown"`
	RunsNeeded  *int       `json:"runs_needed"` // runs of each set that would probably show the difference; null if no number would
	aIsBetter   bool       // by the sign of Difference
	smallest    float64    // smallest Adjusted that these numbers of runs can give
	fewestRuns  int        // runs of each set with which a difference can be shown; -1 if no number is enough
}

// A curveContrast compares the areas under the learning curves, divided by the steps.
type curveContrast struct {
	Key  string  `json:"key"` // column of progress.csv
	From float64 `json:"from_steps"`
	To   float64 `json:"to_steps"`
	contrast
}

// A stepsContrast compares the steps to the threshold. A run that does not reach the
// threshold counts as To steps.
type stepsContrast struct {
	Key       string  `json:"key"`
	Threshold float64 `json:"threshold"`
	To        float64 `json:"to_steps"`
	contrast
}

// A profile contains the performance profiles of the final returns of two sets.
type profile struct {
	Score []float64 `json:"score"` // thresholds
	A     []float64 `json:"a"`     // for each threshold, the share of A's runs with a larger return
	B     []float64 `json:"b"`     // for each threshold, the share of B's runs with a larger return
}

// A side is one of the two sets of runs that are compared, with the statistics of its scores.
type side struct {
	Name    string     `json:"name"`
	Runs    int        `json:"runs"`
	Seeds   []uint64   `json:"seeds"`
	Reached *int       `json:"reached,omitempty"` // number of runs that reached the threshold
	Mean    float64    `json:"mean"`
	Median  float64    `json:"median"`
	IQM     float64    `json:"iqm"`
	CI95    [2]float64 `json:"ci95"` // interval of IQM
	scores  []float64  // one for each run
}

// newSide returns the side of a set whose runs have these scores.
func newSide(set runset.Set, scores []float64) side {
	iqm := func(x ...[]float64) float64 { return statistics.IQM(x[0]) }
	s := side{
		Name: set.Name, Runs: len(scores), scores: scores,
		Mean: statistics.Mean(scores), Median: statistics.Median(scores), IQM: statistics.IQM(scores),
		CI95: bounds(statistics.Bootstrap(1, iqm, scores)),
	}
	for _, r := range set.Runs {
		s.Seeds = append(s.Seeds, r.Scenario.Seed)
	}
	return s
}

// bounds returns the interval as an array, as --json prints it.
func bounds(i statistics.Interval) [2]float64 { return [2]float64{i.Low, i.High} }

// newComparisons compares each pair of sets of finished runs. The key is the column of the
// learning curve; "" means the returns in training, or the returns of evaluations if the
// wrappers of the sets differ. It is an error if a run lacks the column key.
func newComparisons(sets []runset.Set, key string) (comparisons, error) {
	c := comparisons{differ: differences(sets...)}
	c.measures = []measure{finalReturns(sets)}
	if err := c.addCurves(sets, key); err != nil {
		return c, err
	}
	for i := range sets {
		for j := i + 1; j < len(sets); j++ {
			c.pairs = append(c.pairs, c.pair(sets, i, j))
		}
	}
	c.correctPValues()
	return c, nil
}

// indices returns the indices of the two sets of a pair.
func (c *comparisons) indices(pair int) (first, second int) {
	rest := len(c.measures[0].sides) - 1 // number of sets after first
	for pair >= rest {
		pair, first, rest = pair-rest, first+1, rest-1
	}
	return first, first + 1 + pair
}

// differences returns the settings in which the sets differ.
func differences(sets ...runset.Set) []scenario.Difference {
	all := make([][]scenario.Setting, len(sets))
	for i, s := range sets {
		all[i] = s.Settings
	}
	return scenario.Differences(all...)
}

// pair compares the sets i and j by every measure.
func (c *comparisons) pair(sets []runset.Set, i, j int) comparison {
	out := comparison{Event: "comparison", Differ: append([]scenario.Difference{}, differences(sets[i], sets[j])...)}
	for _, m := range c.measures {
		ij := m.contrast(i, j)
		switch m.kind {
		case finalReturn:
			out.contrast, out.Profile = ij, newProfile(ij.A.scores, ij.B.scores)
		case learningCurve:
			out.Curve = &curveContrast{m.key, m.from, m.to, ij}
		case stepsToThreshold:
			out.Steps = &stepsContrast{m.key, m.threshold, m.to, ij}
		}
	}
	return out
}

// newProfile returns the profiles of the scores a and b at 21 thresholds, evenly spaced
// from the smallest to the largest score.
func newProfile(a, b []float64) (p profile) {
	low, high := min(slices.Min(a), slices.Min(b)), max(slices.Max(a), slices.Max(b))
	for i := range 21 {
		p.Score = append(p.Score, low+(high-low)*float64(i)/20)
	}
	p.A, p.B = statistics.Profile(a, p.Score), statistics.Profile(b, p.Score)
	return p
}

// contrasts returns the contrasts of the pair, in the order of comparisons.measures.
func (c *comparison) contrasts() []*contrast {
	all := []*contrast{&c.contrast}
	if c.Curve != nil {
		all = append(all, &c.Curve.contrast)
	}
	if c.Steps != nil {
		all = append(all, &c.Steps.contrast)
	}
	return all
}

// significance is the largest allowed probability of any false claim among all comparisons.
const significance = 0.05

// correctPValues corrects the p-values of all contrasts for the number of contrasts. It
// sets Adjusted, Shown, RunsNeeded, smallest and fewestRuns of each contrast.
func (c *comparisons) correctPValues() {
	var all []*contrast
	var p, smallest []float64
	for i := range c.pairs {
		for _, k := range c.pairs[i].contrasts() {
			all, p = append(all, k), append(p, k.P)
			smallest = append(smallest, statistics.SmallestP(k.A.Runs, k.B.Runs))
		}
	}
	c.tests = len(all)
	level := significance / float64(c.tests) // the strictest level of Holm's method
	smallest, fewestRuns := statistics.Holm(smallest), statistics.FewestRuns(level)
	for i, adjusted := range statistics.Holm(p) {
		k := all[i]
		k.smallest, k.fewestRuns = smallest[i], fewestRuns
		n := min(k.A.Runs, k.B.Runs)
		k.Adjusted = adjusted
		if k.Shown = adjusted < significance && n > 1; k.Shown {
			k.RunsNeeded = new(0)
			continue
		}
		interval := statistics.Interval{Low: k.CI95[0], High: k.CI95[1]}
		if needed := statistics.RunsNeeded(n, k.Difference, interval, level); needed > 0 {
			k.RunsNeeded = &needed
		}
	}
}

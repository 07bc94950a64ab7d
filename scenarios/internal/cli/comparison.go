package cli

import (
	"slices"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// comparisons compare each set of runs with each.
type comparisons struct {
	differ   []scenario.Difference // settings, with a value for each set
	measures []measure             // final returns, and what else all sets have
	pairs    []comparison          // of the first set with each after it, then of the second, …
	tests    int                   // number of p-values, for which they are corrected
	notes    []string              // what was not compared, and why
}

// A comparison is of a pair of sets: a line of --json.
type comparison struct {
	Event string `json:"event"` // "comparison"
	contrast
	Profile profile               `json:"profile"`
	Differ  []scenario.Difference `json:"differ"` // settings, with the values of a and b
	Curve   *curveContrast        `json:"learning_curve"`
	Steps   *stepsContrast        `json:"steps_to_threshold"`
}

// A contrast is of one measure of a pair of sets.
type contrast struct {
	A           side       `json:"a"`
	B           side       `json:"b"`
	Difference  float64    `json:"difference"` // of the interquartile means, A less B
	CI95        [2]float64 `json:"ci95"`
	Improvement float64    `json:"probability_of_improvement"` // that a run of A is better than one of B
	Improved95  [2]float64 `json:"probability_ci95"`
	P           float64    `json:"p_value"`    // of a permutation test
	Adjusted    float64    `json:"p_adjusted"` // by Holm's method
	Shown       bool       `json:"difference_shown"`
	RunsNeeded  *int       `json:"runs_needed"` // of each, likely to show it; null where no number is
	aIsBetter   bool       // by Difference
}

// A curveContrast compares the areas under learning curves, divided by the steps.
type curveContrast struct {
	Key  string  `json:"key"` // column of progress.csv
	From float64 `json:"from_steps"`
	To   float64 `json:"to_steps"`
	contrast
}

// A stepsContrast compares the steps to the threshold. A run that does not reach it
// counts with all steps that are compared.
type stepsContrast struct {
	Key       string  `json:"key"`
	Threshold float64 `json:"threshold"`
	To        float64 `json:"to_steps"`
	contrast
}

// A profile has performance profiles of final returns: at each score, what share of
// either's runs is above it.
type profile struct {
	Score []float64 `json:"score"`
	A     []float64 `json:"a"`
	B     []float64 `json:"b"`
}

// A side is a set of runs in a contrast.
type side struct {
	Name    string     `json:"name"`
	Runs    int        `json:"runs"`
	Seeds   []uint64   `json:"seeds"`
	Reached *int       `json:"reached,omitempty"` // runs that reached the threshold
	Mean    float64    `json:"mean"`
	Median  float64    `json:"median"`
	IQM     float64    `json:"iqm"`
	CI95    [2]float64 `json:"ci95"` // of IQM
	scores  []float64
}

func newSide(set runset.Set, scores []float64) side {
	iqm := func(x ...[]float64) float64 { return statistics.IQM(x[0]) }
	s := side{
		Name: set.Name, Runs: len(scores), scores: scores,
		Mean: statistics.Mean(scores), Median: statistics.Median(scores), IQM: statistics.IQM(scores),
		CI95: ends(statistics.Bootstrap(1, iqm, scores)),
	}
	for _, r := range set.Runs {
		s.Seeds = append(s.Seeds, r.Scenario.Seed)
	}
	return s
}

func ends(i statistics.Interval) [2]float64 { return [2]float64{i.Low, i.High} }

// newComparisons compares sets of finished runs. The key is the learning curve's column;
// "" means returns in training, or of evaluations if the sets' wrappers differ. A key that
// a run lacks is an error.
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
	c.correct()
	return c, nil
}

// places returns the indices of the two sets of a pair.
func (c *comparisons) places(pair int) (first, second int) {
	rest := len(c.measures[0].sides) - 1 // sets after the first
	for pair >= rest {
		pair, first, rest = pair-rest, first+1, rest-1
	}
	return first, first + 1 + pair
}

// differences are the settings in which sets differ.
func differences(sets ...runset.Set) []scenario.Difference {
	all := make([][]scenario.Setting, len(sets))
	for i, s := range sets {
		all[i] = s.Settings
	}
	return scenario.Differences(all...)
}

// pair compares two sets by every measure.
func (c *comparisons) pair(sets []runset.Set, i, j int) comparison {
	out := comparison{Event: "comparison", Differ: append([]scenario.Difference{}, differences(sets[i], sets[j])...)}
	for _, m := range c.measures {
		of := m.contrast(i, j)
		switch m.kind {
		case finalReturn:
			out.contrast, out.Profile = of, newProfile(of.A.scores, of.B.scores)
		case learningCurve:
			out.Curve = &curveContrast{m.key, m.from, m.to, of}
		case stepsToThreshold:
			out.Steps = &stepsContrast{m.key, m.threshold, m.to, of}
		}
	}
	return out
}

// newProfile has 21 scores from the least of all runs to the greatest.
func newProfile(a, b []float64) (p profile) {
	low, high := min(slices.Min(a), slices.Min(b)), max(slices.Max(a), slices.Max(b))
	for i := range 21 {
		p.Score = append(p.Score, low+(high-low)*float64(i)/20)
	}
	p.A, p.B = statistics.Profile(a, p.Score), statistics.Profile(b, p.Score)
	return p
}

// contrasts returns the contrasts of a pair, in the order of the measures.
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

// significant is the allowed probability of any false claim among all comparisons.
const significant = 0.05

// correct corrects all p-values for their number, and says what is shown.
func (c *comparisons) correct() {
	var all []*contrast
	var p []float64
	for i := range c.pairs {
		for _, of := range c.pairs[i].contrasts() {
			all, p = append(all, of), append(p, of.P)
		}
	}
	c.tests = len(all)
	for i, adjusted := range statistics.Holm(p) {
		of := all[i]
		n := min(of.A.Runs, of.B.Runs)
		of.Adjusted = adjusted
		if of.Shown = adjusted < significant && n > 1; of.Shown {
			of.RunsNeeded = new(0)
			continue
		}
		interval := statistics.Interval{Low: of.CI95[0], High: of.CI95[1]}
		if needed := statistics.RunsNeeded(n, of.Difference, interval, significant/float64(c.tests)); needed > 0 {
			of.RunsNeeded = &needed
		}
	}
}

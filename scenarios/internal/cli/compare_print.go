package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// printComparisons prints the comparisons as text: for each measure the scores of each
// set, and the result of each pair.
func (a *App) printComparisons(c comparisons) error {
	fmt.Fprintln(a.Out, differText(c.differ))
	short := shortNames(c.measures[0].sides)
	for k, m := range c.measures {
		fmt.Fprintf(a.Out, "\n%s\n", m.title())
		w := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
		for i, s := range m.sides {
			name := s.Name
			if short[i] != name {
				name = short[i] + ": " + name
			}
			fmt.Fprintf(w, "  %s\t%s\t%s%s\n", name, figure.Count(s.Runs, "seed"), meanText(s), reachedText(s))
		}
		if err := w.Flush(); err != nil {
			return err
		}
		for i := range c.pairs {
			first, second := c.indices(i)
			fmt.Fprintf(a.Out, "  %s\n", pairText(*c.pairs[i].contrasts()[k], m.comparative(), short[first], short[second]))
		}
	}
	for i, note := range c.notes {
		if i == 0 {
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintf(a.Out, "%s.\n", strings.ToUpper(note[:1])+note[1:])
	}
	_, err := fmt.Fprintf(a.Out, "\nThe numbers are interquartile means over the runs, with 95 %% bootstrap intervals. p comes from\n"+
		"a two-sided permutation test, corrected for %s by Holm's method.\n", figure.Count(c.tests, "comparison"))
	return err
}

// shortNames returns the names of the sets in the lines about pairs: the full names of two
// sets, and letters for more sets.
func shortNames(sides []side) (names []string) {
	for i, s := range sides {
		switch {
		case len(sides) == 2:
			names = append(names, s.Name)
		case len(sides) <= 26:
			names = append(names, string(rune('A'+i)))
		default:
			names = append(names, fmt.Sprint("set ", i+1))
		}
	}
	return names
}

// meanText returns the interquartile mean of a set, with its interval if the set has several runs.
func meanText(s side) string {
	return scoreText(s.IQM, s.CI95[0], s.CI95[1], s.Runs)
}

// differText returns a sentence with the first settings in which the sets differ, and the
// number of further ones.
func differText(differ []scenario.Difference) string {
	const maxShown = 4
	if len(differ) == 0 {
		return "The sets have the same settings."
	}
	var lines []string
	for _, d := range differ[:min(len(differ), maxShown)] {
		values := make([]string, len(d.Values))
		for i, v := range d.Values {
			if values[i] = v; v == "" {
				values[i] = "–"
			}
		}
		lines = append(lines, d.Key+": "+strings.Join(values, " | "))
	}
	if n := len(differ) - maxShown; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more settings", n))
	}
	return "The sets differ in " + strings.Join(lines, "\n  ")
}

// reachedText returns how many runs reached the threshold, as another column. It returns
// "" for a measure without a threshold.
func reachedText(s side) string {
	if s.Reached == nil {
		return ""
	}
	return fmt.Sprintf("\treached by %d of %d", *s.Reached, s.Runs)
}

// comparative returns the word for a set with higher scores: "better" for a return, and
// "larger" for another metric, because a larger loss is not better.
func (m measure) comparative() string {
	if m.kind == learningCurve && m.key != runset.TrainingReturn && m.key != runset.EvaluationReturn {
		return "larger"
	}
	return "better"
}

// pairText returns the result of a pair by one measure, in two lines if one line would
// be too long. Intervals need two or more runs of each set.
func pairText(c contrast, comparative, a, b string) string {
	const maxLine = 100
	numbers := fmt.Sprintf("%s minus %s: %s", a, b, figure.Number(c.Difference))
	if min(c.A.Runs, c.B.Runs) > 1 {
		numbers = fmt.Sprintf("%s minus %s: %s; %s is %s with probability %s", a, b,
			figure.Interval(c.Difference, c.CI95[0], c.CI95[1]), a, comparative, figure.Interval(c.Improvement, c.Improved95[0], c.Improved95[1]))
	}
	conclusion := verdict(c, comparative, a, b)
	if len(numbers)+len(conclusion) > maxLine {
		return numbers + ":\n    " + conclusion
	}
	return numbers + ": " + conclusion
}

// verdict returns the conclusion about a pair: which set is better, or that no difference
// is shown and how many runs would probably show one, or that these runs cannot show one.
func verdict(c contrast, comparative, a, b string) string {
	switch {
	case min(c.A.Runs, c.B.Runs) < 2:
		return "one run says nothing about other seeds; " + atLeastText(c.fewestRuns)
	case c.Shown && c.aIsBetter:
		return fmt.Sprintf("%s is %s (%s)", a, comparative, pText(c.Adjusted))
	case c.Shown:
		return fmt.Sprintf("%s is %s (%s)", b, comparative, pText(c.Adjusted))
	case c.smallest >= significance:
		return fmt.Sprintf("%s cannot show a difference; %s", numbersOfRuns(c.A.Runs, c.B.Runs), atLeastText(c.fewestRuns))
	case c.RunsNeeded == nil:
		return fmt.Sprintf("no difference shown (%s), and more runs would probably not show one", pText(c.Adjusted))
	}
	return fmt.Sprintf("no difference shown (%s); about %s runs of each set would probably show a difference", pText(c.Adjusted), figure.Whole(twoDigits(*c.RunsNeeded)))
}

// numbersOfRuns returns the numbers of runs of two sets: "3 runs of each set", or "2 and 4 runs".
func numbersOfRuns(a, b int) string {
	if a == b {
		return figure.Count(a, "run") + " of each set"
	}
	return fmt.Sprintf("%d and %s", a, figure.Count(b, "run"))
}

// atLeastText returns how many runs are needed so that a difference can be shown: the result
// of statistics.FewestRuns.
func atLeastText(runs int) string {
	if runs < 0 {
		return "there are too many comparisons; compare fewer sets"
	}
	return fmt.Sprintf("at least %d runs of each set are needed", runs)
}

// twoDigits rounds a positive number to two significant digits.
func twoDigits(n int) int {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}

// pText returns a p-value with three decimals.
func pText(p float64) string {
	if p < 0.001 {
		return "p < 0.001"
	}
	return "p = " + figure.Known(p, 0.001)
}

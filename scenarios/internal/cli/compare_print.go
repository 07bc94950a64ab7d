package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// printComparisons prints the figures of each set by each measure, and the result for each
// pair, for a person.
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
			first, second := c.places(i)
			fmt.Fprintf(a.Out, "  %s\n", pairText(*c.pairs[i].contrasts()[k], m.praise(), short[first], short[second]))
		}
	}
	for i, note := range c.notes {
		if i == 0 {
			fmt.Fprintln(a.Out)
		}
		fmt.Fprintf(a.Out, "%s.\n", strings.ToUpper(note[:1])+note[1:])
	}
	_, err := fmt.Fprintf(a.Out, "\nInterquartile means over the runs, with intervals of 95 %% by bootstrap. p is of a permutation\n"+
		"test, two-sided, corrected for %s by Holm's method.\n", figure.Count(c.tests, "comparison"))
	return err
}

// shortNames returns names of the sets for the lines on pairs: their own names if there
// are two, letters if there are more.
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

// meanText returns a set's interquartile mean, with its interval if there are several runs.
func meanText(s side) string {
	if s.Runs == 1 {
		return figure.Number(s.IQM)
	}
	return figure.Interval(s.IQM, s.CI95[0], s.CI95[1])
}

// differText returns the settings in which the sets differ: the first few.
func differText(differ []scenario.Difference) string {
	const most = 4
	if len(differ) == 0 {
		return "The sets have the same settings."
	}
	var lines []string
	for _, d := range differ[:min(len(differ), most)] {
		values := make([]string, len(d.Values))
		for i, v := range d.Values {
			if values[i] = v; v == "" {
				values[i] = "–"
			}
		}
		lines = append(lines, d.Key+": "+strings.Join(values, " | "))
	}
	if n := len(differ) - most; n > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n))
	}
	return "The sets differ in " + strings.Join(lines, "\n  ")
}

func reachedText(s side) string {
	if s.Reached == nil {
		return ""
	}
	return fmt.Sprintf("\treached by %d of %d", *s.Reached, s.Runs)
}

// praise is the word for a set with a greater figure: of a loss, say, greater is not
// better.
func (m measure) praise() string {
	if m.kind == learningCurve && m.key != runset.TrainingReturn && m.key != runset.EvaluationReturn {
		return "greater"
	}
	return "better"
}

// pairText returns the result for a pair by one measure, in two lines if one line would
// be long.
func pairText(c contrast, praise, a, b string) string {
	const long = 100
	figures := fmt.Sprintf("%s less %s: %s; %s is %s with probability %s", a, b,
		figure.Interval(c.Difference, c.CI95[0], c.CI95[1]), a, praise, figure.Interval(c.Improvement, c.Improved95[0], c.Improved95[1]))
	said := verdict(c, praise, a, b)
	if len(figures)+len(said) > long {
		return figures + ":\n    " + said
	}
	return figures + ": " + said
}

// verdict returns whether a difference is shown, and if not how many runs may show it.
func verdict(c contrast, praise, a, b string) string {
	switch {
	case min(c.A.Runs, c.B.Runs) < 2:
		return "no difference shown: a single run says nothing of others; --seeds makes more"
	case c.Shown && c.aIsBetter:
		return fmt.Sprintf("%s is %s (%s)", a, praise, pText(c.Adjusted))
	case c.Shown:
		return fmt.Sprintf("%s is %s (%s)", b, praise, pText(c.Adjusted))
	case c.RunsNeeded == nil:
		return fmt.Sprintf("no difference shown (%s), and none likely to be", pText(c.Adjusted))
	}
	return fmt.Sprintf("no difference shown (%s); some %s of each are likely to settle it", pText(c.Adjusted), figure.Count(*c.RunsNeeded, "run"))
}

// pText writes a p-value in three decimals.
func pText(p float64) string {
	if p < 0.001 {
		return "p < 0.001"
	}
	return "p = " + figure.Known(p, 0.001)
}

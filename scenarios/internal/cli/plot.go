package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/plot"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// plotFlags are the flags of rlrun plot.
type plotFlags struct {
	out, x, key, title, theme string
	lines                     []string
	split                     bool
}

// plotCommand returns the command rlrun plot.
func (a *App) plotCommand() *cobra.Command {
	var f plotFlags
	cmd := &cobra.Command{
		Use: "plot RUN...", Short: "draw learning curves of runs as .png or .svg",
		Long: `rlrun plot RUN... draws one curve for each argument: a run directory, a directory of
runs as --seeds makes it, or a scenario's name, which means all its runs below runs/. For
a directory of --sweep it draws one curve for each combination of settings. The curve of
several runs is their interquartile mean, with its 95 % confidence interval as a shaded
band. It ends where the shortest run ends. The returns of training episodes include
exploration, so they can be lower than the result; --key eval/mean_reward draws the greedy
evaluations during training.

If several runs have the same settings and the same seed, only one of them counts: the
last by name, of the finished runs if there are any. A note names it. Runs with different
settings are never mixed: --split draws a separate curve for each combination of settings.`,
		Example: `  rlrun cartpole-ppo --seeds 10 --out runs/ten
  rlrun plot runs/ten -o curve.png --theme dark`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badInput{errors.New("rlrun plot needs one or more runs, directories of runs or scenarios, and has none")}
			}
			fig, err := a.newFigure(args, f)
			if err == nil {
				err = saveFigure(fig, f.out)
			}
			if err != nil {
				return badInput{err}
			}
			_, err = fmt.Fprintf(a.Err, "%s\n", f.out)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "out", "o", "plot.png", "write the picture to `FILE`, a new .png or .svg file")
	flags.StringVar(&f.x, "x", "steps", "draw the curves over `AXIS`: steps, episodes or seconds")
	flags.StringVar(&f.key, "key", "rollout/ep_rew_mean", "draw `COLUMN` of progress.csv")
	flags.StringVar(&f.title, "title", "", "write `TEXT` above the picture (default the environment's name)")
	flags.StringVar(&f.theme, "theme", "light", "use `THEME`, light or dark")
	flags.BoolVar(&f.split, "split", false, "draw a separate curve for each combination of settings")
	flags.StringArrayVar(&f.lines, "line", nil, "draw a horizontal line at a value, with a name: `NAME=VALUE`; may be repeated")
	return cmd
}

// newFigure returns the figure with a curve for each set of runs that names mean.
func (a *App) newFigure(names []string, f plotFlags) (*plot.Figure, error) {
	if f.theme != "light" && f.theme != "dark" {
		return nil, fmt.Errorf("--theme %s: want light or dark", f.theme)
	}
	if f.x != "steps" && f.x != "episodes" && f.x != "seconds" {
		return nil, fmt.Errorf("--x %s: want steps, episodes or seconds", f.x)
	}
	y := f.key
	if f.x == "episodes" { // episodes.csv has only returns
		y = runset.TrainingReturn
	}
	if known, ok := explanations[y]; ok {
		y = known.name
	}
	fig := &plot.Figure{Title: f.title, X: map[string]string{"steps": "environment steps", "episodes": "episodes", "seconds": "seconds of training"}[f.x], Y: y, Dark: f.theme == "dark"}
	sets, err := a.readSets(names, f.split)
	if err != nil {
		return nil, err
	}
	if err := runset.SameEnv(sets); err != nil {
		return nil, err
	}
	labels := curveNames(names, sets)
	for i, set := range sets {
		series, err := set.Series(f.key, f.x)
		if err != nil {
			return nil, err
		}
		fig.Curves = append(fig.Curves, plot.NewCurve(labels[i], series))
		a.noteLengths(labels[i], f.x, series)
	}
	if fig.Title == "" {
		fig.Title = sets[0].Runs[0].Scenario.Env
	}
	if threshold := sharedThreshold(sets); threshold != nil && (f.x == "episodes" || f.key == runset.TrainingReturn || f.key == runset.EvaluationReturn) {
		fig.Lines = append(fig.Lines, plot.Line{Name: "solved at " + figure.Given(*threshold), Y: *threshold})
	}
	for _, l := range f.lines {
		name, value, ok := strings.Cut(l, "=")
		y, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil || y-y != 0 {
			return nil, fmt.Errorf("--line %s: want NAME=VALUE, where VALUE is a number", l)
		}
		fig.Lines = append(fig.Lines, plot.Line{Name: name, Y: y})
	}
	return fig, nil
}

// curveNames names a curve by the last part of the path that the user typed, or by the
// name of its set if other curves would have the same name.
func curveNames(names []string, sets []runset.Set) []string {
	labels, count := make([]string, len(sets)), map[string]int{}
	for i, set := range sets {
		labels[i] = set.Name
		if slices.Contains(names, set.Name) {
			labels[i] = filepath.Base(filepath.Clean(set.Name))
		}
		count[labels[i]]++
	}
	for i, set := range sets {
		if count[labels[i]] > 1 {
			labels[i] = set.Name
		}
	}
	return labels
}

// noteLengths prints a note if the runs of a curve have different lengths, because the
// curve ends where the shortest run ends.
func (a *App) noteLengths(name, x string, series []statistics.Series) {
	_, to := statistics.Common(series)
	if longest := maxX([][]statistics.Series{series}); longest > to && len(series) > 1 {
		a.notes([]string{fmt.Sprintf("%s: drawn up to %s %s, where the shortest run ends; the longest has %s", name, figure.Number(to), x, figure.Number(longest))})
	}
}

// sharedThreshold returns the threshold of all runs if it is the same, otherwise nil.
func sharedThreshold(sets []runset.Set) *float64 {
	threshold := sets[0].Runs[0].Scenario.Threshold
	for _, set := range sets {
		for _, r := range set.Runs {
			if t := r.Scenario.Threshold; t == nil || threshold == nil || *t != *threshold {
				return nil
			}
		}
	}
	return threshold
}

// saveFigure writes a figure to a new file.
func saveFigure(f *plot.Figure, name string) error {
	write := map[string]func(io.Writer) error{".png": f.WritePNG, ".svg": f.WriteSVG}[filepath.Ext(name)]
	if write == nil {
		return fmt.Errorf("--out %s: want a name that ends in .png or .svg", name)
	}
	if err := checkNewOut(name); err != nil {
		return err
	}
	return atomicfile.Create(name, write)
}

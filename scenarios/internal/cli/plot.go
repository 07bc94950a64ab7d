package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
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

// plotFlags say what a plot shows.
type plotFlags struct {
	out, x, key, title, theme string
	lines                     []string
	split                     bool
}

// plotCommand draws learning curves.
func (a *App) plotCommand() *cobra.Command {
	var f plotFlags
	cmd := &cobra.Command{
		Use: "plot RUN...", Short: "learning curves of runs, seeds aggregated, as .png or .svg",
		Long: `rlrun plot RUN... draws one curve for each argument: a run directory, a directory
of runs as --seeds makes it, or a scenario, of which all runs below runs/ count. Of a
directory of --sweep it draws one for each of its settings. Of several runs the curve
is the interquartile mean, shaded where it is with 95 % confidence, up to where the
shortest of them ends.

A run counts once for its settings and seed. Of several the finished one counts, or the
last by name; this is said. Runs of unlike settings are not one curve: --split draws
one for each.`,
		Example: `  rlrun cartpole-ppo --seeds 10 --out runs/ten
  rlrun plot runs/ten -o curve.png --theme dark`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badInput{errors.New("rlrun plot takes runs, directories of runs or scenarios, and has none")}
			}
			drawn, err := a.curves(args, f)
			if err == nil {
				err = save(drawn, f.out)
			}
			if err != nil {
				return badInput{err}
			}
			_, err = fmt.Fprintf(a.Err, "%s\n", f.out)
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "out", "o", "plot.png", "the picture `FILE`, which must be new, .png or .svg")
	flags.StringVar(&f.x, "x", "steps", "what it is over: steps, episodes or seconds")
	flags.StringVar(&f.key, "key", "rollout/ep_rew_mean", "which column of progress.csv it is of")
	flags.StringVar(&f.title, "title", "", "what is written above (default the environment)")
	flags.StringVar(&f.theme, "theme", "light", "light or dark")
	flags.BoolVar(&f.split, "split", false, "runs of unlike settings are separate curves")
	flags.StringArrayVar(&f.lines, "line", nil, "a line across to compare with `NAME=VALUE`; may be repeated")
	return cmd
}

// curves makes the figure of sets of runs.
func (a *App) curves(names []string, f plotFlags) (*plot.Figure, error) {
	if f.theme != "light" && f.theme != "dark" {
		return nil, fmt.Errorf("--theme %s: want light or dark", f.theme)
	}
	if f.x != "steps" && f.x != "episodes" && f.x != "seconds" {
		return nil, fmt.Errorf("--x %s: want steps, episodes or seconds", f.x)
	}
	y := f.key
	if known, ok := explanations[f.key]; ok {
		y = known.name
	}
	drawn := &plot.Figure{Title: f.title, X: map[string]string{"steps": "environment steps", "episodes": "episodes", "seconds": "seconds of training"}[f.x], Y: y, Dark: f.theme == "dark"}
	sets, err := a.readSets(names, f.split)
	if err != nil {
		return nil, err
	}
	labels := curveNames(names, sets)
	for i, set := range sets {
		series, err := set.Series(f.key, f.x)
		if err != nil {
			return nil, err
		}
		drawn.Curves = append(drawn.Curves, plot.NewCurve(labels[i], series))
		a.noteLengths(labels[i], f.x, series)
	}
	title, threshold := inCommon(sets)
	if drawn.Title == "" {
		drawn.Title = title
	}
	if threshold != nil && strings.HasSuffix(f.key, "rew_mean") {
		drawn.Lines = append(drawn.Lines, plot.Line{Name: "solved at " + figure.Given(*threshold), Y: *threshold})
	}
	for _, l := range f.lines {
		name, value, ok := strings.Cut(l, "=")
		y, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil || y-y != 0 {
			return nil, fmt.Errorf("--line %s: want NAME=VALUE, a number", l)
		}
		drawn.Lines = append(drawn.Lines, plot.Line{Name: name, Y: y})
	}
	return drawn, nil
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

// noteLengths notes that a curve ends where the shortest of its runs ends.
func (a *App) noteLengths(name, x string, series []statistics.Series) {
	_, to := statistics.Common(series)
	if longest := end([][]statistics.Series{series}); longest > to && len(series) > 1 {
		a.notes([]string{fmt.Sprintf("%s: drawn up to %s %s, where the shortest run ends; the longest has %s", name, figure.Number(to), x, figure.Number(longest))})
	}
}

// inCommon returns the environments of all runs, and their threshold if all have the same.
func inCommon(sets []runset.Set) (envs string, threshold *float64) {
	var ids []string
	threshold = sets[0].Runs[0].Scenario.Threshold
	for _, set := range sets {
		for _, r := range set.Runs {
			if !slices.Contains(ids, r.Scenario.Env) {
				ids = append(ids, r.Scenario.Env)
			}
			if t := r.Scenario.Threshold; t == nil || threshold == nil || *t != *threshold {
				threshold = nil
			}
		}
	}
	return strings.Join(ids, ", "), threshold
}

// save writes a figure to a new file.
func save(f *plot.Figure, name string) error {
	write := map[string]func(io.Writer) error{".png": f.WritePNG, ".svg": f.WriteSVG}[filepath.Ext(name)]
	if write == nil {
		return fmt.Errorf("--out %s: want a name that ends in .png or .svg", name)
	}
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s is there already, and nothing is overwritten; want a new file", name)
	}
	if dir := filepath.Dir(name); !isDir(dir) {
		return fmt.Errorf("--out %s: there is no folder %s", name, dir)
	}
	return atomicfile.Create(name, write)
}

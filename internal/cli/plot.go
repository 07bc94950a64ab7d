package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/plot"
	"github.com/rlrun/rlrun/internal/run"
)

// plotFlags say what a plot shows.
type plotFlags struct {
	out, x, key, title, theme string
	lines                     []string
}

// plotCommand draws learning curves.
func (a *App) plotCommand() *cobra.Command {
	var f plotFlags
	cmd := &cobra.Command{
		Use: "plot RUN...", Short: "learning curves of runs, seeds aggregated, as .png or .svg",
		Long: `rlrun plot RUN... draws one curve for each argument: a run directory, a directory
of runs as --seeds makes it, or a scenario, of which all runs below runs/ count. Of
several runs the curve is the interquartile mean, shaded where it is with 95 %
confidence.`,
		Example: `  rlrun cartpole-ppo --seeds 10 --out runs/ten
  rlrun plot runs/ten -o curve.png --theme dark`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badInput{errors.New("rlrun plot takes runs, directories of runs or scenarios, and has none")}
			}
			figure, err := a.figure(args, f)
			if err == nil {
				err = save(figure, f.out)
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
	flags.StringArrayVar(&f.lines, "line", nil, "a line across to compare with `NAME=VALUE`; may be repeated")
	return cmd
}

// figure makes the figure of runs.
func (a *App) figure(names []string, f plotFlags) (*plot.Figure, error) {
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
	figure := &plot.Figure{Title: f.title, X: map[string]string{"steps": "environment steps", "episodes": "episodes", "seconds": "seconds of training"}[f.x], Y: y, Dark: f.theme == "dark"}
	for _, name := range names {
		dirs, err := a.runDirs(name)
		if err != nil {
			return nil, err
		}
		var series []plot.Series
		for _, dir := range dirs {
			r, err := run.Load(dir, a.Envs)
			if err != nil {
				return nil, err
			}
			if figure.Title == "" {
				figure.Title = r.Scenario.Env
			}
			if t := r.Scenario.Threshold; t != nil && len(figure.Lines) == 0 && strings.HasSuffix(f.key, "rew_mean") {
				figure.Lines = append(figure.Lines, plot.Line{Name: fmt.Sprintf("solved at %g", *t), Y: *t})
			}
			s, err := readSeries(dir, f)
			if err != nil {
				return nil, err
			}
			series = append(series, s)
		}
		figure.Curves = append(figure.Curves, plot.NewCurve(filepath.Base(filepath.Clean(name)), series))
	}
	for _, l := range f.lines {
		name, value, ok := strings.Cut(l, "=")
		y, err := strconv.ParseFloat(value, 64)
		if !ok || err != nil || y-y != 0 {
			return nil, fmt.Errorf("--line %s: want NAME=VALUE, a number", l)
		}
		figure.Lines = append(figure.Lines, plot.Line{Name: name, Y: y})
	}
	return figure, nil
}

// readSeries reads what a run has of a figure. Over episodes it is their returns,
// each the mean of the last hundred.
func readSeries(dir string, f plotFlags) (s plot.Series, err error) {
	name, x, y := filepath.Join(dir, "progress.csv"), "time/total_timesteps", f.key
	switch f.x {
	case "seconds":
		x = "time/time_elapsed"
	case "episodes":
		name, x, y = filepath.Join(dir, "episodes.csv"), "", "r"
	}
	data, err := infile.Read(name, run.MaxLog)
	if err != nil {
		return s, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) < 2 {
		return s, fmt.Errorf("%s: no rows of comma-separated values yet", name)
	}
	column := slices.Index(rows[0], y)
	if column < 0 {
		return s, fmt.Errorf("%s has no column %q%s", name, y, nearest.Hint(y, slices.Values(rows[0])))
	}
	at := slices.Index(rows[0], x)
	for i, row := range rows[1:] {
		place := float64(i + 1)
		if at >= 0 {
			if place, err = strconv.ParseFloat(row[at], 64); err != nil {
				return s, fmt.Errorf("%s:%d: %q, want a number", name, i+2, row[at])
			}
		}
		if row[column] == "" {
			continue
		}
		v, err := strconv.ParseFloat(row[column], 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return s, fmt.Errorf("%s:%d: %q, want a number", name, i+2, row[column])
		}
		s.X, s.Y = append(s.X, place), append(s.Y, v)
	}
	if len(s.X) == 0 {
		return s, fmt.Errorf("%s has no value of %s yet", name, y)
	}
	if f.x == "episodes" {
		s = plot.Smooth(s, 100)
	}
	return s, nil
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
	return atomicfile.Write(name, write)
}

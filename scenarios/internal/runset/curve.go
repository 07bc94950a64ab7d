package runset

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// Columns of progress.csv.
const (
	TrainingReturn   = "rollout/ep_rew_mean"
	EvaluationReturn = "eval/mean_reward"
)

// Series reads a metric of the run over "steps", "seconds" or "episodes". The key is a
// column of progress.csv. Over episodes the key is ignored, and the metric is the mean
// return of the last hundred episodes.
func (r Run) Series(key, over string) (s statistics.Series, err error) {
	name, x, y := filepath.Join(r.Dir, "progress.csv"), "time/total_timesteps", key
	switch over {
	case "seconds":
		x = "time/time_elapsed"
	case "episodes":
		name, x, y = filepath.Join(r.Dir, "episodes.csv"), "", "r"
	}
	data, err := infile.Read(name, run.MaxLog)
	if err != nil {
		return s, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) < 2 {
		return s, fmt.Errorf("%s has no rows of comma-separated values yet", name)
	}
	yColumn, xColumn := slices.Index(rows[0], y), slices.Index(rows[0], x)
	if yColumn < 0 {
		return s, fmt.Errorf("%s has no column %q%s", name, y, nearest.Hint(y, slices.Values(rows[0])))
	}
	for i, row := range rows[1:] {
		xValue := float64(i + 1) // the number of episodes, which has no column
		if xColumn >= 0 {
			if xValue, err = number(row[xColumn]); err != nil {
				return s, fmt.Errorf("%s:%d: %w", name, i+2, err)
			}
		}
		if row[yColumn] == "" {
			continue
		}
		yValue, err := number(row[yColumn])
		if err != nil {
			return s, fmt.Errorf("%s:%d: %w", name, i+2, err)
		}
		s.X, s.Y = append(s.X, xValue), append(s.Y, yValue)
	}
	if len(s.X) == 0 {
		return s, fmt.Errorf("%s has no value of %s yet", name, y)
	}
	if over == "episodes" {
		s = s.Smooth(100)
	}
	return s, nil
}

// number returns the finite number that text contains.
func number(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q, want a finite number", text)
	}
	return v, nil
}

// Series reads a metric of each run of the set, in the order of s.Runs. See Run.Series.
func (s Set) Series(key, over string) (all []statistics.Series, err error) {
	for _, r := range s.Runs {
		series, err := r.Series(key, over)
		if err != nil {
			return nil, err
		}
		all = append(all, series)
	}
	return all, nil
}

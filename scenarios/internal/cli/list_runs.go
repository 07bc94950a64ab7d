package cli

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// A runLine is the line of a run in the output of rlrun list runs.
type runLine struct {
	Kind     string        `json:"kind"` // "run"
	Name     string        `json:"name"` // directory of the run
	Scenario string        `json:"scenario"`
	Env      string        `json:"env"`
	Agent    string        `json:"agent"`
	Seed     uint64        `json:"seed"`
	Steps    *int          `json:"steps"` // steps in the last row of progress.csv; null before the first row
	State    string        `json:"state"` // "finished" or "interrupted"
	Eval     *run.EvalLine `json:"eval"`  // evaluation in result.json; null if the run is not finished
}

// columns returns the directory, the agent and environment, the seed, the steps, the state
// and the mean return.
func (l runLine) columns() string {
	steps, mean := "– steps", "–"
	if l.Steps != nil {
		steps = figure.Count(*l.Steps, "step")
	}
	if l.Eval != nil {
		mean = figure.Number(l.Eval.Mean)
	}
	return fmt.Sprintf("%s\t%s on %s\tseed %d\t%s\t%s\treturn %s", oneLine(l.Name), l.Agent, l.Env, l.Seed, steps, l.State, mean)
}

// A brokenLine is the line of a run that cannot be read.
type brokenLine struct {
	Kind  string `json:"kind"` // "run"
	Name  string `json:"name"`
	State string `json:"state"` // "broken"
	Error string `json:"error"`
}

// columns returns the directory and the error.
func (l brokenLine) columns() string {
	return fmt.Sprintf("%s\tbroken: %s", oneLine(l.Name), l.Error)
}

// listRuns returns a line for each run below dir, or below the directory runs if dir is "".
func (a *App) listRuns(dir string) (lines []listing, err error) {
	const levels = 6
	if dir == "" {
		dir = "runs"
	} else if !isDir(dir) {
		return nil, badInput{fmt.Errorf("%s is not a directory; want a directory that contains runs", dir)}
	}
	found := runset.Search(dir, levels)
	for _, d := range found.Dirs {
		lines = append(lines, a.runLine(d))
	}
	if found.Cut {
		a.say("rlrun: %s has more than %d files and directories, or a directory that cannot be read, so this list is not complete", dir, runset.MaxEntries)
	}
	return lines, nil
}

// runLine returns the line of the run in dir: a runLine, or a brokenLine with the error.
func (a *App) runLine(dir string) (line listing) {
	var err error
	defer func() {
		if err != nil {
			line = brokenLine{"run", dir, "broken", message(err)}
		}
	}()
	defer crash.Guard(&err, nil)
	r, err := run.Load(dir, a.Catalog)
	if err != nil {
		return nil
	}
	res, err := r.Result()
	if err != nil {
		return nil
	}
	s := r.Scenario
	l := runLine{Kind: "run", Name: dir, Scenario: s.Name, Env: s.Env, Agent: s.Agent, Seed: s.Seed, State: "interrupted"}
	if res != nil {
		l.State, l.Steps, l.Eval = "finished", &res.Steps, &res.Eval
	} else if steps, ok := stepsLogged(filepath.Join(dir, "progress.csv")); ok {
		l.Steps = &steps
	}
	return l
}

// stepsLogged returns the environment steps in the last whole row of the progress.csv called
// name. It reads only the beginning and the end of a long file.
func stepsLogged(name string) (steps int, ok bool) {
	f, err := infile.Open(name)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, false
	}
	const part = 1 << 16
	head, tail := make([]byte, min(part, info.Size())), make([]byte, min(part, info.Size()))
	if _, err := io.ReadFull(f, head); err != nil {
		return 0, false
	}
	if _, err := f.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return 0, false
	}
	header, _, _ := bytes.Cut(head, []byte("\n"))
	tail = tail[:bytes.LastIndexByte(tail, '\n')+1] // without a row that is still being written
	last := bytes.LastIndexByte(bytes.TrimSuffix(tail, []byte("\n")), '\n') + 1
	rows, err := csv.NewReader(bytes.NewReader(slices.Concat(header, []byte("\n"), tail[last:]))).ReadAll()
	if err != nil || len(rows) != 2 {
		return 0, false
	}
	column := slices.Index(rows[0], "time/total_timesteps")
	if column < 0 {
		return 0, false
	}
	x, err := strconv.ParseFloat(rows[1][column], 64)
	return int(x), err == nil && x >= 0 && x < math.MaxInt
}

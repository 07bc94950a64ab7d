package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// redrawInterval is the shortest time between two updates of the progress line.
const redrawInterval = 100 * time.Millisecond

// A progress shows the progress of training: a line on a terminal, tables, or JSON.
type progress struct {
	app   *App
	name  string
	json  bool // print a JSON object for each row of progress.csv
	line  bool // show the progress line, because standard error is a terminal
	table bool // print a table for each row of progress.csv
	drawn time.Time
	start int       // steps at the first report; steps before a resume say nothing about the speed
	since time.Time // start of this process's training
}

// newProgress prints the line that announces a run, and returns its progress.
func (a *App) newProgress(r *run.Run, f runFlags) *progress {
	s := r.Scenario
	p := &progress{app: a, name: s.Name, json: f.json && !f.quiet, line: a.Interactive && !f.quiet && !f.table, table: f.table && !f.quiet, start: -1, since: time.Now()}
	if p.line {
		replay := ""
		if m := s.Memory(); m > 0 {
			replay = fmt.Sprintf(", replay of %s MB", figure.Number(float64(m)/1e6))
		}
		a.say("%s: %s on %s, seed %d%s, in %s; Ctrl-C saves and stops", s.Name, s.Agent, s.Env, s.Seed, replay, r.Dir)
	}
	return p
}

// report shows the progress after an iteration.
func (p *progress) report(st *run.Status) {
	if p.json && st.Logged() {
		fmt.Fprintln(p.app.Out, progressJSON(st))
	}
	if p.table && st.Logged() {
		fmt.Fprint(p.app.Err, progressTable(st))
	}
	if p.start < 0 {
		p.start = st.Steps
	}
	if now := time.Now(); p.line && now.Sub(p.drawn) >= redrawInterval {
		p.drawn = now
		line := progressLine(p.name, st, p.left(st, now))
		p.app.redraw(cut(line, terminalWidth()))
	}
}

// left estimates the remaining time of training from the speed since the first report.
func (p *progress) left(st *run.Status, now time.Time) time.Duration {
	trained := st.Steps - p.start
	if trained == 0 {
		return 0
	}
	return time.Duration(float64(now.Sub(p.since)) * float64(st.Total-st.Steps) / float64(trained))
}

// clear removes the progress line.
func (p *progress) clear() {
	if p.line {
		p.app.redraw("")
	}
}

// progressLine returns the progress line of a terminal.
func progressLine(name string, st *run.Status, left time.Duration) string {
	const width = 24
	share := min(1, float64(st.Steps)/float64(st.Total))
	full := int(share * width)
	bar := strings.Repeat("━", full) + strings.Repeat("─", width-full)
	line := fmt.Sprintf("%s %s %3d %%  %s  %s/s", name, bar, int(100*share), figure.Count(st.Steps, "step"), figure.Whole(int(st.StepsPerSecond())))
	if st.Episodes > 0 {
		line += "  return " + figure.Number(st.Return)
	}
	return line + fmt.Sprintf("  %v left", left.Round(time.Second))
}

// progressTable returns a table of the metrics as Stable-Baselines3 prints it: a line for
// each metric, in groups by the prefix before the slash. It leaves out metrics that are NaN.
func progressTable(st *run.Status) string {
	const width = 26
	var b strings.Builder
	rule := strings.Repeat("-", width+19) + "\n"
	b.WriteString(rule)
	group := ""
	for _, m := range st.Metrics() {
		if math.IsNaN(m.Value) {
			continue
		}
		prefix, name, _ := strings.Cut(m.Name, "/")
		if prefix != group {
			group = prefix
			fmt.Fprintf(&b, "| %-*s | %-12s |\n", width, prefix+"/", "")
		}
		fmt.Fprintf(&b, "| %-*s | %-12s |\n", width, "   "+name, figure.Digits(m.Value))
	}
	b.WriteString(rule)
	return b.String()
}

// progressJSON returns the JSON object of --json for an iteration.
func progressJSON(st *run.Status) string {
	mean := math.NaN()
	if st.Episodes > 0 {
		mean = st.Return
	}
	var b strings.Builder
	fmt.Fprintf(&b, `{"event":"progress","steps":%d,"episodes":%d,"return_mean":%s,"steps_per_s":%s`,
		st.Steps, st.Episodes, jsonNumber(mean), jsonNumber(math.Round(st.StepsPerSecond())))
	for _, l := range st.Losses {
		name, _ := json.Marshal(l.Name)
		fmt.Fprintf(&b, ",%s:%s", name, jsonNumber(l.Value))
	}
	b.WriteByte('}')
	return b.String()
}

// jsonNumber returns x in JSON, null if x is NaN or infinite.
func jsonNumber(x float64) string {
	b, err := json.Marshal(x)
	if err != nil {
		return "null"
	}
	return string(b)
}

// cut shortens a line to less than width characters, because a terminal may wrap a line that
// fills its last column. A width of 0 or less means no limit.
func cut(line string, width int) string {
	if width <= 0 || utf8.RuneCountInString(line) < width {
		return line
	}
	return string([]rune(line)[:width-1])
}

// isTerminal reports whether f is a terminal.
func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// terminalWidth returns the width in characters of the terminal on standard error, or 0 if
// standard error is not a terminal.
func terminalWidth() int {
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil {
		return 0
	}
	return width
}

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

// redraw is the time between two pictures of the progress line.
const redraw = 100 * time.Millisecond

// A progress shows how training goes: a line on a terminal, or JSON.
type progress struct {
	app   *App
	name  string
	json  bool
	line  bool // on a terminal
	table bool // a table for each row of progress
	drawn time.Time
	start int // steps that were taken before, which say nothing of the speed
	since time.Time
}

// newProgress announces a run and returns what shows its progress.
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

// report is told of every iteration.
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
	if now := time.Now(); p.line && now.Sub(p.drawn) >= redraw {
		p.drawn = now
		line := progressLine(p.name, st, p.left(st, now))
		p.app.redraw(cut(line, terminalWidth()))
	}
}

// left estimates the time that the rest will take, from the speed of late.
func (p *progress) left(st *run.Status, now time.Time) time.Duration {
	done := st.Steps - p.start
	if done == 0 {
		return 0
	}
	return time.Duration(float64(now.Sub(p.since)) * float64(st.Total-st.Steps) / float64(done))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.line {
		p.app.redraw("")
	}
}

// progressLine is what a terminal shows.
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

// progressTable is a row of progress as Stable-Baselines3 prints it: a line for
// each figure, in groups by what stands before the stroke.
func progressTable(st *run.Status) string {
	const width = 26
	var b strings.Builder
	rule := strings.Repeat("-", width+19) + "\n"
	b.WriteString(rule)
	group := ""
	for _, f := range st.Metrics() {
		if math.IsNaN(f.Value) {
			continue
		}
		head, name, _ := strings.Cut(f.Name, "/")
		if head != group {
			group = head
			fmt.Fprintf(&b, "| %-*s | %-12s |\n", width, head+"/", "")
		}
		fmt.Fprintf(&b, "| %-*s | %-12s |\n", width, "   "+name, figure.Digits(f.Value))
	}
	b.WriteString(rule)
	return b.String()
}

// progressJSON is one line of --json.
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

// jsonNumber is x as JSON has it: null for what is no finite number.
func jsonNumber(x float64) string {
	b, err := json.Marshal(x)
	if err != nil {
		return "null"
	}
	return string(b)
}

// cut shortens a line to a width in characters.
func cut(line string, width int) string {
	if width <= 0 || utf8.RuneCountInString(line) < width {
		return line
	}
	return string([]rune(line)[:width-1])
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// terminalWidth returns the width of the terminal on standard error; 0 where there is none.
func terminalWidth() int {
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil {
		return 0
	}
	return width
}

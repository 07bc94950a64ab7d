package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/sweep"
)

// A sweepProgress shows the progress of all runs of a sweep in one line of a terminal. It is a
// sweep.Reporter.
type sweepProgress struct {
	app   *App
	line  bool // show the line, because standard error is a terminal
	runs  int
	mu    sync.Mutex
	share map[*sweep.Run]float64 // trained share of each run's steps
	drawn time.Time              // time of the last update of the line
}

// newSweepProgress prints the line that announces a sweep, and returns its progress.
func (a *App) newSweepProgress(s *sweep.Sweep, f runFlags) *sweepProgress {
	p := &sweepProgress{app: a, runs: len(s.Runs()), share: map[*sweep.Run]float64{}, line: a.Interactive && !f.quiet}
	if p.line {
		a.say("%s: %s; Ctrl-C saves and stops", s.Cells[0].Scenario.Name, figure.Count(p.runs, "run"))
	}
	return p
}

// Report shows the progress after an iteration of a run.
func (p *sweepProgress) Report(r *sweep.Run, st *run.Status) {
	if st.Trouble != nil {
		p.clear()
		p.app.trouble(fmt.Sprintf("%s in %s: ", runName(r.Settings, r.Seed), r.Dir), st.Trouble)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.share[r] = min(1, float64(st.Steps)/float64(st.Total))
	now := time.Now()
	if !p.line || now.Sub(p.drawn) < redrawInterval {
		return
	}
	p.drawn = now
	var sum float64
	ended := 0
	for _, share := range p.share {
		if sum += share; share == 1 {
			ended++
		}
	}
	line := fmt.Sprintf("%3d %%  %d of %s trained", int(100*sum/float64(p.runs)), ended, figure.Count(p.runs, "run"))
	line += fmt.Sprintf("   %s: %s", runName(r.Settings, r.Seed), figure.Count(st.Steps, "step"))
	if st.Episodes > 0 {
		line += ", return " + figure.Number(st.Return)
	}
	p.app.redraw(cut(line, terminalWidth()))
}

// clear removes the progress line.
func (p *sweepProgress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line {
		p.app.redraw("")
	}
}

package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/rlrun/rlrun/internal/figure"
	"github.com/rlrun/rlrun/run"
)

// manyProgress shows how several runs go, on a terminal.
type manyProgress struct {
	app   *App
	line  bool
	mu    sync.Mutex
	runs  []*seedRun
	drawn time.Time
}

func (a *App) newManyProgress(name string, runs []*seedRun, f runFlags) *manyProgress {
	p := &manyProgress{app: a, runs: runs, line: a.Interactive && !f.quiet}
	if p.line {
		a.say("%s: %s; Ctrl-C saves and stops", name, figure.Count(len(runs), "run"))
	}
	return p
}

// report shows the progress after an iteration of a run.
func (p *manyProgress) report(r *seedRun, st *run.Status) {
	if st.Trouble != nil {
		p.trouble(r, st.Trouble)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r.share = min(1, float64(st.Steps)/float64(st.Total))
	now := time.Now()
	if !p.line || now.Sub(p.drawn) < redraw {
		return
	}
	p.drawn = now
	var sum float64
	ended := 0
	for _, r := range p.runs {
		if sum += r.share; r.share == 1 {
			ended++
		}
	}
	line := fmt.Sprintf("%3d %%  %d of %s trained", int(100*sum/float64(len(p.runs))), ended, figure.Count(len(p.runs), "run"))
	p.app.redraw(cut(line, terminalWidth()))
}

// clear removes the progress line.
func (p *manyProgress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.line {
		p.app.redraw("")
	}
}

// trouble writes an error that does not end a run.
func (p *manyProgress) trouble(r *seedRun, err error) {
	p.clear()
	p.app.trouble(fmt.Sprintf("seed %d in %s: ", r.seed, r.dir), err)
}

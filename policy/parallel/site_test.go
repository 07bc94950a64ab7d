package parallel

import (
	"testing"
	"time"
)

// TestTrials simulates a program that runs jobs at two sites in turn, with a clock of its own. On
// all cores the jobs of the first site are faster than on one core, and those of the second site
// are slower. Later another program keeps the cores busy, and both are slower on all cores. After
// each trial, every site must have the faster way.
func TestTrials(t *testing.T) {
	var tr trials
	tr.start()
	var now time.Duration
	sites := [2]Site{}
	cost := [2][2]time.Duration{{10 * time.Microsecond, 6 * time.Microsecond}, {10 * time.Microsecond, 14 * time.Microsecond}}
	step := func() (shared [2]bool) {
		for i := range sites {
			tr.advance(&sites[i], now)
			shared[i] = tr.mode == allCores || tr.mode == mixed && !sites[i].alone
			m := oneCore
			if shared[i] {
				m = allCores
			}
			now += cost[i][m]
		}
		return shared
	}
	run := func(d time.Duration) (shared [2]bool) {
		for end := now + d; now < end || tr.active; {
			step()
		}
		return step()
	}
	if got := step(); got != [2]bool{} {
		t.Errorf("before the first trial shared = %v, want one core", got)
	}
	if got := run(100 * time.Millisecond); got != [2]bool{true, false} {
		t.Errorf("shared = %v, want only the site that is faster on all cores", got)
	}
	cost[0][allCores] = 30 * time.Microsecond
	if got := run(10 * time.Second); got != [2]bool{} {
		t.Errorf("on a busy machine shared = %v, want one core", got)
	}
	cost[0][allCores], cost[1][allCores] = 6*time.Microsecond, 5*time.Microsecond
	if got := run(10 * time.Second); got != [2]bool{true, true} {
		t.Errorf("on an idle machine shared = %v, want all cores", got)
	}
	if tr.number > 20 {
		t.Errorf("%d trials in 20 seconds, want 20 at most", tr.number)
	}
}

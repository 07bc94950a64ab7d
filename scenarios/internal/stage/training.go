package stage

import (
	"sync"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/policy"
)

// Training hands on what a window shows of it. It is told by the goroutine that
// trains, which never waits for the one that looks.
type Training struct {
	mu      sync.Mutex
	figures figures
	returns curve
	policy  policy.Policy // newer than the one looked at; nil for none
	asked   time.Time
	news    bool
}

// figures are how training stands.
type figures struct {
	steps, total, episodes int
	mean                   float64
	elapsed                time.Duration
	done                   bool
}

// between is the least time between two policies that are copied to be looked at.
const between = 200 * time.Millisecond

// Report tells of an iteration of training; newest copies the policy.
func (t *Training) Report(r agents.Report, total int, elapsed time.Duration, newest func() policy.Policy) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range r.Ended {
		t.returns.add(e.Return)
	}
	t.figures = figures{r.Steps, total, r.Episodes, r.Return, elapsed, false}
	if now.Sub(t.asked) >= between {
		t.asked, t.policy, t.news = now, newest(), true
	}
}

// Done tells that training has ended, with this policy.
func (t *Training) Done(p policy.Policy) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.figures.done, t.policy, t.news = true, p, true
}

// fresh reports whether there is news since it was last called.
func (t *Training) fresh() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	news := t.news
	t.news = false
	return news
}

// newest returns a newer policy, or nil.
func (t *Training) newest() policy.Policy {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.policy
	t.policy = nil
	return p
}

// standing returns the figures, and a copy of the curve.
func (t *Training) standing() (figures, curve) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.figures, t.returns.copy()
}

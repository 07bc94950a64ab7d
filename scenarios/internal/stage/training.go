package stage

import (
	"sync"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/policy"
)

// A Training passes the progress of training to a Screen. The training goroutine calls Report and
// Done, and never waits for the goroutine of the window.
type Training struct {
	mu      sync.Mutex
	metrics metrics
	returns curve         // returns of the training episodes
	policy  policy.Policy // policy that the Screen has not yet received; nil for none
	copied  time.Time     // time of the last copy of the policy
	changed bool          // something has changed since the last call of hasChanged
}

// metrics are the metrics of training that a window shows.
type metrics struct {
	steps, total, episodes int
	mean                   float64       // mean return of the last episodes
	elapsed                time.Duration // training time
	done                   bool          // training has ended
}

// copyInterval is the shortest time between two copies of the policy.
const copyInterval = 200 * time.Millisecond

// Report passes the result of an iteration of training, of total steps in all. The function
// newest returns a copy of the current policy.
func (t *Training) Report(r agents.Report, total int, elapsed time.Duration, newest func() policy.Policy) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range r.Ended {
		t.returns.add(e.Return)
	}
	t.metrics = metrics{r.Steps, total, r.Episodes, r.Return, elapsed, false}
	if now.Sub(t.copied) >= copyInterval {
		t.copied, t.policy, t.changed = now, newest(), true
	}
}

// Done reports that training has ended, with the final policy p.
func (t *Training) Done(p policy.Policy) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.metrics.done, t.policy, t.changed = true, p, true
}

// hasChanged reports whether something has changed since its last call.
func (t *Training) hasChanged() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := t.changed
	t.changed = false
	return changed
}

// newest returns the policy that the Screen has not yet received, or nil.
func (t *Training) newest() policy.Policy {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.policy
	t.policy = nil
	return p
}

// standing returns the metrics, and a copy of the curve of returns.
func (t *Training) standing() (metrics, curve) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.metrics, t.returns.copy()
}

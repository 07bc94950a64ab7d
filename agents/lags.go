package agents

import "github.com/rlrun/rlrun/env/state"

// maxCountedLag is the largest lag that is counted by itself; larger ones count as it.
const maxCountedLag = 1023

// lags has the lags of the trajectories that a learner has learned from: the publications of
// weights between the start of the trajectory and its use.
type lags struct {
	counts  [maxCountedLag + 1]int64 // number of trajectories with each lag
	total   int                      // number of trajectories
	max     int                      // largest lag
	dropped int                      // trajectories that were too old, and messages that were none
	doubles int                      // trajectories that came twice
}

// add counts a trajectory with the given lag.
func (l *lags) add(lag int) {
	l.counts[min(lag, maxCountedLag)]++
	l.total++
	l.max = max(l.max, lag)
}

// quantile returns the smallest lag that at least the fraction q of the trajectories do not exceed.
func (l *lags) quantile(q float64) float64 {
	sum, want := 0.0, q*float64(l.total)
	for lag, n := range l.counts {
		if sum += float64(n); sum >= want {
			return float64(lag)
		}
	}
	return float64(l.max)
}

// append appends the metrics of the lags, and the number of refusals, to a Report's metrics.
func (l *lags) append(to []Metric, refusals int) []Metric {
	return append(to, Metric{"lag_max", float64(l.max)}, Metric{"lag_p50", l.quantile(0.5)}, Metric{"lag_p99", l.quantile(0.99)},
		Metric{"trajectories", float64(l.total)}, Metric{"trajectories_doubled", float64(l.doubles)},
		Metric{"trajectories_dropped", float64(l.dropped)}, Metric{"trajectories_refused", float64(refusals)})
}

// State saves or loads the counts.
func (l *lags) State(s *state.State) {
	s.Ints("lags/counts", l.counts[:])
	s.Int("lags/total", &l.total, state.MaxCount)
	s.Int("lags/max", &l.max, state.MaxCount)
	s.Int("lags/dropped", &l.dropped, state.MaxCount)
	s.Int("lags/doubles", &l.doubles, state.MaxCount)
}

package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// window is how many of the last episodes a Report averages over.
const window = 100

// Stats keeps the books of a Report.
type Stats struct {
	steps, episodes  int
	returns, lengths [window]float64 // of the last episodes, the k-th at k mod window
	ended, spare     []Episode       // since the last Report, and in it
	peak             float64         // size of the greatest reward since the program began

	measures []string  // [K] what Measured environments measure
	measured []float64 // [window, K] of the last episodes, as returns
	latest   []float64 // [K] of each episode in ended, one after another
	metrics  []Metric  // [K] in a Report
}

// Steps is the number of environment steps counted.
func (s *Stats) Steps() int { return s.steps }

// Add counts one step of a Vector.
func (s *Stats) Add(r *env.Result) {
	s.setMeasures(r.Measures)
	s.steps += len(r.Reward)
	n := len(r.Measures)
	for i, reward := range r.Reward {
		s.peak = max(s.peak, math.Abs(reward))
		if r.Done(i) {
			s.end(Episode{r.Return[i], r.Length[i]}, r.Metrics[i*n:(i+1)*n])
		}
	}
}

// setMeasures makes room for the episodes of a Report before the first one ends, so that
// Reports of few steps allocate nothing. The environments measure what measures names.
func (s *Stats) setMeasures(measures []string) {
	s.measures = measures
	if s.ended == nil {
		s.ended = make([]Episode, 0, 256)
	}
	if n := window * len(measures); len(s.measured) != n {
		s.measured, s.latest = make([]float64, n), make([]float64, 0, 256*len(measures))
	}
}

// end counts an episode with its figures [K].
func (s *Stats) end(e Episode, figures []float64) {
	k := s.episodes % window
	s.returns[k], s.lengths[k] = e.Return, float64(e.Length)
	copy(s.measured[k*len(figures):], figures)
	s.ended, s.latest = append(s.ended, e), append(s.latest, figures...)
	s.episodes++
}

// take moves the counts of another Stats to s.
func (s *Stats) take(from *Stats) {
	s.setMeasures(from.measures)
	s.steps += from.steps
	s.peak = max(s.peak, from.peak)
	n := len(from.measures)
	for i, e := range from.ended {
		s.end(e, from.latest[i*n:(i+1)*n])
	}
	from.steps, from.episodes, from.ended, from.latest = 0, 0, from.ended[:0], from.latest[:0]
}

// Report returns the books with the given losses.
func (s *Stats) Report(losses []Metric) Report {
	r := Report{Steps: s.steps, Episodes: s.episodes, Ended: s.ended, Losses: losses, Measures: s.means()}
	s.ended, s.spare, s.latest = s.spare[:0], s.ended, s.latest[:0]
	n := min(s.episodes, window)
	for i := range n {
		r.Return += s.returns[i] / float64(n)
		r.Length += s.lengths[i] / float64(n)
	}
	return r
}

// means returns the means of the measures over the last episodes.
func (s *Stats) means() []Metric {
	s.metrics = s.metrics[:0]
	n := min(s.episodes, window)
	for j, name := range s.measures {
		sum := 0.0
		for i := range n {
			sum += s.measured[i*len(s.measures)+j]
		}
		s.metrics = append(s.metrics, Metric{name, sum / float64(n)})
	}
	return s.metrics
}

// maxMeasures bounds the figures of an environment in a file.
const maxMeasures = 1 << 10

// State visits the books, without the episodes of a Report.
func (s *Stats) State(st *state.State) {
	st.Section("stats", 1)
	st.Int("stats/steps", &s.steps, state.MaxCount)
	st.Int("stats/episodes", &s.episodes, s.steps) // each has a step at least
	st.Doubles("stats/returns", s.returns[:])
	st.Doubles("stats/lengths", s.lengths[:])
	state.Slice(st, "stats/measured", &s.measured, window*maxMeasures)
}

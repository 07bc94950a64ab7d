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
}

// Steps is the number of environment steps counted.
func (s *Stats) Steps() int { return s.steps }

// Add counts one step of a Vector.
func (s *Stats) Add(r *env.Result) {
	s.begin()
	s.steps += len(r.Reward)
	for i, reward := range r.Reward {
		s.peak = max(s.peak, math.Abs(reward))
		if r.Done(i) {
			s.end(Episode{r.Return[i], r.Length[i]})
		}
	}
}

// begin makes room for the episodes of a Report before the first one ends, so that
// Reports of few steps allocate nothing.
func (s *Stats) begin() {
	if s.ended == nil {
		s.ended = make([]Episode, 0, 256)
	}
}

func (s *Stats) end(e Episode) {
	k := s.episodes % window
	s.returns[k], s.lengths[k] = e.Return, float64(e.Length)
	s.ended = append(s.ended, e)
	s.episodes++
}

// take moves what from has counted to s.
func (s *Stats) take(from *Stats) {
	s.begin()
	s.steps += from.steps
	s.peak = max(s.peak, from.peak)
	for _, e := range from.ended {
		s.end(e)
	}
	from.steps, from.episodes, from.ended = 0, 0, from.ended[:0]
}

// Report returns the books with the given losses.
func (s *Stats) Report(losses []Named) Report {
	r := Report{Steps: s.steps, Episodes: s.episodes, Ended: s.ended, Losses: losses}
	s.ended, s.spare = s.spare[:0], s.ended
	n := min(s.episodes, window)
	for i := range n {
		r.Return += s.returns[i] / float64(n)
		r.Length += s.lengths[i] / float64(n)
	}
	return r
}

// State visits the books. What has been reported is not kept.
func (s *Stats) State(st *state.State) {
	st.Int("stats/steps", &s.steps, state.MaxCount)
	st.Int("stats/episodes", &s.episodes, s.steps) // each has a step at least
	st.Doubles("stats/returns", s.returns[:])
	st.Doubles("stats/lengths", s.lengths[:])
}

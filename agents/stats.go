package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// window is the number of latest episodes over which a Report averages.
const window = 100

// Stats has the statistics of training that a Report shows: Add adds the steps of a Vector, and
// Report returns the statistics. Its zero value is ready to use.
type Stats struct {
	steps, episodes  int
	returns, lengths [window]float64 // returns and lengths of the latest episodes; episode k is at k mod window
	ended            []Episode       // episodes that ended since the last Report
	endedAt          []int           // [len(ended)] number of the Vector's step at which each of these episodes ended; empty in merged Stats
	reported         []Episode       // episodes in the last Report; the next Report overwrites the slice
	maxAbsReward     float64         // largest absolute reward since the program started

	measures      []string  // [K] names of the quantities that Measured environments measure
	measured      []float64 // [window, K] measures of the latest episodes; episode k is in row k mod window
	endedMeasures []float64 // [len(ended), K] measures of the episodes in ended
	metrics       []Metric  // [K] means of the measures in the last Report
}

// Steps returns the number of environment steps so far.
func (s *Stats) Steps() int { return s.steps }

// Add adds one step of every environment of a Vector.
func (s *Stats) Add(r *env.Result) {
	s.setMeasures(r.Measures)
	s.steps += len(r.Reward)
	n := len(r.Measures)
	largest := s.maxAbsReward
	for _, reward := range r.Reward {
		largest = max(largest, math.Abs(reward))
	}
	s.maxAbsReward = largest
	for i := range r.Reward {
		if r.Done(i) {
			s.endEpisode(Episode{r.Return[i], r.Length[i]}, r.Metrics[i*n:(i+1)*n])
			s.endedAt = append(s.endedAt, s.steps/len(r.Reward))
		}
	}
}

// setMeasures sets the names of the measures. It also allocates the slices for a Report's
// episodes before the first one ends, so that short iterations allocate nothing.
func (s *Stats) setMeasures(measures []string) {
	s.measures = measures
	if s.ended == nil {
		s.ended, s.endedAt = make([]Episode, 0, 256), make([]int, 0, 256)
	}
	if n := window * len(measures); len(s.measured) != n {
		s.measured, s.endedMeasures = make([]float64, n), make([]float64, 0, 256*len(measures))
	}
}

// endEpisode adds a finished episode with its measures [K].
func (s *Stats) endEpisode(e Episode, measures []float64) {
	k := s.episodes % window
	s.returns[k], s.lengths[k] = e.Return, float64(e.Length)
	copy(s.measured[k*len(measures):], measures)
	s.ended, s.endedMeasures = append(s.ended, e), append(s.endedMeasures, measures...)
	s.episodes++
}

// merge adds the steps and ended episodes of another Stats to s, and resets the other Stats.
func (s *Stats) merge(from *Stats) {
	s.addSteps(from)
	for i := range from.ended {
		s.addEpisode(from, i)
	}
	from.reset()
}

// mergeParts is merge for the Stats of Vectors that took the same number of steps. It adds the
// episodes in the order in which a single Vector with all the environments ends them.
func (s *Stats) mergeParts(parts []*part) {
	for _, p := range parts {
		s.addSteps(&p.play.stats)
		p.merged = 0
	}
	for {
		var next *part
		for _, p := range parts {
			if at := p.play.stats.endedAt; p.merged < len(at) && (next == nil || at[p.merged] < next.play.stats.endedAt[next.merged]) {
				next = p
			}
		}
		if next == nil {
			break
		}
		s.addEpisode(&next.play.stats, next.merged)
		next.merged++
	}
	for _, p := range parts {
		p.play.stats.reset()
	}
}

// addSteps adds the number of steps of another Stats.
func (s *Stats) addSteps(from *Stats) {
	s.setMeasures(from.measures)
	s.steps += from.steps
	s.maxAbsReward = max(s.maxAbsReward, from.maxAbsReward)
}

// addEpisode adds ended episode i of another Stats.
func (s *Stats) addEpisode(from *Stats, i int) {
	n := len(from.measures)
	s.endEpisode(from.ended[i], from.endedMeasures[i*n:(i+1)*n])
}

// reset removes the steps and all episodes.
func (s *Stats) reset() {
	clear(s.returns[:])
	clear(s.lengths[:])
	clear(s.measured)
	s.steps, s.episodes = 0, 0
	s.ended, s.endedAt, s.endedMeasures = s.ended[:0], s.endedAt[:0], s.endedMeasures[:0]
}

// Report returns the statistics so far, with the given losses. The next call of Report overwrites
// the slices of the returned value.
func (s *Stats) Report(losses []Metric) Report {
	r := Report{Steps: s.steps, Episodes: s.episodes, Ended: s.ended, Losses: losses, Measures: s.measureMeans()}
	s.ended, s.reported, s.endedAt, s.endedMeasures = s.reported[:0], s.ended, s.endedAt[:0], s.endedMeasures[:0]
	n := min(s.episodes, window)
	for i := range n {
		r.Return += s.returns[i] / float64(n)
		r.Length += s.lengths[i] / float64(n)
	}
	return r
}

// measureMeans returns the mean of each measure over the latest episodes.
func (s *Stats) measureMeans() []Metric {
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

// maxMeasures is the largest number of measures of an environment in a checkpoint.
const maxMeasures = 1 << 10

// State saves or loads the statistics, but not the ended episodes: an agent is saved after a
// Report, when there are no ended episodes.
func (s *Stats) State(st *state.State) {
	st.Section("stats", 1)
	st.Int("stats/steps", &s.steps, state.MaxCount)
	st.Int("stats/episodes", &s.episodes, s.steps) // an episode has at least one step
	st.Doubles("stats/returns", s.returns[:])
	st.Doubles("stats/lengths", s.lengths[:])
	state.Slice(st, "stats/measured", &s.measured, window*maxMeasures)
}

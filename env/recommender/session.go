package recommender

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A document is one on a slate.
type document struct {
	candidate int // number of the candidate, or none for an empty place
	quality   float64
}

const (
	none      = -1     // number of no candidate, and of no place
	maxBudget = 10_000 // largest option budget
)

// A session is the state of an episode: the user, the candidates, and the response to the latest slate.
type session struct {
	left      float64    // rest of the budget
	interests []float64  // the user's interest in each topic
	qualities []float64  // quality of each candidate
	clicked   int        // candidate that was clicked on the latest slate, or none
	watched   float64    // time for which it was watched
	slate     []document // the latest slate, after a Step only for Draw

	steps, clicks int
	total         float64 // time of all clicked documents

	odds []float64 // [slate] scratch: exp of the logits
	rng  env.Rand
}

// begin begins a session with this budget.
func (s *session) begin(budget float64) {
	s.left = budget
	for t := range s.interests {
		s.interests[t] = s.rng.Uniform(-1, 1)
	}
	s.clicked, s.watched = none, 0
	s.restart()
	s.offer()
}

// restart forgets the latest slate and the metrics.
func (s *session) restart() {
	for i := range s.slate {
		s.slate[i] = document{candidate: none}
	}
	s.steps, s.clicks, s.total = 0, 0, 0
}

// offer draws the qualities of new candidates.
func (s *session) offer() {
	for i := range s.qualities {
		s.qualities[i] = s.rng.Uniform(-1, 1)
	}
}

// topic returns the topic of a candidate.
func (s *session) topic(candidate int) int { return candidate % len(s.interests) }

// show puts the chosen candidates on the slate.
func (s *session) show(act []float32) {
	for i, a := range act {
		s.slate[i] = document{int(a), s.qualities[int(a)]}
		if slices.Contains(act[:i], a) {
			s.slate[i] = document{candidate: none}
		}
	}
}

// choose returns the place of the document that the user clicks, or none. Only the comparison with a
// uniform number depends on math.Exp, so its last digit, which differs between machines, does not
// change episodes.
func (s *session) choose(scale, noClick float64) int {
	largest := noClick
	for _, d := range s.slate {
		if d.candidate != none {
			largest = max(largest, scale*s.interests[s.topic(d.candidate)])
		}
	}
	sum := math.Exp(noClick - largest)
	for i, d := range s.slate {
		s.odds[i] = 0
		if d.candidate != none {
			s.odds[i] = math.Exp(float64(scale*s.interests[s.topic(d.candidate)]) - largest)
		}
		sum += s.odds[i]
	}
	u := s.rng.Float64() * sum
	for i, odds := range s.odds {
		if u < odds {
			return i
		}
		u -= odds
	}
	return none
}

// evolve changes the interest in the topic of a clicked document.
func (s *session) evolve(topic int, size float64) {
	u := s.interests[topic]
	change := float64(float64(size*(1-math.Abs(u))) * (1 - u))
	if s.rng.Float64() >= (1+u)/2 {
		change = -change
	}
	s.interests[topic] = clip(u + change)
}

// drift changes all interests by uniform numbers between -size and size.
func (s *session) drift(size float64) {
	for t, u := range s.interests {
		s.interests[t] = clip(u + s.rng.Uniform(-size, size))
	}
}

// clip returns the number in [-1, 1] that is nearest to u.
func clip(u float64) float64 { return min(max(u, -1), 1) }

// State saves or loads the session and the generator.
func (s *session) State(st *state.State) {
	x := s.Physics(nil)
	st.Doubles("recommender", x)
	slate := make([]float64, 2*len(s.slate))
	for i, d := range s.slate {
		slate[2*i], slate[2*i+1] = float64(d.candidate), d.quality
	}
	st.Doubles("recommender/slate", slate)
	steps, clicks, total := s.steps, s.clicks, s.total
	st.Int("recommender/steps", &steps, state.MaxCount)
	st.Int("recommender/clicks", &clicks, state.MaxCount)
	st.Double("recommender/total", &total)
	s.rng.State(st)
	if !st.Loading() || st.Err() != nil {
		return
	}
	if err := s.SetPhysics(x); err != nil {
		st.Fail(err)
		return
	}
	for i := range s.slate {
		if !isNumber(slate[2*i], len(s.qualities)) {
			st.Fail(fmt.Errorf("recommender: a candidate is never %v, want a whole number, -1 … %d", slate[2*i], len(s.qualities)-1))
			return
		}
		s.slate[i] = document{int(slate[2*i]), slate[2*i+1]}
	}
	s.steps, s.clicks, s.total = steps, clicks, total
}

// SetDraws gives uniform numbers for the next Reset or Step. A Reset uses one for each interest, then
// one for the quality of each candidate. A Step uses one for the choice; after a click one for the
// direction in which the interest changes; one for the drift of each interest; and one for the
// quality of each candidate.
func (s *session) SetDraws(u []float64) error { return s.rng.SetDraws(u) }

// Physics appends the rest of the budget; the interests; the qualities of the candidates; the number
// of the candidate that was clicked on the latest slate, -1 for none; and the time for which it was
// watched.
func (s *session) Physics(dst []float64) []float64 {
	dst = append(append(append(dst, s.left), s.interests...), s.qualities...)
	return append(dst, float64(s.clicked), s.watched)
}

// SetPhysics sets the variables that Physics returns.
func (s *session) SetPhysics(x []float64) error {
	t, n := len(s.interests), len(s.qualities)
	if want := 1 + t + n + 2; len(x) != want {
		return fmt.Errorf("recommender: want %d state variables, not %d", want, len(x))
	}
	if !(0 <= x[0] && x[0] <= maxBudget) {
		return fmt.Errorf("recommender: the rest of the budget is never %v, want 0 … %v", x[0], float64(maxBudget))
	}
	for _, v := range x[1 : 1+t+n] {
		if !(-1 <= v && v <= 1) {
			return fmt.Errorf("recommender: an interest or a quality is never %v, want -1 … 1", v)
		}
	}
	clicked, watched := x[1+t+n], x[2+t+n]
	if !isNumber(clicked, n) {
		return fmt.Errorf("recommender: the clicked candidate is never %v, want a whole number, -1 … %d", clicked, n-1)
	}
	if !(0 <= watched && watched <= 1) {
		return fmt.Errorf("recommender: the watch time is never %v, want 0 … 1", watched)
	}
	s.left = x[0]
	copy(s.interests, x[1:])
	copy(s.qualities, x[1+t:])
	s.clicked, s.watched = int(clicked), watched
	s.restart()
	return nil
}

// isNumber reports whether x is -1 or one of 0, …, n-1.
func isNumber(x float64, n int) bool { return -1 <= x && x < float64(n) && x == float64(int(x)) }

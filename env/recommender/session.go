package recommender

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A document is one that can be recommended.
type document struct {
	topic   int // empty for no document
	quality float64
}

const (
	empty   = -1 // topic of an empty place on a slate
	noPlace = -1 // place of the clicked document if there was no click

	maxBudget = 10_000 // largest option budget
)

// A session is the state of an episode: the user, the candidates, and the response to the latest slate.
type session struct {
	left       float64    // rest of the budget
	interests  []float64  // the user's interest in each topic
	candidates []document // documents to choose from
	slate      []document // the latest slate, whose qualities are only for Draw
	clicked    int        // place of the clicked document on the latest slate, or noPlace
	watched    float64    // time for which it was watched

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
	for i := range s.slate {
		s.slate[i] = document{topic: empty}
	}
	s.clicked, s.watched = noPlace, 0
	s.steps, s.clicks, s.total = 0, 0, 0
	s.offer()
}

// offer draws new candidates.
func (s *session) offer() {
	for i := range s.candidates {
		topic := min(int(s.rng.Float64()*float64(len(s.interests))), len(s.interests)-1)
		s.candidates[i] = document{topic, s.rng.Uniform(-1, 1)}
	}
}

// show puts the chosen candidates on the slate.
func (s *session) show(act []float32) {
	for i, a := range act {
		s.slate[i] = s.candidates[int(a)]
		for _, before := range act[:i] {
			if before == a {
				s.slate[i] = document{topic: empty}
			}
		}
	}
	s.watched = 0
}

// choose returns the place of the document that the user clicks, or noPlace. Only the comparison with a uniform number
// depends on math.Exp, so its last digit, which differs between machines, does not change episodes.
func (s *session) choose(scale, noClick float64) int {
	largest := noClick
	for _, d := range s.slate {
		if d.topic != empty {
			largest = max(largest, scale*s.interests[d.topic])
		}
	}
	sum := math.Exp(noClick - largest)
	for i, d := range s.slate {
		s.odds[i] = 0
		if d.topic != empty {
			s.odds[i] = math.Exp(float64(scale*s.interests[d.topic]) - largest)
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
	return noPlace
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
	qualities := make([]float64, len(s.slate))
	for i, d := range s.slate {
		qualities[i] = d.quality
	}
	st.Doubles("recommender/qualities", qualities)
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
		s.slate[i].quality = qualities[i]
	}
	s.steps, s.clicks, s.total = steps, clicks, total
}

// SetDraws gives uniform numbers for the next Reset or Step. A Reset uses one for each interest, then two for each candidate: topic
// and quality. A Step uses one for the choice; after a click one for the direction in which the interest changes; one for the
// drift of each interest; and two for each candidate.
func (s *session) SetDraws(u []float64) error { return s.rng.SetDraws(u) }

// Physics appends the rest of the budget; the interests; topic and quality of each candidate; the topic of each place of the
// latest slate, -1 for an empty place; the place of the clicked document, -1 for none; and the time for which it was watched.
func (s *session) Physics(dst []float64) []float64 {
	dst = append(append(dst, s.left), s.interests...)
	for _, d := range s.candidates {
		dst = append(dst, float64(d.topic), d.quality)
	}
	for _, d := range s.slate {
		dst = append(dst, float64(d.topic))
	}
	return append(dst, float64(s.clicked), s.watched)
}

// SetPhysics sets the variables that Physics returns.
func (s *session) SetPhysics(x []float64) error {
	t, n, k := len(s.interests), len(s.candidates), len(s.slate)
	if want := 1 + t + 2*n + k + 2; len(x) != want {
		return fmt.Errorf("recommender: want %d state variables, not %d", want, len(x))
	}
	if err := s.check(x[1+t:1+t+2*n], x[1+t+2*n:]); err != nil {
		return err
	}
	if !(0 <= x[0] && x[0] <= maxBudget) {
		return fmt.Errorf("recommender: the rest of the budget is never %v, want 0 … %v", x[0], float64(maxBudget))
	}
	for _, u := range x[1 : 1+t] {
		if !(-1 <= u && u <= 1) {
			return fmt.Errorf("recommender: an interest is never %v, want -1 … 1", u)
		}
	}
	s.left = x[0]
	copy(s.interests, x[1:])
	x = x[1+t:]
	for i := range s.candidates {
		s.candidates[i] = document{int(x[2*i]), x[2*i+1]}
	}
	for i := range s.slate {
		s.slate[i] = document{topic: int(x[2*n+i])}
	}
	s.clicked, s.watched = int(x[2*n+k]), x[2*n+k+1]
	s.steps, s.clicks, s.total = 0, 0, 0
	return nil
}

// check returns an error if the candidates, or the response to the latest slate, are not possible.
func (s *session) check(candidates, response []float64) error {
	t, k := len(s.interests), len(s.slate)
	for i, v := range candidates {
		if i%2 == 0 && !isIndex(v, 0, t) {
			return fmt.Errorf("recommender: the topic of a candidate is never %v, want a whole number, 0 … %d", v, t-1)
		}
		if i%2 == 1 && !(-1 <= v && v <= 1) {
			return fmt.Errorf("recommender: a quality is never %v, want -1 … 1", v)
		}
	}
	for _, v := range response[:k] {
		if !isIndex(v, empty, t) {
			return fmt.Errorf("recommender: the topic on a slate is never %v, want a whole number, -1 … %d", v, t-1)
		}
	}
	if place := response[k]; !isIndex(place, noPlace, k) || place >= 0 && response[int(place)] == empty {
		return fmt.Errorf("recommender: the clicked place is never %v, want the number of a place with a document, or -1", place)
	}
	if w := response[k+1]; !(0 <= w && w <= 1) {
		return fmt.Errorf("recommender: the watch time is never %v, want 0 … 1", w)
	}
	return nil
}

// isIndex reports whether x is one of low, …, n-1.
func isIndex(x float64, low, n int) bool {
	return float64(low) <= x && x < float64(n) && x == float64(int(x))
}

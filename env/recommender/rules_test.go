package recommender_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/recommender"
	"github.com/rlrun/rlrun/render"
)

// small returns an environment of 2 topics and 2 candidates with a slate of 2 documents.
func small() *recommender.Recommender {
	r := recommender.New()
	r.Topics, r.Candidates, r.Slate, r.Budget, r.ChoiceScale, r.NoClick = 2, 2, 2, 2, 1, 0
	r.QualityWeight, r.Bonus, r.InterestChange, r.Drift = 0.25, 0.5, 0.5, 0
	if err := r.Validate(); err != nil {
		panic(err)
	}
	return r
}

// TestStep plays three steps by hand.
func TestStep(t *testing.T) {
	r := small()
	obs := make([]float32, r.Spec().Obs.Size())
	draw := func(u ...float64) {
		if err := r.SetDraws(u); err != nil {
			t.Fatal(err)
		}
	}
	same := func(what string, got, want []float64) {
		t.Helper()
		for i := range want {
			if len(got) != len(want) || math.Abs(got[i]-want[i]) > 1e-12 {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
	}
	draw(0.75, 0.25, 0.5, 0.75) // interests 0.5 and -0.5, qualities 0 and 0.5
	r.Reset(1, obs)
	same("reset", r.Physics(nil), []float64{2, 0.5, -0.5, 0, 0.5, -1, 0})
	if want := []float32{0, 0.5, 0, 0, 0}; !slices.Equal(obs, want) {
		t.Fatalf("observation %v, want %v", obs, want)
	}
	// Odds of the choice: exp(-0.5) for place 0 with topic 1, exp(0.5) for place 1 with topic 0, and 1 for no click. The sum
	// is 3.2553, and 0.5 of it is between exp(-0.5) = 0.6065 and 0.6065 + 1.6487. The utility of topic 0 is
	// 0.75·0.5 + 0.25·0 = 0.375. The interest rises by 0.5·(1-0.5)·(1-0.5) = 0.125, because 0.7 < (1+0.5)/2.
	draw(0.5, 0.7, 0.5, 0.5, 0, 0.5)
	out := r.Step([]float32{1, 0}, obs)
	same("click", append(r.Physics(nil), out.Reward), []float64{2 - (1 - 0.5*0.375), 0.625, -0.5, -1, 0, 0, 0.6875, 0.6875})
	if want := []float32{-1, 0, 1, 0, 0.6875}; !slices.Equal(obs, want) {
		t.Fatalf("observation %v, want %v", obs, want)
	}
	// Both places have candidate 0, so the second is empty. The share of no click is 1/(1 + exp(0.625)) = 0.3486.
	draw(0.66, 0.5, 0.5, 0.5, 0.5)
	out = r.Step([]float32{0, 0}, obs)
	same("no click", append(r.Physics(nil), out.Reward), []float64{0.1875, 0.625, -0.5, 0, 0, -1, 0, 0})
	// Place 0 has topic 1, and 0.1 is below its share. Its interest of -0.5 falls by 0.5·0.5·1.5 = 0.375, because 0.3 ≥
	// (1-0.5)/2. The utility is 0.75·(-0.5) = -0.375, so the click costs 1.1875, and the session is over.
	draw(0.1, 0.3, 0.5, 0.5, 0.5, 0.5)
	out = r.Step([]float32{1, 0}, obs)
	same("end", append(r.Physics(nil), out.Reward), []float64{0, 0.625, -0.875, 0, 0, 1, 0.3125, 0.3125})
	if !out.Terminated {
		t.Error("the session goes on after its budget is used up")
	}
	metrics := make([]float64, 2)
	r.Measure(metrics)
	same("metrics", metrics, []float64{2.0 / 3, (0.6875 + 0.3125) / 2})
}

// A user has what a policy may know: the observation, and what it knows of the interests.
type user struct {
	obs      []float32
	interest []float64
}

// best returns the two candidates with the largest expected value, by the interests that the policy knows of.
func (u user) best(r *recommender.Recommender) []float32 {
	score := func(i int) float64 {
		x := u.interest[i%r.Topics]
		s := (1-r.QualityWeight)*x + r.QualityWeight*float64(u.obs[i])
		return math.Exp(r.ChoiceScale*x) * ((1+s)/2 + 0.5*r.Bonus*s)
	}
	all := []float32{0, 1, 2, 3, 4, 5}
	slices.SortFunc(all, func(a, b float32) int {
		if score(int(a)) > score(int(b)) {
			return -1
		}
		return 1
	})
	return all[:2]
}

// A memory knows what the observations of a session have shown of the user's interests.
type memory struct {
	interest []float64 // estimate of each interest, at first 0
	known    [6]bool   // topics of which a document was clicked
	slate    []float32 // latest slate
	quality  []float32 // qualities when it was shown
}

// learn changes the estimates by the response to the latest slate. A click shows the interest
// exactly. A document that was not clicked lowers the estimate a little.
func (m *memory) learn(r *recommender.Recommender, obs []float32) {
	for _, a := range m.slate {
		t := int(a)
		switch {
		case obs[6+t] == 1:
			s := float64(2*obs[12] - 1)
			m.interest[t], m.known[t] = (s-r.QualityWeight*float64(m.quality[t]))/(1-r.QualityWeight), true
		case m.known[t]:
			m.interest[t] -= 0.02
		default:
			m.interest[t] -= 0.1
		}
		m.interest[t] = min(max(m.interest[t], -1), 1)
	}
	m.slate = user{obs, m.interest}.best(r)
	m.quality = slices.Clone(obs[:6])
}

// TestReturns checks mean returns of policies against another program's, written with NumPy, to five
// standard errors. Its means of 4,000 sessions and their standard deviations are those of the table:
// of random slates, of slates of the highest quality, of slates by what the responses so far have
// shown, and of slates by the true interests.
func TestReturns(t *testing.T) {
	const n = 500
	r := recommender.New()
	var m *memory
	for name, c := range map[string]struct {
		mean, deviation float64
		act             func(rng *rand.Rand, obs []float32) []float32
	}{
		"random": {15.83, 9.4, func(rng *rand.Rand, _ []float32) []float32 {
			a := rng.IntN(6)
			return []float32{float32(a), float32((a + 1 + rng.IntN(5)) % 6)}
		}},
		"quality": {17.62, 10.6, func(_ *rand.Rand, obs []float32) []float32 {
			return user{obs, make([]float64, 6)}.best(r)
		}},
		"memory": {33.64, 16, func(_ *rand.Rand, obs []float32) []float32 {
			m.learn(r, obs)
			return m.slate
		}},
		"interests": {37.65, 16.1, func(_ *rand.Rand, obs []float32) []float32 {
			return user{obs, r.Physics(nil)[1:7]}.best(r)
		}},
	} {
		rng := rand.New(rand.NewPCG(1, 1))
		obs, mean := make([]float32, r.Spec().Obs.Size()), 0.0
		for seed := range uint64(n) {
			r.Reset(env.Split(5, seed), obs)
			m = &memory{interest: make([]float64, 6)}
			for done := false; !done; {
				out := r.Step(c.act(rng, obs), obs)
				mean += out.Reward / n
				done = out.Terminated
			}
		}
		if tolerance := 5 * c.deviation * math.Sqrt(1.0/n+1.0/4000); math.Abs(mean-c.mean) > tolerance {
			t.Errorf("%s: mean return %.2f, want %v ± %.2f", name, mean, c.mean, tolerance)
		}
	}
}

// TestRefusals checks that impossible options and states are errors that name the fault.
func TestRefusals(t *testing.T) {
	option := func(set func(*recommender.Recommender)) error {
		r := recommender.New()
		set(r)
		return r.Validate()
	}
	state := func(i int, x float64) error {
		r := small()
		all := []float64{2, 0.5, -0.5, 0, 0.5, 1, 0.5}
		all[i] = x
		return r.SetPhysics(all)
	}
	for name, c := range map[string]struct {
		err  error
		want string // "" for no error
	}{
		"topics":     {option(func(r *recommender.Recommender) { r.Topics = 0 }), "topics 0, want 1 … 100"},
		"candidates": {option(func(r *recommender.Recommender) { r.Candidates = 101 }), "candidates 101, want 1 … 100"},
		"slate":      {option(func(r *recommender.Recommender) { r.Slate = 7 }), "slate 7, want 1 … 6"},
		"budget":     {option(func(r *recommender.Recommender) { r.Budget = 0.5 }), "budget 0.5, want 1 … 10000"},
		"scale":      {option(func(r *recommender.Recommender) { r.ChoiceScale = -1 }), "choice_scale -1, want 0 … 100"},
		"no click":   {option(func(r *recommender.Recommender) { r.NoClick = math.NaN() }), "no_click NaN, want -100 … 100"},
		"weight":     {option(func(r *recommender.Recommender) { r.QualityWeight = 2 }), "quality_weight 2, want 0 … 1"},
		"bonus":      {option(func(r *recommender.Recommender) { r.Bonus = 1 }), "bonus 1, want 0 … 0.9"},
		"change":     {option(func(r *recommender.Recommender) { r.InterestChange = -1 }), "interest_change -1, want 0 … 1"},
		"drift":      {option(func(r *recommender.Recommender) { r.Drift = 2 }), "drift 2, want 0 … 1"},
		"state":      {state(0, 1), ""},
		"left":       {state(0, -1), "the rest of the budget is never -1, want 0 … 10000"},
		"interest":   {state(1, 1.5), "an interest or a quality is never 1.5, want -1 … 1"},
		"quality":    {state(4, -2), "an interest or a quality is never -2, want -1 … 1"},
		"click":      {state(5, 2), "the clicked candidate is never 2, want a whole number, -1 … 1"},
		"half":       {state(5, 0.5), "the clicked candidate is never 0.5"},
		"watch time": {state(6, math.NaN()), "the watch time is never NaN, want 0 … 1"},
		"variables":  {small().SetPhysics(nil), "want 7 state variables, not 0"},
	} {
		if got := fmt.Sprint(c.err); (c.want == "") != (c.err == nil) || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
}

// FuzzSetPhysics steps from any accepted state: observations must be inside their space.
func FuzzSetPhysics(f *testing.F) {
	f.Add(2.0, 0.5, 0.5, 0.0, 0.5)
	f.Add(math.Inf(1), -1.0, math.NaN(), -1.0, 0.0)
	f.Fuzz(func(t *testing.T, left, interest, quality, clicked, watched float64) {
		r := small()
		if r.SetPhysics([]float64{left, interest, -interest, quality, 0, clicked, watched}) != nil {
			return
		}
		obs := make([]float32, r.Spec().Obs.Size())
		r.Observe(obs)
		for range 3 {
			if !r.Spec().Obs.Contains(obs) {
				t.Fatalf("observation %v", obs)
			}
			r.Step([]float32{0, 1}, obs)
		}
	})
}

// TestDraw checks the texts of a picture before the first slate, after a click and after a slate that nobody
// clicked, and that a clicked document is drawn in the colour of its topic.
func TestDraw(t *testing.T) {
	l := render.Light()
	r := small()
	obs := make([]float32, r.Spec().Obs.Size())
	r.Reset(1, obs)
	picture := func() (texts []string, blue int) {
		var rec render.Recorder
		r.Draw(&rec, render.Look{Theme: l})
		for _, op := range rec.Ops {
			if op.Text != "" {
				texts = append(texts, op.Text)
			}
			if op.RGBA == l.Blue {
				blue++
			}
		}
		return texts, blue
	}
	has := func(texts []string, part string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, part) })
	}
	texts, before := picture()
	if has(texts, "click") || has(texts, "watched") || !has(texts, "hidden interests") {
		t.Errorf("texts before the first slate: %q", texts)
	}
	r.SetDraws([]float64{0})
	r.Step([]float32{0, 1}, obs)
	texts, after := picture()
	if !has(texts, fmt.Sprintf("watched for %.2f", obs[4])) || after <= before {
		t.Errorf("texts %q after a click, want the watch time; %d shapes in the colour of topic 0, want more than %d", texts, after, before)
	}
	r.SetDraws([]float64{0.9999})
	r.Step([]float32{0, 1}, obs)
	if texts, _ = picture(); !has(texts, "no click") {
		t.Errorf("texts %q after a slate without a click, want no click", texts)
	}
}

// Slates by the true interests of the user are watched longer than random slates.
func ExampleRecommender() {
	r := recommender.New()
	obs := make([]float32, r.Spec().Obs.Size())
	var watched [2]float64
	for i := range watched {
		rng := rand.New(rand.NewPCG(1, 1))
		for seed := range uint64(100) {
			r.Reset(seed, obs)
			for done := false; !done; {
				slate := []float32{float32(rng.IntN(6)), float32(rng.IntN(6))}
				if i == 1 {
					slate = user{obs, r.Physics(nil)[1:7]}.best(r)
				}
				out := r.Step(slate, obs)
				watched[i] += out.Reward
				done = out.Terminated
			}
		}
	}
	fmt.Println(watched[1] > 1.5*watched[0])
	// Output: true
}

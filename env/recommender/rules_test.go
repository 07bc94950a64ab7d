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
	draw(0.75, 0.25, 0, 0.5, 0.5, 1-0.25) // interests 0.5 and -0.5, candidates of topic 0 with quality 0 and topic 1 with 0.5
	r.Reset(1, obs)
	same("reset", r.Physics(nil), []float64{2, 0.5, -0.5, 0, 0, 1, 0.5, -1, -1, -1, 0})
	if want := []float32{1, 0, 0, 0, 1, 0.5, 0, 0, 0, 0, 0, 0, 0}; !slices.Equal(obs, want) {
		t.Fatalf("observation %v, want %v", obs, want)
	}
	// Odds of the choice: exp(-0.5) for place 0 with topic 1, exp(0.5) for place 1 with topic 0, and 1 for no click. The sum
	// is 3.2553, and 0.5 of it is between exp(-0.5) = 0.6065 and 0.6065 + 1.6487. The utility of topic 0 is
	// 0.75·0.5 + 0.25·0 = 0.375. The interest rises by 0.5·(1-0.5)·(1-0.5) = 0.125, because 0.7 < (1+0.5)/2.
	draw(0.5, 0.7, 0.5, 0.5, 0, 0, 0, 0)
	out := r.Step([]float32{1, 0}, obs)
	same("click", append(r.Physics(nil), out.Reward), []float64{2 - (1 - 0.5*0.375), 0.625, -0.5, 0, -1, 0, -1, 1, 0, 1, 0.6875, 0.6875})
	if want := []float32{1, 0, -1, 1, 0, -1, 0, 1, 0, 1, 0, 1, 0.6875}; !slices.Equal(obs, want) {
		t.Fatalf("observation %v, want %v", obs, want)
	}
	// Both places have candidate 0, so the second is empty. The share of no click is 1/(1 + exp(0.625)) = 0.3486.
	draw(0.66, 0.5, 0.5, 0.9, 0.5, 0.9, 0.5)
	out = r.Step([]float32{0, 0}, obs)
	same("no click", append(r.Physics(nil), out.Reward), []float64{0.1875, 0.625, -0.5, 1, 0, 1, 0, 0, -1, -1, 0, 0})
	// A dislike of -0.5 falls by 0.5·0.5·1.5 = 0.375, because 0.3 ≥ (1-0.5)/2. The session is over.
	draw(0.1, 0.3, 0.5, 0.5, 0, 0.5, 0, 0.5)
	out = r.Step([]float32{0, 1}, obs)
	same("end", append(r.Physics(nil), out.Reward), []float64{0, 0.625, -0.875, 0, 0, 0, 0, 1, 1, 0, (1 - 0.375) / 2, (1 - 0.375) / 2})
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
		c := u.obs[i*(r.Topics+1):]
		x := u.interest[slices.Index(c[:r.Topics], 1)]
		s := (1-r.QualityWeight)*x + r.QualityWeight*float64(c[r.Topics])
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

// TestReturns checks mean returns of policies against another program's, written with NumPy, to five standard errors. Its 4,000 sessions
// of random slates have the mean return 11.4 with a standard deviation of 6.0; of slates of the highest quality 12.9 and
// 6.8; and of slates by the true interests 21.5 and 8.5. So knowing the user is worth more than knowing the documents.
func TestReturns(t *testing.T) {
	const n = 1500
	r := recommender.New()
	for name, c := range map[string]struct {
		mean, deviation float64
		act             func(rng *rand.Rand, obs []float32) []float32
	}{
		"random": {11.4, 6.0, func(rng *rand.Rand, _ []float32) []float32 {
			a := rng.IntN(6)
			return []float32{float32(a), float32((a + 1 + rng.IntN(5)) % 6)}
		}},
		"quality": {12.9, 6.8, func(_ *rand.Rand, obs []float32) []float32 {
			return user{obs, make([]float64, 6)}.best(r)
		}},
		"interests": {21.5, 8.5, func(_ *rand.Rand, obs []float32) []float32 {
			return user{obs, r.Physics(nil)[1:7]}.best(r)
		}},
	} {
		rng := rand.New(rand.NewPCG(1, 1))
		obs, mean := make([]float32, r.Spec().Obs.Size()), 0.0
		for seed := range uint64(n) {
			r.Reset(env.Split(5, seed), obs)
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
		all := []float64{2, 0.5, -0.5, 0, 0, 1, 0.5, 1, -1, 0, 0.5}
		all[i] = x
		return r.SetPhysics(all)
	}
	for name, c := range map[string]struct {
		err  error
		want string // "" for no error
	}{
		"topics":      {option(func(r *recommender.Recommender) { r.Topics = 0 }), "topics 0, want 1 … 100"},
		"candidates":  {option(func(r *recommender.Recommender) { r.Candidates = 101 }), "candidates 101, want 1 … 100"},
		"slate":       {option(func(r *recommender.Recommender) { r.Slate = 7 }), "slate 7, want 1 … 6"},
		"budget":      {option(func(r *recommender.Recommender) { r.Budget = 0.5 }), "budget 0.5, want 1 … 10000"},
		"scale":       {option(func(r *recommender.Recommender) { r.ChoiceScale = -1 }), "choice_scale -1, want 0 … 100"},
		"no click":    {option(func(r *recommender.Recommender) { r.NoClick = math.NaN() }), "no_click NaN, want -100 … 100"},
		"weight":      {option(func(r *recommender.Recommender) { r.QualityWeight = 2 }), "quality_weight 2, want 0 … 1"},
		"bonus":       {option(func(r *recommender.Recommender) { r.Bonus = 1 }), "bonus 1, want 0 … 0.9"},
		"change":      {option(func(r *recommender.Recommender) { r.InterestChange = -1 }), "interest_change -1, want 0 … 1"},
		"drift":       {option(func(r *recommender.Recommender) { r.Drift = 2 }), "drift 2, want 0 … 1"},
		"state":       {state(0, 1), ""},
		"left":        {state(0, -1), "the rest of the budget is never -1, want 0 … 10000"},
		"interest":    {state(1, 1.5), "an interest is never 1.5, want -1 … 1"},
		"topic":       {state(3, 2), "the topic of a candidate is never 2, want a whole number, 0 … 1"},
		"quality":     {state(4, -2), "a quality is never -2, want -1 … 1"},
		"place":       {state(7, 0.5), "the topic on a slate is never 0.5, want a whole number, -1 … 1"},
		"click":       {state(9, 2), "the clicked place is never 2"},
		"empty click": {state(9, 1), "the clicked place is never 1, want the number of a place with a document, or -1"},
		"watch time":  {state(10, math.NaN()), "the watch time is never NaN, want 0 … 1"},
		"variables":   {small().SetPhysics(nil), "want 11 state variables, not 0"},
	} {
		if got := fmt.Sprint(c.err); (c.want == "") != (c.err == nil) || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
}

// FuzzSetPhysics steps from any accepted state: observations must be inside their space.
func FuzzSetPhysics(f *testing.F) {
	f.Add(2.0, 0.5, 1.0, 0.5, 1.0, 0.0, 0.5)
	f.Add(math.Inf(1), -1.0, 0.0, math.NaN(), -1.0, -1.0, 0.0)
	f.Fuzz(func(t *testing.T, left, interest, topic, quality, place, clicked, watched float64) {
		r := small()
		if r.SetPhysics([]float64{left, interest, -interest, topic, quality, 0, 0, place, -1, clicked, watched}) != nil {
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

// TestDraw checks the texts and the bars of a picture before the first slate, after a click and after a slate that nobody
// clicked.
func TestDraw(t *testing.T) {
	l := render.Light()
	for text, x := range map[string][]float64{
		"":                 {2, 0.5, -0.5, 0, 0, 1, 0.5, -1, -1, -1, 0},
		"watched for 0.50": {2, 0.5, -0.5, 0, 0, 1, 0.5, 1, -1, 0, 0.5},
	} {
		r := small()
		if err := r.SetPhysics(x); err != nil {
			t.Fatal(err)
		}
		var rec render.Recorder
		r.Draw(&rec, render.Look{Theme: l})
		var texts []string
		blue, orange := 0, 0
		for _, op := range rec.Ops {
			if op.Text != "" {
				texts = append(texts, op.Text)
			}
			if op.RGBA == l.Blue {
				blue++
			}
			if op.RGBA == l.Orange {
				orange++
			}
		}
		if slices.Contains(texts, "no click") || text != "" && !slices.Contains(texts, text) {
			t.Errorf("texts %q, want %q among them", texts, text)
		}
		if blue == 0 || orange <= 0 || text != "" && orange <= blue {
			t.Errorf("%d shapes in the colour of topic 0 and %d of topic 1, want some of both, and of topic 1 one card more after its click", blue, orange)
		}
	}
	r := small()
	obs := make([]float32, r.Spec().Obs.Size())
	r.Reset(1, obs)
	r.SetDraws([]float64{0.99})
	r.Step([]float32{0, 1}, obs)
	var rec render.Recorder
	r.Draw(&rec, render.Look{Theme: l})
	if !slices.ContainsFunc(rec.Ops, func(op render.Op) bool { return op.Text == "no click" }) {
		t.Error("the picture after a slate that nobody clicked does not say so")
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

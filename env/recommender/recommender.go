// Package recommender has a task of recommending documents to a user whose interests are hidden, and
// change. It is in the manner of RecSim: Ie et al. 2019, "RecSim: A configurable simulation platform
// for recommender systems", arXiv:1909.04847.
//
// Register adds it to a Registry. Recommender can be saved (env.Snapshotter), its state can be set
// (env.Physics), and it draws itself in the window (render.Scene).
package recommender

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
)

// Register adds Recommender-v0 to r.
func Register(r env.Registry) { r["Recommender-v0"] = env.Entry(New) }

// Recommender recommends documents to a user. In each step it shows a slate of some of the
// candidates, and the user watches one of these documents or none. The model is RecSim's interest
// evolution (interest_evolution.py), with other numbers.
//
// A document has a topic t and a quality q, uniform in [-1, 1]. In each step the candidates are new:
// candidate i is about the topic i mod topics. The user has an interest u_t in each topic, at the
// start of a session uniform in [-1, 1], that no observation shows. Of the documents d on the slate,
// with topics t(d), the user clicks one by a multinomial logit:
//
//	P(d) = exp(choice_scale u_t(d)) / (exp(no_click) + Σ_e exp(choice_scale u_t(e)))
//
// and none with the rest of the probability. A clicked document has the utility
//
//	s = (1 - quality_weight) u_t + quality_weight q
//
// and is watched for the time (1 + s)/2, which is the reward. The budget is the user's time for the
// session. A step costs 1 of it, but a click only 1 - bonus s: a satisfied user stays longer. The
// session ends when the budget is used up.
//
// A click changes the interest in its topic by interest_change (1 - |u_t|)(1 - u_t), upwards with the
// probability (1 + u_t)/2 and otherwise downwards. Then all interests drift by uniform numbers
// between -drift and drift, and stay in [-1, 1].
//
// Action: the number of a candidate for each place of the slate. A candidate that is chosen twice is
// shown once; its second place is empty. Observation: the quality of each candidate, and the response
// to the latest slate: for each number of a candidate whether the document was clicked, 0 or 1, and
// the time for which it was watched, 0 without a click.
//
// An observation has only the response to the latest slate, so a policy with memory knows the user better.
// docs/recommender.md shows what that is worth.
type Recommender struct {
	Topics         int     `yaml:"topics"`          // number of topics
	Candidates     int     `yaml:"candidates"`      // documents to choose from in each step
	Slate          int     `yaml:"slate"`           // documents that are shown in each step
	Budget         float64 `yaml:"budget"`          // the user's time at the start of a session, in steps without a click
	ChoiceScale    float64 `yaml:"choice_scale"`    // factor of interests in the logits of the choice
	NoClick        float64 `yaml:"no_click"`        // logit of no click
	QualityWeight  float64 `yaml:"quality_weight"`  // weight of the quality in the utility, the rest is the weight of the interest
	Bonus          float64 `yaml:"bonus"`           // time that a document of utility 1 gives back to the budget
	InterestChange float64 `yaml:"interest_change"` // size of the change of an interest by a click
	Drift          float64 `yaml:"drift"`           // largest change of an interest in a step without a cause

	session
	space env.Space
}

var (
	_ env.Snapshotter = (*Recommender)(nil)
	_ env.Physics     = (*Recommender)(nil)
	_ env.DrawSetter  = (*Recommender)(nil)
	_ env.Measured    = (*Recommender)(nil)
)

// New returns a Recommender-v0. After its options are changed, call Validate.
func New() *Recommender {
	r := &Recommender{
		Topics: 6, Candidates: 6, Slate: 2, Budget: 60, ChoiceScale: 4, NoClick: 3, QualityWeight: 0.2, Bonus: 0.5,
		InterestChange: 0.1, Drift: 0.05,
	}
	if err := r.Validate(); err != nil {
		panic(err)
	}
	return r
}

// Validate returns an error if an option is not possible. Otherwise it makes room for the session.
func (r *Recommender) Validate() error {
	if err := cmp.Or(
		checkNumber("topics", r.Topics, 1, 100), checkNumber("candidates", r.Candidates, 1, 100),
		checkNumber("slate", r.Slate, 1, min(r.Candidates, 10)), checkNumber("budget", r.Budget, 1, maxBudget),
		checkNumber("choice_scale", r.ChoiceScale, 0, 100), checkNumber("no_click", r.NoClick, -100, 100),
		checkNumber("quality_weight", r.QualityWeight, 0, 1), checkNumber("bonus", r.Bonus, 0, 0.9),
		checkNumber("interest_change", r.InterestChange, 0, 1), checkNumber("drift", r.Drift, 0, 1),
	); err != nil {
		return err
	}
	r.session = session{
		interests: make([]float64, r.Topics),
		qualities: make([]float64, r.Candidates),
		slate:     slices.Repeat([]document{{candidate: none}}, r.Slate),
		clicked:   none,
		odds:      make([]float64, r.Slate),
		left:      r.Budget,
	}
	r.space = r.observations()
	return nil
}

// checkNumber returns an error if the option called name is not from low to high.
func checkNumber[T int | float64](name string, x, low, high T) error {
	if !(low <= x && x <= high) {
		return fmt.Errorf("%s %v, want %v … %v", name, x, low, high)
	}
	return nil
}

// observations returns the observation space.
func (r *Recommender) observations() env.Space {
	var b env.Box
	add := func(low float32, format string, args ...any) {
		b.Low, b.High = append(b.Low, low), append(b.High, 1)
		b.Names = append(b.Names, fmt.Sprintf(format, args...))
	}
	for i := range r.Candidates {
		add(-1, "candidate %d quality", i)
	}
	for i := range r.Candidates {
		add(0, "candidate %d clicked", i)
	}
	add(0, "watch time")
	return b
}

// Spec returns the spaces.
func (r *Recommender) Spec() env.Spec {
	return env.Spec{ID: "Recommender-v0", Obs: r.space, Act: env.MultiDiscrete{N: slices.Repeat([]int{r.Candidates}, r.Slate)}}
}

// Reset begins a session with a new user.
func (r *Recommender) Reset(seed uint64, obs []float32) {
	r.rng.Seed(seed)
	r.begin(r.Budget)
	r.Observe(obs)
}

// Step shows a slate. Its reward is the time for which the user watches.
func (r *Recommender) Step(act, obs []float32) (out env.Outcome) {
	r.show(act)
	r.steps++
	cost := 1.0
	r.clicked, r.watched = none, 0
	if place := r.choose(r.ChoiceScale, r.NoClick); place != none {
		d := r.slate[place]
		topic := r.topic(d.candidate)
		s := float64((1-r.QualityWeight)*r.interests[topic]) + float64(r.QualityWeight*d.quality)
		r.clicked, r.watched = d.candidate, (1+s)/2
		r.clicks++
		r.total += r.watched
		cost = 1 - float64(r.Bonus*s)
		r.evolve(topic, r.InterestChange)
	}
	r.drift(r.Drift)
	r.left = max(r.left-cost, 0)
	r.offer()
	r.Observe(obs)
	return env.Outcome{Reward: r.watched, Terminated: r.left == 0}
}

// Observe writes the candidates and the response to the latest slate.
func (r *Recommender) Observe(obs []float32) {
	clear(obs)
	for i, q := range r.qualities {
		obs[i] = float32(q)
	}
	if r.clicked != none {
		obs[r.Candidates+r.clicked] = 1
	}
	obs[2*r.Candidates] = float32(r.watched)
}

// Measures returns "click_rate" and "watch_time".
func (r *Recommender) Measures() []string { return []string{"click_rate", "watch_time"} }

// Measure writes the share of steps with a click, and the mean time for which clicked documents were watched.
func (r *Recommender) Measure(dst []float64) {
	dst[0] = float64(r.clicks) / float64(max(1, r.steps))
	dst[1] = r.total / float64(max(1, r.clicks))
}

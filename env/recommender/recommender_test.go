package recommender_test

import (
	"testing"

	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/recommender"
)

// TestContract checks the environment with envtest.Check, also with extreme options.
func TestContract(t *testing.T) {
	one := recommender.New()
	one.Topics, one.Candidates, one.Slate, one.Budget = 1, 1, 1, 1
	wild := recommender.New()
	wild.Topics, wild.Candidates, wild.Slate, wild.Drift, wild.InterestChange, wild.Bonus = 3, 12, 5, 1, 1, 0.9
	wild.ChoiceScale, wild.NoClick = 100, -100
	for _, e := range []*recommender.Recommender{recommender.New(), one, wild} {
		if err := e.Validate(); err != nil {
			t.Fatal(err)
		}
		envtest.Check(t, e)
	}
}

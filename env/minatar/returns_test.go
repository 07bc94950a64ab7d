package minatar

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// A sample is returns or lengths of episodes.
type sample struct{ Mean, Std float64 }

// differs reports whether the means of two samples differ by more than four standard errors.
func (s sample) differs(n int, x []float64) (mean float64, differs bool) {
	sum, squares := 0.0, 0.0
	for _, v := range x {
		sum += v
		squares += float64(v * v)
	}
	k := float64(len(x))
	mean = sum / k
	variance := max(0, squares/k-mean*mean)
	return mean, math.Abs(mean-s.Mean) > 4*math.Sqrt(variance/k+s.Std*s.Std/float64(n))+1e-9
}

// TestReturns compares returns and lengths of episodes with recorded ones of the original, which has
// other random numbers.
func TestReturns(t *testing.T) {
	var recorded []struct {
		Env            string
		Kwargs         options
		Policy         string
		Episodes       int
		Return, Length sample
	}
	data, err := os.ReadFile("testdata/returns.json")
	if err == nil {
		err = json.Unmarshal(data, &recorded)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recorded {
		episodes := 1000
		if strings.Contains(r.Env, "Freeway") {
			episodes = 60
		}
		if testing.Short() {
			episodes /= 5
		}
		g := makeGame(t, r.Env, r.Kwargs)
		returns, lengths := play(g, r.Policy, episodes)
		if mean, differs := r.Return.differs(r.Episodes, returns); differs {
			t.Errorf("%s, %s: mean return %v, want %v", r.Env, r.Policy, mean, r.Return.Mean)
		}
		if mean, differs := r.Length.differs(r.Episodes, lengths); differs {
			t.Errorf("%s, %s: mean length %v, want %v", r.Env, r.Policy, mean, r.Length.Mean)
		}
	}
}

// play plays episodes of random actions, or of one action.
func play(g *game, policy string, episodes int) (returns, lengths []float64) {
	obs, rng := make([]float32, g.Spec().Obs.Size()), rand.New(rand.NewPCG(1, 2))
	act := []float32{0}
	if number, ok := strings.CutPrefix(policy, "const"); ok {
		act[0] = float32(slices.Index(g.actions, action(number[0]-'0')))
	}
	for k := range episodes {
		g.Reset(uint64(k), obs)
		sum, steps, done := 0.0, 0, false
		for ; !done; steps++ {
			if policy == "random" {
				act[0] = float32(rng.IntN(len(g.actions)))
			}
			out, _ := g.Update(act, obs)
			sum, done = sum+out.Reward, out.Terminated
		}
		returns, lengths = append(returns, sum), append(lengths, float64(steps))
	}
	return returns, lengths
}

package dist_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/tape"
)

// A distCase is a recorded batch of distributions with actions.
type distCase struct {
	Cols    int       // categorical
	Logits  []float32 // categorical
	Probs   []float64 // categorical
	LogStd  []float32 `json:"log_std"` // Gaussian
	Mean    []float32 // Gaussian
	Actions []float32
	LogProb []float64 `json:"log_prob"`
	Entropy []float64
}

func TestDistributions(t *testing.T) {
	var g struct {
		Categorical, Gaussian []distCase
		Normal                struct {
			Mu, Sigma, X []float32
			LogProb      []float64 `json:"log_prob"`
			Entropy      []float64
		}
	}
	golden.Read(t, "testdata/distributions.json.gz", &g)
	for _, c := range g.Categorical {
		c.checkCategorical(t)
	}
	n := g.Normal // one row per case, because each row has another standard deviation
	for i, mu := range n.Mu {
		logStd := float32(math.Log(float64(n.Sigma[i])))
		g.Gaussian = append(g.Gaussian, distCase{
			LogStd: []float32{logStd}, Mean: []float32{mu}, Actions: n.X[i : i+1],
			LogProb: n.LogProb[i : i+1], Entropy: n.Entropy[i : i+1],
		})
	}
	for _, c := range g.Gaussian {
		c.checkGaussian(t)
	}
}

func (c distCase) checkCategorical(t *testing.T) {
	head, err := dist.NewHead(env.Discrete{N: c.Cols}, 0)
	if err != nil || head.Size != c.Cols {
		t.Fatalf("NewHead(Discrete{%d}) has size %d, error %v", c.Cols, head.Size, err)
	}
	d := head.Dist(tape.New().Const(c.Logits, len(c.Actions)), nil, nil)
	golden.Near(t, "categorical log_prob", d.LogProb(c.Actions).Value, c.LogProb...)
	golden.Near(t, "categorical entropy", d.Entropy().Value, c.Entropy...)
	mode := make([]float32, len(c.Actions))
	d.Mode(mode)
	for r := range mode {
		best := 0
		for k, p := range c.Probs[r*c.Cols : (r+1)*c.Cols] {
			all := make([]float32, len(mode))
			all[r] = float32(k)
			golden.Near(t, "categorical probability", d.LogProb(all).Exp().Value[r:r+1], p)
			if p > c.Probs[r*c.Cols+best] {
				best = k
			}
		}
		if mode[r] != float32(best) {
			t.Errorf("mode of %v = %v, want %d", c.Logits[r*c.Cols:(r+1)*c.Cols], mode[r], best)
		}
	}
}

func (c distCase) checkGaussian(t *testing.T) {
	a := len(c.LogStd)
	head, err := dist.NewHead(env.NewBox(-1, 1, a), 0)
	if err != nil || head.Size != a {
		t.Fatalf("NewHead(Box of %d) has size %d, error %v", a, head.Size, err)
	}
	copy(head.LogStd.Value, c.LogStd)
	d := head.Dist(tape.New().Const(c.Mean, len(c.Mean)/a), nil, nil)
	golden.Near(t, "Gaussian log_prob", d.LogProb(c.Actions).Value, c.LogProb...)
	golden.Near(t, "Gaussian entropy", d.Entropy().Value, c.Entropy...)
	mode := make([]float32, len(c.Mean))
	d.Mode(mode)
	for i, m := range c.Mean {
		golden.Near(t, "Gaussian mode", mode[i:i+1], float64(m))
	}
}

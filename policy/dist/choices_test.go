package dist_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/tape"
)

// A batch is a batch of PyTorch's distributions, recorded in a file.
type batch struct {
	N       []int
	Mask    []bool
	Logits  []float32
	Actions []float32
	LogProb []float64 `json:"log_prob"`
	Entropy []float64
	Probs   []float64
}

// batches reads three recorded batches: a masked discrete variable, several discrete variables,
// and bits.
func batches(t *testing.T) (g struct{ Masked, Choices, Bits batch }) {
	t.Helper()
	golden.Read(t, "testdata/choices.json.gz", &g)
	return g
}

// TestChoices compares distributions over several discrete variables, and over bits, with
// PyTorch's.
func TestChoices(t *testing.T) {
	g := batches(t)
	t.Run("several", func(t *testing.T) {
		rows := len(g.Choices.LogProb)
		d := newHead(t, env.MultiDiscrete{N: g.Choices.N}, 0).Dist(tape.New().Const(g.Choices.Logits, rows), nil, nil)
		golden.Near(t, "log_prob", d.LogProb(g.Choices.Actions).Value, g.Choices.LogProb...)
		golden.Near(t, "entropy", d.Entropy().Value, g.Choices.Entropy...)
	})
	t.Run("bits", func(t *testing.T) { // one bit in each row
		rows := len(g.Bits.Actions)
		d := newHead(t, env.MultiBinary{N: 1}, 0).Dist(tape.New().Const(g.Bits.Logits, rows), nil, nil)
		golden.Near(t, "log_prob", d.LogProb(g.Bits.Actions).Value, g.Bits.LogProb...)
		golden.Near(t, "entropy", d.Entropy().Value, g.Bits.Entropy...)
	})
}

// TestChoicesSample checks the frequencies of sampled values, and that Mode takes the most
// probable values.
func TestChoicesSample(t *testing.T) {
	const n = 20_000
	for _, tc := range []struct {
		space env.Space
		probs [][]float64 // probabilities of the values of each element
	}{
		{env.MultiDiscrete{N: []int{2, 3}}, [][]float64{{0.3, 0.7}, {0.5, 0.1, 0.4}}},
		{env.MultiBinary{N: 2}, [][]float64{{0.2, 0.8}, {0.9, 0.1}}},
	} {
		var logits []float32
		for _, p := range tc.probs {
			if _, bits := tc.space.(env.MultiBinary); bits {
				logits = append(logits, float32(math.Log(p[1]/p[0])))
				continue
			}
			for _, q := range p {
				logits = append(logits, float32(math.Log(q)))
			}
		}
		d := newHead(t, tc.space, 0).Dist(tape.New().Const(logits, 1), nil, nil)
		rng, act, count := rowGenerators(1), make([]float32, 2), [2][3]float64{}
		for range n {
			d.Sample(rng, act)
			for i, a := range act {
				count[i][int(a)]++
			}
		}
		d.Mode(act)
		for i, p := range tc.probs {
			for k, q := range p {
				if got := count[i][k] / n; math.Abs(got-q) > 5*math.Sqrt(q*(1-q)/n) {
					t.Errorf("%T: element %d is %d with frequency %v, want %v", tc.space, i, k, got, q)
				}
				if q > p[int(act[i])] {
					t.Errorf("%T: Mode has %v for element %d, want %d", tc.space, act[i], i, k)
				}
			}
		}
	}
}

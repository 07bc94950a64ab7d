package dist_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestMaskDiscrete compares probabilities, entropies and log-probabilities of allowed actions
// with PyTorch's, for the masks of sb3-contrib.
func TestMaskDiscrete(t *testing.T) {
	g := batches(t).Masked
	rows := len(g.Actions)
	d := newHead(t, env.Discrete{N: 4}, 0).Dist(tape.New().Const(g.Logits, rows), nil, g.Mask)
	golden.Near(t, "entropy", d.Entropy().Value, g.Entropy...)
	golden.Near(t, "probabilities", dist.Probabilities(d), g.Probs...)
	logp := d.LogProb(g.Actions).Value
	for r, a := range g.Actions {
		if g.Mask[4*r+int(a)] {
			golden.Near(t, "log_prob", logp[r:r+1], g.LogProb[r])
		}
	}
}

// TestMaskMultiDiscrete checks masks of two discrete variables. Entropies and log-probabilities
// must be the sums of PyTorch's for the two variables. The second variable of row i has the
// logits and the mask of row i+1.
func TestMaskMultiDiscrete(t *testing.T) {
	g := batches(t).Masked
	rows := len(g.Actions)
	var logits, actions []float32
	var mask []bool
	var entropy, logProb []float64
	for r := range rows {
		for _, k := range []int{r, (r + 1) % rows} {
			logits, mask = append(logits, g.Logits[4*k:4*k+4]...), append(mask, g.Mask[4*k:4*k+4]...)
			// the most probable action is allowed
			best := slices.Index(g.Probs[4*k:4*k+4], slices.Max(g.Probs[4*k:4*k+4]))
			actions = append(actions, float32(best))
			entropy, logProb = append(entropy, g.Entropy[k]), append(logProb, math.Log(g.Probs[4*k+best]))
		}
	}
	head := newHead(t, env.MultiDiscrete{N: []int{4, 4}}, 0)
	if head.Choices != 8 {
		t.Fatalf("a mask has %d choices, want 8", head.Choices)
	}
	d := head.Dist(tape.New().Const(logits, rows), nil, mask)
	act := make([]float32, 2*rows)
	if d.Mode(act); !slices.Equal(act, actions) {
		t.Errorf("Mode = %v, want %v", act, actions)
	}
	for r := range rows {
		golden.Near(t, "entropy", d.Entropy().Value[r:r+1], entropy[2*r]+entropy[2*r+1])
		golden.Near(t, "log_prob", d.LogProb(actions).Value[r:r+1], logProb[2*r]+logProb[2*r+1])
	}
	rng := rowGenerators(rows)
	for range 200 {
		d.Sample(rng, act)
		for i, a := range act {
			if !mask[4*i+int(a)] {
				t.Fatalf("Sample took %v for choice %d, which is forbidden", a, i)
			}
		}
	}
}

// TestMaskMultiBinary checks masks of three bits with PyTorch's logits. The first bit may be 0 or
// 1, the second must be 1 and the third must be 0. The second and the third bit add 0 to the
// log-probability and to the entropy.
func TestMaskMultiBinary(t *testing.T) {
	g := batches(t).Bits
	rows := len(g.Logits)
	head := newHead(t, env.MultiBinary{N: 3}, 0)
	if head.Choices != 6 {
		t.Fatalf("a mask has %d choices, want 2 for each bit", head.Choices)
	}
	var logits, actions []float32
	var mask []bool
	for i, z := range g.Logits {
		logits, actions = append(logits, z, -z, z), append(actions, g.Actions[i], 1, 0)
		mask = append(mask, true, true, false, true, true, false) // two elements for each bit: 0 is allowed, 1 is allowed
	}
	d := head.Dist(tape.New().Const(logits, rows), nil, mask)
	golden.Near(t, "log_prob", d.LogProb(actions).Value, g.LogProb...)
	golden.Near(t, "entropy", d.Entropy().Value, g.Entropy...)
	act, rng := make([]float32, 3*rows), rowGenerators(rows)
	check := func(what string) {
		for i := range rows {
			if act[3*i+1] != 1 || act[3*i+2] != 0 {
				t.Fatalf("%s: bits %v, want 1 and 0", what, act[3*i+1:3*i+3])
			}
		}
	}
	d.Mode(act)
	check("Mode")
	for range 200 {
		d.Sample(rng, act)
		check("Sample")
	}
}

// TestMaskForbidden checks that a forbidden action has probability exactly 0, is never sampled
// and has gradient 0, even if it is very probable without the mask.
func TestMaskForbidden(t *testing.T) {
	for _, tc := range []struct {
		space  env.Space
		logits []float32
		mask   []bool
		out    []bool // whether an output of the network has a gradient
		act    []float32
	}{
		{env.Discrete{N: 4}, []float32{90, -3, 0.5, 2}, []bool{false, true, true, false}, []bool{false, true, true, false}, []float32{1}},
		{env.Discrete{N: 3}, []float32{-80, 80, 0}, []bool{true, false, false}, []bool{false, false, false}, []float32{0}},
		{
			env.MultiDiscrete{N: []int{2, 3}}, []float32{50, 0, 1, 60, -1}, []bool{false, true, true, false, true},
			[]bool{false, false, true, false, true}, []float32{1, 2},
		},
		{env.MultiBinary{N: 3}, []float32{70, -70, 0.5}, []bool{true, false, false, true, true, true}, []bool{false, false, true}, []float32{0, 1, 1}},
	} {
		t.Run(fmt.Sprintf("%T", tc.space), func(t *testing.T) {
			x, tp, head := tape.NewParam("x", 1, len(tc.logits)), tape.New(), newHead(t, tc.space, 0)
			copy(x.Value, tc.logits)
			d := head.Dist(tp.Param(x), nil, tc.mask)
			for i, p := range dist.Probabilities(d) {
				if (p == 0) == tc.mask[i] {
					t.Errorf("action %d has the probability %v, allowed: %v", i, p, tc.mask[i])
				}
			}
			d.LogProb(tc.act).Add(d.Entropy()).Sum().Backward()
			for i, g := range x.Grad {
				if (g != 0) != tc.out[i] || g-g != 0 {
					t.Errorf("output %d has the gradient %v, want one: %v", i, g, tc.out[i])
				}
			}
			rng, act := rowGenerators(1), make([]float32, len(tc.act))
			for range 1000 {
				d.Sample(rng, act)
				from := 0
				for i, a := range act {
					n := 2
					switch s := tc.space.(type) {
					case env.Discrete:
						n = s.N
					case env.MultiDiscrete:
						n = s.N[i]
					}
					if !tc.mask[from+int(a)] {
						t.Fatalf("Sample took %v, whose choice %d is forbidden", act, i)
					}
					from += n
				}
			}
		})
	}
}

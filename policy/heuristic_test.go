package policy_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// An adder is a heuristic whose action is the sum of the observations of the episode so far.
type adder struct{}

func (adder) Memory() int { return 1 }

func (adder) Act(obs, memory, act []float32) {
	memory[0] += obs[0]
	act[0] = memory[0]
}

// TestHeuristic checks the actions and the memory of two rows over three steps, in which the second row
// begins a new episode. The memory also advances when no action is asked for.
func TestHeuristic(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-9, 9), Act: env.NewBox(-9, 9)}
	var p policy.Policy = policy.NewHeuristic(adder{}, spec)
	p = p.Clone()
	if p.Spec().Memory != 1 || p.Spec().Obs.Size() != 1 || p.Tensors() != nil {
		t.Errorf("Spec() = %+v, Tensors() = %v", p.Spec(), p.Tensors())
	}
	memory, act, raw := []float32{7, 7}, make([]float32, 2), make([]float32, 2)
	for step, want := range [][]float32{{1, 2}, {2, 4}, {3, 2}} {
		in := policy.In{Obs: []float32{1, 2}, Memory: memory, First: []bool{step == 0, step != 1}}
		out := policy.Out{Act: act, Raw: raw, LogProb: []float32{9, 9}}
		if step == 1 {
			out = policy.Out{}
		}
		p.Act(in, out)
		if !slices.Equal(memory, want) || step != 1 && !(slices.Equal(act, want) && slices.Equal(raw, want) && out.LogProb[1] == 0) {
			t.Errorf("step %d: memory %v, actions %v and %v, log-probabilities %v, want %v", step, memory, act, raw, out.LogProb, want)
		}
	}
	obs := []float32{1, 2}
	if n := testing.AllocsPerRun(10, func() { p.Act(policy.In{Obs: obs, Memory: memory}, policy.Out{Act: act}) }); n > 0 {
		t.Errorf("Act allocates %v times", n)
	}
	defer func() {
		if recover() == nil {
			t.Error("Act without memory: no panic")
		}
	}()
	p.Act(policy.In{Obs: []float32{1, 2}}, policy.Out{})
}

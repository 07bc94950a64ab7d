package agents

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// TestBurnIn checks that the memory after the burn-in has the bits of the memory that the policy had
// in the rollout, as long as the weights are the same, and that values and log-probabilities of the
// sequences then have the bits of the rollout's. Some episodes begin within the burn-in.
func TestBurnIn(t *testing.T) {
	c := manyEnvsWithMemory()
	c.NEnvs, c.NSteps = 5, 24
	for _, burnIn := range []int{0, 1, 3, 4} {
		c.BurnIn = burnIn
		p := Must(NewPPO(env.Each(func() env.Env { return &dial{act: env.Discrete{N: 3}} }), c))
		for range 2 { // the second rollout begins within episodes
			if err := p.collect(p.roll); err != nil {
				t.Fatal(err)
			}
		}
		p.roll.Advantages(0.9, 0.9)
		p.minibatch.set(p.roll, []int{7, 0, 29, 12, 3}, false)
		g := &p.networks.own
		g.current = p.minibatch.Slice(new(replay.Minibatch), 0, 5)
		stored := slices.Clone(g.current.Memory)
		g.runBurnIn()
		if burned := !slices.Equal(stored, g.current.Memory); burned != (burnIn > 0) {
			t.Errorf("burn-in of %d steps: the memory has changed: %v", burnIn, burned)
		}
		m := p.networks.model
		m.Tape.Reset()
		m.ValueTape.Reset()
		if got := m.Pi(trainingBatch(g.current)).LogProb(g.current.Act).Value; !slices.Equal(got, g.current.LogProb) {
			t.Errorf("burn-in of %d steps: log-probabilities %v, want %v", burnIn, got, g.current.LogProb)
		}
		if got := m.V(trainingBatch(g.current)).Value; !slices.Equal(got, g.current.Value) {
			t.Errorf("burn-in of %d steps: values %v, want %v", burnIn, got, g.current.Value)
		}
	}
}

// TestSequenceSettings checks the sentences for sequences that do not fit.
func TestSequenceSettings(t *testing.T) {
	for want, change := range map[string]func(*PPOConfig){
		"sequence_length is 5, want a divisor of n_steps 8":                                                                     func(c *PPOConfig) { c.SequenceLength = 5 },
		"burn_in is 5, want sequence_length 4 or less":                                                                          func(c *PPOConfig) { c.BurnIn = 5 },
		"batch_size is 3, want 4 or more, because the networks have memory and learn from sequences of sequence_length 4 steps": func(c *PPOConfig) { c.BatchSize = 3 },
		"burn_in is -1, want 0 or more":                                                                                         func(c *PPOConfig) { c.BurnIn = -1 },
	} {
		c := manyEnvsWithMemory()
		change(&c)
		if _, err := NewPPO(env.Each(func() env.Env { return &dial{act: env.Discrete{N: 3}} }), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

package agents_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestDiverged has every agent with a network learn at rates that make its parameters
// too large for their products, and for themselves. What is not finite then is the
// network's, and the environment is not blamed for an action that is NaN.
func TestDiverged(t *testing.T) {
	makers := scheduledAgents()
	for _, name := range []string{"PPO", "A2C", "A3C", "REINFORCE", "DQN", "DDPG", "TD3", "SAC"} {
		rates := []float64{1e25, 3e38}
		if name == "DQN" {
			rates = rates[1:] // at the other its hidden layer dies, and all is finite
		}
		for _, rate := range rates {
			t.Run(fmt.Sprint(name, " at ", rate), func(t *testing.T) {
				r, err := makers[name](optim.Constant(rate), false).Learn(10_000)
				var e *env.Error
				if err == nil || errors.As(err, &e) {
					t.Fatalf("error %v after %d steps, want one that is the network's", err, r.Steps)
				}
				text := err.Error()
				if !strings.Contains(text, "the network's ") || !strings.Contains(text, fmt.Sprintf(" not finite after %d steps", r.Steps)) ||
					!strings.HasSuffix(text, "a lower learning_rate may help") {
					t.Errorf("error %v after %d steps, want one that says what is not finite, since when, and what helps", err, r.Steps)
				}
			})
		}
	}
}

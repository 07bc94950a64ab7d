package scenario_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// TestEarlierConfig reads the config.yaml of an earlier version, in which ortho_init
// overruled the init_fn beside it; now the two may not contradict each other.
func TestEarlierConfig(t *testing.T) {
	const pair = `
env: {id: CartPole-v1}
agent: {name: ppo, policy_kwargs: {ortho_init: true, init_fn: pytorch}}
steps: 1000
`
	s, err := scenario.Parse("run.yaml", []byte(pair+"kernels: generic\n"), nil, scenarios.Envs())
	if err != nil {
		t.Fatal(err)
	}
	if text := encode(t, s); !strings.Contains(text, "init_fn: orthogonal") || !strings.Contains(text, "ortho_init: true") {
		t.Errorf("the file of an earlier version is written as %s, want ortho_init: true and init_fn: orthogonal", text)
	}
	for _, text := range []string{pair, pair + "kernels: generic\nschedule_steps: null\n"} {
		if _, err := scenario.Parse("run.yaml", []byte(text), nil, scenarios.Envs()); err == nil || !strings.Contains(err.Error(), "init_fn is pytorch and ortho_init is true") {
			t.Errorf("Parse(%s) = %v, want that init_fn and ortho_init contradict each other", text, err)
		}
	}
}

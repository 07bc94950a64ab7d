package scenario_test

import (
	"strings"
	"testing"
)

// TestEarlierConfig reads a config.yaml of an earlier version, in which ortho_init had priority
// over init_fn. In the current version it is an error if they contradict each other.
func TestEarlierConfig(t *testing.T) {
	const pair = `
env: {id: CartPole-v1}
agent: {name: ppo, policy_kwargs: {ortho_init: true, init_fn: pytorch}}
steps: 1000
`
	s := mustRead(t, pair+"kernels: generic\n")
	if text := encode(t, s); !strings.Contains(text, "init_fn: orthogonal") || !strings.Contains(text, "ortho_init: true") {
		t.Errorf("the file of an earlier version is written as %s, want ortho_init: true and init_fn: orthogonal", text)
	}
	for _, text := range []string{pair, pair + "kernels: generic\nschedule_steps: null\n"} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), "init_fn is pytorch and ortho_init is true") {
			t.Errorf("read(%s) = %v, want that init_fn and ortho_init contradict each other", text, err)
		}
	}
}

package scenario

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestMemory checks the size of the replay buffer. A transition of Pendulum has 3 numbers of the
// observation, an action, a reward and the end of the step, each of 4 bytes.
func TestMemory(t *testing.T) {
	envs := env.Registry{}
	classic.Register(envs)
	for text, want := range map[string]int{
		"env: {id: Pendulum-v1}\nsteps: 10\nagent: {name: sac, buffer_size: 1000}": 24_000,
		"env: {id: Pendulum-v1}\nsteps: 10\nagent: {name: ppo}":                    0,
	} {
		s, err := Parse("x.yaml", []byte(text), nil, Builtin(envs))
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Memory(); got != want {
			t.Errorf("Memory = %d, want %d", got, want)
		}
	}
}

package scenario_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/scenario"
)

// TestConstructions checks how many environments are made. Parse makes one environment, which
// becomes the first training environment. It makes another environment if a reward wrapper is
// used only in training.
func TestConstructions(t *testing.T) {
	for wrapper, made := range map[string]int{"max_steps: 500": 1, "scale_reward: 2": 2} {
		all := 0
		envs := env.Registry{"CartPole-v1": env.Entry(func() *classic.CartPole { all++; return classic.NewCartPole() })}
		text := "env: {id: CartPole-v1, wrappers: [{" + wrapper + "}]}\nagent: {name: ppo}\nsteps: 100\n"
		s, err := scenario.Parse("f.yaml", []byte(text), nil, scenario.Builtin(envs))
		if err != nil || all != made {
			t.Fatalf("%s: Parse: %v, and %d made, want %d", wrapper, err, all, made)
		}
		if s.Spec.MaxSteps != 500 || *s.Threshold != 475 {
			t.Errorf("%s: %d steps, solved at %v, want 500 and 475: rewards are judged as they are", wrapper, s.Spec.MaxSteps, *s.Threshold)
		}
		for _, c := range []struct {
			mk      env.Maker
			n, more int
		}{{s.TrainEnvs, 8, 7}, {s.EvalEnvs, 1, 1}, {s.EvalEnvs, 3, 3}, {s.TrainEnvs, 2, 2}} {
			v, err := c.mk(c.n)
			if made += c.more; err != nil || v.Len() != c.n || all != made {
				t.Errorf("%s: a Vector of %d: %v, and %d made in all, want %d", wrapper, c.n, err, all, made)
			}
		}
	}
}

// closing is a CartPole that counts the open instances.
type closing struct {
	*classic.CartPole
	open *int
}

func (c closing) Close() error {
	*c.open--
	return nil
}

// TestRefusedCloses checks that an environment is closed if its wrapper returns an error.
func TestRefusedCloses(t *testing.T) {
	open := 0
	envs := env.Registry{"CartPole-v1": func(env.Options) (env.Env, error) {
		open++
		return closing{classic.NewCartPole(), &open}, nil
	}}
	const text = "env: {id: CartPole-v1, wrappers: [{frame_stack: 2}, {clip_action: true}]}\nagent: {name: ppo}\nsteps: 100\n"
	const want = "f.yaml:1:67: env.wrappers[1].clip_action: env: ClipAction needs actions that are a Box"
	if _, err := scenario.Parse("f.yaml", []byte(text), nil, scenario.Builtin(envs)); err == nil || !strings.HasPrefix(err.Error(), want) || open != 0 {
		t.Errorf("Parse: %v, and %d environments are open, want %s …, and none", err, open, want)
	}
}

package agents

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestNoiseSchedule checks that a standard deviation that falls linearly to 0 gives half of the
// noise after half of the steps, and no noise at the end, with the same random numbers.
func TestNoiseSchedule(t *testing.T) {
	for _, kind := range []string{"normal", "ornstein-uhlenbeck"} {
		at := func(steps int) float32 {
			var rng [1]rand.PCG
			rng[0].Seed(3, 0)
			n, act := newNoiseProcess(Noise{kind, optim.Linear(0.25)}, 100, 1), make([]float32, 1)
			n.add(steps, rng[:], act)
			return act[0]
		}
		if first, half, last := at(0), at(50), at(100); first == 0 || half != first/2 || last != 0 {
			t.Errorf("%s: noise %v, %v and %v at the start, after half of the steps and at the end, want a half and 0 at last", kind, first, half, last)
		}
	}
}

// trackingTD3 returns a small TD3 with 200 steps, after change of its settings.
func trackingTD3(t *testing.T, change func(*TD3Config)) *TD3 {
	t.Helper()
	c := DefaultTD3()
	c.Steps, c.LearningStarts, c.BatchSize, c.BufferSize, c.Network.NetArch = 200, 20, 4, 1000, policy.Layers(4)
	change(&c)
	mk := env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-1, 1, 2), env.NewBox(-1, 1, 1)} })
	a, err := NewTD3(mk, c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestTargetNoiseSchedule checks that TD3's target policy noise is 0 beyond Setup.Steps if its
// standard deviation falls to 0.
func TestTargetNoiseSchedule(t *testing.T) {
	a := trackingTD3(t, func(c *TD3Config) { c.TargetPolicyNoise, c.Beyond = optim.Linear(0.25), true })
	Must(a.Learn(100))
	if a.epsilon[0] == 0 {
		t.Error("after half of the steps the target's actions have no noise")
	}
	Must(a.Learn(300))
	for _, e := range a.epsilon {
		if e != 0 {
			t.Errorf("beyond Setup.Steps the target's actions have noise %v, want 0", e)
		}
	}
}

// TestOffPolicyScheduleBounds checks that each schedule that falls to 0 ends TD3's run with an
// error that names the setting. The schedule of the noise does not end the run if there is no
// noise.
func TestOffPolicyScheduleBounds(t *testing.T) {
	for want, change := range map[string]func(*TD3Config){
		"noise_std is lin_0.25":           func(c *TD3Config) { c.NoiseStd = optim.Linear(0.25) },
		"target_policy_noise is cos_0.25": func(c *TD3Config) { c.TargetPolicyNoise = optim.Cosine(0.25) },
		"learning_rate is lin_0.25":       func(c *TD3Config) { c.LearningRate = optim.Linear(0.25) },
		"":                                func(c *TD3Config) { c.NoiseType, c.NoiseStd = "none", optim.Linear(0.25) },
	} {
		_, err := trackingTD3(t, change).Learn(300)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), "agents: TD3: "+want+", which falls to 0 at Setup.Steps = 200")) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// TestExplorationSchedule checks that exploration_rate replaces the three other settings, which
// make ε fall linearly.
func TestExplorationSchedule(t *testing.T) {
	rate := optim.Exponential(1, 0.25)
	e := DefaultExploration(1, 0.05, 0.5)
	e.ExplorationRate = &rate
	for step, want := range map[int]float64{0: 1, 50: 0.5, 100: 0.25, 200: 0.25} {
		if got := e.eps(step, 100); got-want > 1e-12 || want-got > 1e-12 {
			t.Errorf("ε after %d of 100 steps = %v, want %v", step, got, want)
		}
	}
	tooLarge := optim.Constant(2)
	e.ExplorationRate = &tooLarge
	if err := firstViolation(e.rules()); err == nil || !strings.Contains(err.Error(), "exploration_rate is 2, want 0 … 1") {
		t.Errorf("ε of 2: error %v, want one with the range", err)
	}
}

// tenSteps is spacesOnly whose episodes are truncated after 10 steps.
type tenSteps struct{ spacesOnly }

func (e tenSteps) Spec() env.Spec {
	s := e.spacesOnly.Spec()
	s.MaxSteps = 10
	return s
}

// TestTrainEpisodes checks train_freq: [2, episode]. In 64 steps 6 episodes of 10 steps end, so
// updates are due 3 times: each time gradient_steps updates, or 20 updates if gradient_steps is -1.
func TestTrainEpisodes(t *testing.T) {
	for gradientSteps, want := range map[int]int{-1: 60, 1: 3, 7: 21} {
		c := DefaultDDPG()
		c.TrainFreq, c.GradientSteps, c.LearningStarts, c.BatchSize, c.BufferSize = TrainFreq{Episodes: 2}, gradientSteps, 0, 4, 1000
		c.Network.NetArch = policy.Layers(4)
		a := Must(NewDDPG(env.Each(func() tenSteps { return tenSteps{spacesOnly{env.NewBox(-1, 1, 2), env.NewBox(-1, 1, 1)}} }), c))
		Must(a.Learn(64))
		if a.updates != want {
			t.Errorf("gradient_steps %d: %d updates, want %d", gradientSteps, a.updates, want)
		}
		c.NEnvs = 2
		if _, err := NewDDPG(env.Each(func() tenSteps { return tenSteps{} }), c); err == nil || !strings.Contains(err.Error(), "train_freq is [2, episode], want a number of steps") {
			t.Errorf("two environments: error %v", err)
		}
	}
}

// TestCriticLayers checks that net_arch with qf gives the critics their own hidden layers.
func TestCriticLayers(t *testing.T) {
	a := trackingTD3(t, func(c *TD3Config) { c.Network.NetArch = policy.LayersPiQF([]int{3}, []int{5, 6}) })
	if p := a.actor.Params(); len(p) != 4 || p[0].Shape()[0] != 3 {
		t.Errorf("the actor's first weight is %v", p[0].Shape())
	}
	if p := a.critics.online.Params(); len(p) != 12 || p[0].Shape()[0] != 5 || p[2].Shape()[0] != 6 {
		t.Errorf("the critics' first weights are %v and %v", p[0].Shape(), p[2].Shape())
	}
	c := DefaultTD3()
	c.Network.NetArch = policy.LayersPiVF([]int{3}, []int{5})
	if _, err := NewTD3(env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-1, 1, 2), env.NewBox(-1, 1, 1)} }), c); err == nil || !strings.Contains(err.Error(), "qf in place of vf") {
		t.Errorf("net_arch with vf for an off-policy agent: error %v, want one that names qf", err)
	}
}

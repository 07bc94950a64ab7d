package agents

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// TD3Config is all of TD3's settings. Start from DefaultTD3.
type TD3Config struct {
	Setup             `yaml:"-"`
	Replay            `yaml:",inline"`
	Noise             `yaml:",inline"`
	PolicyDelay       int           `yaml:"policy_delay"`        // updates of the critics to one of the actor, d
	TargetPolicyNoise float32       `yaml:"target_policy_noise"` // σ̃ of what is added to the target's actions
	TargetNoiseClip   float32       `yaml:"target_noise_clip"`   // c, that it is cut off at
	PolicyKwargs      policy.Kwargs `yaml:"policy_kwargs"`
}

// DefaultTD3 returns the settings that Stable-Baselines3 has by default, with noise
// as rl-zoo3 has it.
func DefaultTD3() TD3Config {
	return TD3Config{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Noise: Noise{"normal", 0.1}, PolicyDelay: 2, TargetPolicyNoise: 0.2, TargetNoiseClip: 0.5,
		PolicyKwargs: offPolicyKwargs(400, 300),
	}
}

// Complete writes out the optimiser's defaults.
func (c *TD3Config) Complete() error { return c.PolicyKwargs.Complete(1e-8) }

func (c *TD3Config) validate() error {
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(), c.Noise.rules(), []rule{
		{1 <= c.PolicyDelay && c.PolicyDelay <= 1<<20, "policy_delay", c.PolicyDelay, "1 … 1048576"},
		{weight(c.TargetPolicyNoise), "target_policy_noise", c.TargetPolicyNoise, "0 or more"},
		{weight(c.TargetNoiseClip), "target_noise_clip", c.TargetNoiseClip, "0 or more"},
	}))
}

// TD3 is the twin delayed deterministic policy gradient: Fujimoto et al. 2018,
// arXiv:1802.09477, algorithm 1.
type TD3 struct {
	dpg
	c      TD3Config
	jitter []float32 // [B, A] ε of the target's actions
}

var _ Agent = (*TD3)(nil)

// NewTD3 returns a TD3 that learns in environments from mk.
func NewTD3(mk env.Maker, c TD3Config) (*TD3, error) {
	a := &TD3{c: c}
	if err := a.begin(mk); err != nil {
		return nil, errorf("TD3", err)
	}
	a.jitter, a.update = make([]float32, len(a.next)), a.improve
	return a, nil
}

// begin makes what can fail.
func (a *TD3) begin(mk env.Maker) error {
	if err := ready(&a.c); err != nil {
		return err
	}
	return a.build(mk, &a.c.Setup, &a.c.Replay, a.c.Noise, &a.c.PolicyKwargs, 2)
}

// Learn takes steps, and learns from what it remembers.
func (a *TD3) Learn(until int) (Report, error) {
	err := a.learn(until)
	return a.stats.Report(a.figures()), errorf("TD3", err)
}

// improve learns from a minibatch.
func (a *TD3) improve() {
	for i := range a.jitter {
		a.jitter[i] = a.c.TargetPolicyNoise * float32(a.rng.NormFloat64())
	}
	a.learnFrom(a.jitter)
}

// learnFrom learns towards y = r + γ min Q'(s', ã) with
//
//	ã = clip(μ'(s') + clip(ε, -c, c), -1, 1)
//
// eqs. 10 and 14 there, and every d-th time lets the actor and the targets follow.
func (a *TD3) learnFrom(epsilon []float32) {
	a.actorTarget.Act(policy.In{Obs: a.batch.Next}, policy.Out{Raw: a.next})
	for i, e := range epsilon {
		e = min(max(e, -a.c.TargetNoiseClip), a.c.TargetNoiseClip)
		a.next[i] = min(max(a.next[i]+e, -1), 1)
	}
	a.critics.target.Least(a.batch.Next, a.next, a.value)
	a.targets(a.value)
	a.critics.learn()
	a.updates++
	if a.updates%a.c.PolicyDelay == 0 {
		a.learnActor()
		a.blend()
	}
}

package agents

import (
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
)

// TD3Config is all of TD3's settings. Start from DefaultTD3.
type TD3Config struct {
	Setup             `yaml:"-"`
	Replay            `yaml:",inline"`
	Noise             `yaml:",inline"`
	PolicyDelay       int                  `yaml:"policy_delay"`        // updates of the critics for each update of the actor, d
	TargetPolicyNoise optim.Schedule       `yaml:"target_policy_noise"` // standard deviation of the noise in the target policy's actions, σ̃
	TargetNoiseClip   float32              `yaml:"target_noise_clip"`   // largest size of that noise, c
	Normalize         Normalize            `yaml:"normalize"`           // normalisation of observations and rewards
	Network           policy.NetworkConfig `yaml:"policy_kwargs"`       // networks and optimiser
}

// DefaultTD3 returns the settings that Stable-Baselines3 has by default, with noise
// as rl-zoo3 has it.
func DefaultTD3() TD3Config {
	return TD3Config{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Noise: Noise{"normal", optim.Constant(0.1)}, PolicyDelay: 2,
		TargetPolicyNoise: optim.Constant(0.2), TargetNoiseClip: 0.5, Normalize: DefaultNormalize(),
		Network: offPolicyNetwork(400, 300),
	}
}

// Complete writes out the optimiser's defaults.
func (c *TD3Config) Complete() error { return c.Network.Complete(1e-8) }

func (c *TD3Config) validate() error {
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Noise.rules(), []rule{
		{1 <= c.PolicyDelay && c.PolicyDelay <= 1<<20, "policy_delay", c.PolicyDelay, "1 … 1048576"},
		course("target_policy_noise", c.TargetPolicyNoise, math.MaxFloat32),
		{weight(c.TargetNoiseClip), "target_noise_clip", c.TargetNoiseClip, "0 or more"},
	}, c.Normalize.rules()))
}

// TD3 is the twin delayed deterministic policy gradient: Fujimoto et al. 2018,
// arXiv:1802.09477, algorithm 1.
type TD3 struct {
	horizon
	offPolicy
	dpg
	c       TD3Config
	epsilon []float32 // scratch: [B, A] noise of the target's actions
}

var (
	_ Agent     = (*TD3)(nil)
	_ Bounded   = (*TD3)(nil)
	_ algorithm = (*TD3)(nil)
)

// NewTD3 returns a TD3 that learns in environments from mk.
func NewTD3(mk env.Maker, c TD3Config) (*TD3, error) {
	a := &TD3{c: c}
	if err := a.build(mk); err != nil {
		return nil, abandon("TD3", err, a)
	}
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate}, c.Noise.schedule(), scheduled{"target_policy_noise", c.TargetPolicyNoise})
	return a, nil
}

// build makes the environments, the networks and the optimisers.
func (a *TD3) build(mk env.Maker) (err error) {
	c := &a.c
	if err = ready(c); err != nil {
		return err
	}
	if err = a.connect(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	a.dpg, err = newDPG(&a.offPolicy, c.Noise, &c.Network, 2)
	a.epsilon = make([]float32, len(a.next))
	return err
}

// Learn takes steps, and learns from what it remembers.
func (a *TD3) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.figures(a.rate)), errorf("TD3", err)
}

// iterate takes steps, and makes the updates for them.
func (a *TD3) iterate() error { return a.interact(a) }

// update learns from one minibatch.
func (a *TD3) update() {
	b := a.memory.sample(a.rng)
	std := float32(a.c.TargetPolicyNoise.At(a.play.stats.Steps(), a.c.Steps))
	for i := range a.epsilon {
		a.epsilon[i] = std * float32(a.rng.NormFloat64())
	}
	a.last = a.learnFrom(b, a.epsilon)
	a.memory.learned(a.last.tdError)
}

// learnFrom takes a gradient step of the critics towards their target. Every d-th time the
// actor takes one up the first critic, and the target networks follow.
func (a *TD3) learnFrom(b *replay.Batch, epsilon []float32) (f found) {
	f.target = a.target(b, epsilon)
	f.tdError, f.criticLoss = a.critics.learn(b, f.target)
	f.actorLoss = a.last.actorLoss
	if a.updates++; a.updates%a.c.PolicyDelay == 0 {
		f.actorLoss = a.learnActor(b.Obs)
		a.follow(a.c.Tau)
	}
	return f
}

// target returns y = r + γ min Q'(s', ã) with
//
//	ã = clip(μ'(s') + clip(ε, -c, c), -1, 1)
//
// eqs. 10 and 14 there.
func (a *TD3) target(b *replay.Batch, epsilon []float32) []float32 {
	a.actorTarget.Act(policy.In{Obs: b.Next}, policy.Out{Raw: a.next})
	for i, e := range epsilon {
		e = min(max(e, -a.c.TargetNoiseClip), a.c.TargetNoiseClip)
		a.next[i] = min(max(a.next[i]+e, -1), 1)
	}
	a.critics.target.Min(b.Next, a.next, a.value)
	tdTargets(a.y, b, a.value)
	return a.y
}

// State visits the networks, and what offPolicy has.
func (a *TD3) State(s *state.State) {
	s.Section("td3", 1)
	s.All(&a.dpg, &a.offPolicy)
}

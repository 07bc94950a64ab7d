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

// TD3Config has the settings of TD3. DefaultTD3 returns the defaults.
type TD3Config struct {
	Setup             `yaml:"-"`
	Replay            `yaml:",inline"`
	Acting            `yaml:",inline"`
	ApeX              `yaml:",inline"`
	Noise             `yaml:",inline"`
	PolicyDelay       int                  `yaml:"policy_delay"`        // updates of the critics for each update of the actor, d
	TargetPolicyNoise optim.Schedule       `yaml:"target_policy_noise"` // standard deviation of the noise in the target policy's actions, σ̃
	TargetNoiseClip   float32              `yaml:"target_noise_clip"`   // clip range c of the target policy's noise, [-c, c]
	Normalize         Normalize            `yaml:"normalize"`           // normalisation of observations and rewards
	Network           policy.NetworkConfig `yaml:"policy_kwargs"`       // networks and optimiser
}

// DefaultTD3 returns the default settings of Stable-Baselines3, with the exploration noise that
// rl-zoo3 uses.
func DefaultTD3() TD3Config {
	return TD3Config{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Acting: DefaultActing(), ApeX: DefaultApeX(), Noise: Noise{"normal", optim.Constant(0.1)}, PolicyDelay: 2,
		TargetPolicyNoise: optim.Constant(0.2), TargetNoiseClip: 0.5, Normalize: DefaultNormalize(),
		Network: offPolicyNetwork(400, 300),
	}
}

// Complete fills in the optimiser's default settings.
func (c *TD3Config) Complete() error { return c.Network.Complete(1e-8) }

// validate returns an error for the first setting that is out of its range.
func (c *TD3Config) validate() error {
	return firstViolation(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Acting.rules(), c.ApeX.rules(c.Actors), c.Noise.rules(), []rule{
		{1 <= c.PolicyDelay && c.PolicyDelay <= 1<<20, "policy_delay", c.PolicyDelay, "1 … 1048576"},
		scheduleRule("target_policy_noise", c.TargetPolicyNoise, math.MaxFloat32),
		{finiteNonNegative(c.TargetNoiseClip), "target_noise_clip", c.TargetNoiseClip, "0 or more"},
	}, c.Normalize.rules()))
}

// TD3 is the twin delayed deterministic policy gradient: Fujimoto et al. 2018,
// arXiv:1802.09477, algorithm 1.
type TD3 struct {
	scheduleBound
	offPolicy
	dpg
	c       TD3Config
	epsilon []float32 // [B, A] scratch: target policy smoothing noise ε, not yet clipped
}

var (
	_ Agent     = (*TD3)(nil)
	_ Bounded   = (*TD3)(nil)
	_ algorithm = (*TD3)(nil)
)

// NewTD3 returns a TD3 agent that learns in environments made by mk.
func NewTD3(mk env.Maker, c TD3Config) (*TD3, error) {
	a := &TD3{c: c}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("TD3", err, a)
	}
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate}, c.Noise.stdSchedule(), namedSchedule{"target_policy_noise", c.TargetPolicyNoise})
	if err := a.useActors(a, c.Acting, c.ApeX, func(i int) (distributable, error) {
		k := c
		k.forActor(i, &k.Setup, &k.Acting, c.ApeX)
		w, err := NewTD3(mk, k)
		if err == nil {
			w.noise.scale = actorNoise(i, c.Actors)
		}
		return w, err
	}); err != nil {
		return nil, closeOnError("TD3", err, a)
	}
	return a, nil
}

// build makes the environments, the replay buffer, the networks and the optimisers.
func (a *TD3) build(mk env.Maker) (err error) {
	c := &a.c
	if err = completeAndValidate(c); err != nil {
		return err
	}
	if err = a.initOffPolicy(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	a.dpg, err = newDPG(&a.offPolicy, c.Noise, &c.Network, 2)
	a.epsilon = make([]float32, len(a.nextAct))
	return err
}

// Learn takes environment steps, and learns from minibatches of the replay buffer.
func (a *TD3) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.metrics(a.rate, a.actors)), algorithmError("TD3", err)
}

// iterate takes the environment steps of an iteration and makes the updates that are due.
func (a *TD3) iterate() error { return a.interact(a) }

// update samples a minibatch and the noise of the target policy, and learns from the minibatch.
func (a *TD3) update() {
	if a.memory != nil {
		a.updateBySequences()
		return
	}
	b := a.experience.sample(a.rng)
	a.drawSmoothing()
	a.lastUpdate = a.learnFrom(b, a.epsilon)
	a.experience.updatePriorities(a.lastUpdate.tdError)
}

// updateBySequences is update for networks with memory.
func (a *TD3) updateBySequences() {
	b := a.sampleSequences()
	a.drawSmoothing()
	a.lastUpdate = a.learnFromSequences(b, a.epsilon)
	a.updateSequencePriorities(a.lastUpdate.tdError)
}

// drawSmoothing samples the noise of the target policy, before it is clipped.
func (a *TD3) drawSmoothing() {
	std := float32(a.c.TargetPolicyNoise.At(a.play.stats.Steps(), a.c.Steps))
	for i := range a.epsilon {
		a.epsilon[i] = std * float32(a.rng.NormFloat64())
	}
}

// learnFrom takes a gradient step of the critics on a minibatch. Every d-th update it also takes a
// gradient step of the actor and makes a soft update of the target networks (delayed policy
// updates). Between these updates actorLoss stays the same.
func (a *TD3) learnFrom(b *replay.Batch, epsilon []float32) (u updateResult) {
	u.target = a.target(b, epsilon)
	u.tdError, u.criticLoss = a.critics.update(b, u.target)
	u.actorLoss = a.lastUpdate.actorLoss
	if a.updates++; a.updates%a.c.PolicyDelay == 0 {
		u.actorLoss = a.updateActor(b.Obs)
		a.updateTargets(a.c.Tau)
	}
	return u
}

// target returns the critics' targets [B], with clipped double Q-learning and target policy
// smoothing (Fujimoto et al., eqs. 10 and 14):
//
//	ã = clip(μ'(s') + clip(ε, -c, c), -1, 1)
//	y = r + γ min(Q'₁(s', ã), Q'₂(s', ã))
func (a *TD3) target(b *replay.Batch, epsilon []float32) []float32 {
	a.actorTarget.Act(policy.In{Obs: b.Next}, policy.Out{Raw: a.nextAct})
	a.smooth(epsilon)
	a.critics.target.Min(b.Next, a.nextAct, nil, a.nextValue)
	tdTargets(a.y, b, a.nextValue)
	return a.y
}

// smooth adds clipped noise to the target policy's actions in nextAct.
func (a *TD3) smooth(epsilon []float32) {
	for i, e := range epsilon {
		e = min(max(e, -a.c.TargetNoiseClip), a.c.TargetNoiseClip)
		a.nextAct[i] = min(max(a.nextAct[i]+e, -1), 1)
	}
}

// State saves or loads the networks and the state of offPolicy.
func (a *TD3) State(s *state.State) {
	s.Section("td3", 1)
	s.All(&a.dpg, &a.offPolicy)
}

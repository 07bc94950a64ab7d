package agents

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// SACConfig is all of SAC's settings. Start from DefaultSAC.
type SACConfig struct {
	Setup         `yaml:"-"`
	Replay        `yaml:",inline"`
	Noise         `yaml:",inline"` // added to the actions that are drawn
	EntCoef       Temperature      `yaml:"ent_coef"`        // α
	UseSDE        bool             `yaml:"use_sde"`         // explore by noise that depends on the state (gSDE)
	SDESampleFreq int              `yaml:"sde_sample_freq"` // steps of each environment between draws of that noise; -1: when it has learned
	TargetEntropy *float32         `yaml:"target_entropy"`  // that α is learned for, H̄; nil is minus the number of actions
	PolicyKwargs  policy.Kwargs    `yaml:"policy_kwargs"`
}

// DefaultSAC returns the settings that Stable-Baselines3 has by default.
func DefaultSAC() SACConfig {
	c := SACConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Noise: Noise{"none", 0.1}, EntCoef: Temperature{true, 1}, SDESampleFreq: -1, PolicyKwargs: offPolicyKwargs(256, 256),
	}
	c.LearningRate, c.PolicyKwargs.LogStdInit = optim.Constant(3e-4), -3
	return c
}

// Complete writes out the optimiser's defaults.
func (c *SACConfig) Complete() error { return c.PolicyKwargs.Complete(1e-8) }

func (c *SACConfig) validate() error {
	finite := c.TargetEntropy == nil || *c.TargetEntropy-*c.TargetEntropy == 0
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(), c.Noise.rules(), []rule{
		{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		{finite, "target_entropy", given(c.TargetEntropy), "a finite number, or null"},
	}))
}

// SAC is the soft actor-critic with a temperature that is learned: Haarnoja et al.
// 2018, arXiv:1812.05905, algorithm 1.
type SAC struct {
	offPolicy
	c               SACConfig
	noise           noise
	actor           *policy.Squashed
	critics         *critics
	actorOpt        *optim.Optimizer
	temperature     *tape.Param // log α
	temperatureOpt  *optim.Optimizer
	entropy         float32   // that α is learned for
	epsilon, next   []float32 // ε of the actions and of the next ones; [B, A] the actions in the batch's Next
	stateNoise      []float32 // [N, Spec.Noise] gSDE's; nil without
	noiseFor        int       // steps that it stays for still
	nextLogp, value []float32 // [B]
	alpha           float32   // in the latest update
	actorLoss       float64   // of it
	temperatureLoss float64   // of it
	updates         int
	named           []Named
}

var _ Agent = (*SAC)(nil)

// NewSAC returns a SAC that learns in environments from mk.
func NewSAC(mk env.Maker, c SACConfig) (*SAC, error) {
	a := &SAC{c: c}
	if err := a.begin(mk); err != nil {
		return nil, errorf("SAC", err)
	}
	b := c.BatchSize
	a.epsilon, a.next = make([]float32, 2*a.actor.Head.Numbers(b)), make([]float32, len(a.batch.Act))
	a.nextLogp, a.value = make([]float32, b), make([]float32, b)
	a.noise = noise{c.Noise, make([]float32, len(a.act))}
	if size := a.actor.Spec().Noise; size > 0 {
		a.stateNoise = make([]float32, c.NEnvs*size)
	}
	a.params = slices.Concat(a.actor.Params(), a.critics.now.Params(), []*tape.Param{a.temperature})
	a.opts, a.tapes = []*optim.Optimizer{a.actorOpt, a.critics.opt, a.temperatureOpt}, append([]*tape.Tape{a.actor.Tape}, a.critics.tapes...)
	a.sharers = []nn.Sharer{a.actor, a.critics}
	a.followers = a.critics.followers()
	a.random, a.explore, a.bound, a.ended = a.uniform, a.draw, a.actor.Stretch, a.noise.ended
	a.update = a.improve
	return a, nil
}

// begin makes what can fail.
func (a *SAC) begin(mk env.Maker) (err error) {
	k := &a.c.PolicyKwargs
	if err = ready(&a.c); err != nil {
		return err
	}
	if err = a.connect(mk, &a.c.Setup, &a.c.Replay); err != nil {
		return err
	}
	k.UseSDE = a.c.UseSDE
	spec := a.vec.Spec()
	if a.actor, err = policy.NewSquashed(a.rng, spec, *k, nil, a.c.Engine); err != nil {
		return err
	}
	if a.critics, err = newCritics(&a.offPolicy, k, 2, 0.5); err != nil {
		return err
	}
	if a.entropy = -float32(spec.Act.Size()); a.c.TargetEntropy != nil {
		a.entropy = *a.c.TargetEntropy
	}
	a.temperature = tape.NewVector("log_ent_coef", 1)
	a.temperature.Value[0] = float32(math.Log(a.c.EntCoef.Value))
	if a.actorOpt, err = k.Optimizer(a.actor.Params()); err != nil {
		return err
	}
	a.temperatureOpt, err = k.Optimizer([]*tape.Param{a.temperature})
	return err
}

// Policy is the actor; its Act is without noise.
func (a *SAC) Policy() policy.Policy { return a.actor }

// Learn takes steps, and learns from what it remembers.
func (a *SAC) Learn(until int) (Report, error) {
	err := a.learn(until)
	return a.stats.Report(a.figures()), errorf("SAC", err)
}

// draw draws actions.
func (a *SAC) draw(rng []rand.PCG) {
	if a.noiseFor == 0 {
		a.actor.DrawNoise(rng, a.stateNoise)
		a.noiseFor = a.c.SDESampleFreq
	}
	a.noiseFor--
	a.actor.Act(policy.In{Obs: a.now, Rand: rng, Noise: a.stateNoise}, policy.Out{Raw: a.act})
	a.noise.add(rng, a.act)
}

// improve learns from a minibatch. Noise that depends on the state is the same for
// the actions and the next ones.
func (a *SAC) improve() {
	half := len(a.epsilon) / 2
	for i := range a.epsilon {
		if a.epsilon[i] = float32(a.rng.NormFloat64()); a.c.UseSDE && i >= half {
			a.epsilon[i] = a.epsilon[i-half]
		}
	}
	a.learnFrom(a.epsilon[:half], a.epsilon[half:])
	a.noiseFor = 0
}

// learnFrom learns with given ε of the actions in the batch's states, and in those
// that follow. As in Stable-Baselines3 α is that before its own step.
func (a *SAC) learnFrom(epsilon, epsilonNext []float32) {
	a.actor.Tape.Reset()
	act, logp := a.actor.Draw(a.batch.Obs, epsilon)
	a.alpha = float32(math.Exp(float64(a.temperature.Value[0])))
	if a.c.EntCoef.Auto {
		a.learnTemperature(logp.Value)
	}

	a.actor.Choose(a.batch.Next, epsilonNext, a.next, a.nextLogp)
	a.critics.target.Least(a.batch.Next, a.next, a.value)
	f32.Axpy(a.value, -a.alpha, a.nextLogp) // V(s') = min Q'(s', a') - α log π(a'|s'), eq. 3
	a.targets(a.value)
	a.critics.learn()
	a.learnActor(act, logp)
	a.blend()
	a.updates++
}

// learnTemperature takes a step down E[-log α (log π(a|s) + H̄)], eq. 18 with the
// logarithm of α in place of α.
func (a *SAC) learnTemperature(logp []float32) {
	surplus := f32.Sum(logp)/float64(len(logp)) + float64(a.entropy)
	a.temperature.Grad[0] = float32(-surplus)
	a.temperatureLoss = -float64(a.temperature.Value[0]) * surplus
	a.temperatureOpt.Step()
}

// learnActor takes a step down E[α log π(a|s) - min Q(s, a)], by eq. 10.
func (a *SAC) learnActor(act, logp *tape.Var) {
	slope, q := a.critics.slope(act.Value, 2)
	climb := act.Mul(act.Tape().Const(slope, act.Rows)).SumCols()
	logp.Scale(a.alpha).Sub(climb).Mean().Backward()
	a.actorOpt.Step()
	a.actorLoss = float64(a.alpha)*f32.Sum(logp.Value)/float64(len(logp.Value)) - q
}

// figures returns what is logged of the latest iteration.
func (a *SAC) figures() []Named {
	a.named = append(a.named[:0], Named{"actor_loss", a.actorLoss}, Named{"critic_loss", a.critics.loss},
		Named{"ent_coef", float64(a.alpha)}, Named{"ent_coef_loss", a.temperatureLoss},
		Named{"learning_rate", a.rate}, Named{"n_updates", float64(a.updates)})
	return a.named
}

// State visits the networks and the temperature, and what offPolicy has.
func (a *SAC) State(s *state.State) {
	s.All(a.actor, a.critics, &a.noise)
	s.Floats("sac/log_ent_coef", a.temperature.Value)
	s.Int("sac/updates", &a.updates, state.MaxCount)
	a.offPolicy.State(s)
}

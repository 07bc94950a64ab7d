package agents

import (
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// SACConfig is all of SAC's settings. Start from DefaultSAC.
type SACConfig struct {
	Setup         `yaml:"-"`
	Replay        `yaml:",inline"`
	Noise         `yaml:",inline"`     // added to the actions that are drawn
	EntCoef       Temperature          `yaml:"ent_coef"`        // temperature α, the weight of entropy: a number, auto to learn it, or auto_0.1 to learn it from 0.1
	UseSDE        bool                 `yaml:"use_sde"`         // explore by noise that depends on the state (gSDE, Raffin et al. 2021)
	SDESampleFreq int                  `yaml:"sde_sample_freq"` // steps of each environment between draws of the gSDE noise; -1: after each round of updates
	TargetEntropy *float32             `yaml:"target_entropy"`  // entropy that a learned α aims at, H̄; nil: minus the number of action dimensions
	Normalize     Normalize            `yaml:"normalize"`       // normalisation of observations and rewards
	Network       policy.NetworkConfig `yaml:"policy_kwargs"`   // networks and optimiser
}

// DefaultSAC returns the settings that Stable-Baselines3 has by default.
func DefaultSAC() SACConfig {
	c := SACConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Noise: Noise{"none", optim.Constant(0.1)}, EntCoef: Temperature{true, 1}, SDESampleFreq: -1,
		Normalize: DefaultNormalize(), Network: offPolicyNetwork(256, 256),
	}
	c.LearningRate, c.Network.LogStdInit = optim.Constant(3e-4), -3
	return c
}

// Complete writes out the optimiser's defaults.
func (c *SACConfig) Complete() error { return c.Network.Complete(1e-8) }

func (c *SACConfig) validate() error {
	finite := c.TargetEntropy == nil || *c.TargetEntropy-*c.TargetEntropy == 0
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Noise.rules(), []rule{
		{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		{finite, "target_entropy", given(c.TargetEntropy), "a finite number, or null"},
	}, c.Normalize.rules()))
}

// SAC is the soft actor-critic with a temperature that is learned: Haarnoja et al.
// 2018, arXiv:1812.05905, algorithm 1.
type SAC struct {
	horizon
	offPolicy
	c              SACConfig
	actor          *policy.Squashed
	actorOpt       *optim.Optimizer
	critics        *critics
	temperature    *tape.Param // log α
	temperatureOpt *optim.Optimizer
	entropy        float32 // target entropy H̄, for which α is learned

	noise      noiseProcess
	stateNoise []float32 // [N, Spec.Noise] gSDE's; nil without
	noiseAge   int       // steps since it was drawn; 0: it is drawn next

	epsilon                  []float32 // scratch: ε of the actions, and then of the next ones
	next, logpNext, value, y []float32 // scratch: [B, A] actions in the batch's Next, [B] their log-densities and values, [B] the critics' targets

	last    softFound // in the latest update
	updates int
	metrics []Metric
}

// softFound are the figures of an update of SAC.
type softFound struct {
	found
	alpha           float32
	temperatureLoss float64
}

// State visits what is logged until the next update.
func (f *softFound) State(s *state.State) {
	f.found.State(s)
	alpha := [1]float32{f.alpha}
	s.Floats("found/ent_coef", alpha[:])
	f.alpha = alpha[0]
	s.Double("found/ent_coef_loss", &f.temperatureLoss)
}

var (
	_ Agent     = (*SAC)(nil)
	_ Bounded   = (*SAC)(nil)
	_ algorithm = (*SAC)(nil)
)

// NewSAC returns a SAC that learns in environments from mk.
func NewSAC(mk env.Maker, c SACConfig) (*SAC, error) {
	a := &SAC{c: c}
	if err := a.build(mk); err != nil {
		return nil, abandon("SAC", err, a)
	}
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate}, c.Noise.schedule())
	b := c.BatchSize
	a.epsilon, a.next = make([]float32, 2*a.actor.Head.Numbers(b)), make([]float32, len(a.memory.batch.Act))
	a.logpNext, a.value, a.y = make([]float32, b), make([]float32, b), make([]float32, b)
	a.noise = newNoiseProcess(c.Noise, c.Steps, len(a.act))
	if size := a.actor.Spec().Noise; size > 0 {
		a.stateNoise = make([]float32, c.NEnvs*size)
	}
	a.nets = trained{
		params:  slices.Concat(a.actor.Params(), a.critics.now.Params(), []*tape.Param{a.temperature}),
		opts:    []*optim.Optimizer{a.actorOpt, a.critics.opt, a.temperatureOpt},
		tapes:   append([]*tape.Tape{a.actor.Tape}, a.critics.tapes()...),
		sharers: []nn.Sharer{a.actor, a.critics},
	}
	return a, nil
}

// build makes the environments, the networks and the optimisers.
func (a *SAC) build(mk env.Maker) (err error) {
	c, k := &a.c, &a.c.Network
	if err = ready(c); err != nil {
		return err
	}
	if err = a.connect(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	k.UseSDE = c.UseSDE
	spec := a.play.vec.Spec()
	if a.actor, err = policy.NewSquashed(a.rng, spec, *k, a.normal, c.Engine); err != nil {
		return err
	}
	if a.critics, err = newCritics(&a.offPolicy, k, 2, 0.5); err != nil {
		return err
	}
	if a.entropy = -float32(spec.Act.Size()); c.TargetEntropy != nil {
		a.entropy = *c.TargetEntropy
	}
	a.temperature = tape.NewVector("log_ent_coef", 1)
	a.temperature.Value[0] = float32(math.Log(c.EntCoef.Value))
	if a.actorOpt, err = k.NewOptimizer(a.actor.Params()); err != nil {
		return err
	}
	a.temperatureOpt, err = k.NewOptimizer([]*tape.Param{a.temperature})
	return err
}

// Policy returns the actor, whose best actions are without noise.
func (a *SAC) Policy() policy.Policy { return a.actor }

// Learn takes steps, and learns from what it remembers.
func (a *SAC) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.figures()), errorf("SAC", err)
}

// random writes actions uniform in the action space.
func (a *SAC) random(in policy.In, out policy.Out) {
	uniform(in.Rand, out.Raw)
	a.actor.Stretch(out.Act, out.Raw)
}

// explore draws actions.
func (a *SAC) explore(steps int, in policy.In, out policy.Out) {
	if a.noiseAge == 0 || a.noiseAge == a.c.SDESampleFreq {
		a.actor.DrawNoise(in.Rand, a.stateNoise)
		a.noiseAge = 0
	}
	a.noiseAge++
	a.actor.Act(policy.In{Obs: in.Obs, Rand: in.Rand, Noise: a.stateNoise}, policy.Out{Raw: out.Raw})
	a.noise.add(steps, in.Rand, out.Raw)
	a.actor.Stretch(out.Act, out.Raw)
}

// stepped begins the noise anew where an episode has ended.
func (a *SAC) stepped(res *env.Result) { a.noise.stepped(res) }

// iterate takes steps, and makes the updates for them.
func (a *SAC) iterate() error { return a.interact(a) }

// update learns from one minibatch. Noise that depends on the state is the same for
// the actions and the next ones.
func (a *SAC) update() {
	b, half := a.memory.sample(a.rng), len(a.epsilon)/2
	for i := range a.epsilon {
		if a.epsilon[i] = float32(a.rng.NormFloat64()); a.c.UseSDE && i >= half {
			a.epsilon[i] = a.epsilon[i-half]
		}
	}
	a.last = a.learnFrom(b, a.epsilon[:half], a.epsilon[half:])
	a.memory.learned(a.last.tdError)
	a.noiseAge = 0
}

// learnFrom takes a gradient step of α, of the critics towards their target and of the
// actor, with given ε of the actions in the batch's states, and in those that follow; then
// the target networks follow. As in Stable-Baselines3, α is the one before its own step.
func (a *SAC) learnFrom(b *replay.Batch, epsilon, epsilonNext []float32) (f softFound) {
	a.actor.Tape.Reset()
	act, logp := a.actor.Draw(b.Obs, epsilon)
	f.alpha = float32(math.Exp(float64(a.temperature.Value[0])))
	if a.c.EntCoef.Auto {
		f.temperatureLoss = a.learnTemperature(logp.Value)
	}
	f.target = a.target(b, epsilonNext, f.alpha)
	f.tdError, f.criticLoss = a.critics.learn(b, f.target)
	f.actorLoss = a.learnActor(b.Obs, act, logp, f.alpha)
	a.critics.follow(a.c.Tau)
	a.updates++
	return f
}

// target returns y = r + γ V(s'), with V(s') = min Q'(s', a') - α log π(a'|s'): eq. 3.
func (a *SAC) target(b *replay.Batch, epsilonNext []float32, alpha float32) []float32 {
	a.actor.Infer(b.Next, epsilonNext, a.next, a.logpNext)
	a.critics.target.Min(b.Next, a.next, a.value)
	f32.Axpy(a.value, -alpha, a.logpNext)
	tdTargets(a.y, b, a.value)
	return a.y
}

// learnTemperature takes a gradient step on E[-log α (log π(a|s) + H̄)], eq. 18 with the
// logarithm of α in place of α, and returns it.
func (a *SAC) learnTemperature(logp []float32) float64 {
	surplus := f32.Sum(logp)/float64(len(logp)) + float64(a.entropy)
	a.temperature.Grad[0] = float32(-surplus)
	l := -float64(a.temperature.Value[0]) * surplus
	a.temperatureOpt.Step()
	return l
}

// learnActor takes a gradient step on E[α log π(a|s) - min Q(s, a)], by eq. 10, and
// returns it.
func (a *SAC) learnActor(obs []float32, act, logp *tape.Var, alpha float32) float64 {
	slope, q := a.critics.slope(obs, act.Value, 2)
	climb := act.Mul(act.Tape().Const(slope, act.Rows)).SumCols()
	logp.Scale(alpha).Sub(climb).Mean().Backward()
	a.actorOpt.Step()
	return float64(alpha)*f32.Sum(logp.Value)/float64(len(logp.Value)) - q
}

// figures returns what is logged of the latest update.
func (a *SAC) figures() []Metric {
	a.metrics = append(a.metrics[:0], Metric{"actor_loss", a.last.actorLoss}, Metric{"critic_loss", a.last.criticLoss},
		Metric{"ent_coef", float64(a.last.alpha)}, Metric{"ent_coef_loss", a.last.temperatureLoss},
		Metric{"learning_rate", a.rate}, Metric{"n_updates", float64(a.updates)})
	return a.metrics
}

// State visits the networks, the temperature and the noise, and what offPolicy has.
func (a *SAC) State(s *state.State) {
	s.Section("sac", 1)
	s.All(a.actor, a.critics, &a.noise, &a.last)
	s.Floats("sac/log_ent_coef", a.temperature.Value)
	s.Floats("sac/noise", a.stateNoise)
	s.Int("sac/noise_age", &a.noiseAge, state.MaxCount)
	s.Int("sac/updates", &a.updates, state.MaxCount)
	a.offPolicy.State(s)
}

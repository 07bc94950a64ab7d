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

// SACConfig has the settings of SAC. DefaultSAC returns the defaults.
type SACConfig struct {
	Setup         `yaml:"-"`
	Replay        `yaml:",inline"`
	Acting        `yaml:",inline"`
	ApeX          `yaml:",inline"`
	Noise         `yaml:",inline"`     // exploration noise, added to the sampled actions
	EntCoef       Temperature          `yaml:"ent_coef"`        // temperature α, the weight of entropy: a number, auto to learn it, or auto_0.1 to learn it from 0.1
	UseSDE        bool                 `yaml:"use_sde"`         // explore by noise that depends on the state (gSDE, Raffin et al. 2021)
	SDESampleFreq int                  `yaml:"sde_sample_freq"` // steps of each environment between two samples of the gSDE noise; -1: one sample after each round of updates
	TargetEntropy *float32             `yaml:"target_entropy"`  // target H̄ of the policy's entropy, for a learned α; nil: minus the number of action dimensions
	Normalize     Normalize            `yaml:"normalize"`       // normalisation of observations and rewards
	Network       policy.NetworkConfig `yaml:"policy_kwargs"`   // networks and optimiser
}

// DefaultSAC returns the default settings of Stable-Baselines3.
func DefaultSAC() SACConfig {
	c := SACConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Acting: DefaultActing(), ApeX: DefaultApeX(), Noise: Noise{"none", optim.Constant(0.1)}, EntCoef: Temperature{true, 1}, SDESampleFreq: -1,
		Normalize: DefaultNormalize(), Network: offPolicyNetwork(256, 256),
	}
	c.LearningRate, c.Network.LogStdInit = optim.Constant(3e-4), -3
	return c
}

// Complete fills in the optimiser's default settings.
func (c *SACConfig) Complete() error { return c.Network.Complete(1e-8) }

// validate returns an error for the first setting that is out of its range.
func (c *SACConfig) validate() error {
	finite := c.TargetEntropy == nil || *c.TargetEntropy-*c.TargetEntropy == 0
	return firstViolation(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Acting.rules(), c.ApeX.rules(c.Actors), c.Noise.rules(), []rule{
		{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		{finite, "target_entropy", valueOrNil(c.TargetEntropy), "a finite number, or null"},
	}, c.Normalize.rules()))
}

// SAC is the soft actor-critic with two critics and a learned temperature α: Haarnoja et al.
// 2018, arXiv:1812.05905, algorithm 1.
type SAC struct {
	scheduleBound
	offPolicy
	c             SACConfig
	actor         *policy.Squashed
	actorOpt      *optim.Optimizer
	critics       *critics
	logAlpha      *tape.Param // log α, the learned parameter of the temperature
	alphaOpt      *optim.Optimizer
	targetEntropy float32 // H̄: α is learned such that the policy's entropy reaches it

	noise       noiseProcess
	sdeNoise    []float32 // [N, Spec.Noise] gSDE's exploration noise; nil without gSDE
	sdeNoiseAge int       // steps since gSDE's noise was sampled; 0 if the next step samples it

	epsilon     []float32 // scratch: noise ε; the first half is for the actions, the second for the next actions
	nextAct     []float32 // [B, A] scratch: actions at the next observations
	nextLogProb []float32 // [B] scratch: log π of the next actions
	nextValue   []float32 // [B] scratch: soft values of the next observations
	y           []float32 // [B] scratch: targets of the critics

	lastUpdate sacResult // result of the latest update
	updates    int       // updates since the start of the run
	metricBuf  []Metric
}

// sacResult has the targets, TD errors, losses and temperature of an update.
type sacResult struct {
	updateResult
	alpha     float32 // temperature α that the update used
	alphaLoss float64 // loss of the temperature; 0 if α is not learned
}

// State saves or loads the metrics: a Report shows them until the next update.
func (u *sacResult) State(s *state.State) {
	u.updateResult.State(s)
	alpha := [1]float32{u.alpha}
	s.Floats("found/ent_coef", alpha[:])
	u.alpha = alpha[0]
	s.Double("found/ent_coef_loss", &u.alphaLoss)
}

var (
	_ Agent     = (*SAC)(nil)
	_ Bounded   = (*SAC)(nil)
	_ algorithm = (*SAC)(nil)
)

// NewSAC returns a SAC agent that learns in environments made by mk.
func NewSAC(mk env.Maker, c SACConfig) (*SAC, error) {
	a := &SAC{c: c}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("SAC", err, a)
	}
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate}, c.Noise.stdSchedule())
	b := a.rows()
	a.epsilon, a.nextAct = make([]float32, 2*a.actor.Head.EpsilonLen(b)), make([]float32, b*a.actor.Spec().Act.Size())
	a.nextLogProb, a.nextValue, a.y = make([]float32, b), make([]float32, b), make([]float32, b)
	a.noise = newNoiseProcess(c.Noise, c.Steps, len(a.act))
	if size := a.actor.Spec().Noise; size > 0 {
		a.sdeNoise = make([]float32, c.NEnvs*size)
	}
	a.nets = trainedNetworks{
		params:  slices.Concat(a.actor.Params(), a.critics.online.Params(), []*tape.Param{a.logAlpha}),
		opts:    []*optim.Optimizer{a.actorOpt, a.critics.opt, a.alphaOpt},
		tapes:   append([]*tape.Tape{a.actor.Tape}, a.critics.tapes()...),
		sharers: []nn.Sharer{a.actor, a.critics},
	}
	if err := a.useActors(a, c.Acting, c.ApeX, func(i int) (distributable, error) {
		k := c
		k.forActor(i, &k.Setup, &k.Acting, c.ApeX)
		w, err := NewSAC(mk, k)
		if err == nil {
			w.noise.scale = actorNoise(i, c.Actors)
		}
		return w, err
	}); err != nil {
		return nil, closeOnError("SAC", err, a)
	}
	return a, nil
}

// build makes the environments, the replay buffer, the networks, log α and the optimisers.
func (a *SAC) build(mk env.Maker) (err error) {
	c, k := &a.c, &a.c.Network
	if err = completeAndValidate(c); err != nil {
		return err
	}
	if err = a.initOffPolicy(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
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
	if err = a.useMemory(a.actor, a.critics.online); err != nil {
		return err
	}
	a.critics.allocate(a.rows(), spec.Act.Size())
	if a.targetEntropy = -float32(spec.Act.Size()); c.TargetEntropy != nil {
		a.targetEntropy = *c.TargetEntropy
	}
	a.logAlpha = tape.NewVector("log_ent_coef", 1)
	a.logAlpha.Value[0] = float32(math.Log(c.EntCoef.Value))
	if a.actorOpt, err = k.NewOptimizer(a.actor.Params()); err != nil {
		return err
	}
	a.alphaOpt, err = k.NewOptimizer([]*tape.Param{a.logAlpha})
	return err
}

// Policy returns the actor. Its best action is the squashed mean, without noise.
func (a *SAC) Policy() policy.Policy { return a.actor }

// Learn takes environment steps, and learns from minibatches of the replay buffer.
func (a *SAC) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.metrics()), algorithmError("SAC", err)
}

// random samples actions uniformly from the action space.
func (a *SAC) random(in policy.In, out policy.Out) {
	sampleUniform(in.Rand, out.Raw)
	a.actor.Stretch(out.Act, out.Raw)
}

// explore samples actions from the actor, with gSDE's noise if UseSDE is set, and adds the noise
// of the noise process. It samples gSDE's noise again every SDESampleFreq steps and after an
// update.
func (a *SAC) explore(steps int, in policy.In, out policy.Out) {
	if a.sdeNoiseAge == 0 || a.sdeNoiseAge == a.c.SDESampleFreq {
		a.actor.DrawNoise(in.Rand, a.sdeNoise)
		a.sdeNoiseAge = 0
	}
	a.sdeNoiseAge++
	a.actor.Act(policy.In{Obs: in.Obs, Memory: in.Memory, Rand: in.Rand, Noise: a.sdeNoise}, policy.Out{Raw: out.Raw})
	a.noise.add(steps, in.Rand, out.Raw)
	a.actor.Stretch(out.Act, out.Raw)
}

// afterStep resets the noise process where an episode has ended.
func (a *SAC) afterStep(res *env.Result) { a.noise.resetEnded(res) }

// iterate takes the environment steps of an iteration and makes the updates that are due.
func (a *SAC) iterate() error { return a.interact(a) }

// update samples a minibatch and the noise ε of its actions, and learns from the minibatch. With
// gSDE, the next actions have the same noise as the actions.
func (a *SAC) update() {
	if a.memory != nil {
		a.updateBySequences()
		return
	}
	b, half := a.experience.sample(a.rng), len(a.epsilon)/2
	for i := range a.epsilon {
		if a.epsilon[i] = float32(a.rng.NormFloat64()); a.c.UseSDE && i >= half {
			a.epsilon[i] = a.epsilon[i-half]
		}
	}
	a.lastUpdate = a.learnFrom(b, a.epsilon[:half], a.epsilon[half:])
	a.experience.updatePriorities(a.lastUpdate.tdError)
	a.sdeNoiseAge = 0
}

// learnFrom takes gradient steps of α, of the critics and of the actor on a minibatch, and makes
// a soft update of the target networks. The argument epsilon is the noise of the actions at
// b.Obs, and nextEpsilon is the noise of the actions at b.Next. As in Stable-Baselines3, the
// critics and the actor use the value that α had before its gradient step.
func (a *SAC) learnFrom(b *replay.Batch, epsilon, nextEpsilon []float32) (u sacResult) {
	a.actor.Tape.Reset()
	act, logp := a.actor.Draw(policy.Batch{Obs: b.Obs}, epsilon)
	u.alpha = float32(math.Exp(float64(a.logAlpha.Value[0])))
	if a.c.EntCoef.Auto {
		u.alphaLoss = a.updateAlpha(logp.Value)
	}
	u.target = a.target(b, nextEpsilon, u.alpha)
	u.tdError, u.criticLoss = a.critics.update(b, u.target)
	u.actorLoss = a.updateActor(b.Obs, act, logp, u.alpha)
	a.critics.updateTargets(a.c.Tau)
	a.updates++
	return u
}

// target returns the critics' targets [B], with the soft value V of eq. 3:
//
//	V(s') = min(Q'₁(s', a'), Q'₂(s', a')) - α log π(a'|s')
//	y = r + γ V(s')
func (a *SAC) target(b *replay.Batch, nextEpsilon []float32, alpha float32) []float32 {
	a.actor.Infer(b.Next, nextEpsilon, a.nextAct, a.nextLogProb)
	a.critics.target.Min(b.Next, a.nextAct, nil, a.nextValue)
	f32.Axpy(a.nextValue, -alpha, a.nextLogProb)
	tdTargets(a.y, b, a.nextValue)
	return a.y
}

// updateAlpha takes a gradient step on the temperature's loss, and returns the loss. It is eq. 18
// with log α as the factor in place of α, as in Stable-Baselines3:
//
//	E[-log α (log π(a|s) + H̄)]
func (a *SAC) updateAlpha(logp []float32) float64 {
	entropyGap := f32.Sum(logp)/float64(len(logp)) + float64(a.targetEntropy) // E[log π(a|s)] + H̄
	a.logAlpha.Grad[0] = float32(-entropyGap)
	l := -float64(a.logAlpha.Value[0]) * entropyGap
	a.alphaOpt.Step()
	return l
}

// updateActor takes a gradient step on the actor's loss, and returns the loss. Its gradient is
// eq. 10:
//
//	E[α log π(a|s) - min(Q₁(s, a), Q₂(s, a))]
func (a *SAC) updateActor(obs []float32, act, logp *tape.Var, alpha float32) float64 {
	actionGradient, q := a.critics.actionGradient(obs, act.Value, nil, nil, 2)
	minQ := act.Mul(act.Tape().Const(actionGradient, act.Rows)).SumCols() // has the gradient of min Q, not its value
	logp.Scale(alpha).Sub(minQ).Mean().Backward()
	a.actorOpt.Step()
	return float64(alpha)*f32.Sum(logp.Value)/float64(len(logp.Value)) - q
}

// metrics returns the metrics of the latest update and the iteration's learning rate.
func (a *SAC) metrics() []Metric {
	a.metricBuf = append(a.metricBuf[:0], Metric{"actor_loss", a.lastUpdate.actorLoss}, Metric{"critic_loss", a.lastUpdate.criticLoss},
		Metric{"ent_coef", float64(a.lastUpdate.alpha)}, Metric{"ent_coef_loss", a.lastUpdate.alphaLoss},
		Metric{"learning_rate", a.rate}, Metric{"n_updates", float64(a.updates)})
	a.metricBuf = a.actors.append(a.metricBuf)
	return a.metricBuf
}

// State saves or loads the networks, the temperature, the noise, the result and number of
// updates, and the state of offPolicy.
func (a *SAC) State(s *state.State) {
	s.Section("sac", 1)
	s.All(a.actor, a.critics, &a.noise, &a.lastUpdate)
	s.Floats("sac/log_ent_coef", a.logAlpha.Value)
	s.Floats("sac/noise", a.sdeNoise)
	s.Int("sac/noise_age", &a.sdeNoiseAge, state.MaxCount)
	s.Int("sac/updates", &a.updates, state.MaxCount)
	a.offPolicy.State(s)
}

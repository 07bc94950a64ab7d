package agents

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// ReinforceConfig is all of REINFORCE's settings. Start from DefaultReinforce.
type ReinforceConfig struct {
	Setup              `yaml:"-"`
	NEpisodes          int            `yaml:"n_episodes"`          // episodes to an update, at least
	LearningRate       optim.Schedule `yaml:"learning_rate"`       // α
	Gamma              float32        `yaml:"gamma"`               // discount γ
	Baseline           bool           `yaml:"baseline"`            // returns count for what they are above a learned V
	VFCoef             float32        `yaml:"vf_coef"`             // weight of V's loss
	EntCoef            float32        `yaml:"ent_coef"`            // weight of the entropy bonus
	MaxGradNorm        float32        `yaml:"max_grad_norm"`       // the gradient is scaled down to this norm
	NormalizeAdvantage bool           `yaml:"normalize_advantage"` // to mean 0 and deviation 1 in each update
	Normalize          Normalize      `yaml:"normalize"`
	PolicyKwargs       policy.Kwargs  `yaml:"policy_kwargs"`
}

// DefaultReinforce returns settings that suit episodes of some hundred steps.
func DefaultReinforce() ReinforceConfig {
	return ReinforceConfig{
		Setup:     Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NEpisodes: 10, LearningRate: optim.Constant(1e-3), Gamma: 0.99, Baseline: true, VFCoef: 0.5, MaxGradNorm: 0.5,
		NormalizeAdvantage: true, Normalize: DefaultNormalize(), PolicyKwargs: policy.DefaultKwargs(),
	}
}

// Complete writes out the optimiser's defaults.
func (c *ReinforceConfig) Complete() error { return c.PolicyKwargs.Complete(1e-8) }

// Discount is γ.
func (c *ReinforceConfig) Discount() float32 { return c.Gamma }

// validate returns what is wrong with the first setting that cannot be.
func (c *ReinforceConfig) validate() error {
	return broken(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NEpisodes && c.NEpisodes <= 1<<20, "n_episodes", c.NEpisodes, "1 … 1048576"},
		rule{weight(c.LearningRate.Start()), "learning_rate", c.LearningRate, "0 or more"},
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{weight(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		rule{weight(c.EntCoef), "ent_coef", c.EntCoef, "0 or more"},
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	))
}

// Reinforce is REINFORCE: Williams 1992, "Simple statistical gradient-following
// algorithms for connectionist reinforcement learning"; with a learned baseline
// as in Sutton and Barto 2018, section 13.4. The discount of the step itself, γᵗ, is
// left out, as is usual.
type Reinforce struct {
	onPolicy
	c    ReinforceConfig
	rate float64 // in this iteration
	log  actorCriticLog

	now     []float32  // [N, O] what to act on next
	running []played   // [N] each environment's episode so far
	batch   played     // episodes that have ended, one after another
	ended   int        // how many
	logp    []float32  // [N] of the actions being taken
	value   []float32  // [rows] V of the batch
	reward  []float32  // [N] of the latest step
	over    []float32  // [N] 1 where it ended an episode
	last    [1]float32 // scratch: what an episode's end is worth
	piece   struct {   // of the batch, that is learned from at a time
		act, adv, ret []float32
		share         float32 // of all rows
	}
}

// played is steps one after another: what was observed, done, and could be done,
// and rewards; of those in a batch returns.
type played struct {
	obs, act []float32
	mask     []bool
	ret, adv []float32
}

var _ Agent = (*Reinforce)(nil)

// NewReinforce returns a Reinforce that learns in environments from mk.
func NewReinforce(mk env.Maker, c ReinforceConfig) (*Reinforce, error) {
	a := &Reinforce{c: c}
	if err := a.begin(mk); err != nil {
		return nil, fmt.Errorf("agents: REINFORCE: %w", err)
	}
	a.opt.MaxNorm = c.MaxGradNorm
	a.learnBy(a.actorLoss, a.criticLoss)
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	return a, nil
}

// begin makes what can fail.
func (a *Reinforce) begin(mk env.Maker) error {
	if err := ready(&a.c); err != nil {
		return err
	}
	first, err := a.connect(mk, &a.c.Setup, &a.c.PolicyKwargs, &a.c.Normalize, a.c.Gamma)
	if err != nil {
		return err
	}
	a.now, a.logp, a.running = slices.Clone(first.Obs), make([]float32, a.c.NEnvs), make([]played, a.c.NEnvs)
	a.reward, a.over = make([]float32, a.c.NEnvs), make([]float32, a.c.NEnvs)
	a.reserve()
	return nil
}

// reserve makes room for episodes as long as they can be, where that is known.
func (a *Reinforce) reserve() {
	const most = 1 << 22 // floats
	spec := a.vec.Spec()
	o, w, k := spec.Obs.Size(), spec.Act.Size(), len(a.mask)/a.c.NEnvs
	rows := spec.MaxSteps * (a.c.NEpisodes + a.c.NEnvs)
	if rows*(o+w+k) > most {
		return
	}
	for i := range a.running {
		a.running[i] = newPlayed(spec.MaxSteps, o, w, k)
	}
	a.batch, a.value = newPlayed(rows, o, w, k), make([]float32, 0, rows)
}

func newPlayed(rows, o, w, k int) played {
	floats := func(n int) []float32 { return make([]float32, 0, rows*n) }
	return played{floats(o), floats(w), make([]bool, 0, rows*k), floats(1), floats(1)}
}

// Learn gathers episodes and takes a step with each batch of them.
func (a *Reinforce) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.stats.Report(a.log.figures(a.rate)), errorf("REINFORCE", err)
}

// iterate plays until enough episodes have ended, and learns from those.
func (a *Reinforce) iterate() error {
	a.rate = a.c.LearningRate.At(a.stats.Steps(), a.c.Steps)
	a.opt.Rate = float32(a.rate)
	b := &a.batch
	b.obs, b.act, b.mask, b.ret, a.ended = b.obs[:0], b.act[:0], b.mask[:0], b.ret[:0], 0
	for a.ended < a.c.NEpisodes {
		if err := a.play(); err != nil {
			return err
		}
	}
	a.advantages()
	a.improve()
	if a.normal != nil {
		a.normal.Observe(b.obs)
	}
	return a.check()
}

// longest bounds an episode, in steps.
const longest = 1 << 20

// play takes one step in each environment.
func (a *Reinforce) play() error {
	n := a.c.NEnvs
	o, w, k := len(a.now)/n, len(a.act)/n, len(a.mask)/n
	for i := range a.running {
		e := &a.running[i]
		e.mask = append(e.mask, a.mask[i*k:(i+1)*k]...)
	}
	res, err := a.step(a.now, a.logp)
	if err != nil {
		return err
	}
	for i, r := range res.Reward {
		a.reward[i], a.over[i] = float32(r), 0
		if res.Done(i) {
			a.over[i] = 1
		}
	}
	if a.scale != nil {
		a.scale.normalize(a.reward, a.over)
	}
	for i := range a.running {
		e := &a.running[i]
		e.obs = append(e.obs, a.now[i*o:(i+1)*o]...)
		e.act = append(e.act, a.act[i*w:(i+1)*w]...)
		if e.ret = append(e.ret, a.reward[i]); len(e.ret) > longest {
			return fmt.Errorf("an episode has not ended after %d steps; the wrapper max_steps sets a limit", longest)
		}
		if res.Done(i) {
			a.finish(e, res, i)
		}
	}
	copy(a.now, res.Obs)
	return nil
}

// finish moves environment i's episode to the batch, with returns for rewards:
// G_t = r_t + γ G_{t+1}. What was cut off goes on with V, if there is one.
func (a *Reinforce) finish(e *played, res *env.Result, i int) {
	g := a.last[:]
	if g[0] = 0; a.c.Baseline && !res.Terminated[i] {
		o := len(a.now) / a.c.NEnvs
		a.model.Act(policy.In{Obs: res.Next[i*o : (i+1)*o]}, policy.Out{Value: g})
	}
	for t := len(e.ret) - 1; t >= 0; t-- {
		g[0] = e.ret[t] + float32(a.c.Gamma*g[0])
		e.ret[t] = g[0]
	}
	b := &a.batch
	b.obs, b.act, b.ret = append(b.obs, e.obs...), append(b.act, e.act...), append(b.ret, e.ret...)
	b.mask = append(b.mask, e.mask...)
	e.obs, e.act, e.mask, e.ret = e.obs[:0], e.act[:0], e.mask[:0], e.ret[:0]
	a.ended++
}

// advantages are the returns, less V if that is the baseline.
func (a *Reinforce) advantages() {
	b := &a.batch
	b.adv = append(b.adv[:0], b.ret...)
	a.value = slices.Grow(a.value[:0], len(b.ret))[:len(b.ret)]
	if a.model.Act(policy.In{Obs: b.obs}, policy.Out{Value: a.value}); a.c.Baseline {
		for i, v := range a.value {
			b.adv[i] -= v
		}
	}
	a.log.explained = explainedVariance(a.value, b.ret)
	if a.c.NormalizeAdvantage && len(b.adv) > 1 {
		normalize(b.adv)
	}
}

// maskOf returns a part of the batch's masks; nil where everything can be done.
func (a *Reinforce) maskOf(b *played, from, to int) []bool {
	if a.mask == nil {
		return nil
	}
	return b.mask[from:to]
}

// rowsAtOnce bounds what the tapes hold at a time.
const rowsAtOnce = 512

// improve takes a step along the gradient of all rows, which is gathered in pieces.
func (a *Reinforce) improve() {
	b, rows := &a.batch, len(a.batch.ret)
	o, w, k := len(b.obs)/rows, len(b.act)/rows, len(b.mask)/rows
	a.log.gain, a.log.entropy, a.log.value = 0, 0, 0
	for from := 0; from < rows; from += rowsAtOnce {
		to := min(from+rowsAtOnce, rows)
		p := &a.piece
		p.act, p.adv, p.ret, p.share = b.act[from*w:to*w], b.adv[from:to], b.ret[from:to], float32(to-from)/float32(rows)
		a.differentiate(b.obs[from*o:to*o], a.maskOf(b, from*k, to*k))
	}
	a.opt.Step()
}

// actorLoss is -E[log π(a|s) (G - b)], less the entropy bonus.
func (a *Reinforce) actorLoss(pi dist.Dist) *tape.Var {
	p := &a.piece
	gain := loss.PolicyGradient(pi.LogProb(p.act), a.model.Tape.Const(p.adv, len(p.adv)))
	entropy := pi.Entropy().Mean()
	a.log.gain += float64(gain.Scalar() * p.share)
	a.log.entropy += float64(entropy.Scalar() * p.share)
	return gain.Add(entropy.Scale(a.c.EntCoef)).Scale(-p.share)
}

// criticLoss is the mean squared error of V, weighted; nothing where there is no
// baseline.
func (a *Reinforce) criticLoss(v *tape.Var) *tape.Var {
	p := &a.piece
	l := loss.Squared(v, v.Tape().Const(p.ret, len(p.ret)))
	a.log.value += float64(l.Scalar() * p.share)
	if !a.c.Baseline {
		return l.Scale(0)
	}
	return l.Scale(a.c.VFCoef * p.share)
}

// State visits all that learning depends on, and the running episodes.
func (a *Reinforce) State(s *state.State) {
	a.onPolicy.State(s)
	s.Floats("reinforce/now", a.now)
	n := a.c.NEnvs
	o, w, k := len(a.now)/n, len(a.act)/n, len(a.mask)/n
	for i := range a.running {
		e := &a.running[i]
		state.Slice(s, "reinforce/rewards", &e.ret, longest)
		state.Slice(s, "reinforce/observations", &e.obs, longest*o)
		state.Slice(s, "reinforce/actions", &e.act, longest*w)
		state.Slice(s, "reinforce/mask", &e.mask, longest*k)
		if len(e.obs) != len(e.ret)*o || len(e.act) != len(e.ret)*w || len(e.mask) != len(e.ret)*k {
			s.Fail(fmt.Errorf("agents: %d rewards, %d observations and %d actions of an episode", len(e.ret), len(e.obs)/o, len(e.act)/w))
		}
	}
}

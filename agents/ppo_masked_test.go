package agents

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// A maskedRun is a recorded rollout with masks, and the results of two or more epochs with it: see
// testdata/README.md.
type maskedRun struct {
	Name                   string
	Steps, Envs, Minibatch int
	Epochs                 int
	Gamma, Lambda          float32
	Clip                   float64
	ClipVF                 *float64 `json:"clip_vf"`
	Ent, LR                float64
	VF, Norm               float32
	TargetKL               *float32 `json:"target_kl"`
	Dims                   []int
	StoppedEarly           bool `json:"stopped_early"`

	Obs, Actions, Rewards []float32
	Masks                 []bool    `json:"action_masks"`
	Starts                []bool    `json:"episode_starts"`
	LastObs               []float32 `json:"last_obs"`
	LastDone              []bool    `json:"last_done"`
	LastValue             []float32 `json:"last_value"`
	OldLogProb            []float32 `json:"old_log_prob"`
	OldValues             []float32 `json:"old_values"`
	Values                []float64
	LogProb               []float64 `json:"log_prob"`
	Entropy               []float64
	Advantages, Returns   []float64
	Order                 [][]int // order of the rows in each epoch
	Minibatches           []struct {
		Policy       float64 `json:"policy_loss"`
		Value        float64 `json:"value_loss"`
		Entropy      float64 `json:"entropy_loss"`
		Loss         float64
		KL           float64 `json:"approx_kl"`
		ClipFraction float64 `json:"clip_fraction"`
		Norm         float64 `json:"grad_norm_before_clip"`
	}
	Init, Final map[string][]float32
}

// unsteppedMaskedEnv is an environment with the spaces of a run and with masks. Tests never step
// it.
type unsteppedMaskedEnv struct{ spec env.Spec }

func (e unsteppedMaskedEnv) Spec() env.Spec                    { return e.spec }
func (unsteppedMaskedEnv) Reset(seed uint64, obs []float32)    {}
func (unsteppedMaskedEnv) Step(_, _ []float32) (o env.Outcome) { return o }
func (unsteppedMaskedEnv) Mask(allowed []bool) {
	for i := range allowed {
		allowed[i] = true
	}
}

// bits reports whether the action space is MultiBinary. Then the recorded network has two outputs
// for each bit, and the network here has one.
func (r *maskedRun) bits() bool { return strings.HasPrefix(r.Name, "multibinary") }

// agent returns a PPO with the recorded settings and weights.
func (r *maskedRun) agent(t *testing.T) *PPO {
	c := DefaultPPO()
	c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = r.Envs, r.Steps, r.Minibatch, r.Epochs
	c.Gamma, c.GAELambda, c.VFCoef, c.MaxGradNorm, c.TargetKL = r.Gamma, r.Lambda, r.VF, r.Norm, r.TargetKL
	c.LearningRate, c.ClipRange, c.EntCoef = optim.Constant(r.LR), optim.Constant(r.Clip), optim.Constant(r.Ent)
	if r.ClipVF != nil {
		s := optim.Constant(*r.ClipVF)
		c.ClipRangeVF = &s
	}
	c.Network.NetArch = policy.LayersPiVF([]int{10, 8}, []int{8, 8})
	spec := env.Spec{ID: "Screened-v0", Obs: env.NewBox(-9, 9, len(r.LastObs)/r.Envs)}
	switch {
	case r.bits():
		spec.Act = env.MultiBinary{N: len(r.Dims)}
	case len(r.Dims) == 1:
		spec.Act = env.Discrete{N: r.Dims[0]}
	default:
		spec.Act = env.MultiDiscrete{N: r.Dims}
	}
	p := Must(NewPPO(env.Each(func() unsteppedMaskedEnv { return unsteppedMaskedEnv{spec} }), c))
	for _, param := range p.networks.params {
		param.Import(r.weights(param, r.Init))
	}
	return p
}

// weights returns the recorded weights of a parameter. If the recorded network has two outputs for
// each bit, it returns the weights of output 1 minus the weights of output 0.
func (r *maskedRun) weights(p *tape.Param, all map[string][]float32) []float32 {
	w := all[p.Name]
	if !r.bits() || !strings.HasPrefix(p.Name, "actor.4") {
		return w
	}
	k := len(w) / (2 * len(r.Dims)) // weights of one output
	var differences []float32
	for bit := range r.Dims {
		for i := range k {
			differences = append(differences, w[(2*bit+1)*k+i]-w[2*bit*k+i])
		}
	}
	return differences
}

// fill fills p's rollout with the record. All recorded episodes ended by termination.
func (r *maskedRun) fill(p *PPO) {
	n, o, a, m := r.Envs, len(r.LastObs)/r.Envs, len(r.Dims), len(r.Masks)/(r.Steps*r.Envs)
	row := func(x []float32, k, t int) []float32 { return x[t*n*k : (t+1)*n*k] }
	p.roll.Begin(row(r.Obs, o, 0), r.Masks[:n*m], r.Starts[:n])
	for t := range r.Steps {
		res, done := env.NewResult(n, o), r.LastDone
		copy(res.Obs, r.LastObs)
		res.Mask = r.Masks[:n*m]
		if t+1 < r.Steps {
			done = r.Starts[(t+1)*n : (t+2)*n]
			copy(res.Obs, row(r.Obs, o, t+1))
			res.Mask = r.Masks[(t+1)*n*m : (t+2)*n*m]
		}
		res.Terminated, res.First = done, done
		for i := range n {
			res.Reward[i] = float64(row(r.Rewards, 1, t)[i])
		}
		p.roll.Add(row(r.Actions, a, t), row(r.OldLogProb, 1, t), res)
	}
}

// TestMaskedGolden checks that PPO with Discrete and MultiDiscrete actions makes the same gradient
// steps as sb3-contrib's MaskablePPO. For MultiBinary actions, whose recorded network has other
// outputs, it compares only the distribution, the values and the advantages.
func TestMaskedGolden(t *testing.T) {
	var runs []*maskedRun
	golden.Read(t, "testdata/masked_ppo.json.gz", &runs)
	for _, r := range runs {
		t.Run(r.Name, func(t *testing.T) {
			p := r.agent(t)
			r.fill(p)
			p.computeValues(p.roll)
			b := p.roll.All()
			golden.Near(t, "values", b.Value, r.Values...)
			p.networks.model.Tape.Reset()
			var pi dist.Dist = p.networks.model.Pi(trainingBatch(b))
			golden.Near(t, "log-probabilities", pi.LogProb(b.Act).Value, r.LogProb...)
			golden.Near(t, "entropy", pi.Entropy().Value, r.Entropy...)
			golden.Near(t, "last values", p.roll.Value[len(r.Values):], float64(r.LastValue[0]), float64(r.LastValue[1]))
			p.roll.Advantages(r.Gamma, r.Lambda)
			golden.Near(t, "advantages", p.roll.Advantage, r.Advantages...)
			golden.Near(t, "returns", p.roll.Return, r.Returns...)
			if !r.bits() {
				copy(p.roll.Value, r.OldValues)
				r.checkUpdates(t, p)
			}
		})
	}
}

// checkUpdates takes a gradient step on each recorded minibatch: see goldenRun.checkUpdates.
func (r *maskedRun) checkUpdates(t *testing.T, p *PPO) {
	adam := p.networks.opt
	p.networks.opt = optim.NewAdam(0, 0, nil)
	p.readSchedules(0)
	adam.Rate = float32(p.rate)
	k := 0
	for _, order := range r.Order {
		for ; len(order) > 0; order = order[r.Minibatch:] {
			p.log.reset()
			p.gradientStep(order[:r.Minibatch])
			norm := optim.Norm(p.networks.params)
			adam.Step()
			want, l := r.Minibatches[k], &p.log
			golden.Near(t, "policy_loss, value_loss, entropy_loss, loss, approx_kl, clip_fraction, norm", []float32{
				float32(-l.policyObjective.mean()), float32(l.valueLoss.mean()), float32(-l.entropy.mean()), float32(l.loss.mean()),
				float32(l.approxKL.mean()), float32(l.clipFraction.mean()), norm,
			}, want.Policy, want.Value, want.Entropy, want.Loss, want.KL, want.ClipFraction, want.Norm)
			k++
		}
	}
	for _, param := range p.networks.params {
		got, want := make([]float32, len(param.Value)), []float64(nil)
		param.Export(got)
		for _, w := range r.weights(param, r.Final) {
			want = append(want, float64(w))
		}
		golden.Near(t, "final "+param.Name, got, want...)
	}
}

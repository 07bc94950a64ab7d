package agents

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// An lstmRun is a recorded rollout and update of CleanRL's ppo_atari_lstm: see testdata/README.md.
type lstmRun struct {
	Name  string
	Hyper struct {
		T         int     `json:"num_steps"`
		N         int     `json:"num_envs"`
		BatchSize int     `json:"batch_size"`
		Batches   int     `json:"num_minibatches"`
		Gamma     float32 `json:"gamma"`
		Lambda    float32 `json:"gae_lambda"`
		Clip      float64 `json:"clip_coef"`
		ClipVF    bool    `json:"clip_vloss"`
		Ent       float64 `json:"ent_coef"`
		VF        float32 `json:"vf_coef"`
		Norm      float32 `json:"max_grad_norm"`
		LR        float64
		Actions   int `json:"n_actions"`
		Hidden    int
		Size      int `json:"lstm_hidden"`
	}
	Init    map[string][]float32
	Initial [2][]float32 `json:"initial_state"` // h and c [N, H]
	Rollout struct {
		Obs, Actions        []float32
		Rewards             []float64
		Dones               []float32
		LogProb             []float64 `json:"log_prob"`
		Values              []float64
		OldLogProb          []float32 `json:"old_log_prob"`
		OldValues           []float32 `json:"old_values"`
		LastObs             []float32 `json:"last_obs"`
		LastDone            []float32 `json:"last_done"`
		LastValue           []float64 `json:"last_value"`
		Advantages, Returns []float64
	}
	Minibatches []struct {
		Envs    []int   `json:"env_indices"`
		Policy  float64 `json:"pg_loss"`
		Value   float64 `json:"v_loss"`
		Entropy float64
		Loss    float64
		KL      float64              `json:"approx_kl"`
		Norm    float64              `json:"grad_norm_before_clip"`
		LogProb []float64            `json:"new_log_prob"` // only in the first minibatch, like Values and Grads
		Values  []float64            `json:"new_value"`
		Grads   map[string][]float64 `json:"grads_after_clip"`
	}
	First, Final map[string][]float64 // weights after the first minibatch, and after the last
}

// agent returns a PPO with the recorded settings and weights. CleanRL's value loss is half of the
// mean squared error.
func (r *lstmRun) agent(t *testing.T) *PPO {
	h := &r.Hyper
	c := DefaultPPO()
	c.NEnvs, c.NSteps, c.BatchSize, c.Gamma, c.GAELambda = h.N, h.T, h.BatchSize/h.Batches, h.Gamma, h.Lambda
	c.VFCoef, c.MaxGradNorm, c.SequenceLength = h.VF/2, h.Norm, h.T
	c.LearningRate, c.ClipRange, c.EntCoef = optim.Constant(h.LR), optim.Constant(h.Clip), optim.Constant(h.Ent)
	c.Network.ShareTrunk = true
	c.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: float64(h.Hidden)}, {Kind: "relu"}, {Kind: "lstm", Size: float64(h.Size)}}})
	obs := env.NewBox(-9, 9, len(r.Rollout.LastObs)/h.N)
	p := Must(NewPPO(env.Each(func() spacesOnly { return spacesOnly{obs, env.Discrete{N: h.Actions}} }), c))
	for _, param := range p.networks.params {
		param.Import(r.Init[r.recordedName(param.Name)])
	}
	return p
}

// recordedName returns the recorded name of a parameter.
func (*lstmRun) recordedName(name string) string {
	return strings.NewReplacer("trunk.0", "network.0", "trunk.2", "lstm", "actor.0", "actor", "critic.0", "critic").Replace(name)
}

// collect repeats the recorded rollout. All recorded episodes ended by termination.
func (r *lstmRun) collect(p *PPO) {
	x, n := &r.Rollout, r.Hyper.N
	o := len(x.LastObs) / n
	first := func(dones []float32) (f []bool) {
		for _, d := range dones[:n] {
			f = append(f, d != 0)
		}
		return f
	}
	var memory []float32
	for i := range n {
		for _, state := range r.Initial {
			memory = append(memory, state[i*r.Hyper.Size:(i+1)*r.Hyper.Size]...)
		}
	}
	p.roll.Begin(x.Obs[:n*o], nil, first(x.Dones))
	for t := range r.Hyper.T {
		from, to := t*n, (t+1)*n
		p.roll.Remember(memory)
		value := make([]float32, n)
		p.networks.model.Act(policy.In{Obs: x.Obs[from*o : to*o], First: first(x.Dones[from:]), Memory: memory}, policy.Out{Value: value})
		res, dones := env.NewResult(n, o), x.LastDone
		copy(res.Obs, x.LastObs)
		if to < len(x.Dones) {
			copy(res.Obs, x.Obs[to*o:])
			dones = x.Dones[to:]
		}
		copy(res.Reward, x.Rewards[from:])
		res.First, res.Terminated = first(dones), first(dones)
		p.roll.SetValues(value, nil)
		p.roll.Add(x.Actions[from:to], x.OldLogProb[from:to], res)
	}
	var k peek
	p.roll.SetValues(k.values(p.networks.model, x.LastObs, first(x.LastDone), memory), nil)
}

// A doubleClipped is PPO's objective with CleanRL's value loss: the larger of the clipped and the
// unclipped squared error of each row.
type doubleClipped struct {
	ppoObjective
	clips bool
}

func (o *doubleClipped) criticLoss(v *tape.Var, b *replay.Minibatch) (*tape.Var, float32) {
	if !o.clips {
		return o.ppoObjective.criticLoss(v, b)
	}
	t, n, epsilon := v.Tape(), b.Len(), float32(o.clipRange)
	old, ret := t.Const(b.Value, n), t.Const(b.Return, n)
	plain, clipped := v.Sub(ret).Square(), v.Sub(old).Clip(-epsilon, epsilon).Add(old).Sub(ret).Square()
	l := plain.Neg().Min(clipped.Neg()).Neg().Mean()
	return l.Scale(o.vfCoef), l.Scalar()
}

// TestLSTMGolden checks that PPO with a shared LSTM makes the same gradient steps as CleanRL's
// ppo_atari_lstm. Its minibatches are all steps of some environments, as PPO's own are.
func TestLSTMGolden(t *testing.T) {
	var all struct {
		Runs []*lstmRun `json:"ppo_lstm"`
	}
	golden.Read(t, "testdata/recurrent.json.gz", &all)
	for _, r := range all.Runs {
		t.Run(r.Name, func(t *testing.T) {
			p := r.agent(t)
			r.collect(p)
			x, b := &r.Rollout, p.roll.All()
			golden.Near(t, "values", b.Value, x.Values...)
			copy(b.Value, x.OldValues)
			p.roll.Advantages(r.Hyper.Gamma, r.Hyper.Lambda)
			golden.Near(t, "log-probabilities", p.networks.model.Pi(trainingBatch(b)).LogProb(b.Act).Value, x.LogProb...)
			golden.Near(t, "last values", p.roll.Value[len(x.Values):], x.LastValue...)
			golden.Near(t, "advantages", b.Advantage, x.Advantages...)
			golden.Near(t, "returns", b.Return, x.Returns...)
			r.checkUpdates(t, p)
		})
	}
}

// checkUpdates takes a gradient step on each recorded minibatch: see goldenRun.checkUpdates.
func (r *lstmRun) checkUpdates(t *testing.T, p *PPO) {
	adam := p.networks.opt
	p.networks.opt = optim.NewAdam(0, 0, nil)
	p.readSchedules(0)
	adam.Rate = float32(p.rate)
	o := &doubleClipped{p.objective, r.Hyper.ClipVF}
	for k := range r.Minibatches {
		want, b := &r.Minibatches[k], &p.minibatch
		b.set(p.roll, slices.Clone(want.Envs), true)
		if k == 0 {
			m, x := p.networks.model, b.Slice(new(replay.Minibatch), 0, b.Sequences())
			m.Tape.Reset()
			golden.Near(t, "log-probabilities of a minibatch", m.Pi(trainingBatch(x)).LogProb(x.Act).Value, want.LogProb...)
			golden.Near(t, "values of a minibatch", m.V(trainingBatch(x)).Value, want.Values...)
		}
		p.log.reset()
		p.log.add(p.networks.gradientStep(b, o), &o.ppoObjective)
		norm, l := optim.Norm(p.networks.params), &p.log
		if k == 0 {
			checkGradients(t, p.networks.params, min(1, r.Hyper.Norm/(norm+1e-6)), r.recordedName, want.Grads)
		}
		adam.Step()
		golden.Near(t, "pg_loss, v_loss, entropy, loss, norm, approx_kl", []float32{
			float32(-l.policyObjective.mean()), float32(l.valueLoss.mean()) / 2, float32(l.entropy.mean()), float32(l.loss.mean()), norm, float32(l.approxKL.mean()),
		}, want.Policy, want.Value, want.Entropy, want.Loss, want.Norm, want.KL)
		if k == 0 {
			checkExported(t, p.networks.params, r.recordedName, r.First)
		}
	}
	checkExported(t, p.networks.params, r.recordedName, r.Final)
}

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

// A recurrentRun is a recorded rollout and update of sb3-contrib's RecurrentPPO: see
// testdata/README.md.
type recurrentRun struct {
	Name  string
	Hyper struct {
		T           int `json:"n_steps"`
		N           int `json:"n_envs"`
		Gamma       float32
		Lambda      float32  `json:"gae_lambda"`
		ClipRange   float64  `json:"clip_range"`
		ClipRangeVF *float64 `json:"clip_range_vf"`
		Ent         float64  `json:"ent_coef"`
		VF          float32  `json:"vf_coef"`
		Norm        float32  `json:"max_grad_norm"`
		LR          float64
		Size        int              `json:"lstm_hidden_size"`
		Layers      int              `json:"n_lstm_layers"`
		Shared      bool             `json:"shared_lstm"`
		CriticLSTM  bool             `json:"enable_critic_lstm"`
		NetArch     map[string][]int `json:"net_arch"`
		Action      string
	}
	Init        map[string][]float32
	StartStates map[string][2][]float32 `json:"start_states"`
	Rollout     struct {
		Obs, Actions          []float32
		Rewards               []float64 `json:"rewards_env"`
		Terminated, Truncated []bool
		Starts                []bool    `json:"episode_starts"`
		FinalObs              []float32 `json:"terminal_observation"`
		FinalValue            []float64 `json:"terminal_value"`
		Values                []float64
		LogProb               []float64 `json:"log_prob"`
		HiddenPi              []float64 `json:"hidden_pi"`
		CellPi                []float64 `json:"cell_pi"`
		HiddenVF              []float64 `json:"hidden_vf"`
		CellVF                []float64 `json:"cell_vf"`
		LastObs               []float32 `json:"last_obs"`
		LastDone              []bool    `json:"last_done"`
		LastValue             []float64 `json:"last_value"`
		Advantages, Returns   []float64
		OldLogProb            []float32 `json:"old_log_prob"`
		OldValues             []float32 `json:"old_values"`
	}
	Minibatches []struct {
		Indices      []int
		Starts       []int   `json:"seq_start_positions"`
		Policy       float64 `json:"policy_loss"`
		Value        float64 `json:"value_loss"`
		Entropy      float64 `json:"entropy_loss"`
		Loss         float64
		KL           float64              `json:"approx_kl"`
		ClipFraction float64              `json:"clip_fraction"`
		Norm         float64              `json:"grad_norm_before_clip"`
		Advantages   []float64            `json:"normalized_advantages"`
		LogProb      []float64            `json:"log_prob"` // only in the first minibatch, like Values and Grads
		Values       []float64            `json:"values"`
		Grads        map[string][]float64 `json:"grads_after_clip"`
	}
	First, Final map[string][]float64 // weights after the first minibatch, and after the last

	memory [][]float32 // [T][N, H] memory before each step
}

// linearTanh returns a linear layer with tanh after it.
func linearTanh(size int) nn.Layers {
	return nn.Layers{{Kind: "linear", Size: float64(size)}, {Kind: "tanh"}}
}

// agent returns a PPO with the recorded settings and weights.
func (r *recurrentRun) agent(t *testing.T) *PPO {
	h := &r.Hyper
	c := DefaultPPO()
	c.NEnvs, c.NSteps, c.BatchSize, c.Gamma, c.GAELambda = h.N, h.T, h.T, h.Gamma, h.Lambda
	c.VFCoef, c.MaxGradNorm = h.VF, h.Norm
	c.LearningRate, c.ClipRange, c.EntCoef = optim.Constant(h.LR), optim.Constant(h.ClipRange), optim.Constant(h.Ent)
	if h.ClipRangeVF != nil {
		s := optim.Constant(*h.ClipRangeVF)
		c.ClipRangeVF = &s
	}
	lstm := nn.Layers{{Kind: "lstm", Size: float64(h.Size), Settings: map[string]any{"layers": float64(h.Layers)}}}
	list := func(first nn.Layers, net string) policy.LayerList {
		return policy.LayerList{Layers: append(slices.Clone(first), linearTanh(h.NetArch[net][0])...)}
	}
	switch {
	case h.Shared:
		c.Network.Layers, c.Network.DetachCritic = policy.ListsTrunk(policy.LayerList{Layers: lstm}, list(nil, "pi"), list(nil, "vf")), true
	case h.CriticLSTM:
		c.Network.Layers = policy.ListsPiVF(list(lstm, "pi"), list(lstm, "vf"))
	default:
		c.Network.Layers = policy.ListsPiVF(list(lstm, "pi"), list(nn.Layers{{Kind: "linear", Size: float64(h.Size)}}, "vf"))
	}
	var act env.Space = env.Discrete{N: len(r.Init["action_net.bias"])}
	if h.Action != "discrete" {
		act = env.NewBox(-9, 9, len(r.Init["action_net.bias"]))
	}
	obs := env.NewBox(-9, 9, len(r.Rollout.LastObs)/h.N)
	p := Must(NewPPO(env.Each(func() spacesOnly { return spacesOnly{obs, act} }), c))
	for _, param := range p.networks.params {
		param.Import(r.Init[r.recordedName(param.Name)])
	}
	return p
}

// recordedName returns the recorded name of a parameter.
func (r *recurrentRun) recordedName(name string) string {
	const pi, vf = "mlp_extractor.policy_net.0.", "mlp_extractor.value_net.0."
	names := []string{"actor.0.", "lstm_actor.", "actor.1.", pi, "actor.3.", "action_net.", "critic.0.", "lstm_critic.", "critic.1.", vf, "critic.3.", "value_net."}
	switch {
	case r.Hyper.Shared:
		names = []string{"trunk.0.", "lstm_actor.", "actor.0.", pi, "actor.2.", "action_net.", "critic.0.", vf, "critic.2.", "value_net."}
	case !r.Hyper.CriticLSTM:
		names[7] = "critic."
	}
	return strings.NewReplacer(names...).Replace(name)
}

// recordedMemory returns the recorded memory [N, H] of step t.
func (r *recurrentRun) recordedMemory(t int) (all []float64) {
	h, x := &r.Hyper, &r.Rollout
	states := [][]float64{x.HiddenPi, x.CellPi, x.HiddenVF, x.CellVF}
	if !h.CriticLSTM {
		states = states[:2]
	}
	for i := range h.N {
		for net := 0; net < len(states); net += 2 {
			for layer := range h.Layers {
				at := ((t*h.Layers+layer)*h.N + i) * h.Size
				all = append(append(all, states[net][at:at+h.Size]...), states[net+1][at:at+h.Size]...)
			}
		}
	}
	return all
}

// TestRecurrentGolden checks that PPO with LSTM layers computes the same values, memory, advantages
// and gradient steps as sb3-contrib's RecurrentPPO. Its minibatches have sequences of unequal
// length, which begin with the stored memory.
func TestRecurrentGolden(t *testing.T) {
	var all struct {
		Runs []*recurrentRun `json:"recurrent_ppo"`
	}
	golden.Read(t, "testdata/recurrent.json.gz", &all)
	for _, r := range all.Runs {
		t.Run(r.Name, func(t *testing.T) {
			p := r.agent(t)
			r.collect(t, p)
			p.roll.Advantages(r.Hyper.Gamma, r.Hyper.Lambda)
			x, b := &r.Rollout, p.roll.All()
			golden.Near(t, "values", b.Value, x.Values...)
			p.networks.model.Tape.Reset()
			golden.Near(t, "log-probabilities", p.networks.model.Pi(trainingBatch(b)).LogProb(b.Act).Value, x.LogProb...)
			golden.Near(t, "last values", p.roll.Value[len(x.Values):], x.LastValue...)
			golden.Near(t, "advantages", b.Advantage, x.Advantages...)
			golden.Near(t, "returns", b.Return, x.Returns...)
			copy(b.Value, x.OldValues)
			r.checkUpdates(t, p)
		})
	}
}

// collect repeats the recorded rollout, as collector.collect does with the environments' own steps.
func (r *recurrentRun) collect(t *testing.T, p *PPO) {
	x, n, roll, model := &r.Rollout, r.Hyper.N, p.roll, p.networks.model
	o, a := len(x.LastObs)/n, len(x.Actions)/len(x.Values)
	memory, value, finals := float32s(r.recordedMemory(0)), make([]float32, n), []float32(nil)
	var k peek
	roll.Begin(x.Obs[:n*o], nil, x.Starts[:n])
	for step := range r.Hyper.T {
		from, to := step*n, (step+1)*n
		golden.Near(t, "memory", memory, r.recordedMemory(step)...)
		r.memory = append(r.memory, slices.Clone(memory))
		roll.Remember(memory)
		model.Act(policy.In{Obs: x.Obs[from*o : to*o], First: x.Starts[from:to], Memory: memory}, policy.Out{Value: value})
		res := env.NewResult(n, o)
		res.Terminated, res.Truncated = x.Terminated[from:to], x.Truncated[from:to]
		copy(res.Reward, x.Rewards[from:])
		copy(res.Next, x.FinalObs[from*o:])
		copy(res.Obs, x.LastObs)
		copy(res.First, x.LastDone)
		if to < len(x.Values) {
			copy(res.Obs, x.Obs[to*o:])
			copy(res.First, x.Starts[to:])
		}
		final := k.finalValues(model, res, memory)
		finals = append(finals, final...)
		roll.SetValues(value, final)
		roll.Add(x.Actions[from*a:to*a], x.OldLogProb[from:to], res)
	}
	roll.SetValues(k.values(model, x.LastObs, x.LastDone, memory), nil)
	golden.Near(t, "values of final observations", finals, x.FinalValue...)
}

// float32s converts x.
func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// minibatch returns the steps of recorded minibatch k, as sequences that are filled up to the same
// length.
func (r *recurrentRun) minibatch(p *PPO, k int) *replay.Minibatch {
	n, indices, starts := r.Hyper.N, r.Minibatches[k].Indices, append(slices.Clone(r.Minibatches[k].Starts), len(r.Minibatches[k].Indices))
	b, s, steps := new(replay.Minibatch), len(starts)-1, 0
	for j := range s {
		steps = max(steps, starts[j+1]-starts[j])
	}
	x, o, a, h := &r.Rollout, len(r.Rollout.LastObs)/n, len(r.Rollout.Actions)/len(r.Rollout.Values), len(r.memory[0])/n
	b.Steps, b.First, b.Obs, b.Memory = steps, make([]bool, steps*s), make([]float32, steps*s*o), make([]float32, s*h)
	for j := range s {
		for i := starts[j]; i < starts[j+1]; i++ {
			t, e := indices[i]%r.Hyper.T, indices[i]/r.Hyper.T
			from, to := t*n+e, (i-starts[j])*s+j
			if i == starts[j] {
				copy(b.Memory[j*h:], r.memory[t][e*h:(e+1)*h])
			}
			b.Rows, b.First[to] = append(b.Rows, to), x.Starts[from]
			copy(b.Obs[to*o:(to+1)*o], x.Obs[from*o:])
			b.Act, b.LogProb = append(b.Act, x.Actions[from*a:(from+1)*a]...), append(b.LogProb, x.OldLogProb[from])
			b.Value, b.Advantage, b.Return = append(b.Value, x.OldValues[from]), append(b.Advantage, p.roll.Advantage[from]), append(b.Return, p.roll.Return[from])
		}
	}
	normalizeAdvantages(b.Advantage)
	return b
}

// checkUpdates takes a gradient step on each recorded minibatch: see goldenRun.checkUpdates.
func (r *recurrentRun) checkUpdates(t *testing.T, p *PPO) {
	adam := p.networks.opt
	p.networks.opt = optim.NewAdam(0, 0, nil)
	p.readSchedules(0)
	adam.Rate = float32(p.rate)
	for k := range r.Minibatches {
		want, b := &r.Minibatches[k], r.minibatch(p, k)
		if k == 0 {
			m := p.networks.model
			m.Tape.Reset()
			m.ValueTape.Reset()
			golden.Near(t, "normalised advantages", b.Advantage, want.Advantages...)
			golden.Near(t, "log-probabilities of a minibatch", m.Pi(trainingBatch(b)).LogProb(b.Act).Value, want.LogProb...)
			golden.Near(t, "values of a minibatch", m.V(trainingBatch(b)).Value, want.Values...)
		}
		p.log.reset()
		p.log.add(p.networks.gradientStep(b, &p.objective), &p.objective)
		norm, l := optim.Norm(p.networks.params), &p.log
		if k == 0 {
			checkGradients(t, p.networks.params, min(1, r.Hyper.Norm/(norm+1e-6)), r.recordedName, want.Grads)
		}
		adam.Step()
		golden.Near(t, "policy_loss, value_loss, entropy_loss, loss, norm, approx_kl, clip_fraction", []float32{
			float32(-l.policyObjective.mean()), float32(l.valueLoss.mean()), float32(-l.entropy.mean()), float32(l.loss.mean()),
			norm, float32(l.approxKL.mean()), float32(l.clipFraction.mean()),
		}, want.Policy, want.Value, want.Entropy, want.Loss, want.Norm, want.KL, want.ClipFraction)
		if k == 0 {
			checkExported(t, p.networks.params, r.recordedName, r.First)
		}
	}
	checkExported(t, p.networks.params, r.recordedName, r.Final)
}

// checkGradients compares the gradients, times a factor, with the recorded gradients.
func checkGradients(t *testing.T, params []*tape.Param, factor float32, name func(string) string, want map[string][]float64) {
	for _, p := range params {
		g := p.Clone()
		for i, v := range p.Grad {
			g.Value[i] = factor * v
		}
		checkExported(t, []*tape.Param{g}, name, want)
	}
}

// checkExported compares parameters with recorded parameters.
func checkExported(t *testing.T, params []*tape.Param, name func(string) string, want map[string][]float64) {
	for _, p := range params {
		got := make([]float32, len(p.Value))
		p.Export(got)
		golden.Near(t, name(p.Name), got, want[name(p.Name)]...)
	}
}

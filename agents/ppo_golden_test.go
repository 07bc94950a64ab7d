package agents

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
)

// A goldenTask is a recorded rollout of one environment: see testdata/README.md.
type goldenTask struct {
	Init       map[string][]float32
	Obs        []float32 // [T, 4]
	Actions    []float32
	Rewards    []float32
	Terminated []float32
	Order      [][]int // order of the rows in each epoch
}

// A goldenRun has the recorded results of two epochs with a task.
type goldenRun struct {
	Variant, Kind, DType string
	ClipRangeVF          *float64  `json:"clip_range_vf"`
	LastValue            float32   `json:"last_value"`
	Values               []float64 // before the gradient steps, like LogProb, Advantages and Returns
	LogProb              []float64 `json:"log_prob"`
	Advantages, Returns  []float64
	Minibatches          []struct {
		Policy       float64 `json:"policy_loss"`
		Value        float64 `json:"value_loss"`
		Entropy      float64 `json:"entropy_loss"`
		Loss         float64
		Norm         float64 `json:"grad_norm_before_clip"`
		KL           float64 `json:"approx_kl"`
		ClipFraction float64 `json:"clip_fraction"`
	}
	First, Final map[string][]float64 // weights after the first minibatch, and after the last
}

// unsteppedEnv is an environment with the spaces of the tasks. Tests never step it.
type unsteppedEnv struct{ act env.Space }

func (e unsteppedEnv) Spec() env.Spec {
	return env.Spec{ID: "Still-v0", Obs: env.NewBox(-1, 1, 4), Act: e.act}
}
func (unsteppedEnv) Reset(seed uint64, obs []float32)    {}
func (unsteppedEnv) Step(act, obs []float32) env.Outcome { return env.Outcome{} }

// TestPPOGolden checks that PPO makes the same gradient steps as Stable-Baselines3, from the same
// weights and with the same minibatches.
func TestPPOGolden(t *testing.T) {
	var g struct {
		Tasks map[string]goldenTask
		Runs  []goldenRun
	}
	golden.Read(t, "testdata/ppo.json.gz", &g)
	for _, run := range g.Runs {
		t.Run(run.Variant+"/"+run.Kind+"/"+run.DType, func(t *testing.T) {
			task := g.Tasks[run.Kind]
			p := run.ppo(t, task)
			run.checkRollout(t, p, task)
			run.checkUpdates(t, p, task)
		})
	}
}

// ppo returns a PPO with the recorded settings and weights.
func (r goldenRun) ppo(t *testing.T, task goldenTask) *PPO {
	c := DefaultPPO()
	c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = 1, 32, 8, 2
	c.LearningRate, c.ClipRange, c.EntCoef = optim.Constant(0.003), optim.Constant(0.2), optim.Constant(0.01)
	c.Network.NetArch = policy.Layers(8, 8)
	if r.ClipRangeVF != nil {
		s := optim.Constant(*r.ClipRangeVF)
		c.ClipRangeVF = &s
	}
	act := map[string]env.Space{"discrete": env.Discrete{N: 3}, "continuous": env.NewBox(-1, 1, 2)}[r.Kind]
	p, err := NewPPO(env.Each(func() unsteppedEnv { return unsteppedEnv{act} }), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, param := range p.networks.params {
		if name := recordedName(param.Name); copy(param.Value, task.Init[name]) != len(task.Init[name]) {
			t.Fatalf("%s has %d numbers, want %d", param.Name, len(param.Value), len(task.Init[name]))
		}
	}
	return p
}

// recordedName returns the recorded name of a parameter.
func recordedName(name string) string {
	return strings.NewReplacer("actor.4", "action_net", "actor", "policy_net", "critic.4", "value_net", "critic", "value_mlp").Replace(name)
}

// checkRollout fills p's rollout with the record and compares values, advantages and returns. The
// observation after the last step is not recorded, only its value.
func (r goldenRun) checkRollout(t *testing.T, p *PPO, task goldenTask) {
	logp := make([]float32, len(r.LogProb))
	for i, v := range r.LogProb {
		logp[i] = float32(v) // log-probabilities of an older policy, which collected the recorded rollout
	}
	refill(p.roll, p.crew.parts[0].play.obs, task.Obs, task.Actions, logp, task.Rewards, task.Terminated)
	p.computeValues(p.roll)
	golden.Near(t, "values", p.roll.Value[:p.c.NSteps], r.Values...)
	p.roll.Value[p.c.NSteps] = r.LastValue
	p.roll.Advantages(p.c.Gamma, p.c.GAELambda)
	golden.Near(t, "advantages", p.roll.Advantage, r.Advantages...)
	golden.Near(t, "returns", p.roll.Return, r.Returns...)
}

// refill fills the rollout of one environment with recorded steps. The argument after is the
// observation after the last step.
func refill(roll *replay.Rollout, after, obs, act, logp, reward, terminated []float32) {
	o, a := len(obs)/roll.T, len(act)/roll.T
	roll.Begin(obs[:o], nil, []bool{true})
	for t := range roll.T {
		res := env.NewResult(1, o)
		if copy(res.Obs, after); t+1 < roll.T {
			copy(res.Obs, obs[(t+1)*o:])
		}
		if reward != nil {
			res.Reward[0], res.Terminated[0] = float64(reward[t]), terminated[t] != 0
		}
		roll.Add(act[t*a:(t+1)*a], logp[t:t+1], res)
	}
}

// checkUpdates takes a gradient step on each recorded minibatch and compares losses, gradient norms
// and weights. The PPO has an optimiser without parameters, which does not change the gradient, so
// that the norm can be measured before adam takes the step.
func (r goldenRun) checkUpdates(t *testing.T, p *PPO, task goldenTask) {
	adam := p.networks.opt
	p.networks.opt = optim.NewAdam(0, 0, nil)
	p.readSchedules(0)
	adam.Rate = float32(p.rate)
	k := 0
	for _, order := range task.Order {
		for ; len(order) > 0; order = order[p.c.BatchSize:] {
			p.log.reset()
			p.gradientStep(order[:p.c.BatchSize])
			norm := optim.Norm(p.networks.params)
			adam.Step()
			want, l := r.Minibatches[k], &p.log
			golden.Near(t, "policy_loss, value_loss, entropy_loss, loss, norm, approx_kl, clip_fraction", []float32{
				float32(-l.policyObjective.mean()), float32(l.valueLoss.mean()), float32(-l.entropy.mean()), float32(l.loss.mean()),
				norm, float32(l.approxKL.mean()), float32(l.clipFraction.mean()),
			}, want.Policy, want.Value, want.Entropy, want.Loss, want.Norm, want.KL, want.ClipFraction)
			if k++; k == 1 {
				r.checkWeights(t, p, "after a minibatch ", r.First)
			}
		}
	}
	if k != len(r.Minibatches) {
		t.Errorf("%d minibatches, want %d", k, len(r.Minibatches))
	}
	r.checkWeights(t, p, "final ", r.Final)
}

// checkWeights compares the parameters with the recorded parameters. The argument prefix is for
// error messages.
func (goldenRun) checkWeights(t *testing.T, p *PPO, prefix string, want map[string][]float64) {
	for _, param := range p.networks.params {
		golden.Near(t, prefix+param.Name, param.Value, want[recordedName(param.Name)]...)
	}
}

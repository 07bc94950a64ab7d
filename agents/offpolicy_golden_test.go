package agents

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// recordedRun has recorded updates of an agent: see testdata/README.md.
type recordedRun struct {
	Algo, DType string
	Delay       int
	LR          float64 `json:"lr"`
	EntCoef     string  `json:"ent_coef"`
	Init        map[string][]float32
	Updates     []recordedStep
}

// recordedStep has the minibatch, the noise and the results of one update.
type recordedStep struct {
	Obs, Act, Reward, Next, Done []float32
	Noise                        []float32
	NoiseNext                    []float32 `json:"noise_next"`
	Targets                      []float64
	Loss                         float64
	ActorLoss                    *float64 `json:"actor_loss"`
	After                        map[string][]float64
}

// recordedAgent is an agent that repeats recorded updates.
type recordedAgent struct {
	batch  *replay.Batch
	learn  func(u *recordedStep) updateResult // makes one update with the batch
	params map[string]*tape.Param             // parameters under their recorded names
}

// TestOffPolicyUpdates repeats recorded updates with the networks of both engines.
func TestOffPolicyUpdates(t *testing.T) {
	t.Run("native", func(t *testing.T) { offPolicyUpdates(t, nn.Native{}) })
	t.Run("gorgonia", func(t *testing.T) { offPolicyUpdates(t, gorgonia.Engine{}) })
}

// offPolicyUpdates repeats all recorded updates with networks of engine e.
func offPolicyUpdates(t *testing.T, e nn.Engine) {
	var all []recordedRun
	golden.Read(t, "testdata/offpolicy.json.gz", &all)
	for _, g := range all {
		t.Run(g.Algo+"/"+g.DType+"/"+g.EntCoef, func(t *testing.T) {
			l := g.newAgent(t, e)
			if len(l.params) != len(g.Init) {
				t.Fatalf("%d parameters, want %d", len(l.params), len(g.Init))
			}
			for name, v := range g.Init {
				l.params[name].Import(v)
			}
			for i := range g.Updates {
				l.check(t, &g.Updates[i])
			}
		})
	}
}

// check makes the update u and compares targets, losses and parameters.
func (l *recordedAgent) check(t *testing.T, u *recordedStep) {
	t.Helper()
	b := l.batch
	copy(b.Obs, u.Obs)
	copy(b.Act, u.Act)
	copy(b.Reward, u.Reward)
	copy(b.Next, u.Next)
	for i, done := range u.Done {
		b.Discount[i], b.Weight[i] = 0.99*(1-done), 1
	}
	f := l.learn(u)
	golden.Near(t, "targets", f.target, u.Targets...)
	golden.Near(t, "critic's loss", []float32{float32(f.criticLoss)}, u.Loss)
	if u.ActorLoss != nil {
		golden.Near(t, "actor's loss", []float32{float32(f.actorLoss)}, *u.ActorLoss)
	}
	for name, want := range u.After {
		p := l.params[name]
		got := make([]float32, len(p.Value))
		p.Export(got)
		golden.Near(t, name, got, want...)
	}
}

// newAgent returns an agent with g's algorithm and settings.
func (g *recordedRun) newAgent(t *testing.T, e nn.Engine) *recordedAgent {
	t.Helper()
	rows := len(g.Updates[0].Reward)
	o, act := len(g.Updates[0].Obs)/rows, env.Space(env.NewBox(-1, 1, len(g.Updates[0].Act)/rows))
	if strings.HasSuffix(g.Algo, "DQN") {
		act = env.Discrete{N: len(g.Init["q.4.bias"])}
	}
	mk := env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-9, 9, o), act} })
	r := DefaultReplay()
	r.BatchSize, r.BufferSize, r.LearningRate = rows, 100, optim.Constant(g.LR)
	l := &recordedAgent{params: map[string]*tape.Param{}}
	add := func(suffix string, params []*tape.Param) {
		for _, p := range params {
			net, rest, _ := strings.Cut(p.Name, ".")
			l.params[net+suffix+"."+rest] = p
		}
	}
	switch g.Algo {
	case "DDPG", "TD3":
		c := DefaultTD3()
		c.Engine, c.Replay, c.PolicyDelay, c.Network.NetArch, c.Network.ActivationFn = e, r, g.Delay, policy.Layers(8, 8), "relu"
		var d *dpg
		var o *offPolicy
		if g.Algo == "TD3" {
			a := Must(NewTD3(mk, c))
			d, o, l.learn = &a.dpg, &a.offPolicy, func(u *recordedStep) updateResult { return a.learnFrom(l.batch, u.Noise) }
		} else {
			a := Must(NewDDPG(mk, DDPGConfig{Setup: c.Setup, Replay: r, Noise: c.Noise, Normalize: c.Normalize, Network: c.Network}))
			d, o, l.learn = &a.dpg, &a.offPolicy, func(*recordedStep) updateResult { return a.learnFrom(l.batch) }
		}
		l.batch = o.experience.batch
		o.nets.setLearningRate(g.LR)
		add("", d.actor.Params())
		add("_target", d.actorTarget.Params())
		add("", d.critics.online.Params())
		add("_target", d.critics.target.Params())
	case "SAC":
		c := DefaultSAC()
		c.Engine, c.Replay, c.Network.NetArch = e, r, policy.Layers(8, 8)
		if err := c.EntCoef.UnmarshalText([]byte(g.EntCoef)); err != nil {
			t.Fatal(err)
		}
		a := Must(NewSAC(mk, c))
		a.actor.Head.TanhEpsilon = 1e-6 // as in the program that recorded the updates
		a.nets.setLearningRate(g.LR)
		l.batch, l.learn = a.experience.batch, func(u *recordedStep) updateResult { return a.learnFrom(l.batch, u.Noise, u.NoiseNext).updateResult }
		add("", a.actor.Params())
		add("", a.critics.online.Params())
		add("_target", a.critics.target.Params())
		l.params["log_ent_coef"] = a.logAlpha
		if !c.EntCoef.Auto { // a constant α is not a parameter
			delete(g.Init, "log_ent_coef")
			delete(l.params, "log_ent_coef")
			for _, u := range g.Updates {
				delete(u.After, "log_ent_coef")
			}
		}
	default:
		c := DefaultDQN()
		c.Engine, c.Replay, c.Double, c.Network.NetArch = e, r, g.Algo == "DoubleDQN", policy.Layers(8, 8)
		a := Must(NewDQN(mk, c))
		a.nets.setLearningRate(g.LR)
		l.batch, l.learn = a.experience.batch, func(*recordedStep) updateResult { return a.learnFrom(l.batch) }
		add("", a.q.Params())
		add("_target", a.target.Params())
	}
	return l
}

package agents_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A snappy Engine's networks panic in a pass that learns, the 20th of all.
type snappy struct{ passes *atomic.Int64 }

func (s snappy) Build(rng *rand.Rand, name string, p nn.Plan) (nn.Network, error) {
	n, err := nn.Native{}.Build(rng, name, p)
	return &snappyNetwork{n, s.passes}, err
}

type snappyNetwork struct {
	nn.Network
	passes *atomic.Int64
}

func (n *snappyNetwork) Clone() nn.Network { return &snappyNetwork{n.Network.Clone(), n.passes} }

func (n *snappyNetwork) Forward(t *tape.Tape, x *tape.Var, mode nn.Mode) *tape.Var {
	if n.passes.Add(1) >= 20 {
		panic("snap")
	}
	return n.Network.Forward(t, x, mode)
}

// TestPanics wants an error of a network that panics, wherever an agent runs it.
func TestPanics(t *testing.T) {
	for name, newAgent := range snappyAgents() {
		t.Run(name, func(t *testing.T) {
			_, err := newAgent().Learn(100_000)
			var p *parallel.PanicError
			if err == nil || !errors.As(err, &p) || p.Value != "snap" || !strings.Contains(string(p.Stack), "snappyNetwork") ||
				!strings.HasPrefix(err.Error(), "agents: "+strings.Fields(name)[0]+": ") || !strings.HasSuffix(err.Error(), "panic: snap") {
				t.Errorf("Learn: error %v, want the panic, and a stack that shows where", err)
			}
		})
	}
}

func snappyAgents() map[string]func() agents.Agent {
	mk, numbers := env.Each(newMimic), env.Each(newTracking)
	engine := func(s *agents.Setup) { s.Engine = snappy{new(atomic.Int64)} }
	a3c := func(ordered bool) agents.Agent {
		c := agents.DefaultA3C()
		engine(&c.Setup)
		c.Ordered = ordered
		return agents.Must(agents.NewA3C(mk, c))
	}
	offPolicy := func(r *agents.Replay) { r.LearningStarts, r.BatchSize, r.BufferSize = 100, 4, 2000 }
	return map[string]func() agents.Agent{
		"A3C":                  func() agents.Agent { return a3c(true) },
		"A3C without an order": func() agents.Agent { return a3c(false) },
		"PPO": func() agents.Agent {
			c := ppoConfig()
			engine(&c.Setup)
			return agents.Must(agents.NewPPO(mk, c))
		},
		"A2C": func() agents.Agent {
			c := agents.DefaultA2C()
			engine(&c.Setup)
			return agents.Must(agents.NewA2C(mk, c))
		},
		"REINFORCE": func() agents.Agent {
			c := agents.DefaultReinforce()
			engine(&c.Setup)
			return agents.Must(agents.NewReinforce(mk, c))
		},
		"DQN": func() agents.Agent {
			c := agents.DefaultDQN()
			engine(&c.Setup)
			offPolicy(&c.Replay)
			return agents.Must(agents.NewDQN(mk, c))
		},
		"DDPG": func() agents.Agent {
			c := agents.DefaultDDPG()
			engine(&c.Setup)
			offPolicy(&c.Replay)
			return agents.Must(agents.NewDDPG(numbers, c))
		},
		"TD3": func() agents.Agent {
			c := agents.DefaultTD3()
			engine(&c.Setup)
			offPolicy(&c.Replay)
			return agents.Must(agents.NewTD3(numbers, c))
		},
		"SAC": func() agents.Agent {
			c := agents.DefaultSAC()
			engine(&c.Setup)
			offPolicy(&c.Replay)
			return agents.Must(agents.NewSAC(numbers, c))
		},
	}
}

// oddVector is a Vector that is not ours, and panics in its 20th step.
type oddVector struct {
	env.Vector
	steps int
}

func (v *oddVector) Step(act []float32) (*env.Result, error) {
	if v.steps++; v.steps == 20 {
		panic("snap")
	}
	return v.Vector.Step(act)
}

// TestVectorPanics wants errors of tables and of A3C's workers, which name the environment.
func TestVectorPanics(t *testing.T) {
	around := func(mk env.Maker) env.Maker {
		return func(n int) (env.Vector, error) {
			v, err := mk(n)
			return &oddVector{Vector: v}, err
		}
	}
	for _, ordered := range []bool{true, false} {
		c := agents.DefaultA3C()
		c.Ordered = ordered
		_, err := agents.Must(agents.NewA3C(around(env.Each(newMimic)), c)).Learn(1000)
		if id := newMimic().Spec().ID; err == nil || !strings.Contains(err.Error(), "in "+id) || !strings.HasSuffix(err.Error(), "panic: snap") {
			t.Errorf("A3C, ordered %v: error %v, want the panic in %s", ordered, err, id)
		}
	}
	table := agents.DefaultTabular()
	table.LearningRate = optim.Constant(0.1)
	if _, err := agents.Must(agents.NewSARSA(around(env.Each(newNumbered)), table)).Learn(1000); err == nil || err.Error() != "agents: SARSA: panic: snap" {
		t.Errorf("SARSA: error %v, want the panic", err)
	}
	linear := agents.DefaultLinear()
	if _, err := agents.Must(agents.NewLinearSARSA(around(env.Each(newMimic)), linear)).Learn(1000); err == nil || err.Error() != "agents: linear SARSA: panic: snap" {
		t.Errorf("linear SARSA: error %v, want the panic", err)
	}
}

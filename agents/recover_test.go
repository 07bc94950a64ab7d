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

// A panicEngine is an nn.Engine whose networks panic in the 20th call of Forward.
type panicEngine struct{ passes *atomic.Int64 }

func (s panicEngine) Build(rng *rand.Rand, name string, p nn.Plan) (nn.Network, error) {
	n, err := nn.Native{}.Build(rng, name, p)
	return &panicNetwork{n, s.passes}, err
}

type panicNetwork struct {
	nn.Network
	passes *atomic.Int64
}

func (n *panicNetwork) Clone() nn.Network { return &panicNetwork{n.Network.Clone(), n.passes} }

func (n *panicNetwork) Forward(t *tape.Tape, x *tape.Var, p nn.Pass) *tape.Var {
	if n.passes.Add(1) >= 20 {
		panic("snap")
	}
	return n.Network.Forward(t, x, p)
}

// TestPanics checks that Learn returns the panic of a network as an error with the stack, for every
// agent with networks.
func TestPanics(t *testing.T) {
	for name, newAgent := range panicAgents() {
		t.Run(name, func(t *testing.T) {
			_, err := newAgent().Learn(100_000)
			var p *parallel.PanicError
			if err == nil || !errors.As(err, &p) || p.Value != "snap" || !strings.Contains(string(p.Stack), "panicNetwork") ||
				!strings.HasPrefix(err.Error(), "agents: "+strings.Fields(name)[0]+": ") || !strings.HasSuffix(err.Error(), "panic: snap") {
				t.Errorf("Learn: error %v, want the panic with a stack that names panicNetwork", err)
			}
		})
	}
}

// panicAgents returns constructors of agents whose networks panic.
func panicAgents() map[string]func() agents.Agent {
	mk, numbers := env.Each(newMimic), env.Each(newTracking)
	engine := func(s *agents.Setup) { s.Engine = panicEngine{new(atomic.Int64)} }
	a3c := func(ordered bool) agents.Agent {
		c := agents.DefaultA3C()
		engine(&c.Setup)
		c.Ordered = ordered
		return agents.Must(agents.NewA3C(mk, c))
	}
	offPolicy := func(r *agents.Replay) { r.LearningStarts, r.BatchSize, r.BufferSize = 100, 4, 2000 }
	return map[string]func() agents.Agent{
		"A3C":             func() agents.Agent { return a3c(true) },
		"A3C not ordered": func() agents.Agent { return a3c(false) },
		"PPO": func() agents.Agent {
			c := smallPPOConfig()
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

// panicVector is a program's own Vector that panics in its 20th step.
type panicVector struct {
	env.Vector
	steps int
}

func (v *panicVector) Step(act []float32) (*env.Result, error) {
	if v.steps++; v.steps == 20 {
		panic("snap")
	}
	return v.Vector.Step(act)
}

// TestVectorPanics checks that tabular and linear agents and A3C return the panic of a program's
// own Vector as an error. A3C's error names the environment.
func TestVectorPanics(t *testing.T) {
	wrap := func(mk env.Maker) env.Maker {
		return func(n int) (env.Vector, error) {
			v, err := mk(n)
			return &panicVector{Vector: v}, err
		}
	}
	for _, ordered := range []bool{true, false} {
		c := agents.DefaultA3C()
		c.Ordered = ordered
		_, err := agents.Must(agents.NewA3C(wrap(env.Each(newMimic)), c)).Learn(1000)
		if id := newMimic().Spec().ID; err == nil || !strings.Contains(err.Error(), "in "+id) || !strings.HasSuffix(err.Error(), "panic: snap") {
			t.Errorf("A3C, ordered %v: error %v, want the panic in %s", ordered, err, id)
		}
	}
	table := agents.DefaultTabular()
	table.LearningRate = optim.Constant(0.1)
	if _, err := agents.Must(agents.NewSARSA(wrap(env.Each(newNumbered)), table)).Learn(1000); err == nil || err.Error() != "agents: SARSA: panic: snap" {
		t.Errorf("SARSA: error %v, want the panic", err)
	}
	linear := agents.DefaultLinear()
	if _, err := agents.Must(agents.NewLinearSARSA(wrap(env.Each(newMimic)), linear)).Learn(1000); err == nil || err.Error() != "agents: linear SARSA: panic: snap" {
		t.Errorf("linear SARSA: error %v, want the panic", err)
	}
}

package agents_test

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
)

// players is a Source of Players in the same program. Every third trajectory comes twice, and now and
// then none or an unusable one comes.
type players struct {
	t       *testing.T
	all     []*agents.Player
	version int
	weights []byte
	calls   int
	before  []byte
}

func (p *players) Publish(version int, weights []byte) {
	p.version, p.weights = version, append(p.weights[:0], weights...)
}

func (p *players) Take() ([]byte, int) {
	p.calls++
	switch {
	case p.calls%3 == 0 && p.before != nil:
		return p.before, 1
	case p.calls%10 == 0:
		return nil, 0
	case p.calls%11 == 0:
		return []byte("rlT1"), 0
	}
	w := p.all[p.calls%len(p.all)]
	if err := w.SetWeights(p.version, p.weights); err != nil {
		p.t.Fatal(err)
	}
	data := agents.Must(w.Play())
	p.before = append(p.before[:0], data...)
	return data, 0
}

// TestPlayers checks that a learner learns from trajectories of Players, whatever comes twice or is
// unusable.
func TestPlayers(t *testing.T) {
	dqn := func() agents.DQNConfig {
		c := agents.DefaultDQN()
		useActors(&c.Replay, &c.Acting, &c.ApeX)
		c.NEnvs, c.Network.NetArch = 2, policy.Layers(8)
		return c
	}
	mk := env.Each(classic.NewCartPole)
	for name, news := range map[string]func() (agents.Agent, agents.Config, func() (agents.Agent, error)){
		"IMPALA": func() (agents.Agent, agents.Config, func() (agents.Agent, error)) {
			c := smallIMPALA()
			return agents.Must(agents.NewIMPALA(mk, smallIMPALA())), &c, func() (agents.Agent, error) { return agents.NewIMPALA(mk, c) }
		},
		"DQN": func() (agents.Agent, agents.Config, func() (agents.Agent, error)) {
			c := dqn()
			return agents.Must(agents.NewDQN(mk, dqn())), &c, func() (agents.Agent, error) { return agents.NewDQN(mk, c) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			learner, _, _ := news()
			p := &players{t: t}
			for id := 4; id < 7; id++ {
				_, c, mk := news()
				p.all = append(p.all, agents.Must(agents.NewPlayer(c, id, mk)))
			}
			if err := agents.TakeFrom(learner, p); err != nil {
				t.Fatal(err)
			}
			r := agents.Must(learner.Learn(4000))
			if m := metrics(r); m["trajectories"] < 200 || m["trajectories_doubled"] == 0 || m["trajectories_dropped"] == 0 || m["trajectories_refused"] != m["trajectories_doubled"] {
				t.Errorf("metrics %v, want 200 trajectories, and doubles that were ignored", m)
			}
		})
	}
	if err := agents.TakeFrom(agents.Must(agents.NewPPO(mk, agents.DefaultPPO())), &players{}); err == nil {
		t.Error("TakeFrom of a PPO: no error, want one")
	}
}

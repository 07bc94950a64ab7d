package scenario

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// Agents has agents, by the names that a scenario uses.
type Agents map[string]Agent

// Names returns the names of the agents in alphabetical order.
func (a Agents) Names() []string { return slices.Sorted(maps.Keys(a)) }

// An Agent is an algorithm with its default settings. NewAgent makes one.
type Agent struct {
	summary  string
	defaults func() agents.Config
	build    func(env.Maker, agents.Config) (agents.Agent, error)
}

// NewAgent returns an Agent with the constructor newAgent and settings of type C. C is a struct
// whose yaml tags are the keys of agent in a scenario. summary is the agent's text in rlrun list.
//
//	scenario.Agents{"crossentropy": scenario.NewAgent("the cross-entropy method", DefaultConfig, NewCrossEntropy)}
func NewAgent[C any, A agents.Agent, P interface {
	*C
	agents.Config
}](summary string, defaults func() C, newAgent func(env.Maker, C) (A, error)) Agent {
	return Agent{
		summary: summary,
		defaults: func() agents.Config {
			c := defaults()
			return P(&c)
		},
		build: func(mk env.Maker, c agents.Config) (agents.Agent, error) {
			a, err := newAgent(mk, *c.(P))
			if err != nil {
				return nil, err // a nil interface, not an interface with a nil pointer
			}
			if v := reflect.ValueOf(a); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
				return nil, errors.New("the constructor of the agent returned no agent and no error")
			}
			return a, nil
		},
	}
}

// Summary returns a description of the agent, shorter than a line.
func (a Agent) Summary() string { return a.summary }

// Defaults returns the agent's default settings. Settings that depend on others are not set yet.
func (a Agent) Defaults() agents.Config { return a.defaults() }

// BuiltinAgents returns a new map of the agents that come with rlrun.
func BuiltinAgents() Agents {
	return Agents{
		"ppo": NewAgent("proximal policy optimisation, Schulman et al. 2017", agents.DefaultPPO, agents.NewPPO),
		"a2c": NewAgent("advantage actor-critic, Mnih et al. 2016, synchronous", agents.DefaultA2C, agents.NewA2C),
		"a3c": NewAgent("asynchronous advantage actor-critic, Mnih et al. 2016: goroutines as workers", agents.DefaultA3C, agents.NewA3C),

		"impala": NewAgent("importance weighted actor-learner, Espeholt et al. 2018: actors play while the learner learns", agents.DefaultIMPALA, agents.NewIMPALA),

		"reinforce": NewAgent("REINFORCE, Williams 1992, with a learned baseline or without", agents.DefaultReinforce, agents.NewReinforce),

		"ddpg": NewAgent("deep deterministic policy gradient, Lillicrap et al. 2016", agents.DefaultDDPG, agents.NewDDPG),
		"td3":  NewAgent("twin delayed deterministic policy gradient, Fujimoto et al. 2018", agents.DefaultTD3, agents.NewTD3),
		"sac":  NewAgent("soft actor-critic with a learned temperature, Haarnoja et al. 2018", agents.DefaultSAC, agents.NewSAC),
		"dqn":  NewAgent("deep Q-network, Mnih et al. 2015; optionally double, dueling, n-step and prioritised", agents.DefaultDQN, agents.NewDQN),

		"linear_sarsa":     NewAgent("SARSA on tile coding, Sutton and Barto 2018, section 10.1", agents.DefaultLinear, agents.NewLinearSARSA),
		"linear_qlearning": NewAgent("Q-learning on tile coding", agents.DefaultLinear, agents.NewLinearQLearning),

		"qlearning":        NewAgent("tabular Q-learning, Watkins 1989", agents.DefaultTabular, agents.NewQLearning),
		"sarsa":            NewAgent("tabular SARSA, Rummery and Niranjan 1994", agents.DefaultTabular, agents.NewSARSA),
		"expected_sarsa":   NewAgent("tabular expected SARSA, van Seijen et al. 2009", agents.DefaultTabular, agents.NewExpectedSARSA),
		"double_qlearning": NewAgent("tabular double Q-learning, van Hasselt 2010", agents.DefaultTabular, agents.NewDoubleQLearning),
	}
}

package scenario

import (
	"maps"
	"slices"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// agentConfig is a pointer to an agent's settings.
type agentConfig interface {
	Base() *agents.Setup
	Complete() error   // writes out the defaults that depend on other settings
	Discount() float32 // γ
}

// An agentKind makes one kind of agent.
type agentKind struct {
	summary  string
	defaults func() agentConfig
	build    func(env.Maker, agentConfig) (agents.Agent, error)
}

// agentKinds are the agents that a scenario may name.
func agentKinds() map[string]agentKind {
	return map[string]agentKind{
		"ppo": kindOf("proximal policy optimisation, Schulman et al. 2017", agents.DefaultPPO, agents.NewPPO),

		"a2c": kindOf("advantage actor-critic, Mnih et al. 2016, synchronous", agents.DefaultA2C, agents.NewA2C),

		"a3c": kindOf("asynchronous advantage actor-critic, Mnih et al. 2016: goroutines as workers", agents.DefaultA3C, agents.NewA3C),

		"reinforce": kindOf("REINFORCE, Williams 1992, with a learned baseline or without", agents.DefaultReinforce, agents.NewReinforce),

		"ddpg": kindOf("deep deterministic policy gradient, Lillicrap et al. 2016", agents.DefaultDDPG, agents.NewDDPG),
		"td3":  kindOf("twin delayed deterministic policy gradient, Fujimoto et al. 2018", agents.DefaultTD3, agents.NewTD3),
		"sac":  kindOf("soft actor-critic with a learned temperature, Haarnoja et al. 2018", agents.DefaultSAC, agents.NewSAC),
		"dqn":  kindOf("deep Q-network, Mnih et al. 2015; double, dueling, n-step and prioritised at will", agents.DefaultDQN, agents.NewDQN),

		"linear_sarsa":     kindOf("SARSA on tile coding, Sutton and Barto 2018, section 10.1", agents.DefaultLinear, agents.NewLinearSARSA),
		"linear_qlearning": kindOf("Q-learning on tile coding", agents.DefaultLinear, agents.NewLinearQLearning),

		"qlearning":        kindOf("tabular Q-learning, Watkins 1989", agents.DefaultTabular, agents.NewQLearning),
		"sarsa":            kindOf("tabular SARSA, Rummery and Niranjan 1994", agents.DefaultTabular, agents.NewSARSA),
		"expected_sarsa":   kindOf("tabular expected SARSA, van Seijen et al. 2009", agents.DefaultTabular, agents.NewExpectedSARSA),
		"double_qlearning": kindOf("tabular double Q-learning, van Hasselt 2010", agents.DefaultTabular, agents.NewDoubleQLearning),
	}
}

// Agents returns the names of the agents in order of the alphabet.
func Agents() []string { return slices.Sorted(maps.Keys(agentKinds())) }

// AgentSummary says in half a line what an agent is.
func AgentSummary(name string) string { return agentKinds()[name].summary }

// kindOf is the agentKind that calls newAgent with settings of type C.
func kindOf[C any, A agents.Agent, P interface {
	*C
	agentConfig
}](summary string, defaults func() C, newAgent func(env.Maker, C) (A, error)) agentKind {
	return agentKind{
		summary: summary,
		defaults: func() agentConfig {
			c := defaults()
			return P(&c)
		},
		build: func(mk env.Maker, c agentConfig) (agents.Agent, error) { return newAgent(mk, *c.(P)) },
	}
}

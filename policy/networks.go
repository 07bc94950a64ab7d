package policy

import "github.com/rlrun/rlrun/policy/nn"

// Networks returns the networks of a policy of this package, for example for nn.Describe. It
// returns nil for a policy without networks, and for a policy type of another package. The networks
// belong to the policy.
func Networks(p Policy) []nn.Network {
	switch p := p.(type) {
	case *ActorCritic:
		return p.networks()
	case *QNetwork:
		return []nn.Network{p.Net}
	case *Deterministic:
		return []nn.Network{p.Mu}
	case *Squashed:
		return p.networks()
	case *Valued:
		return append(Networks(p.Policy), p.Critics.Q...)
	}
	return nil
}

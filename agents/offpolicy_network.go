package agents

import "github.com/rlrun/rlrun/policy"

// offPolicyNetwork returns networks of rectified hidden layers.
func offPolicyNetwork(hidden ...int) policy.NetworkConfig {
	k := policy.DefaultNetworkConfig()
	k.NetArch, k.ActivationFn, k.DefaultInit = policy.Layers(hidden...), "relu", "pytorch"
	return k
}

package agents

import "github.com/rlrun/rlrun/policy"

// offPolicyNetwork returns the settings of networks with relu hidden layers of the given sizes
// and PyTorch's initial weights.
func offPolicyNetwork(hidden ...int) policy.NetworkConfig {
	k := policy.DefaultNetworkConfig()
	k.NetArch, k.ActivationFn, k.DefaultInit = policy.Layers(hidden...), "relu", "pytorch"
	k.ShareFeaturesExtractor = false
	return k
}

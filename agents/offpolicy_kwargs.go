package agents

import "github.com/rlrun/rlrun/policy"

// offPolicyKwargs returns networks of rectified hidden layers.
func offPolicyKwargs(hidden ...int) policy.Kwargs {
	k := policy.DefaultKwargs()
	k.NetArch, k.ActivationFn, k.DefaultInit = policy.Layers(hidden...), "relu", "pytorch"
	return k
}

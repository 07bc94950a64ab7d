package scenario

import "github.com/rlrun/rlrun/internal/settings"

// mendEarlier changes the config.yaml of an earlier version of rlrun, so that this version trains
// in the same way: in the earlier version, ortho_init: true had priority over init_fn. Every
// config.yaml has the setting kernels. An earlier config.yaml does not have schedule_steps.
func mendEarlier(tree *settings.Tree) error {
	root := tree.Root()
	_, complete := root.At("kernels")
	_, later := root.At("schedule_steps")
	if !complete || later {
		return nil
	}
	agent, _ := root.At("agent")
	kwargs, _ := agent.At("policy_kwargs")
	ortho, ok := kwargs.At("ortho_init")
	var on bool
	if !ok || ortho.Decode(&on) != nil || !on {
		return nil
	}
	return tree.Set("agent.policy_kwargs.init_fn=orthogonal", "ortho_init")
}

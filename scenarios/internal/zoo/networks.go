package zoo

import (
	"maps"
	"slices"

	"github.com/rlrun/rlrun/internal/nearest"
)

// policyKwargs converts the settings of the networks and their optimiser.
func (c *conversion) policyKwargs(key string, v value) error {
	v, err := c.mapping(key, v, ", for example dict(net_arch=[64, 64])")
	if err != nil {
		return err
	}
	kwargs := value{kind: dict, line: v.line}
	for i, name := range v.keys {
		if err := c.networkKey(&kwargs, name, v.items[i]); err != nil {
			return err
		}
	}
	c.optimizerKwargs(&kwargs)
	if len(kwargs.keys) > 0 {
		c.setAgent(key, kwargs)
	}
	return nil
}

// networkKey converts the argument called name of policy_kwargs.
func (c *conversion) networkKey(kwargs *value, name string, v value) error {
	path, gaussian := "policy_kwargs."+name, slices.Contains(arguments(c.agent), "use_sde")
	switch reason, known := c.unsupportedNetworkKeys()[name]; {
	case name == "net_arch" && v.kind == null:
	case name == "net_arch":
		kwargs.set(name, c.netArch(v))
	case name == "activation_fn":
		return c.class(kwargs, name, v, activations())
	case name == "optimizer_class":
		return c.class(kwargs, name, v, optimisers())
	case name == "optimizer_kwargs" && v.kind == null:
	case name == "ortho_init" && v.kind == null && !c.offPolicy(): // None is false in Python
		kwargs.set(name, booleanOf(false))
	case name == "optimizer_kwargs", name == "ortho_init" && !c.offPolicy(), (name == "log_std_init" || name == "use_expln") && gaussian:
		kwargs.set(name, v)
	case name == "features_extractor_class" && v.kind != null:
		return c.checkExtractor(path, v)
	case name == "features_extractor_kwargs" && v.kind != null && v.String() != "{}":
		return c.fault(v.line, "%s: %s, want none, because FlattenExtractor has no arguments", path, short(v))
	case known && (v.String() == reason.usual || reason.usual == ""):
	case known:
		c.noteNotCarried(path, v, "%s", reason.why)
	default:
		return c.fault(v.line, "%s: Stable-Baselines3's policies have no such argument%s", path, nearest.Hint(name, slices.Values(c.networkKeys())))
	}
	return nil
}

// checkExtractor returns an error for a features extractor that changes its input.
func (c *conversion) checkExtractor(path string, v value) error {
	switch {
	case v.kind == class && (v.text == "FlattenExtractor" || v.text == "CombinedExtractor"):
		return nil
	case v.kind == class && v.text == "NatureCNN":
		return c.fault(v.line, "%s: NatureCNN is a convolutional network, which rlrun lacks; want MlpPolicy without it", path)
	}
	return c.fault(v.line, "%s: %s, want FlattenExtractor or CombinedExtractor; rlrun has no other", path, short(v))
}

// unsupportedNetworkKeys returns the arguments of policies that are not a setting in rlrun, with
// the reasons. An argument with an empty reason has an effect only for observations that are images.
func (c *conversion) unsupportedNetworkKeys() map[string]reason {
	critics := reason{"2", c.agent + " always has two critics"}
	if c.agent == "ddpg" {
		critics = reason{"1", "ddpg always has one critic"}
	}
	all := map[string]reason{
		"features_extractor_class": {}, "features_extractor_kwargs": {}, "normalize_images": {}, "share_features_extractor": {},
	}
	switch c.agent {
	case "ppo", "a2c":
		all["full_std"] = reason{"true", "with use_sde there is always one standard deviation for each feature and action"}
		all["squash_output"] = reason{"false", "ppo and a2c always clip actions"}
	case "sac":
		all["clip_mean"] = reason{"2", "with use_sde the mean is always clipped at 2"}
		all["n_critics"] = critics
	case "td3", "ddpg":
		all["n_critics"] = critics
	}
	return all
}

// networkKeys returns the names of all arguments of policies.
func (c *conversion) networkKeys() []string {
	all := []string{"net_arch", "activation_fn", "log_std_init", "use_expln", "ortho_init", "optimizer_class", "optimizer_kwargs"}
	return slices.AppendSeq(all, maps.Keys(c.unsupportedNetworkKeys()))
}

// netArch returns the sizes of the hidden layers in rlrun's form.
func (c *conversion) netArch(v value) value {
	if v.kind == list && len(v.items) == 1 && v.items[0].kind == dict {
		v = v.items[0] // the form before version 1.8 of Stable-Baselines3
	}
	if v.kind == dict && !c.offPolicy() {
		for _, key := range []string{"pi", "vf"} {
			if _, ok := v.at(key); !ok {
				v.set(key, value{kind: list, line: v.line}) // an empty list: no hidden layers
			}
		}
	}
	return v
}

// class sets an argument of policy_kwargs to rlrun's name of a Python class.
func (c *conversion) class(kwargs *value, name string, v value, names map[string]string) error {
	ours, ok := names[lastPart(v.text)]
	if v.kind != class && v.kind != text || !ok {
		return c.fault(v.line, "policy_kwargs.%s: %s, want one of nn.%s", name, short(v), keyList(names))
	}
	renamed := textOf(ours)
	renamed.line = v.line
	kwargs.set(name, renamed)
	return nil
}

// optimizerKwargs gives optimizer_kwargs the meaning that it has in Stable-Baselines3 for on-policy
// agents. With optimizer_kwargs, Adam's default ε is PyTorch's 10⁻⁸, and without it 10⁻⁵. In
// rlrun the default is always 10⁻⁵. Stable-Baselines3 ignores optimizer_kwargs for the RMSprop that
// a2c uses by default.
func (c *conversion) optimizerKwargs(kwargs *value) {
	given, ok := kwargs.at("optimizer_kwargs")
	name, named := kwargs.at("optimizer_class")
	if c.offPolicy() || !ok || given.kind != dict || named && name.text != "adam" {
		return
	}
	if rms, _ := c.given.at("use_rms_prop"); c.agent == "a2c" && !named && !rms.is(false) {
		c.noteNotCarried("policy_kwargs.optimizer_kwargs", given, "Stable-Baselines3 ignores them if use_rms_prop chooses the optimiser")
		*kwargs = kwargs.without("optimizer_kwargs")
		return
	}
	if _, ok := given.at("eps"); !ok {
		given.set("eps", numberOf(1e-8))
		kwargs.set("optimizer_kwargs", given)
	}
}

package zoo

import (
	"slices"
	"strings"
)

// replayClass keeps the class of the replay buffer. It returns an error for a class that rlrun lacks.
func (c *conversion) replayClass(key string, v value) error {
	v, err := c.literal(key, v)
	switch {
	case err != nil, v.kind == null:
		return err
	case v.kind != class || !slices.Contains(strings.Fields(replayClasses), v.text):
		return c.fault(v.line, "%s: %s, want one of %s", key, short(v), strings.ReplaceAll(replayClasses, " ", ", "))
	case v.text == "HerReplayBuffer":
		return c.fault(v.line, "%s: HerReplayBuffer is hindsight experience replay, which rlrun lacks; want ReplayBuffer", key)
	}
	c.bufferClass = v.text
	return nil
}

// replayKwargs keeps the arguments of the replay buffer, and notes the arguments that rlrun lacks.
func (c *conversion) replayKwargs(key string, v value) error {
	v, err := c.mapping(key, v, "")
	if err != nil {
		return err
	}
	c.bufferKwargs = v
	for i, name := range v.keys {
		item := v.items[i]
		switch {
		case name == "n_steps", name == "gamma": // see convertReplay
		case name == "handle_timeout_termination" && item.is(true):
		case name == "handle_timeout_termination":
			c.noteNotCarried(key+"."+name, item, "in rlrun a time limit never counts as termination, so its targets bootstrap there")
		default:
			c.noteNotCarried(key+"."+name, item, "the replay buffer has no such setting")
		}
	}
	return nil
}

// convertReplay sets n_steps of an entry with replay_buffer_class, for which Stable-Baselines3 ignores
// the entry's n_steps: NStepReplayBuffer has its own arguments, by default 3 steps and a gamma of
// 0.99, and the other classes have one step.
func (c *conversion) convertReplay(entry value) {
	if c.bufferClass == "" {
		return
	}
	nStep, defaultSteps := c.bufferClass == "NStepReplayBuffer", 1.
	if nStep {
		defaultSteps = 3
	}
	steps := c.bufferKwargs.atOr("n_steps", numberOf(defaultSteps))
	if ignored := entry.atOr("n_steps", steps); ignored.String() != steps.String() {
		c.noteNotCarried("n_steps", ignored, "Stable-Baselines3 ignores it with replay_buffer_class, so n_steps is %s", steps)
	}
	c.setAgent("n_steps", steps)
	const defaultGamma = 0.99 // of the buffer and of every off-policy agent
	gamma, own := c.bufferKwargs.atOr("gamma", numberOf(defaultGamma)), entry.atOr("gamma", numberOf(defaultGamma))
	if nStep && gamma.String() != own.String() {
		c.noteDiffers("replay_buffer_kwargs.gamma", gamma, "rlrun's n-step returns have the agent's gamma, %s", own)
	}
}

// convertNoise converts the settings of the action noise. Without noise_type, ddpg and td3 have no
// noise in the zoo, but in rlrun they have noise by default.
func (c *conversion) convertNoise(entry value) error {
	if !slices.Contains(arguments(c.agent), "noise_type") {
		return nil
	}
	kind, typed := c.settings.at("noise_type")
	std, ok := c.settings.at("noise_std")
	switch {
	case !typed && ok:
		return c.fault(std.line, "noise_std: %s without noise_type, want noise_type: normal with it", short(std))
	case !typed && c.agent != "sac":
		c.settings.set("noise_type", textOf("none"))
		return nil
	case !typed:
		return nil
	case !ok:
		return c.fault(kind.line, "noise_type: %s without noise_std, want noise_std: 0.1 or another deviation with it", short(kind))
	}
	for _, name := range []string{"normal", "ornstein-uhlenbeck"} { // rl_zoo3 also searches the text for these words
		if strings.Contains(kind.text, name) {
			kind.text = name
			c.setAgent("noise_type", kind)
			if starts, ok := entry.at("learning_starts"); !ok || !starts.equals(0) {
				c.noteDiffers("noise_type", kind, "rl_zoo3 also adds the noise to the uniform actions before learning_starts, and rlrun does not")
			}
			return nil
		}
	}
	return c.fault(kind.line, "noise_type: %s, want normal or ornstein-uhlenbeck", short(kind))
}

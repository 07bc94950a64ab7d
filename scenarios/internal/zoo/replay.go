package zoo

import "strings"

// replayClass returns an error for a replay buffer that rlrun lacks.
func (c *conversion) replayClass(key string, v value) error {
	v, err := c.literal(key, v)
	switch {
	case err != nil, v.kind == null:
		return err
	case v.kind != class || !strings.Contains(" "+replayClasses+" ", " "+v.text+" "):
		return c.fault(v.line, "%s: %s, want one of %s", key, short(v), strings.ReplaceAll(replayClasses, " ", ", "))
	case v.text == "HerReplayBuffer":
		return c.fault(v.line, "%s: HerReplayBuffer is hindsight experience replay, which rlrun lacks; want ReplayBuffer", key)
	}
	return nil
}

// replayKwargs converts the arguments of the replay buffer.
func (c *conversion) replayKwargs(key string, v value) error {
	v, err := c.literal(key, v)
	if err != nil || v.kind == null {
		return err
	}
	if v.kind != dict {
		return c.fault(v.line, "%s: %s, want a mapping", key, short(v))
	}
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

// convertReplay sets n_steps. Without replay_buffer_class, Stable-Baselines3 takes the entry's
// n_steps. With a class it ignores them: NStepReplayBuffer has arguments of its own, 3 steps and
// a gamma of 0.99 by default, and ReplayBuffer has one step.
func (c *conversion) convertReplay(entry value) error {
	name, _ := entry.at("replay_buffer_class")
	buffer, err := c.literal("replay_buffer_class", name)
	if err != nil || buffer.kind != class {
		return err
	}
	given, _ := entry.at("replay_buffer_kwargs")
	kwargs, err := c.literal("replay_buffer_kwargs", given)
	if err != nil {
		return err
	}
	steps, gamma := numberOf(1), numberOf(0.99)
	if buffer.text == "NStepReplayBuffer" {
		steps = numberOf(3)
	}
	if v, ok := kwargs.at("n_steps"); ok {
		steps = v
	}
	if v, ok := kwargs.at("gamma"); ok {
		gamma = v
	}
	if ignored, ok := entry.at("n_steps"); ok && ignored.String() != steps.String() {
		c.noteNotCarried("n_steps", ignored, "Stable-Baselines3 ignores it with replay_buffer_class, so n_steps is %s", steps)
	}
	c.setAgent("n_steps", steps)
	own := numberOf(0.99) // the agent's default
	if v, ok := entry.at("gamma"); ok {
		own = v
	}
	if buffer.text == "NStepReplayBuffer" && gamma.String() != own.String() {
		c.noteDiffers("replay_buffer_kwargs.gamma", gamma, "rlrun's n-step returns have the agent's gamma, %s", own)
	}
	return nil
}

// convertNoise converts the settings of the action noise. Without noise_type, ddpg and td3 have no
// noise in the zoo, but in rlrun they have noise by default.
func (c *conversion) convertNoise(entry value) error {
	if !strings.Contains(strings.Join(arguments(c.agent), " "), noiseArguments) {
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

package zoo

import (
	"math"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/nearest"
)

// nullable lists the keys whose default is null in Stable-Baselines3 and in rlrun.
const nullable = "clip_range_vf target_kl noise_type noise_std"

// Arguments of Stable-Baselines3's constructors that are settings of rlrun's agents, with the
// same name and meaning.
const (
	onPolicyArguments  = "learning_rate n_steps gamma gae_lambda ent_coef vf_coef max_grad_norm use_sde sde_sample_freq normalize_advantage"
	offPolicyArguments = "learning_rate buffer_size learning_starts batch_size tau gamma train_freq gradient_steps n_steps"
	noiseArguments     = " noise_type noise_std"
)

// arguments returns the arguments of an algorithm's constructor that are settings of rlrun's agent. It
// returns an empty list for an algorithm that the zoo lacks.
func arguments(agent string) []string {
	return strings.Fields(map[string]string{
		"ppo":  onPolicyArguments + " batch_size n_epochs clip_range clip_range_vf target_kl",
		"a2c":  onPolicyArguments + " rms_prop_eps use_rms_prop",
		"dqn":  offPolicyArguments + " target_update_interval exploration_fraction exploration_initial_eps exploration_final_eps max_grad_norm",
		"ddpg": offPolicyArguments + noiseArguments,
		"td3":  offPolicyArguments + noiseArguments + " policy_delay target_policy_noise target_noise_clip",
		"sac":  offPolicyArguments + noiseArguments + " ent_coef target_entropy use_sde sde_sample_freq",
	}[agent])
}

// A reason explains why an argument is not carried over.
type reason struct {
	usual string // default in Stable-Baselines3, for which no note is written
	why   string
}

// unsupported returns the keys of an entry that configure an algorithm in the zoo but are not a setting
// in rlrun, with the reasons.
func unsupported(agent string) map[string]reason {
	all := map[string]reason{
		"callback":          {"null", "a callback is Python code; rlrun evaluates, logs and saves checkpoints itself"},
		"monitor_kwargs":    {"{}", "it only changes logging"},
		"stats_window_size": {"100", "rollout means are always over the last 100 episodes"},
		"tensorboard_log":   {"null", "every run writes TensorBoard files to its own directory"},
		"verbose":           {"0", "it only changes what is printed"},
		"device":            {"auto", "networks are computed on the CPU"},
		"seed":              {"null", "rlrun SCENARIO --seed N sets the seed"},
	}
	switch agent {
	case "ppo", "a2c":
		all["rollout_buffer_class"] = reason{"null", "rlrun has one rollout buffer"}
		all["rollout_buffer_kwargs"] = reason{"null", "the rollout buffer has no settings"}
	default:
		all["optimize_memory_usage"] = reason{"false", "the replay buffer always stores each observation once"}
	}
	if agent == "sac" {
		all["use_sde_at_warmup"] = reason{"false", "actions before learning_starts are always uniform"}
		all["target_update_interval"] = reason{"1", "target networks are updated after every gradient step"}
	}
	return all
}

// ownKeys returns the functions that convert the keys of the zoo that are not arguments of a
// constructor, and arguments with another form in rlrun.
func (c *conversion) ownKeys() map[string]func(key string, v value) error {
	later := func(string, value) error { return nil } // convertWrappers converts these keys
	all := map[string]func(key string, v value) error{
		"n_timesteps": c.nTimesteps, "policy": c.policy, "n_envs": c.nEnvs, "normalize": c.normalize, "env_kwargs": c.envKwargs,
		"env_wrapper": later, "vec_env_wrapper": later, "frame_stack": later, "policy_kwargs": c.policyKwargs,
	}
	if c.offPolicy() {
		all["replay_buffer_class"], all["replay_buffer_kwargs"] = c.replayClass, c.replayKwargs
	}
	return all
}

// offPolicy reports whether the agent has a replay buffer.
func (c *conversion) offPolicy() bool { return slices.Contains(arguments(c.agent), "buffer_size") }

// carry sets the agent's setting with the same name.
func (c *conversion) carry(key string, v value) error {
	scheduled := key == "learning_rate" || key == "clip_range" || key == "clip_range_vf"
	switch {
	case scheduled && v.kind == text:
		return c.schedule(key, v)
	case key == "target_entropy" && v.String() == "auto": // the default in Stable-Baselines3 and in rlrun
		return nil
	}
	c.setAgent(key, v)
	return nil
}

// schedule converts a schedule such as lin_0.001. In rl_zoo3 every such schedule is linear, also with
// another word before the underscore.
func (c *conversion) schedule(key string, v value) error {
	shape, start, _ := strings.Cut(v.text, "_")
	if _, ok := parseNumber(start); !ok || shape == "" {
		return c.fault(v.line, "%s: %q, want a number, or lin_ and a number, for example lin_0.001", key, v.text)
	}
	line := textOf("lin_" + start)
	line.line = v.line
	if shape == "cos" {
		c.noteDiffers(key, line, "the file has %s, but in rl_zoo3 every such schedule is linear, also with another word before _", v.text)
	}
	c.setAgent(key, line)
	return nil
}

// nTimesteps converts n_timesteps to steps. It cuts off a fraction, as rl_zoo3 does.
func (c *conversion) nTimesteps(key string, v value) error {
	if v.kind != number {
		return c.fault(v.line, "%s: %s, want a number", key, short(v))
	}
	c.steps = v
	c.steps.number = math.Trunc(v.number)
	c.lines["steps"] = v.line
	return nil
}

// nEnvs sets the number of environments.
func (c *conversion) nEnvs(_ string, v value) error {
	c.env.set("n_envs", v)
	c.lines["env.n_envs"] = v.line
	return nil
}

// policy returns an error for a policy whose network rlrun lacks, or that does not suit the environment.
func (c *conversion) policy(key string, v value) error {
	switch v.text {
	case "MlpPolicy", "MultiInputPolicy":
		return nil
	case "CnnPolicy":
		if !c.images {
			return c.fault(v.line, "policy: CnnPolicy has a convolutional network, and %s has no images; want MlpPolicy", c.id)
		}
		return nil
	}
	if strings.HasSuffix(v.text, "LstmPolicy") {
		return c.fault(v.line, "policy: %s has a recurrent network (LSTM), which rlrun cannot import; want MlpPolicy, CnnPolicy or MultiInputPolicy", v.text)
	}
	return c.fault(v.line, "policy: %s, want MlpPolicy, CnnPolicy or MultiInputPolicy%s", short(v), nearest.Hint(v.text, slices.Values([]string{"MlpPolicy", "CnnPolicy", "MultiInputPolicy"})))
}

// normalize converts the arguments of VecNormalize. The value true means its defaults.
func (c *conversion) normalize(key string, v value) error {
	v, err := c.literal(key, v)
	if err != nil {
		return err
	}
	switch {
	case v.kind == null || v.is(false):
		return nil
	case v.is(true):
		v = value{kind: dict, line: v.line}
	case v.kind != dict:
		return c.fault(v.line, "%s: %s, want true or false, or the arguments of VecNormalize, for example {norm_obs: true, norm_reward: false}", key, short(v))
	}
	n := value{kind: dict, line: v.line}
	n.set("norm_obs", booleanOf(true)) // the defaults of VecNormalize
	n.set("norm_reward", booleanOf(true))
	for i, name := range v.keys {
		item := v.items[i]
		switch name {
		case "norm_obs", "norm_reward", "clip_obs", "clip_reward":
			n.set(name, item)
		case "gamma":
			if _, agents := c.given.at("gamma"); !agents { // with gamma for the agent, rl_zoo3 also uses the agent's gamma
				c.noteNotCarried(key+"."+name, item, "rewards are normalised with the agent's gamma")
			}
		case "training", "epsilon", "norm_obs_keys":
			if usual := map[string]string{"training": "true", "epsilon": "1e-08", "norm_obs_keys": "null"}; item.String() != usual[name] {
				c.noteNotCarried(key+"."+name, item, "agent.normalize has no such setting")
			}
		default:
			return c.fault(v.line, "%s: VecNormalize has no argument %q%s", key, name, nearest.Hint(name, slices.Values(strings.Fields("training norm_obs norm_reward clip_obs clip_reward gamma epsilon norm_obs_keys"))))
		}
	}
	c.setAgent("normalize", n)
	return nil
}

// envKwargs sets the options of the environment.
func (c *conversion) envKwargs(key string, v value) error {
	v, err := c.mapping(key, v, "")
	if err != nil {
		return err
	}
	for i, name := range v.keys {
		item := v.items[i]
		switch {
		case slices.Contains(c.options, name):
			c.setOption(name, item)
		case name == "render_mode":
			c.noteNotCarried(key+"."+name, item, "it only changes rendering")
		default:
			return c.fault(item.line, "%s: %s of rlrun has no option %s%s", key, c.id, name, nearest.Hint(name, slices.Values(c.options)))
		}
	}
	return nil
}

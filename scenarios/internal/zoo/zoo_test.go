package zoo_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/minigrid"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/zoo"
)

// lander is an environment with the option continuous. An id of Gymnasium, LunarLanderContinuous, means
// this option.
type lander struct {
	Continuous bool `yaml:"continuous"`
}

func (l *lander) Spec() env.Spec {
	spec := env.Spec{ID: "LunarLander-v3", Obs: env.NewBox(-1, 1, 2), Act: env.Discrete{N: 4}, MaxSteps: 1000}
	if l.Continuous {
		spec.Act = env.NewBox(-1, 1, 2)
	}
	return spec
}
func (*lander) Reset(_ uint64, obs []float32)         { clear(obs) }
func (*lander) Step(_, obs []float32) (o env.Outcome) { return o }

// catalog returns the built-in agents and wrappers, and the classic environments, the grid
// environments and a lander.
func catalog() scenario.Catalog {
	r := env.Registry{"LunarLander-v3": env.Entry(func() *lander { return new(lander) })}
	classic.Register(r)
	minigrid.Register(r)
	grid.Register(r)
	return scenario.Builtin(r)
}

// imported imports an entry of the file text. The argument envAgent names the environment and the agent:
// "CartPole-v1 ppo".
func imported(envAgent, text string) (*zoo.Imported, error) {
	id, agent, _ := strings.Cut(envAgent, " ")
	return zoo.Import(zoo.Request{File: "dir/f.yml", Text: []byte(text), Env: id, Agent: agent}, catalog())
}

// notes returns the notes, each on a line.
func notes(all []zoo.Note) (text string) {
	for _, n := range all {
		text += n.String() + "\n"
	}
	return text
}

// TestImport checks the settings of imported scenarios, and the notes about settings that rlrun lacks or
// that have another meaning in rlrun.
func TestImport(t *testing.T) {
	const noise = "noise_type: normal: rl_zoo3 also adds the noise to the uniform actions before learning_starts, and rlrun does not\n"
	for _, c := range []struct {
		what, entry string // environment and agent; entry without n_timesteps and policy
		settings    string // settings without the environment's id and the agent's name
		notCarried  string
		differs     string
	}{
		{"CartPole-v1 ppo", "n_envs: 8\nlearning_rate: lin_0.001\nclip_range: linear_0.2\nent_coef: .0", "n_envs: 8|learning_rate: lin_0.001|clip_range: lin_0.2|ent_coef: 0", "", ""},
		{"CartPole-v1 ppo", "learning_rate: cos_1e-3", "learning_rate: lin_1e-3", "",
			"learning_rate: lin_1e-3: the file has cos_1e-3, but in rl_zoo3 every such schedule is linear, also with another word before _\n"},
		{"CartPole-v1 ppo", "clip_range_vf: null\ntarget_kl: ~\npolicy_kwargs: null\nenv_wrapper: null\nframe_stack: null\nnormalize: false", "", "", ""},
		{"CartPole-v1 ppo", "normalize: true", "normalize: {norm_obs: true, norm_reward: true}", "", ""},
		{"CartPole-v1 ppo", "normalize: \"{'norm_obs': False}\"", "normalize: {norm_obs: false, norm_reward: true}", "", ""},
		{"CartPole-v1 ppo", "normalize: \"dict(norm_reward=False, clip_obs=5., training=True, epsilon=1e-8)\"", "normalize: {norm_obs: true, norm_reward: false, clip_obs: 5}", "", ""},
		{"CartPole-v1 ppo", "normalize: {norm_obs: true, gamma: 0.5, training: false}", "normalize: {norm_obs: true, norm_reward: true}",
			"normalize.gamma: 0.5: rewards are normalised with the agent's gamma\nnormalize.training: false: agent.normalize has no such setting\n", ""},
		{"CartPole-v1 ppo", "normalize: \"dict(gamma=0.5)\"\ngamma: 0.9", "gamma: 0.9|normalize: {norm_obs: true, norm_reward: true}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(net_arch=[64, 32], activation_fn=nn.ReLU, ortho_init=False, share_features_extractor=False)\"",
			"policy_kwargs: {net_arch: [64, 32], activation_fn: relu, ortho_init: false}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(net_arch=[dict(pi=[8], vf=[9])])\"", "policy_kwargs: {net_arch: {pi: [8], vf: [9]}}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(net_arch=dict(vf=(9,)))\"", "policy_kwargs: {net_arch: {vf: [9], pi: []}}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: {net_arch: [8], activation_fn: th.nn.Tanh}", "policy_kwargs: {net_arch: [8], activation_fn: tanh}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: {net_arch: [8], activation_fn: torch.nn.Hardswish}", "policy_kwargs: {net_arch: [8], activation_fn: hardswish}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(optimizer_kwargs=dict(weight_decay=0.1))\"", "policy_kwargs: {optimizer_kwargs: {weight_decay: 0.1, eps: 1e-08}}", "", ""},
		{"CartPole-v1 a2c", "policy_kwargs: \"dict(optimizer_kwargs=dict(alpha=0.9))\"", "",
			"policy_kwargs.optimizer_kwargs: {alpha: 0.9}: Stable-Baselines3 ignores them if use_rms_prop chooses the optimiser\n", ""},
		{"CartPole-v1 a2c", "policy_kwargs: \"dict(optimizer_kwargs=dict(betas=(0.9, 0.99)))\"\nuse_rms_prop: False",
			"use_rms_prop: false|policy_kwargs: {optimizer_kwargs: {betas: [0.9, 0.99], eps: 1e-08}}", "", ""},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(full_std=False)\"", "",
			"policy_kwargs.full_std: false: with use_sde there is always one standard deviation for each feature and action\n", ""},
		{"CartPole-v1 a2c", "policy_kwargs: \"dict(optimizer_class=RMSpropTFLike, optimizer_kwargs=dict(eps=1e-5))\"",
			"policy_kwargs: {optimizer_class: rmsprop_tf, optimizer_kwargs: {eps: 1e-05}}", "", ""},
		{"CartPole-v1 dqn", "train_freq: [1, \"episode\"]\ngradient_steps: -1\nbuffer_size: !!float 1e5\noptimize_memory_usage: False\nreplay_buffer_kwargs: \"dict(handle_timeout_termination=True)\"",
			"buffer_size: 100000|train_freq: [1, episode]|gradient_steps: -1", "", ""},
		{"CartPole-v1 dqn", "optimize_memory_usage: True\nreplay_buffer_class: NStepReplayBuffer\nreplay_buffer_kwargs: \"dict(n_steps=3, handle_timeout_termination=False)\"", "n_steps: 3",
			"optimize_memory_usage: true: the replay buffer always stores each observation once\n" +
				"replay_buffer_kwargs.handle_timeout_termination: false: in rlrun a time limit never counts as termination, so its targets bootstrap there\n", ""},
		{"CartPole-v1 dqn", "n_steps: 5\nreplay_buffer_kwargs: {}", "n_steps: 5", "", ""},
		{"CartPole-v1 dqn", "replay_buffer_class: NStepReplayBuffer", "n_steps: 3", "", ""},
		{"CartPole-v1 dqn", "replay_buffer_class: ReplayBuffer\nn_steps: 3", "n_steps: 1",
			"n_steps: 3: Stable-Baselines3 ignores it with replay_buffer_class, so n_steps is 1\n", ""},
		{"CartPole-v1 dqn", "n_steps: 5\nreplay_buffer_kwargs: {n_steps: 2}\nreplay_buffer_class: NStepReplayBuffer\ngamma: 0.9", "gamma: 0.9|n_steps: 2",
			"n_steps: 5: Stable-Baselines3 ignores it with replay_buffer_class, so n_steps is 2\n",
			"replay_buffer_kwargs.gamma: 0.99: rlrun's n-step returns have the agent's gamma, 0.9\n"},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(ortho_init=None, features_extractor_class=FlattenExtractor, features_extractor_kwargs={})\"",
			"policy_kwargs: {ortho_init: false}", "", ""},
		{"Pendulum-v1 td3", "noise_type: ' normal '\nnoise_std: 0.3\npolicy_kwargs: \"dict(net_arch=dict(pi=[64], qf=[32]), n_critics=2)\"",
			"noise_type: normal|noise_std: 0.3|policy_kwargs: {net_arch: {pi: [64], qf: [32]}}", "", noise},
		{"Pendulum-v1 td3", "noise_type: ornstein-uhlenbeck\nnoise_std: 0.3\nlearning_starts: 0", "learning_starts: 0|noise_type: ornstein-uhlenbeck|noise_std: 0.3", "", ""},
		{"Pendulum-v1 td3", "gamma: 0.9", "gamma: 0.9|noise_type: none", "", ""},
		{"Pendulum-v1 ddpg", "policy_kwargs: \"dict(n_critics=2)\"", "noise_type: none", "policy_kwargs.n_critics: 2: ddpg always has one critic\n", ""},
		{"Pendulum-v1 sac", "ent_coef: 'auto_0.1'\ntarget_entropy: auto\nuse_sde: True\nuse_sde_at_warmup: True\ntarget_update_interval: 1", "ent_coef: auto_0.1|use_sde: true",
			"use_sde_at_warmup: true: actions before learning_starts are always uniform\n", ""},
		{"Pendulum-v1 sac", "ent_coef: auto\ntarget_entropy: -2", "ent_coef: auto|target_entropy: -2", "", ""},
		{"Pendulum-v1 ppo", "env_kwargs: {g: 9.81, render_mode: human}", "options: {g: 9.81}", "env_kwargs.render_mode: human: it only changes rendering\n", ""},
		{"Pendulum-v1 ppo", "callback: rl_zoo3.callbacks.X\nmonitor_kwargs: \"dict(info_keywords=('a',))\"\nverbose: 1", "",
			"callback: rl_zoo3.callbacks.X: a callback is Python code; rlrun evaluates, logs and saves checkpoints itself\n" +
				"monitor_kwargs: \"dict(info_keywords=('a',))\": it only changes logging\nverbose: 1: it only changes what is printed\n", ""},

		// Wrappers.
		{"Pendulum-v1 ppo", "env_wrapper:\n- rl_zoo3.wrappers.FrameSkip:\n    skip: 2\n- rl_zoo3.wrappers.MaskVelocityWrapper\nframe_stack: 4\nnormalize: true",
			"wrappers: [{frame_skip: 2}, {mask_velocity: true}, {frame_stack: {n: 4, padding: zero}}]|normalize: {norm_obs: true, norm_reward: true}", "",
			"frame_stack: 4: rlrun normalises the stacked observations, and rl_zoo3 stacks normalised observations\n"},
		{"Pendulum-v1 ppo", "env_wrapper: rl_zoo3.wrappers.FrameSkip", "wrappers: [{frame_skip: 4}]", "", ""},
		{"MiniGrid-DoorKey-5x5-v0 ppo", "env_wrapper: minigrid.wrappers.FlatObsWrapper", "wrappers: [{minigrid: flat}]", "", ""},
		{"MiniGrid-DoorKey-5x5-v0 ppo", "env_wrapper: [minigrid.wrappers.RGBImgObsWrapper, minigrid.wrappers.ImgObsWrapper, {gymnasium.wrappers.ResizeObservation: {shape: [48, 44]}}, {gymnasium.wrappers.GrayscaleObservation: {keep_dim: true}}]",
			"wrappers: [{minigrid: rgb}, {minigrid: image}, {resize: \"44x48\"}, {gray: true}]", "", ""},
		{"Pendulum-v1 ppo", "env_wrapper: stable_baselines3.common.atari_wrappers.MaxAndSkipEnv", "wrappers: [{skip_and_max: 4}]", "", ""},
		{"Pendulum-v1 ppo", "env_wrapper: sb3_contrib.common.wrappers.TimeFeatureWrapper", "wrappers: [{time_aware_observation: true}]", "",
			"env_wrapper: TimeFeatureWrapper: the appended element is the elapsed share of the time limit, not the remaining share\n"},
		{"Pendulum-v1 ppo", "env_wrapper: [{gymnasium.wrappers.TimeLimit: {max_episode_steps: 100}}, {gymnasium.wrappers.TimeLimit: {max_episode_steps: 300}}]", "wrappers: [{max_steps: 100}]", "", ""},
		{"Pendulum-v1 ppo", "env_wrapper: [{rl_zoo3.wrappers.FrameSkip: {skip: 4}}, {gymnasium.wrappers.TimeLimit: {max_episode_steps: 50}}]", "wrappers: [{frame_skip: 4}]", "", ""},
		{"Pendulum-v1 ppo", "env_wrapper: [{gymnasium.wrappers.RescaleAction: {min_action: -1, max_action: 1}}, gymnasium.wrappers.ClipAction]\nvec_env_wrapper: {stable_baselines3.common.vec_env.VecFrameStack: {n_stack: 3}}",
			"wrappers: [{rescale_action: [-1, 1]}, {clip_action: true}, {frame_stack: {n: 3, padding: zero}}]", "", ""},
		{"Pendulum-v1 ppo", "env_wrapper: [{gymnasium.wrappers.StickyAction: {repeat_action_probability: 0.25}}, {gymnasium.wrappers.FrameStackObservation: {stack_size: 2}}]",
			"wrappers: [{sticky_action: 0.25}, {frame_stack: {n: 2, padding: reset}}]", "", ""},
		{"Pendulum-v1 ppo", "env_wrapper: [{rl_zoo3.wrappers.HistoryWrapper: {horizon: 2}}, mine.FrameSkip, {rl_zoo3.wrappers.FrameSkip: {skipp: 2}}]", "",
			"env_wrapper: {rl_zoo3.wrappers.HistoryWrapper: {horizon: 2}}: rlrun has no such wrapper\n" +
				"env_wrapper: mine.FrameSkip: rlrun has no such wrapper\n" +
				"env_wrapper: {rl_zoo3.wrappers.FrameSkip: {skipp: 2}}: the wrapper of rlrun has no such arguments\n", ""},
	} {
		id, agent, _ := strings.Cut(c.what, " ")
		made, err := imported(c.what, id+":\n  n_timesteps: !!float 1e3\n  policy: MlpPolicy\n  "+strings.ReplaceAll(c.entry, "\n", "\n  ")+"\n")
		if err != nil {
			t.Errorf("Import(%q) = %v", c.entry, err)
			continue
		}
		if made.Env != id || made.Agent != agent || made.Entry != id || made.Steps != 1000 {
			t.Errorf("Import(%q) = %+v, want %s of %s, 1000 steps", c.entry, made, agent, id)
		}
		if got := settingsOf(made, id, agent); got != c.settings {
			t.Errorf("Import(%q) has the settings %s, want %s", c.entry, got, c.settings)
		}
		if got := notes(made.NotCarried); got != c.notCarried {
			t.Errorf("Import(%q) does not carry %q, want %q", c.entry, got, c.notCarried)
		}
		if got := notes(made.Differs); got != c.differs {
			t.Errorf("Import(%q) differs in %q, want %q", c.entry, got, c.differs)
		}
	}
}

// settingsOf returns the settings of a scenario except the environment, the agent and the steps, with |
// between them.
func settingsOf(made *zoo.Imported, id, agent string) string {
	var settings []string
	for line := range strings.Lines(string(made.Text)) {
		line = strings.TrimSuffix(line, "\n")
		if environment, ok := strings.CutPrefix(line, "env: {id: "+id); ok {
			line = strings.TrimSuffix(strings.TrimPrefix(environment, ", "), "}")
		}
		if line = strings.TrimPrefix(line, "  "); line != "" && line[0] != '#' && line != "agent:" && line != "name: "+agent && line != "steps: 1000" {
			settings = append(settings, line)
		}
	}
	return strings.Join(settings, "|")
}

// TestImportFile checks the whole text of a scenario file.
func TestImportFile(t *testing.T) {
	made, err := imported("CartPole-v1 ppo", `
defaults: &d {n_timesteps: 1e5, policy: MlpPolicy, n_envs: 8, gamma: 0.98}
CartPole-v1:
  <<: *d
  learning_rate: lin_0.001
  policy_kwargs: "dict(net_arch=dict(pi=[64], vf=[64, 32]))"
  normalize: true
  frame_stack: 2
  callback: "a\nb"
`)
	if err != nil {
		t.Fatal(err)
	}
	const want = `# Made by rlrun import from the entry CartPole-v1 of rl-baselines3-zoo's f.yml.
# Not carried over: callback: "a\nb": a callback is Python code; rlrun evaluates, logs and saves checkpoints itself.
# Differs: frame_stack: 2: rlrun normalises the stacked observations, and rl_zoo3 stacks normalised observations.
env: {id: CartPole-v1, wrappers: [{frame_stack: {n: 2, padding: zero}}], n_envs: 8}
agent:
  name: ppo
  learning_rate: lin_0.001
  gamma: 0.98
  normalize: {norm_obs: true, norm_reward: true}
  policy_kwargs: {net_arch: {pi: [64], vf: [64, 32]}}
steps: 100000
`
	if string(made.Text) != want {
		t.Errorf("Import = %s, want %s", made.Text, want)
	}
}

// TestImportTarget checks that the ids of the same environment, in the zoo and in rlrun, find the same
// entry.
func TestImportTarget(t *testing.T) {
	const entry = ": {n_timesteps: 1e3, policy: MlpPolicy}\n"
	const file = "default" + entry + "CartPole-v1" + entry + "Acrobot-v0" + entry + "Pendulum-v2" + entry + "Pendulum-v0" + entry + "LunarLanderContinuous-v3" + entry + "CartPoleNoVel-v1" + entry + "PendulumNoVel-v0" + entry + "HalfCheetah-v4" + entry
	for _, c := range []struct {
		env, entry, environment string
		differs                 bool
	}{
		{"CartPole-v1", "CartPole-v1", "{id: CartPole-v1}", false},
		{"CartPole", "CartPole-v1", "{id: CartPole-v1}", false},
		{"CartPole-v0", "default", "{id: CartPole-v0}", false},
		{"Acrobot-v0", "Acrobot-v0", "{id: Acrobot-v1}", true},
		{"Acrobot-v1", "Acrobot-v0", "{id: Acrobot-v1}", true},
		{"Pendulum-v1", "Pendulum-v2", "{id: Pendulum-v1}", true},
		{"Pendulum-v0", "Pendulum-v0", "{id: Pendulum-v1}", true},
		{"FrozenLake-v1", "default", "{id: FrozenLake-v1}", false},
		{"LunarLanderContinuous-v3", "LunarLanderContinuous-v3", "{id: LunarLander-v3, options: {continuous: true}}", false},
		{"LunarLanderContinuous", "LunarLanderContinuous-v3", "{id: LunarLander-v3, options: {continuous: true}}", false},
		{"PendulumNoVel-v0", "PendulumNoVel-v0", "{id: PendulumNoVel-v1}", true},
		{"PendulumNoVel-v1", "PendulumNoVel-v0", "{id: PendulumNoVel-v1}", true},
		{"LunarLander-v3", "default", "{id: LunarLander-v3}", false},
		{"CartPoleNoVel-v1", "CartPoleNoVel-v1", "{id: CartPoleNoVel-v1}", false},
		{"MountainCarNoVel-v0", "default", "{id: MountainCar-v0, wrappers: [{mask_velocity: true}]}", false},
	} {
		made, err := imported(c.env+" ppo", file)
		if err != nil {
			t.Errorf("Import(%s) = %v", c.env, err)
			continue
		}
		if made.Entry != c.entry || !strings.Contains(string(made.Text), "\nenv: "+c.environment+"\n") || (len(made.Differs) == 1) != c.differs {
			t.Errorf("Import(%s) = %s, %s, %v, want %s, %s", c.env, made.Entry, made.Text, made.Differs, c.entry, c.environment)
		}
	}
	for env, want := range map[string]string{
		"HalfCheetah-v4":   `no environment "HalfCheetah-v4"`,
		"CartPole-v7":      "no version 7 of CartPole; there is CartPole-v0, CartPole-v1",
		"BipedalWalker-v3": `no environment "BipedalWalker-v3"`,
		"Acrobo-v1":        "the nearest is Acrobot-v1; rlrun list envs",
		"default":          `no environment "default"`,
		"AcrobotNoVel-v1":  "no environment",
		"":                 "",
	} {
		if made, err := imported(env+" ppo", file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Import(%q) = %v, %v, want %q", env, made, err, want)
		}
	}
	const few = "CartPole-v1" + entry + "atari" + entry
	if _, err := imported("Pendulum-v1 ppo", few); err == nil || !strings.Contains(err.Error(), `f.yml has no entry "Pendulum-v1", and no entry default`) {
		t.Errorf("Import without a default: %v", err)
	}
}

// TestImportAtari checks that an Atari game gets the entry atari. rlrun has no Atari games, but a
// program may add its own.
func TestImportAtari(t *testing.T) {
	c := catalog()
	c.Envs["ALE/Pong-v5"] = env.Entry(func() *lander { return new(lander) })
	text, err := os.ReadFile(filepath.Join("testdata", "ppo.yml"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = zoo.Import(zoo.Request{File: "ppo.yml", Text: text, Env: "ALE/Pong-v5", Agent: "ppo"}, c)
	if want := "ppo.yml:10: policy: CnnPolicy has a convolutional network, and ALE/Pong-v5 has no images; want MlpPolicy"; fmt.Sprint(err) != want {
		t.Errorf("Import of ALE/Pong-v5 = %v, want %s", err, want)
	}
}

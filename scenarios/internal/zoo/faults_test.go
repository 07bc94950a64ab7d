package zoo_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/zoo"
)

// TestImportFaults checks that each error names the line, the key and the offending word, in one line.
func TestImportFaults(t *testing.T) {
	for _, c := range []struct{ what, entry, want string }{
		// Code.
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(activation_fn=nn.ReLU())\"", `dir/f.yml:4: policy_kwargs: "nn.ReLU(" is code, and rlrun never runs code from a file`},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(log_std_init=-2,\n    net_arch=[2**8, 2**8],\n    ortho_init=False)\"", `dir/f.yml:5: policy_kwargs: "**" is code`},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(net_arch=[64],\n    activation_fn=nn.Relu)\"", `dir/f.yml:5: policy_kwargs: "nn.Relu" is an unknown name; the nearest is nn.ReLU`},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(\"", "dir/f.yml:4: policy_kwargs: the text ends too early"},
		{"CartPole-v1 ppo", "normalize: \"__import__('os').system('true')\"", `dir/f.yml:4: normalize: "__import__(" is code`},
		{"CartPole-v1 ppo", "gamma: !!python/object/apply:os.system ['true']", "dir/f.yml:4: the tag !!python/object/apply:os.system is code"},
		{"Pendulum-v1 sac", "replay_buffer_class: os.system", `"os.system" is an unknown name`},
		{"Pendulum-v1 ppo", "env_kwargs: \"dict(g=lambda: 1)\"", `"lambda" is code`},

		// Keys.
		{"CartPole-v1 ppo", "gama: 0.9", "dir/f.yml:4: gama: unknown key, for rl_zoo3 and for Stable-Baselines3's PPO; the nearest is gamma"},
		{"CartPole-v1 ppo", "buffer_size: 100", "buffer_size: unknown key, for rl_zoo3"},
		{"CartPole-v1 dqn", "double: true", "double: unknown key, for rl_zoo3"},
		{"CartPole-v1 ppo", "normalize: {norm_ob: true}", `normalize: VecNormalize has no argument "norm_ob"; the nearest is norm_obs`},
		{"CartPole-v1 ppo", "policy_kwargs: {net_arc: [8]}", "policy_kwargs.net_arc: Stable-Baselines3's policies have no such argument; the nearest is net_arch"},
		{"Pendulum-v1 sac", "policy_kwargs: {ortho_init: true}", "policy_kwargs.ortho_init: Stable-Baselines3's policies have no such argument"},
		{"CartPole-v1 dqn", "policy_kwargs: {log_std_init: -2}", "policy_kwargs.log_std_init: Stable-Baselines3's policies have no such argument"},
		{"Pendulum-v1 ppo", "env_kwargs: {gg: 9}", "env_kwargs: Pendulum-v1 of rlrun has no option gg; the nearest is g"},

		// Values.
		{"CartPole-v1 ppo", "gamma: 7", "dir/f.yml:4: agent.gamma: gamma is 7, want 0 … 1"},
		{"CartPole-v1 ppo", "gamma: high", `dir/f.yml:4: agent.gamma: "high", want a number`},
		{"CartPole-v1 ppo", "gamma: null", "dir/f.yml:4: agent.gamma: no value, want a number"},
		{"CartPole-v1 ppo", "n_envs: 1.5", `dir/f.yml:4: env.n_envs: "1.5", want a whole number`},
		{"CartPole-v1 ppo", "learning_rate: fast", `learning_rate: "fast", want a number, or lin_ and a number`},
		{"CartPole-v1 ppo", "learning_rate: _1", `learning_rate: "_1", want`},
		{"CartPole-v1 ppo", "learning_rate: [1]", "agent.learning_rate: want"},
		{"CartPole-v1 ppo", "normalize: 5", "normalize: 5, want true or false, or the arguments"},
		{"CartPole-v1 ppo", "policy_kwargs: 5", "policy_kwargs: 5, want a mapping"},
		{"CartPole-v1 ppo", "policy_kwargs: {net_arch: [x]}", `agent.policy_kwargs.net_arch[0]: "x", want a whole number`},
		{"CartPole-v1 ppo", "policy_kwargs: {activation_fn: 7}", "policy_kwargs.activation_fn: 7, want one of"},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(activation_fn=th.optim.Adam)\"", "policy_kwargs.activation_fn: th.optim.Adam, want one of"},
		{"CartPole-v1 ppo", "policy_kwargs: \"dict(features_extractor_class=NatureCNN)\"", "NatureCNN is a convolutional network"},
		{"CartPole-v1 ppo", "policy_kwargs: {features_extractor_class: my.Net}", "policy_kwargs.features_extractor_class: my.Net, want FlattenExtractor or CombinedExtractor"},
		{"CartPole-v1 ppo", "policy_kwargs: {features_extractor_kwargs: {d: 4}}", "policy_kwargs.features_extractor_kwargs: {d: 4}, want none"},
		{"CartPole-v1 ppo", "!!python/object/apply:os.system learning_rate: 0.5", "the tag !!python/object/apply:os.system is code"},
		{"CartPole-v1 ppo", "policy: CnnPolicy", "policy: a second time"},
		{"CartPole-v1 ppo", "n_timesteps: 5", "n_timesteps: a second time"},
		{"CartPole-v1 ppo", "frame_stack: x", `env.wrappers[0].frame_stack.n: "x", want a whole number`},
		{"CartPole-v1 ppo", "env_wrapper: 7", "env_wrapper: 7, want the name of a wrapper"},
		{"CartPole-v1 ppo", "env_wrapper: [{gymnasium.wrappers.ResizeObservation: {shape: [96, 84]}}]", "dir/f.yml:4: env.wrappers[0].resize: env: ResizeObservation needs observations that are an Image"},
		{"CartPole-v1 ppo", "env_wrapper: [{gymnasium.wrappers.GrayscaleObservation: {keep_dim: true}}]", "dir/f.yml:4: env.wrappers[0].gray: env: GrayObservation needs observations that are an Image"},
		{"CartPole-v1 ppo", "env_wrapper: [{a: 1}]", "env_wrapper: a: want a mapping of its arguments"},
		{"CartPole-v1 ppo", "env_wrapper: [a, a, a, a, a, a, a, a, a]", "env_wrapper: 9 wrappers, want at most 8"},
		{"Pendulum-v1 td3", "noise_type: normal", "noise_type: normal without noise_std"},
		{"Pendulum-v1 td3", "noise_std: 0.1", "noise_std: 0.1 without noise_type"},
		{"Pendulum-v1 td3", "noise_type: pink\nnoise_std: 0.1", "noise_type: pink, want normal or ornstein-uhlenbeck"},
		{"Pendulum-v1 td3", "train_freq: [1, epoch]", "dir/f.yml:4: agent.train_freq: "},
		{"Pendulum-v1 td3", "policy_kwargs: {net_arch: {pi: [8], vf: [8]}}", "net_arch is {pi: [8], vf: [8]}, want"},
		{"Pendulum-v1 sac", "ent_coef: 0", "agent.ent_coef: \"0\", want a number above 0"},
		{"Pendulum-v1 sac", "replay_buffer_class: HerReplayBuffer", "replay_buffer_class: HerReplayBuffer is hindsight experience replay"},
		{"Pendulum-v1 sac", "replay_buffer_class: RolloutBuffer", "replay_buffer_class: RolloutBuffer, want one of ReplayBuffer"},
		{"Pendulum-v1 sac", "replay_buffer_kwargs: 5", "replay_buffer_kwargs: 5, want a mapping"},
		{"Pendulum-v1 dqn", "gamma: 0.9", "want a choice (Discrete)"},
		{"CartPole-v1 ppo", "use_sde: true", "dir/f.yml: the entry CartPole-v1: agents: PPO: "},
		{"CartPole-v1 trpo", "", `no agent "trpo" that both the zoo and rlrun have; want one of a2c, ddpg, dqn, ppo, sac, td3`},
		{"CartPole-v1 a3c", "", `no agent "a3c"`},
	} {
		id, _, _ := strings.Cut(c.what, " ")
		made, err := imported(c.what, id+":\n  n_timesteps: !!float 1e3\n  policy: MlpPolicy\n  "+strings.ReplaceAll(c.entry, "\n", "\n  ")+"\n")
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Import(%s, %q) = %v, %v, want %q in one line", c.what, c.entry, made, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"CartPole-v1: {policy: MlpPolicy}":                     "f.yml:1: CartPole-v1 has no n_timesteps",
		"CartPole-v1: {n_timesteps: many, policy: MlpPolicy}":  "n_timesteps: many, want a number",
		"CartPole-v1: {n_timesteps: 0.5, policy: MlpPolicy}":   "f.yml:1: steps: 0, want 1 or more",
		"CartPole-v1: {n_timesteps: 1e300, policy: MlpPolicy}": "f.yml:1: steps: ",
		"CartPole-v1: {n_timesteps: 9, policy: CnnPolicy}":     "policy: CnnPolicy has a convolutional network",
		"CartPole-v1: {n_timesteps: 9, policy: MlpPolice}":     "policy: MlpPolice, want MlpPolicy, CnnPolicy or MultiInputPolicy; the nearest is MlpPolicy",
		"CartPole-v1: {n_timesteps: 9, policy: my.own.Policy}": "policy: my.own.Policy, want",
		"CartPole-v1: &a {n_timesteps: 9, callback: *a}":       "aliases expand",
		"- 1": "want a mapping",
		"":    "f.yml:1",
	} {
		if made, err := imported("CartPole-v1 ppo", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Import(%q) = %v, %v, want %q", text, made, err, want)
		}
	}
}

// FuzzImport checks that every file gives a scenario or an error, and that each note is one line of
// comment.
func FuzzImport(f *testing.F) {
	const entry = "CartPole-v1: &c\n  n_timesteps: !!float 1e3\n  policy: 'MlpPolicy'\n"
	for _, more := range []string{
		"", "  normalize: \"{'norm_obs': True}\"\n", "  policy_kwargs: \"dict(net_arch=[8], activation_fn=nn.ReLU)\"\n",
		"  env_wrapper: [{rl_zoo3.wrappers.FrameSkip: {skip: 2}}]\n  frame_stack: 4\n", "  callback: \"a\\nb\\u2028c\"\n", "  learning_rate: lin_1e-3\n",
		"default: {<<: *c, n_envs: 8}\n", "  train_freq: [1, episode]\n  gradient_steps: -1\n", "  env_kwargs: {low: -1}\n", "  gamma: !!python/tuple [1]\n", "  noise_type: normal\n  noise_std: 1\n",
	} {
		for agent := range uint8(6) {
			f.Add([]byte(entry+more), agent, agent%2 == 0)
		}
	}
	c := catalog()
	agents := zoo.Agents(c)
	f.Fuzz(func(t *testing.T, text []byte, agent uint8, pole bool) {
		id := "Pendulum-v1"
		if pole {
			id = "CartPole-v1"
		}
		made, err := zoo.Import(zoo.Request{File: "f.yml", Text: text, Env: id, Agent: agents[int(agent)%len(agents)]}, c)
		if err != nil {
			return
		}
		comments := 0
		for line := range strings.Lines(string(made.Text)) {
			if strings.HasPrefix(line, "#") {
				comments++
			}
		}
		if comments != 1+len(made.NotCarried)+len(made.Differs) {
			t.Errorf("Import(%q) = %s, want a comment, and one for each of %v, %v", text, made.Text, made.NotCarried, made.Differs)
		}
	})
}

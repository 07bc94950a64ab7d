package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// zooFile is the text of a hyperparameter file of rl-baselines3-zoo.
const zooFile = `default: &default
  n_timesteps: !!float 1e6
  policy: 'MlpPolicy'
CartPole-v1:
  <<: *default
  n_timesteps: 400
  n_envs: 2
  n_steps: 4
  batch_size: 8
  learning_rate: lin_1e-3
  policy_kwargs: "dict(net_arch=[4], activation_fn=nn.ReLU)"
Pendulum-v0:
  <<: *default
  callback: rl_zoo3.callbacks.X
  frame_stack: 2
  normalize: true
MountainCar-v0:
  <<: *default
  policy_kwargs: "dict(net_arch=[4],
    activation_fn=print('run'))"
ALE/Pong-v5:
  <<: *default
  policy: CnnPolicy
Acrobot-v1:
  <<: *default
  policy: CnnPolicy
`

// TestImport checks imported scenario files, training with one of them, and the notes.
func TestImport(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "ppo.yml", zooFile)
	status, out, notes := a.call("import", "ppo.yml", "CartPole-v1", "-o", "mine.yaml")
	if want := "mine.yaml: ppo on CartPole-v1, 400 steps; rlrun mine.yaml trains it\n"; status != statusDone || out != "" || notes != want {
		t.Errorf("rlrun import = %d, %q, %q, want %q on standard error", status, out, notes, want)
	}
	text := readFile(t, "mine.yaml")
	if got := a.must(t, "import", "ppo.yml", "CartPole", "-o", "-"); got != text || !strings.Contains(text, "\n  learning_rate: lin_1e-3\n") {
		t.Errorf("rlrun import -o - = %s, want the file, %s", got, text)
	}
	if got := object(t, a.must(t, "mine.yaml", "--json", "--quiet")); got["scenario"] != "mine" || got["steps"] != 400. {
		t.Errorf("rlrun mine.yaml = %v, want a run of 400 steps", got)
	}
	status, out, notes = a.call("import", "ppo.yml", "Pendulum-v1", "--json", "--out", "pendulum.yml")
	for _, want := range []string{
		"ppo.yml has no entry Pendulum-v1; its entry Pendulum-v0 is used\n",
		"not carried over: callback: rl_zoo3.callbacks.X: a callback is Python code",
		"differs: env: Pendulum-v1: the entry Pendulum-v0 is for another version",
		"differs: frame_stack: 2: rlrun normalises the stacked observations",
	} {
		if !strings.Contains(notes, want) || strings.Count(notes, "\n") != 5 {
			t.Errorf("rlrun import prints %q, want %q and four more lines", notes, want)
		}
	}
	got := object(t, out)
	if status != statusDone || got["event"] != "import" || got["file"] != "pendulum.yml" || got["entry"] != "Pendulum-v0" || got["env"] != "Pendulum-v1" ||
		got["agent"] != "ppo" || got["steps"] != 1e6 || len(got["not_carried"].([]any)) != 1 || len(got["differs"].([]any)) != 2 {
		t.Errorf("rlrun import --json = %d, %v", status, got)
	}
	if got := a.must(t, "import", "ppo.yml", "CartPole-v1", "--agent", "ppo", "--json", "-o", "again.yaml"); !strings.Contains(got, `"not_carried":[],"differs":[]`) {
		t.Errorf("rlrun import --json = %s, want empty lists", got)
	}
	if got := readFile(t, "again.yaml"); got != text {
		t.Errorf("again.yaml = %s, want the text of mine.yaml", got)
	}
}

// TestBadImport checks that bad input has status 2 and one line, and leaves no file.
func TestBadImport(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "ppo.yml", zooFile)
	writeFile(t, "trpo.yml", zooFile)
	writeFile(t, "ppo_lstm.yml", "default: {n_timesteps: 1e5, policy: MlpLstmPolicy}\nAcrobot-v1: {n_timesteps: 1e5}\n")
	writeFile(t, "broken.yml", "CartPole-v1: {n_timesteps: 1e5\n")
	writeFile(t, "big.yml", strings.Repeat("# 16 characters\n", 1<<17))
	writeFile(t, "folder.yml/x", "")
	writeFile(t, "there.yaml", "mine")
	for _, c := range []struct{ args, want string }{
		{"import", "needs two arguments, a file of rl-baselines3-zoo and an environment, and has 0"},
		{"import ppo.yml -o x.yaml", "and has 1"},
		{"import ppo.yml CartPole-v1 x -o x.yaml", "and has 3"},
		{"import ppo.yml CartPole-v1", "rlrun: give -o FILE, a new .yaml file for the scenario"},
		{"import ppo.yml CartPole-v1 -o there.yaml", "there.yaml is there already, and nothing is overwritten"},
		{"import ppo.yml CartPole-v1 -o x.txt", "--out x.txt: want a name that ends in .yaml"},
		{"import ppo.yml CartPole-v1 -o no/x.yaml", "--out no/x.yaml: there is no folder no"},
		{"import ppo.yml CartPole-v1 -o a:b.yaml", `name is "a:b", want a name that a directory can have`},
		{"import ppo.yml CartPole-v1 -o - --json", "--json with --out -"},
		{"import ppo.yml CartPole-v1 -o x.yaml --agent trpo", "--agent trpo: want an agent that both the zoo and rlrun have: a2c, ddpg, dqn, ppo, sac, td3; the nearest is ppo"},
		{"import ppo.yml CartPole-v1 -o x.yaml --agent a3c", "--agent a3c: want an agent that both"},
		{"import trpo.yml CartPole-v1 -o x.yaml", "trpo.yml: rlrun has no agent trpo, which the name of the file means; it has a2c, ddpg, dqn, ppo, sac, td3 of the zoo's agents"},
		{"import trpo.yml CartPole-v1", "trpo.yml: rlrun has no agent trpo"},
		{"import ppo_lstm.yml CartPole-v1 -o x.yaml", "ppo_lstm.yml: rlrun has no agent ppo_lstm"},
		{"import ppo_lstm.yml CartPole-v1 -o x.yaml --agent ppo", "ppo_lstm.yml:1: policy: MlpLstmPolicy has a recurrent network (LSTM), which rlrun cannot import"},
		{"import ppo_lstm.yml Acrobot-v1 -o x.yaml --agent ppo", "ppo_lstm.yml:2: Acrobot-v1 has no policy, want policy: MlpPolicy or MultiInputPolicy"},
		{"import nowhere.yml CartPole-v1", "nowhere.yml is not there"},
		{"import nowhere.yml CartPole-v1 --agent ppo -o x.yaml", "nowhere.yml is not there"},
		{"import folder.yml CartPole-v1 --agent ppo -o x.yaml", "folder.yml is a directory"},
		{"import big.yml CartPole-v1 --agent ppo -o x.yaml", "big.yml has 2097152 bytes, want 1048576 at most"},
		{"import broken.yml CartPole-v1 --agent ppo -o x.yaml", "broken.yml:2: not YAML"},
		{"import ppo.yml CartPol-v1 -o x.yaml", `no environment "CartPol-v1"; the nearest is CartPole-v1`},
		{"import ppo.yml ALE/Pong-v5 -o x.yaml", `no environment "ALE/Pong-v5"`},
		{"import ppo.yml Acrobot-v1 -o x.yaml", "ppo.yml:26: policy: CnnPolicy has a convolutional network"},
		{"import ppo.yml MountainCar-v0 -o x.yaml", `ppo.yml:20: policy_kwargs: "print(" is code, and rlrun never runs code from a file`},
		{"import ppo.yml CartPole-v1 --agent sac -o x.yaml", "ppo.yml: the entry CartPole-v1: agents: SAC: "},
		{"import ppo.yml CartPole-v1 -o x.yaml --agnt ppo", "--agnt; the nearest is --agent"},
	} {
		status, out, err := a.call(strings.Fields(c.args)...)
		if status != statusBadInput || out != "" || !strings.HasPrefix(err, "rlrun: ") || strings.Count(err, "\n") != 1 || !strings.Contains(err, c.want) {
			t.Errorf("rlrun %s = %d, %q, %q, want 2 and %q in one line", c.args, status, out, err, c.want)
		}
	}
	for _, name := range []string{"x.yaml", "x.txt", "a:b.yaml"} {
		if _, err := os.Lstat(filepath.FromSlash(name)); err == nil {
			t.Errorf("bad input left %s", name)
		}
	}
	if got := readFile(t, "there.yaml"); got != "mine" {
		t.Errorf("there.yaml = %q, want it unchanged", got)
	}
}

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// makeBadFiles makes a finished run, copies of it that each have a fault, and scenario files
// with faults.
func makeBadFiles(t *testing.T, a *App) {
	t.Helper()
	a.must(t, "quick", "--out", "good", "--quiet")
	copyOf := func(name string) {
		if err := os.CopyFS(name, os.DirFS("good")); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(name string) {
		if err := os.RemoveAll(filepath.FromSlash(name)); err != nil {
			t.Fatal(err)
		}
	}
	copyOf("cut")
	writeFile(t, "cut/policy.safetensors", readFile(t, "good/policy.safetensors")[:100])
	copyOf("unfinished")
	remove("unfinished/policy.safetensors")
	remove("unfinished/result.json")
	copyOf("damaged")
	remove("damaged/result.json")
	writeFile(t, "damaged/checkpoint/state", strings.Repeat("x", 100))
	copyOf("short")
	remove("short/result.json")
	writeFile(t, "short/episodes.csv", "r,l,t\n")
	copyOf("changed")
	remove("changed/result.json")
	writeFile(t, "changed/config.yaml", readFile(t, "good/config.yaml")+"# mine\n")
	for name, text := range map[string]string{"half": `{"event":"result","steps`, "noresult": "{}", "bare": `{"event":"result"}`} {
		copyOf(name)
		writeFile(t, name+"/result.json", text)
	}
	copyOf("broken")
	writeFile(t, "broken/config.yaml", "env: {id: CartPole-v1}\nagent: {name: ppo\n")
	writeFile(t, "empty/x", "")
	writeFile(t, "broken.yaml", "env: {id: CartPole-v1}\nagent: {name: ppo\n")
	writeFile(t, "unknown.yaml", "env: {id: CartPole-v1}\nagent: {name: ppo, gama: 0.9}\nsteps: 1000\n")
	writeFile(t, "agent.yaml", "env: {id: CartPole-v1}\nagent: {name: pppo}\nsteps: 1000\n")
	writeFile(t, "twice.yaml", "env: {id: CartPole-v1}\nagent: {name: ppo}\nsteps: 1000\nsteps: 1000\n")
	writeFile(t, "binary.yaml", "\x00\x01\xff\xfe")
	writeFile(t, "nothing.yaml", "")
	writeFile(t, "folder.yaml/x", "")
}

// TestBadInput checks that each bad command line gives status 2 and one line with the offending word.
func TestBadInput(t *testing.T) {
	a := inEmptyDir(t)
	makeBadFiles(t, a)
	for _, c := range badInputs {
		status, out, err := a.call(c.args...)
		if status != statusBadInput || out != "" {
			t.Errorf("rlrun %q = %d, %q, want %d and nothing printed", c.args, status, out, statusBadInput)
		}
		if !strings.HasPrefix(err, "rlrun: ") || !strings.HasSuffix(err, "\n") || strings.Count(err, "\n") != 1 || strings.Contains(err, "\r") {
			t.Errorf("rlrun %q says %q, want one line", c.args, err)
		}
		if !strings.Contains(err, c.want) {
			t.Errorf("rlrun %q says %q, want %q in it", c.args, err, c.want)
		}
	}
	if files, err := os.ReadDir("runs"); err == nil {
		t.Errorf("bad input left runs/%v", files)
	}
	if got := a.must(t, "resume", "good", "--json"); got != readFile(t, "good/result.json") {
		t.Errorf("after bad input rlrun resume good = %s, want the unchanged result", got)
	}
}

// badInputs are bad command lines, and a part of the message that each must give.
var badInputs = []struct {
	args []string
	want string
}{
	// Names.
	{[]string{"quik"}, `"quik"; the nearest is quick`},
	{[]string{"cartpol-ppo"}, `"cartpol-ppo"; the nearest is cartpole-ppo`},
	{[]string{"lst"}, `"lst"; the nearest is list`},
	{[]string{"Acrobot-v2"}, `"Acrobot-v2"; the nearest is Acrobot-v1`},
	{[]string{"evla", "good"}, `"evla"; the nearest is eval`},
	{[]string{"resum", "good"}, `"resum"; the nearest is resume`},
	{[]string{"nonsense", "good"}, `"nonsense"`},
	{[]string{""}, `""`},
	{[]string{"a\nb"}, `"a\nb"`},
	{[]string{"good"}, "good is a run directory, not a scenario; rlrun eval good evaluates the run, rlrun good/config.yaml repeats it"},
	{[]string{"."}, `"."`},
	{[]string{"../quick"}, "../quick"},
	{[]string{"quick.yaml"}, "quick.yaml"},
	{[]string{"help", "stepp"}, `"stepp"; the nearest is step`},
	{[]string{"list", "foo"}, `"foo"; want scenarios, envs, agents or runs`},
	{[]string{"list", "env"}, `"env"; want scenarios, envs, agents or runs; the nearest is envs`},
	{[]string{"step", "CartPol-v1"}, `"CartPol-v1"; the nearest is CartPole-v1`},
	{[]string{"step", "CartPole-v9"}, "no version 9 of CartPole"},
	{[]string{"step", "a b"}, `"a b"`},
	{[]string{"completion", "tcsh"}, `"tcsh", want bash, zsh, fish or powershell`},

	// Numbers of arguments.
	{[]string{"--json"}, "one argument, a scenario"},
	{[]string{"--seed", "3"}, "one argument, a scenario"},
	{[]string{"quick", "open"}, "one argument, a scenario"},
	{[]string{"quick", "--", "--json"}, "one argument, a scenario"},
	{[]string{"eval"}, "one argument, a run directory"},
	{[]string{"eval", "good", "good"}, "one argument, a run directory"},
	{[]string{"resume"}, "one argument, a run directory"},
	{[]string{"resume", "good", "good"}, "one argument, a run directory"},
	{[]string{"step"}, "one argument, an environment"},
	{[]string{"step", "CartPole-v1", "CartPole-v1"}, "one argument, an environment"},
	{[]string{"completion"}, "one argument, a shell"},
	{[]string{"completion", "bash", "zsh"}, "one argument, a shell"},
	{[]string{"list", "envs", "agents"}, "scenarios, envs, agents"},

	// Recording.
	{[]string{"record", "good"}, "give -o FILE, a new .gif"},
	{[]string{"record", "good", "-o", "a.bmp"}, "a.bmp: want a name that ends in .gif"},
	{[]string{"plot", "good", "-o", "no/a.png"}, "--out no/a.png: there is no folder no"},
	{[]string{"record", "good", "-o", "no/a.gif"}, "there is no folder no"},
	{[]string{"record", "good", "-o", "a.gif", "--size", "600"}, "--size 600: want WIDTHxHEIGHT"},
	{[]string{"record", "good", "-o", "a.gif", "--size", "9x9"}, "50 … 4096"},
	{[]string{"record", "good", "-o", "a.gif", "--theme", "blue"}, `"blue": want light or dark`},
	{[]string{"record", "good", "-o", "a.gif", "--fps", "51"}, "--fps 51: want a whole number, 1 … 50"},
	{[]string{"record", "good", "-o", "a.gif", "--episodes", "0"}, "--episodes 0"},
	{[]string{"record", "good", "-o", "a.gif", "--seed", "x"}, "--seed x"},
	{[]string{"record", "nowhere", "-o", "a.gif"}, "no run nowhere: there is no such directory"},

	// Flags.
	{[]string{"quick", "--sedd", "3"}, "--sedd; the nearest is --seed"},
	{[]string{"quick", "-seed", "3"}, "-seed; the nearest is --seed"},
	{[]string{"quick", "-x"}, "-x"},
	{[]string{"eval", "good", "--steps", "3"}, "--steps"},
	{[]string{"list", "--jsn"}, "--jsn; the nearest is --json"},
	{[]string{"quick", "--seed"}, "--seed"},
	{[]string{"quick", "--set"}, "--set"},
	{[]string{"quick", "--json=maybe"}, `"maybe"`},
	{[]string{"quick", "--seed", "-4"}, "--seed -4"},
	{[]string{"quick", "--seed", "9223372036854775808"}, "--seed 9223372036854775808"},
	{[]string{"quick", "--seed", "1.5"}, "--seed 1.5"},
	{[]string{"quick", "--seed", "one"}, "--seed one"},
	{[]string{"quick", "--seed", ""}, "--seed"},
	{[]string{"quick", "--steps", "0"}, "--steps 0: steps: 0, want 1 or more"},
	{[]string{"quick", "--steps", "-1e3"}, "--steps -1e3: steps: -1000, want 1 or more"},
	{[]string{"quick", "--steps", "1e3.5"}, "--steps 1e3.5"},
	{[]string{"quick", "--steps", "1e99"}, "--steps 1e99"},
	{[]string{"quick", "--steps", "many"}, "--steps many"},
	{[]string{"quick", "--steps", "{a: 1}"}, "--steps {a: 1}"},
	{[]string{"quick", "--steps", ""}, "--steps"},
	{[]string{"quick", "--episodes", "0"}, "--episodes 0: eval.episodes: 0, want 1 or more"},
	{[]string{"quick", "--episodes", "2.5"}, "--episodes 2.5"},
	{[]string{"quick", "--backend", "cuda"}, `"cuda", want gorgonia or native`},
	{[]string{"quick", "--backend", ""}, "--backend"},
	{[]string{"quick", "--checkpoint-every", "0"}, "--checkpoint-every 0"},
	{[]string{"quick", "--checkpoint-every", "-3"}, "--checkpoint-every -3"},
	{[]string{"quick", "--checkpoint-every", "often"}, "--checkpoint-every often"},
	{[]string{"resume", "good", "--checkpoint-every", "0"}, "--checkpoint-every 0"},
	{[]string{"eval", "good", "--seed", "-1"}, "--seed -1"},
	{[]string{"eval", "good", "--seed", "9223372036854775808"}, "--seed 9223372036854775808"},
	{[]string{"eval", "good", "--seed", "x"}, "--seed x"},
	{[]string{"eval", "good", "--episodes", "0"}, "--episodes 0"},
	{[]string{"eval", "good", "--episodes", "x"}, "--episodes x"},

	// Settings.
	{[]string{"quick", "--set", "agent.learning_rat=3"}, "agent.learning_rat: unknown key; the nearest is learning_rate"},
	{[]string{"quick", "--set", "gamma=0.9"}, "gamma: unknown key; it is agent.gamma"},
	{[]string{"quick", "--learning_rate", "0.1"}, "unknown flag --learning_rate; it is a setting: --set agent.learning_rate=…"},
	{[]string{"quick", "--net-arch=[64]"}, "unknown flag --net-arch; it is a setting: --set agent.policy_kwargs.net_arch=…"},
	{[]string{"quick", "-seed", "1"}, "unknown flag -seed; the nearest is --seed"},
	{[]string{"eval", "good", "--gamma", "1"}, "unknown flag --gamma"},
	{[]string{"quick", "--sweep", "agent.gamma=[0.9,", "0.99]"}, "and has 2; --sweep wants KEY=VALUE as one word, in quotes if it has spaces"},
	{[]string{"quick", "--set", "agent.gamma", "0.9"}, "and has 2; --set wants KEY=VALUE as one word"},
	{[]string{"solve", "GridWorld-v0", "--gamma", "1", "--set", "options.map=[S.G#.]"}, "the map's row 1, column 5: grid: values do not converge: from state 4 no actions lead to the end"},
	{[]string{"quick", "--set", "agent.learning_rate=fast"}, "agent.learning_rate=fast"},
	{[]string{"quick", "--set", "agent.learning_rate=-1"}, "learning_rate"},
	{[]string{"quick", "--set", "agent.batch_size=0"}, "batch_size"},
	{[]string{"quick", "--set", "agent.batch_size=0"}, "batch_size is 0, want"},
	{[]string{"quick", "--set", "agent.policy_kwargs.net_arch=[0]"}, "net_arch"},
	{[]string{"quick", "--set", "agent.policy_kwargs.activation_fn=sine"}, "activation_fn"},
	{[]string{"quick", "--set", "agent.name=trpo"}, `"trpo"`},
	{[]string{"quick", "--set", "env.id=Nope"}, `"Nope"`},
	{[]string{"quick", "--set", "env.n_envs=0"}, "n_envs is 0"},
	{[]string{"quick", "--set", "env.n_envs=1e15"}, "n_envs"},
	{[]string{"quick", "--set", "agent.n_steps=1e15"}, "n_steps"},
	{[]string{"quick", "--set", "agent.policy_kwargs.net_arch=[1e15]"}, "net_arch"},
	{[]string{"quick", "--set", "env.options.lo=1"}, "env.options.lo: unknown key; the nearest is low"},
	{[]string{"quick", "--set", "env.options.kinematics_integrator=rk4"}, "want euler or semi-implicit"},
	{[]string{"quick", "--set", "name=a/b"}, `"a/b"`},
	{[]string{"quick", "--set", "steps"}, "--set steps: want KEY=VALUE"},
	{[]string{"quick", "--set", "steps=1\nseed: 2"}, "--set steps=1"},
	{[]string{"quick", "--set", ""}, "want KEY=VALUE"},
	{[]string{"quick", "--set", "=1"}, "want KEY=VALUE"},
	{[]string{"quick", "--set", "agent..gamma=1"}, "want KEY=VALUE"},
	{[]string{"quick", "--set", "agent={"}, "flow syntax"},
	{[]string{"step", "CartPole-v1", "--set", "badkey=1"}, "badkey: unknown key"},
	{[]string{"step", "CartPole-v1", "--set", "option.low=1"}, "option: unknown key; low is options.low"},
	{[]string{"step", "CartPole-v1", "--set", "env.options.low=1"}, "env: unknown key; low is options.low"},
	{[]string{"check", "CartPole-v1", "--set", "low=1"}, "low: unknown key; it is options.low"},
	{[]string{"step", "CartPole-v1", "--set", "options.lo=1"}, "options.lo: unknown key; the nearest is low"},
	{[]string{"step", "CartPole-v1", "--set", "options.low=1"}, "low 1 and high 0.05"},
	{[]string{"step", "CartPole-v1", "--set", "options.low=x"}, `"x", want a number`},
	{[]string{"step", "CartPole-v1", "--set", "options=5"}, "want a mapping"},
	{[]string{"step", "CartPole-v1", "--set", ""}, "want KEY=VALUE"},
	{[]string{"step", "acme/Odd-v0", "--set", "options.low=1"}, "low: unknown key"},

	{[]string{"compare", "good"}, "is only one set of runs; want two or more"},
	{[]string{"compare", "good", "nowhere"}, "no runs in nowhere"},
	{[]string{"compare", "good", "broken"}, "config.yaml:"},
	{[]string{"compare", "unfinished", "good"}, "no run in unfinished is finished; rlrun resume unfinished continues the first"},
	{[]string{"quick", "--seeds", "0"}, "--seeds 0: want a whole number, 1 or more"},
	{[]string{"quick", "--seeds", "2", "--out", "good"}, "good is there already"},
	{[]string{"quick", "--seeds", "2", "--seed", "9223372036854775807"}, "seed"},
	{[]string{"quick", "--seeds", "1000000000"}, "--seeds 1000000000: want 1 … 10000"},
	{[]string{"quick", "--seeds", "9000", "--sweep", "agent.gamma=[0.8, 0.9]"}, "--seeds 9000: want 1 … 5000"},
	{[]string{"quick", "--sweep", "agent.gamma=[0.9, 0.9]"}, "--sweep agent.gamma=[0.9, 0.9]: 0.9 occurs twice; want different values"},
	{[]string{"quick", "--out", ""}, "--out is empty"},
	{[]string{"check", "CartPole-v1", "--episodes", "1e99"}, `--episodes "1e99": want a whole number`},
	{[]string{"check", "CartPole-v1", "--seed", "-1"}, `--seed "-1": want a whole number, 0 or more`},
	{[]string{"list", "runs", "nowhere"}, "nowhere is not a directory"},
	{[]string{"eval", "."}, ". is not a run directory, but contains "},
	{[]string{"quick", "--sweep", "agent.gamma"}, "--sweep agent.gamma: want KEY=[a, b, …]"},
	{[]string{"quick", "--sweep", "agent.gama=[0.9]"}, "unknown key; the nearest is gamma"},
	{[]string{"quick", "--sweep", "agent.gamma=[0.9, 7]"}, "gamma is 7"},
	{[]string{"quick", "--stop-at-threshold=perhaps"}, "perhaps"},
	{[]string{"solve", "CartPole-v1"}, "CartPole-v1 is not tabular"},
	{[]string{"solve", "GridWorl"}, "the nearest is GridWorld-v0"},
	{[]string{"solve", "GridWorld-v0", "--gamma", "1.5"}, "gamma is 1.5, want 0 … 1"},
	{[]string{"solve", "GridWorld-v0", "--gamma", "x"}, "--gamma"},
	{[]string{"solve", "GridWorld-v0", "--set", "options.map=[S.?]"}, "map has '?' in row 1, column 3"},
	{[]string{"check", "CartPol"}, "the nearest is CartPole"},
	{[]string{"check", "CartPole-v1", "--episodes", "0"}, "--episodes 0: want a whole number, 1"},
	{[]string{"check", "CartPole-v1", "--seed", "9223372036854775808"}, "--seed 9223372036854775808: want a whole number, 0"},
	{[]string{"check", "CartPole-v1", "--set", "options.lo=1"}, "the nearest is low"},
	{[]string{"quick", "--set", "env.parallel=-1"}, "env.parallel: -1, want 0 or more"},
	{[]string{"quick", "--set", "agent.normalize.clip_obs=0"}, "normalize.clip_obs is 0, want more than 0"},

	// Files.
	{[]string{"./nowhere.yaml"}, "./nowhere.yaml"},
	{[]string{"broken.yaml"}, "broken.yaml:"},
	{[]string{"unknown.yaml"}, "unknown.yaml:2:20: agent.gama: unknown key; the nearest is gamma"},
	{[]string{"agent.yaml"}, `agent.yaml:2:15: agent.name: no agent "pppo"; the nearest is ppo`},
	{[]string{"twice.yaml"}, "twice.yaml:4:1: steps: a second time"},
	{[]string{"binary.yaml"}, "binary.yaml:1"},
	{[]string{"nothing.yaml"}, "nothing.yaml:1"},
	{[]string{"folder.yaml"}, "folder.yaml"},
	{[]string{"good/policy.safetensors"}, "policy.safetensors:"},
	{[]string{"good/"}, "good/ is a run directory, not a scenario"},
	{[]string{"quick", "--out", "good"}, "good is there already"},
	{[]string{"quick", "--out", "broken.yaml"}, "broken.yaml is there already"},
	{[]string{"quick", "--out", "broken.yaml/run"}, "broken.yaml"},
	{[]string{"quick", "--out", "."}, ". is there already"},
	{[]string{"quick", "--out", "a\x00b"}, "invalid argument"},

	// Runs.
	{[]string{"eval", "nowhere"}, "nowhere"},
	{[]string{"eval", "broken.yaml"}, "broken.yaml is no run directory"},
	{[]string{"eval", "good/config.yaml"}, "config.yaml is no run directory"},
	{[]string{"eval", "empty"}, "empty is no run directory"},
	{[]string{"eval", ""}, "no run"},
	{[]string{"eval", "cut"}, "policy.safetensors"},
	{[]string{"eval", "unfinished"}, "rlrun resume unfinished"},
	{[]string{"eval", "broken"}, "config.yaml:"},
	{[]string{"resume", "nowhere"}, "nowhere"},
	{[]string{"resume", "broken.yaml"}, "broken.yaml is no run directory"},
	{[]string{"resume", "empty"}, "empty is no run directory"},
	{[]string{"resume", "broken"}, "config.yaml:"},
	{[]string{"resume", "damaged"}, "state: not a saved state"},
	{[]string{"resume", "short"}, "episodes.csv was cut short"},
	{[]string{"resume", "changed"}, "config.yaml"},
	{[]string{"resume", "half"}, "result.json"},
	{[]string{"resume", "noresult"}, "result.json"},
	{[]string{"resume", "bare"}, "result.json"},
}

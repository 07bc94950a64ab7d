package scenario_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/scenario"
)

// allEnvs returns all environments that come with rlrun.
func allEnvs() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	return r
}

// TestDefaults makes every agent with default settings for every environment. It checks that this
// works, or that an error of one line says why the agent cannot be used.
func TestDefaults(t *testing.T) {
	fits := map[string]int{}
	for _, id := range allEnvs().IDs() {
		for _, agent := range scenario.BuiltinAgents().Names() {
			text, err := scenario.Builtin(allEnvs()).Defaults(id, agent)
			if err != nil {
				t.Fatal(err)
			}
			s, err := scenario.Parse("f", text, nil, scenario.Builtin(allEnvs()))
			if err != nil {
				t.Errorf("Parse(Defaults(%s, %s)) = %v", id, agent, err)
				continue
			}
			if s.Name != id+"-"+agent || s.Env != id || s.Agent != agent || s.Steps != 100_000 {
				t.Errorf("Defaults(%s, %s) = %s of %s on %s, %d steps", id, agent, s.Name, s.Agent, s.Env, s.Steps)
			}
			if _, err := s.NewAgent(); err == nil {
				fits[agent]++
			} else if text := err.Error(); strings.Contains(text, "\n") || !strings.HasPrefix(text, "agents: ") {
				t.Errorf("%s in %s: %v, want a line of the agent's", agent, id, err)
			}
		}
	}
	for _, agent := range scenario.BuiltinAgents().Names() {
		if fits[agent] == 0 {
			t.Errorf("%s fits no environment", agent)
		}
	}
}

// TestDefaultsName checks the name of a run's directory for an environment id with a namespace.
func TestDefaultsName(t *testing.T) {
	r := env.Registry{"a:b/Pole-v1": env.Entry(classic.NewCartPole)}
	text, err := scenario.Builtin(r).Defaults("a:b/Pole-v1", "ppo")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := scenario.Parse("f", text, nil, scenario.Builtin(r)); err != nil || s.Name != "a-b-Pole-v1-ppo" || s.Env != "a:b/Pole-v1" {
		t.Errorf("Defaults(a:b/Pole-v1, ppo) = %v, %v, want a-b-Pole-v1-ppo", s, err)
	}
	if text, err := scenario.Builtin(allEnvs()).Defaults("CartPole-v1", "sacc"); err == nil || !strings.Contains(err.Error(), "the nearest is sac; rlrun list agents") {
		t.Errorf("Defaults(CartPole-v1, sacc) = %s, %v, want an error with the nearest", text, err)
	}
}

// TestOtherAgent checks that the error of --agent names the settings that the scenario has and
// the new agent does not have.
func TestOtherAgent(t *testing.T) {
	const text = "env: {id: CartPole-v1}\nagent: {name: ppo, clip_range: 0.1, n_epochs: 3, gamma: 0.9}\nsteps: 1000\n"
	for _, c := range []struct {
		change scenario.Change
		want   string // "": no error
	}{
		{scenario.Change{Assignment: "agent.name=sac", Origin: "--set agent.name=sac"},
			"--set agent.name=sac: agent.name: sac has no clip_range, n_epochs, which f sets for ppo; rlrun CartPole-v1 --agent sac runs sac with its own settings"},
		{scenario.Change{Assignment: "agent.name=sac", Origin: "--agent sac", NewAgent: true}, "--agent sac: agent.name: sac has no clip_range, n_epochs"},
		{scenario.Change{Assignment: "agent.name=ppo", Origin: "--agent ppo", NewAgent: true}, ""},
		{scenario.Change{Assignment: "agent.name=none", Origin: "--agent none", NewAgent: true}, `no agent "none"`},
	} {
		_, err := scenario.Parse("f.yaml", []byte(text), []scenario.Change{c.change}, scenario.Builtin(allEnvs()))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse with %s = %v, want %q", c.change.Origin, err, c.want)
		}
	}
	const carries = "env: {id: CartPole-v1}\nagent: {name: ppo, gamma: 0.9}\nsteps: 1000\n"
	set := scenario.Change{Assignment: "agent.name=a2c", Origin: "--set agent.name=a2c"}
	if s, err := scenario.Parse("f.yaml", []byte(carries), []scenario.Change{set}, scenario.Builtin(allEnvs())); err != nil || s.Agent != "a2c" {
		t.Errorf("Parse with --set agent.name=a2c of what it has too = %v, %v, want a2c", s, err)
	}
	set.NewAgent = true
	if _, err := scenario.Parse("f.yaml", []byte(carries), []scenario.Change{set}, scenario.Builtin(allEnvs())); err == nil || !strings.Contains(err.Error(), "f has the settings of ppo") {
		t.Errorf("Parse with --agent a2c = %v, want whose settings they are", err)
	}
	twice := append([]scenario.Change{{Assignment: "agent.ent_coef_=1", Origin: "--set agent.ent_coef_=1"}}, set)
	if _, err := scenario.Parse("f.yaml", []byte(carries), twice[:1], scenario.Builtin(allEnvs())); err == nil || !strings.Contains(err.Error(), "unknown key; the nearest is ent_coef") {
		t.Errorf("Parse with --set agent.ent_coef_ = %v, want the nearest", err)
	}
}

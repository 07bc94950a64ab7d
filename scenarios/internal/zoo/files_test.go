package zoo_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
	"github.com/rlrun/rlrun/scenarios/internal/zoo"
)

// hasEnv reports whether the registry has the environment that the zoo means by id, in any version.
func hasEnv(r env.Registry, id string) bool {
	id, _, _ = strings.Cut(id, "-v")
	for _, suffix := range []string{"Continuous", "Hardcore"} { // an option, except in MountainCarContinuous
		if name := strings.TrimSuffix(id, suffix); name == "LunarLander" || name == "BipedalWalker" {
			id = name
		}
	}
	_, err := r.Resolve(id)
	return err == nil
}

// TestFiles checks every entry of the zoo's files. If rlrun has the environment, the entry is imported
// and its agent is trained until its policy changes; a short test trains two of each file. Other entries
// are refused with the environment's name.
func TestFiles(t *testing.T) {
	catalog := scenario.Builtin(scenarios.Envs())
	for _, agent := range zoo.Agents(catalog) {
		file := agent + ".yml"
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var entries map[string]map[string]any
		if err := yaml.Unmarshal(text, &entries); err != nil {
			t.Fatal(err)
		}
		trained := 0
		for _, id := range slices.Sorted(maps.Keys(entries)) {
			if id == "default" || id == "atari" {
				continue
			}
			made, err := zoo.Import(zoo.Request{File: file, Text: text, Env: id, Agent: agent}, catalog)
			switch {
			case !hasEnv(catalog.Envs, id):
				if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", id)) {
					t.Errorf("Import of %s, which rlrun lacks, from %s = %v, %v, want its name", id, file, made, err)
				}
			case strings.Contains(fmt.Sprint(entries[id]["env_wrapper"]), "AutoencoderWrapper"): // without it, observations are images
				if err == nil || !strings.Contains(err.Error(), "norm_obs") {
					t.Errorf("Import of %s from %s = %v, %v, want an error about norm_obs", id, file, made, err)
				}
			case err != nil:
				t.Errorf("Import of %s from %s = %v", id, file, err)
			default:
				if trained++; testing.Short() && trained > 2 {
					continue
				}
				t.Run(agent+"/"+id, func(t *testing.T) { checkLearns(t, made, catalog) })
			}
		}
		if trained < 2 { // Pendulum-v1, or CartPole-v1 and MountainCar-v0
			t.Errorf("%s has %d entries that rlrun imports, want 2 or more", file, trained)
		}
	}
}

// checkLearns trains an imported scenario, with small rollouts or a small replay buffer, and checks that
// its policy changes.
func checkLearns(t *testing.T, made *zoo.Imported, catalog scenario.Catalog) {
	changes := []scenario.Change{{Assignment: "steps=2000"}}
	switch made.Agent {
	case "ppo", "a2c":
		changes = append(changes, scenario.Change{Assignment: "agent.n_steps=8"}, scenario.Change{Assignment: "env.n_envs=4"})
	default:
		changes = append(changes, scenario.Change{Assignment: "agent.learning_starts=64"}, scenario.Change{Assignment: "agent.buffer_size=1000"}, scenario.Change{Assignment: "agent.batch_size=16"})
	}
	s, err := scenario.Parse(made.Env+".yaml", made.Text, changes, catalog)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.NewAgent()
	if err != nil {
		t.Fatal(err)
	}
	defer agents.Close(a)
	before := weights(a.Policy())
	report, err := a.Learn(300) // the largest number of steps between updates is 256, for CartPole-v1 in dqn.yml
	if err != nil {
		t.Fatal(err)
	}
	if after := weights(a.Policy()); report.Steps < 300 || len(after) == 0 || slices.Equal(before, after) {
		t.Errorf("after %d steps the policy is unchanged", report.Steps)
	}
}

// weights returns the weights of a policy's networks, without the statistics of its normaliser.
func weights(p policy.Policy) (all []float32) {
	for _, param := range p.Tensors() {
		if !strings.HasPrefix(param.Name, "obs_") {
			all = append(all, param.Value...)
		}
	}
	return all
}

package mujoco_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// mustMake returns the environment called id with options, a mapping in YAML.
func mustMake(t testing.TB, id, options string) env.Env {
	t.Helper()
	e, err := registry().Make(id, optionsOf(options))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestObservationParts checks the sizes of observations of which parts are left out, by the
// observation_structure of Gymnasium's Ant-v5 and Humanoid-v5, and that every element has a name of
// its own.
func TestObservationParts(t *testing.T) {
	const all = "exclude_current_positions_from_observation: false"
	for _, c := range []struct {
		id, options string
		size        int
		first, last string // names of elements
	}{
		{"Ant-v5", "{}", 105, "torso z", "back right lower leg contact force z"},
		{"Ant-v5", "{" + all + "}", 107, "torso x", "back right lower leg contact force z"},
		{"Ant-v5", "{include_cfrc_ext_in_observation: false}", 27, "torso z", "back right ankle angular velocity"},
		{"Humanoid-v5", "{}", 348, "torso z", "left lower arm contact force z"},
		{"Humanoid-v5", "{" + all + "}", 350, "torso x", "left lower arm contact force z"},
		{"Humanoid-v5", "{include_cinert_in_observation: false}", 218, "torso z", "left lower arm contact force z"},
		{"Humanoid-v5", "{include_cvel_in_observation: false}", 270, "torso z", "left lower arm contact force z"},
		{"Humanoid-v5", "{include_qfrc_actuator_in_observation: false}", 331, "torso z", "left lower arm contact force z"},
		{"Humanoid-v5", "{include_cfrc_ext_in_observation: false}", 270, "torso z", "left elbow torque"},
		{"HumanoidStandup-v5", "{}", 348, "torso z", "left lower arm contact force z"},
		{"HumanoidStandup-v5", "{" + all + ", include_cinert_in_observation: false, include_cvel_in_observation: false, " +
			"include_qfrc_actuator_in_observation: false, include_cfrc_ext_in_observation: false}", 47, "torso x", "left elbow angular velocity"},
		{"Pusher-v5", "{}", 23, "shoulder pan angle", "goal z"},
	} {
		e := mustMake(t, c.id, c.options)
		names := e.Spec().Obs.(env.Box).Names
		if len(names) != c.size || names[0] != c.first || names[c.size-1] != c.last {
			t.Errorf("%s with %s: %d elements from %q to %q, want %d from %q to %q", c.id, c.options, len(names), names[0], names[len(names)-1], c.size, c.first, c.last)
		}
		sorted := slices.Sorted(slices.Values(names))
		if len(slices.Compact(sorted)) != c.size {
			t.Errorf("%s with %s: two elements have the same name in %q", c.id, c.options, names)
		}
	}
}

// TestContactForces drops an ant without motion. When it lies on the ground, the contact forces on
// its bodies together hold its weight of 0.911 kg, and they are clipped where the options say.
func TestContactForces(t *testing.T) {
	e := mustMake(t, "Ant-v5", "{contact_force_range: [-100, 100], terminate_when_unhealthy: false, reset_noise_scale: 0}")
	clipped := mustMake(t, "Ant-v5", "{contact_force_range: [-2, 0.5], terminate_when_unhealthy: false, reset_noise_scale: 0}")
	obs, clippedObs := make([]float32, 105), make([]float32, 105)
	e.Reset(1, obs)
	clipped.Reset(1, clippedObs)
	if !slices.Equal(obs[27:], make([]float32, 78)) {
		t.Errorf("contact forces before the first step = %v, want zeros", obs[27:])
	}
	for range 200 {
		e.Step(make([]float32, 8), obs)
		clipped.Step(make([]float32, 8), clippedObs)
	}
	var up float64
	for i, name := range e.Spec().Obs.(env.Box).Names {
		if strings.HasSuffix(name, "contact force z") {
			up += float64(obs[i])
		}
		if i >= 27 && clippedObs[i] != min(max(obs[i], -2), 0.5) {
			t.Errorf("%s = %v, want %v in -2 … 0.5", name, clippedObs[i], obs[i])
		}
	}
	// Gymnasium's masses: testdata/descriptions.json.gz.
	if weight := 0.91088 * 9.81; math.Abs(up-weight) > 0.01*weight {
		t.Errorf("the ground holds %v N, want the weight of the ant, %v N", up, weight)
	}
}

// TestMainBody checks that a body has a number and a name, and that the velocity is its own.
func TestMainBody(t *testing.T) {
	rewards := map[string]float64{}
	for _, body := range []string{"torso", "1", "front_left_leg", "2", "0"} {
		e := mustMake(t, "Ant-v5", "{main_body: "+body+", ctrl_cost_weight: 0, contact_cost_weight: 0, healthy_reward: 0}")
		obs := make([]float32, 105)
		e.Reset(1, obs)
		rewards[body] = e.Step([]float32{1, -1, 1, -1, 1, -1, 1, -1}, obs).Reward
	}
	if rewards["torso"] != rewards["1"] || rewards["front_left_leg"] != rewards["2"] || rewards["torso"] == 0 || rewards["0"] != 0 {
		t.Errorf("rewards by main body = %v, want equal ones for torso and 1, and for front_left_leg and 2, and 0 for the world", rewards)
	}
}

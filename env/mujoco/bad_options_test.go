package mujoco_test

import (
	"strings"
	"testing"
)

// TestContactTaskOptions checks that options that are not possible are refused with a sentence.
func TestContactTaskOptions(t *testing.T) {
	for _, c := range []struct{ id, options, want string }{
		{"Ant-v5", "{frame_skip: 0}", "frame_skip 0, want a whole number, 1 … 1000"},
		{"Ant-v5", "{frame_skip: 1001}", "frame_skip 1001, want a whole number, 1 … 1000"},
		{"Ant-v5", "{reset_noise_scale: -0.1}", "reset_noise_scale -0.1, want a number, 0 … 1000"},
		{"Ant-v5", "{main_body: wheel}", `main_body "wheel", want the name of a body, as torso, or its number, 0 … 13`},
		{"Ant-v5", "{main_body: 14}", `main_body "14", want the name of a body`},
		{"Ant-v5", "{main_body: ''}", `main_body "", want the name of a body`},
		{"Ant-v5", "{healthy_z_range: [1, 0.2]}", "healthy_z_range [1, 0.2]: want two numbers, the lower one first"},
		{"Ant-v5", "{healthy_z_range: [0.2]}", "want two numbers, the lower one first"},
		{"Ant-v5", "{healthy_z_range: 1}", "want a list"},
		{"Ant-v5", "{contact_force_range: [one, 1]}", `"one", want a number, .inf or -.inf`},
		{"Ant-v5", "{contact_force_range: [.inf, .inf]}", "contact_force_range [+Inf, +Inf]"},
		{"Ant-v5", "{ctrl_cost: 1}", "ctrl_cost"},
		{"Humanoid-v5", "{contact_cost_range: [10, -.inf]}", "contact_cost_range [10, -Inf]: want two numbers"},
		{"Humanoid-v5", "{contact_cost_range: [-.inf, -.inf]}", "contact_cost_range [-Inf, -Inf]"},
		{"Humanoid-v5", "{healthy_reward: .inf}", "want a number"},
		{"Humanoid-v5", "{include_cinert_in_observation: 1}", "want true or false"},
		{"HumanoidStandup-v5", "{impact_cost_range: [1, 0]}", "impact_cost_range [1, 0]: want two numbers"},
		{"HumanoidStandup-v5", "{reset_noise_scale: 1e9}", "reset_noise_scale 1e+09, want a number, 0 … 1000"},
		{"HumanoidStandup-v5", "{terminate_when_unhealthy: true}", "terminate_when_unhealthy"},
		{"Pusher-v5", "{frame_skip: -1}", "frame_skip -1, want a whole number, 1 … 1000"},
		{"Pusher-v5", "{reward_near_weight: near}", "want a number"},
		{"Pusher-v5", "{reset_noise_scale: 0.1}", "reset_noise_scale"},
	} {
		_, err := registry().Make(c.id, optionsOf(c.options))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %s: error %v, want %q", c.id, c.options, err, c.want)
		}
	}
}

package scenario_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minigrid"
	"github.com/rlrun/rlrun/scenario"
)

// readMiniGrid parses a scenario of DoorKey with wrappers.
func readMiniGrid(wrappers string) (*scenario.Scenario, error) {
	c := scenario.Builtin(env.Registry{})
	minigrid.Register(c.Envs)
	return scenario.Parse("f.yaml", []byte("env: {id: MiniGrid-DoorKey-5x5-v0, wrappers: "+wrappers+"}\nagent: {name: ppo}\nsteps: 10"), nil, c)
}

// TestMiniGridWrappers checks the sizes of observations with each wrapper of MiniGrid: the image, one
// number for the direction, and 13 for the words of the mission.
func TestMiniGridWrappers(t *testing.T) {
	const rest = 1 + 13
	for wrappers, want := range map[string]int{
		"[]": 147 + rest, "[{minigrid: fully_observable}]": 75 + rest, "[{minigrid: symbolic}]": 75 + rest, "[{minigrid: one_hot}]": 980 + rest,
		"[{minigrid: rgb}]": 3*40*40 + rest, "[{minigrid: {show: rgb_partial, tile_size: 4}}]": 3*28*28 + rest,
		"[{minigrid: rgb, tile_size: 2, highlight: false}]": 300 + rest, "[{minigrid: flat}]": 2835,
		"[{minigrid: rgb}, {minigrid: image}, {gray: true}, {resize: 8x6}, {frame_stack: 2}]": 96,
		"[{goal_direction: angle}, {no_death: {cost: -0.5}}, {random_action: 0.1}]":           147 + rest + 1,
		"[{reseed: [1, 2, 3]}]":                      147 + rest,
		"[{position_bonus: 0.5}, {action_bonus: 1}]": 147 + rest,
	} {
		s, err := readMiniGrid(wrappers)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Spec.Obs.Size(); got != want {
			t.Errorf("%s: observations of %d numbers, want %d", wrappers, got, want)
		}
	}
}

// TestBonusInTraining checks that a bonus is paid in training, and not in evaluations.
func TestBonusInTraining(t *testing.T) {
	s, err := readMiniGrid("[{position_bonus: 0.5}]")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		mk   env.Maker
		want float64
	}{{s.TrainEnvs, 0.5}, {s.EvalEnvs, 0}} {
		if rewards, _ := play(t, c.mk, 0); rewards[0] != c.want {
			t.Errorf("the first step pays %v, want %v", rewards[0], c.want)
		}
	}
}

func TestMiniGridFaults(t *testing.T) {
	for _, c := range []struct{ wrappers, want string }{
		{"[{minigrid: rbg}]", `env.wrappers[0].minigrid: show "rbg", want fully_observable, symbolic,`},
		{"[{minigrid: {tile_size: 4}}]", `env.wrappers[0].minigrid: show "", want fully_observable, symbolic,`},
		{"[{minigrid: rgb, tile_size: 0}]", "env.wrappers[0]: tile_size 0, want 1 … 64"},
		{"[{minigrid: rgb, tiles: 4}]", "env.wrappers[0].tiles: unknown key"},
		{"[{minigrid: image}, {minigrid: rgb}]", "env.wrappers[1].minigrid: minigrid: rgb of observations that are an Image of 7×7×3"},
		{"[{goal_direction: north}]", `env.wrappers[0].goal_direction: minigrid: goal_direction "north", want slope`},
		{"[{no_death: {types: [goal]}}]", `env.wrappers[0].no_death: minigrid: NoDeath of the type "goal"`},
		{"[{position_bonus: -1}]", "env.wrappers[0].position_bonus: minigrid: PositionBonus of scale -1"},
		{"[{reseed: []}]", "env.wrappers[0].reseed: env: Reseed without seeds"},
		{"[{reseed: [-1]}]", `env.wrappers[0].reseed[0]: "-1", want a whole number`},
		{"[{random_action: 2}]", "env.wrappers[0].random_action: env: RandomAction with probability 2, want 0 … 1"},
	} {
		_, err := readMiniGrid(c.wrappers)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "f.yaml:1:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse of wrappers %s: %v, want f.yaml:1 and %q in one line", c.wrappers, err, c.want)
		}
	}
}

package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/scenario"
)

// play takes actions in an environment from mk. It returns the rewards, and the actions that the
// inner environment got.
func play(t *testing.T, mk env.Maker, acts ...float32) (rewards []float64, taken []float32) {
	t.Helper()
	v, err := mk(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Reset(1); err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		res, err := v.Step([]float32{a})
		if err != nil {
			t.Fatal(err)
		}
		rewards, taken = append(rewards, res.Reward[0]), append(taken, res.Next[0])
	}
	return rewards, taken
}

// TestWrappers checks that training uses all wrappers, and that evaluation uses all wrappers
// except reward wrappers. With a sticky_action probability of 1, the first action is repeated
// forever.
func TestWrappers(t *testing.T) {
	for _, c := range []struct {
		wrappers       string
		trained        float64 // reward of each step in training; 2 without wrappers
		judged         float64
		second, judge2 float32 // action that the environment gets for the action 0 after the action 1
	}{
		{"[]", 2, 2, 0, 0},
		{"[{scale_reward: 0.5}]", 1, 2, 0, 0},
		{"[{scale_reward: 3}, {scale_reward: -1}]", -6, 2, 0, 0},
		{"[{sticky_action: 1}]", 2, 2, 1, 1},
		{"[{sticky_action: 0}]", 2, 2, 0, 0},
		{"[{scale_reward: 10}, {sticky_action: 1.0}]", 20, 2, 1, 1},
		{"[{sticky_action: 1}, {scale_reward: 1e-1}]", 0.2, 2, 1, 1},
	} {
		s := mustRead(t, "env: {id: acme/Echo-v0, wrappers: "+c.wrappers+"}\nagent: {name: ppo}\nsteps: 10")
		rewards, acts := play(t, s.TrainEnvs, 1, 0)
		if rewards[1] != c.trained || acts[1] != c.second {
			t.Errorf("%s: training pays %v for action %v, want %v for %v", c.wrappers, rewards[1], acts[1], c.trained, c.second)
		}
		rewards, acts = play(t, s.EvalEnvs, 1, 0)
		if rewards[1] != c.judged || acts[1] != c.judge2 {
			t.Errorf("%s: evaluation pays %v for action %v, want %v for %v", c.wrappers, rewards[1], acts[1], c.judged, c.judge2)
		}
	}
}

// TestAllWrappers checks the sizes of observations and actions with each wrapper.
func TestAllWrappers(t *testing.T) {
	bounds := "low: [-1, -1, -1, -1], high: [1, 1, 1, 1]"
	for wrapper, want := range map[string][2]int{ // number of floats of an observation and of an action
		"clip_reward: [-1, 1]": {4, 1}, "max_steps: 7": {4, 1}, "frame_skip: 2": {4, 1},
		"frame_stack: 3": {12, 1}, "frame_stack: {n: 2, padding: zero}": {8, 1}, "delay_observation: 2": {4, 1},
		"time_aware_observation: true": {5, 1}, "flatten_observation: true": {4, 1}, "filter_observation: [3, 1]": {2, 1},
		"mask_observation: [0]": {4, 1}, "mask_velocity: true": {4, 1}, "add_noise: 0.1": {4, 1},
		"discretize_observation: {bins: 4, " + bounds + "}":   {1, 1},
		"tile_coding: {tiles: 2, tilings: 3, " + bounds + "}": {3 * 81, 1}, "sticky_action: 0.5": {4, 1},
		"frame_stack: 2, padding: zero": {8, 1}, "padding: zero, frame_stack: 2": {8, 1},
		"pixels: 10x8": {240, 1}, "pixels: 10x8, gray: true": {80, 1}, "pixels: {size: 12x8, gray: true}": {96, 1},
		"pixels: 84x84, gray: true}, {frame_stack: 4": {84 * 84 * 4, 1},
		"gray: true, pixels: 10x8":                    {80, 1}, "pixels: 10x8}, {gray: true": {80, 1},
		"pixels: 10x8}, {crop: {top: 2, left: 3}": {7 * 6 * 3, 1}, "pixels: 10x8}, {resize: 5x3": {45, 1},
		"skip_and_max: 4": {4, 1}, "pixels: 16x16}, {skip_and_max: 2}, {gray: true}, {resize: 8x8}, {frame_stack: 2": {128, 1},
	} {
		s := mustRead(t, "env: {id: CartPole-v1, wrappers: [{"+wrapper+"}]}\nagent: {name: ppo}\nsteps: 10")
		if got := [2]int{s.Spec.Obs.Size(), s.Spec.Act.Size()}; got != want {
			t.Errorf("%s: observations and actions of %v floats, want %v", wrapper, got, want)
		}
		play(t, s.TrainEnvs, 1, 0, 1)
	}
}

// TestOptions checks that both the environments for training and the environments for evaluation
// have the options of the scenario.
func TestOptions(t *testing.T) {
	s := mustRead(t, "env: {id: acme/Echo-v0, options: {length: 2}}\nagent: {name: ppo}\nsteps: 10")
	for name, mk := range map[string]env.Maker{"TrainEnvs": s.TrainEnvs, "EvalEnvs": s.EvalEnvs} {
		v, err := mk(2)
		if err != nil || v.Len() != 2 {
			t.Fatalf("%s(2) = %v, %v, want two environments", name, v, err)
		}
		if _, err := v.Reset(1); err != nil {
			t.Fatal(err)
		}
		for step := 1; step <= 2; step++ {
			res, err := v.Step([]float32{0, 0})
			if err != nil || res.Done(0) != (step == 2) {
				t.Errorf("%s: step %d of 2 ends the episode: %v, %v", name, step, res.Done(0), err)
			}
		}
	}
}

func TestWrapperFaults(t *testing.T) {
	for _, c := range []struct{ wrappers, want string }{
		{"5", "env.wrappers: want a list"},
		{"null", "env.wrappers: no value, want a list"},
		{"{sticky_action: 1}", "env.wrappers: want a list"},
		{"[sticky_action]", "env.wrappers[0]: want one wrapper and its value"},
		{"[{}]", "env.wrappers[0]: want one wrapper and its value"},
		{"[null]", "env.wrappers[0]: want one wrapper and its value"},
		{"[[]]", "env.wrappers[0]: want one wrapper and its value"},
		{"[{sticky_action: 0, scale_reward: 1}]", "env.wrappers[0]: want one wrapper and its value"},
		{"[{scale_reward: 1}, {scale_rewards: 1}]", `env.wrappers[1]: no wrapper "scale_rewards"; the nearest is scale_reward`},
		{"[{sticky_action: 1.5}]", "env.wrappers[0].sticky_action: 1.5, want a probability from 0 to 1"},
		{"[{sticky_action: -0.1}]", "env.wrappers[0].sticky_action: -0.1, want a probability"},
		{"[{sticky_action: .nan}]", `env.wrappers[0].sticky_action: ".nan", want a number`},
		{"[{sticky_action: often}]", `env.wrappers[0].sticky_action: "often", want a number`},
		{"[{scale_reward: null}]", "env.wrappers[0].scale_reward: no value, want a number"},
		{"[{scale_reward: [1]}]", "env.wrappers[0].scale_reward: \"\", want a number"},
		{"[{clip_action: true}]", "env.wrappers[0].clip_action: env: ClipAction needs actions that are a Box of numbers, and these are a choice of 2 (Discrete)"},
		{"[{clip_action: false}]", "env.wrappers[0].clip_action: false, want true, or no such entry"},
		{"[{clip_reward: [1, -1]}]", "env.wrappers[0].clip_reward: [1 -1], want two numbers, the lower one first"},
		{"[{clip_reward: 1}]", "env.wrappers[0].clip_reward: want a list"},
		{"[{delay_observation: 1000000000}]", "env.wrappers[0].delay_observation: env: DelayObservation of 1000000000 observations of 4 numbers, want 1 … 262144"},
		{"[{tile_coding: {tiles: 2, low: [-1, -1, -1, -1], high: [1, 1, 1, 1]}}, {mask_velocity: true}]", "env.wrappers[1].mask_velocity: env: MaskVelocity of observations that are 648 bits (MultiBinary)"},
		{"[{max_steps: 0}]", "env.wrappers[0].max_steps: 0, want 1 or more"},
		{"[{frame_skip: 0}]", "env.wrappers[0].frame_skip: env: FrameSkip of 0 times"},
		{"[{frame_stack: {n: 2, padding: ones}}]", `env.wrappers[0].frame_stack: padding "ones", want reset or zero`},
		{"[{frame_stack: many}]", `env.wrappers[0].frame_stack: "many", want a whole number`},
		{"[{frame_stack: 2, padding: ones}]", `env.wrappers[0]: padding "ones", want reset or zero`},
		{"[{frame_stack: 2, paddings: zero}]", "env.wrappers[0].paddings: unknown key; the nearest is padding"},
		{"[{frame_stack: 2, frame_stack: 3}]", "env.wrappers[0].frame_stack: a second time"},
		{"[{sticky_action: 0.5, often: true}]", "env.wrappers[0]: want one wrapper and its value"},
		{"[{mask_velocity: true, often: true}]", "env.wrappers[0]: want one wrapper and its value"},
		{"[{pixels: 84}]", `env.wrappers[0].pixels: size "84", want WIDTHxHEIGHT in pixels, 8 … 512 each: 84x84`},
		{"[{pixels: 84x4}]", `env.wrappers[0].pixels: size "84x4", want WIDTHxHEIGHT`},
		{"[{pixels: 9999x84}]", `env.wrappers[0].pixels: size "9999x84", want WIDTHxHEIGHT`},
		{"[{pixels: {gray: true}}]", `env.wrappers[0].pixels: size "", want WIDTHxHEIGHT`},
		{"[{pixels: 84x84, grey: true}]", "env.wrappers[0].grey: unknown key; the nearest is gray"},
		{"[{pixels: 84x84, gray: maybe}]", `env.wrappers[0].gray: "maybe", want true or false`},
		{"[{pixels: 84x84}, {add_noise: 1}]", "env.wrappers[1].add_noise: env: AddNoise needs observations that are a Box of numbers, and these are an Image of 84×84×3"},
		{"[{gray: true}]", "env.wrappers[0].gray: env: GrayObservation needs observations that are an Image, and these are a Box of 4 numbers"},
		{"[{pixels: 9x9, gray: true}, {gray: true}]", "env.wrappers[1].gray: env: GrayObservation needs images of 3 channels, red, green and blue, and these are an Image of 9×9×1"},
		{"[{gray: true, resize: 8x8}]", "env.wrappers[0]: want one wrapper and its value"},
		{"[{pixels: 9x9}, {resize: 84}]", `env.wrappers[1].resize: size "84", want WIDTHxHEIGHT in pixels: 84x84`},
		{"[{pixels: 9x9}, {resize: 0x84}]", "env.wrappers[1].resize: env: ResizeObservation to 0×84 pixels, want 1 … 1024 each"},
		{"[{pixels: 9x9}, {crop: 4}]", "env.wrappers[1].crop: want a mapping"},
		{"[{pixels: 9x9}, {crop: {top: 9}}]", "env.wrappers[1].crop: env: CropObservation of 9 pixels at the top"},
		{"[{pixels: 9x9}, {crop: {up: 9}}]", "env.wrappers[1].crop.up: unknown key"},
		{"[{skip_and_max: 0}]", "env.wrappers[0].skip_and_max: env: SkipAndMax of 0 times"},
		{"[{filter_observation: {x: 1}}]", "env.wrappers[0].filter_observation: want the names of fields, or the indices"},
		{"[{tile_coding: {tiles: 4}}]", "env.wrappers[0].tile_coding: env: TileCoding of element 1, in -Inf … +Inf, want two bounds, the lower one first; low and high set them"},
		{"[{discretize_observation: {tilings: 4}}]", "env.wrappers[0].discretize_observation.tilings: unknown key"},
		{"[{discretize_observation: {bin: 4}}]", "env.wrappers[0].discretize_observation.bin: unknown key; the nearest is bins"},
		{"[&a {scale_reward: 1}, *a]", "env.wrappers[1]: an alias"},
	} {
		_, err := read("env: {id: CartPole-v1, wrappers: " + c.wrappers + "}\nagent: {name: ppo}\nsteps: 10")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "f.yaml:1:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse of wrappers %s: %v, want f.yaml:1 and %q in one line", c.wrappers, err, c.want)
		}
	}
}

// TestHollowWrapper checks that a wrapper that returns nil is an error.
func TestHollowWrapper(t *testing.T) {
	c := catalog()
	c.Wrappers["hollow"] = scenario.NewSwitch(func(env.Env) (env.Env, error) { return nil, nil })
	const text = "env: {id: CartPole-v1, wrappers: [{scale_reward: 2}, {hollow: true}]}\nagent: {name: ppo}\nsteps: 10"
	_, err := scenario.Parse("f.yaml", []byte(text), nil, c)
	if err == nil || !strings.Contains(err.Error(), "env.wrappers[1].hollow: the wrapper returned no environment, and no error") {
		t.Errorf("Parse with a wrapper that returns nil: %v", err)
	}
}

// TestHidesMasks checks that it is an error if the inner environment has masks and the wrapper is
// not an env.Wrapper, because the masks would be hidden.
func TestHidesMasks(t *testing.T) {
	c := catalog()
	grid.Register(c.Envs)
	c.Wrappers["closed"] = scenario.NewSwitch(func(e env.Env) (value, error) { return value{e}, nil })
	for id, want := range map[string]string{"CartPole-v1": "", "Taxi-v4": "env.wrappers[0].closed: the wrapper hides the masks of Taxi-v4; want it to be an env.Wrapper"} {
		_, err := scenario.Parse("f.yaml", fmt.Appendf(nil, "env: {id: %s, wrappers: [{closed: true}]}\nagent: {name: ppo}\nsteps: 10", id), nil, c)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Parse of a closed wrapper around %s: %v, want %q", id, err, want)
		}
	}
}

// Environments that are not pointers to structs, and therefore have no options.
type (
	value struct{ env.Env }
	tally int
)

func (*tally) Spec() env.Spec {
	return env.Spec{ID: "acme/Tally-v0", Obs: env.NewBox(0, 9, 1), Act: env.Discrete{N: 2}, MaxSteps: 9}
}

func (t *tally) Reset(_ uint64, obs []float32) { *t, obs[0] = 0, 0 }

func (t *tally) Step(_, obs []float32) env.Outcome {
	*t++
	obs[0] = float32(*t)
	return env.Outcome{Reward: 1}
}

// TestNoOptions checks that environments without options can be encoded.
func TestNoOptions(t *testing.T) {
	for name, entry := range map[string]env.Constructor{
		"value":   env.Entry(func() value { return value{&echo{Length: 5}} }),
		"pointer": env.Entry(func() *tally { return new(tally) }),
		"ignores": func(env.Options) (env.Env, error) { return &echo{Length: 5}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			parse := func(text string) (*scenario.Scenario, error) {
				return scenario.Parse("f.yaml", []byte(text), nil, scenario.Builtin(env.Registry{"acme/None-v0": entry}))
			}
			text := "env: {id: acme/None-v0}\nagent: {name: ppo}\nsteps: 10"
			s, err := parse(text)
			if err != nil {
				t.Fatal(err)
			}
			once := encode(t, s)
			if !strings.Contains(once, "options: {}") {
				t.Errorf("Encode of an environment without options = %s, want options: {}", once)
			}
			again, err := parse(once)
			if err != nil {
				t.Fatalf("Parse(%s): %v", once, err)
			}
			if twice := encode(t, again); twice != once {
				t.Errorf("Encode(Parse(Encode)) = %s, want %s", twice, once)
			}
		})
	}
}

package zoo

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// maxWrappers is the largest number of wrappers under one key of an entry.
const maxWrappers = 8

// convertWrappers converts the wrappers of the environment, the innermost wrapper first: env_wrapper,
// vec_env_wrapper and frame_stack.
func (c *conversion) convertWrappers(entry value) error {
	for _, key := range []string{"env_wrapper", "vec_env_wrapper"} {
		v, _ := entry.at(key)
		all := v.items
		if v.kind != list && v.kind != null {
			all = []value{v}
		}
		if len(all) > maxWrappers {
			return c.fault(v.line, "%s: %d wrappers, want at most %d", key, len(all), maxWrappers)
		}
		for _, w := range all {
			if err := c.convertWrapper(key, w); err != nil {
				return err
			}
		}
	}
	n, ok := entry.at("frame_stack")
	if !ok || n.kind == null {
		return nil
	}
	c.stack(n, "zero")
	if normalize, _ := c.settings.at("normalize"); normalize.kind == dict {
		if on, _ := normalize.at("norm_obs"); on.is(true) {
			c.noteDiffers("frame_stack", n, "rlrun normalises the stacked observations, and rl_zoo3 stacks normalised observations")
		}
	}
	return nil
}

// convertWrapper converts one wrapper: a name, or {name: arguments}.
func (c *conversion) convertWrapper(key string, w value) error {
	name, args := w.text, value{kind: dict, line: w.line}
	if w.kind == dict && len(w.keys) == 1 {
		if name = w.keys[0]; w.items[0].kind != null {
			args = w.items[0]
		}
	} else if w.kind != text {
		return c.fault(w.line, "%s: %s, want the name of a wrapper, or its name and its arguments, for example {rl_zoo3.wrappers.FrameSkip: {skip: 2}}", key, short(w))
	}
	if args.kind != dict {
		return c.fault(w.line, "%s: %s: want a mapping of its arguments", key, name)
	}
	args.line = w.line
	module, _, _ := strings.Cut(name, ".")
	convert, known := wrapperClasses()[lastPart(name)]
	switch {
	case !known || !slices.Contains(strings.Fields("rl_zoo3 utils sb3_contrib stable_baselines3 gymnasium gym minigrid gym_minigrid"), module):
		c.noteNotCarried(key, w, "rlrun has no such wrapper")
	case !convert(c, args):
		c.noteNotCarried(key, w, "the wrapper of rlrun has no such arguments")
	}
	return nil
}

// A rule adds the equivalent wrapper of rlrun. It returns false if that wrapper has no such arguments.
type rule func(c *conversion, args value) bool

// wrapperClasses returns the rule of each wrapper class of rl_zoo3, sb3_contrib and Gymnasium
// that has an equivalent.
func wrapperClasses() map[string]rule {
	return map[string]rule{
		"FrameSkip":             repeat("frame_skip", "skip", 4),
		"RepeatAction":          repeat("frame_skip", "num_repeats", 0),
		"MaxAndSkipObservation": repeat("skip_and_max", "skip", 4),
		"MaxAndSkipEnv":         repeat("skip_and_max", "skip", 4),
		"GrayscaleObservation":  gray,
		"GrayScaleObservation":  gray,
		"ResizeObservation":     resize,

		"FlatObsWrapper":          miniGrid("flat"),
		"ImgObsWrapper":           miniGrid("image"),
		"FullyObsWrapper":         miniGrid("fully_observable"),
		"SymbolicObsWrapper":      miniGrid("symbolic"),
		"OneHotPartialObsWrapper": miniGrid("one_hot"),
		"RGBImgObsWrapper":        miniGrid("rgb"),
		"RGBImgPartialObsWrapper": miniGrid("rgb_partial"),
		"MaskVelocityWrapper":     noArguments("mask_velocity"),
		"TimeFeatureWrapper":      timeFeature,
		"TimeAwareObservation":    timeAware,
		"TimeLimit":               timeLimit,
		"ClipAction":              noArguments("clip_action"),
		"FlattenObservation":      noArguments("flatten_observation"),
		"RescaleAction":           interval("rescale_action", "min_action", "max_action"),
		"ClipReward":              interval("clip_reward", "min_reward", "max_reward"),
		"StickyAction":            oneArgument("sticky_action", "repeat_action_probability"),
		"DelayObservation":        oneArgument("delay_observation", "delay"),
		"DiscretizeAction":        oneArgument("discretize_action", "bins"),
		"FilterObservation":       oneArgument("filter_observation", "filter_keys"),
		"FrameStack":              frameStack("num_stack", "reset"),
		"FrameStackObservation":   frameStack("stack_size", "reset"),
		"VecFrameStack":           frameStack("n_stack", "zero"),
	}
}

// addWrapper adds a wrapper with a value. It returns true, so that a rule can return its result.
func (c *conversion) addWrapper(name string, v, args value) bool {
	v.setLine(args.line)
	c.wrap(entryOf(name, v))
	return true
}

// stack adds the wrapper frame_stack for n observations.
func (c *conversion) stack(n value, padding string) {
	stack := value{kind: dict}
	stack.set("n", n)
	stack.set("padding", textOf(padding))
	c.addWrapper("frame_stack", stack, n)
}

// noArguments returns the rule of a wrapper without arguments.
func noArguments(name string) rule {
	return func(c *conversion, args value) bool {
		return len(args.keys) == 0 && c.addWrapper(name, booleanOf(true), args)
	}
}

// oneArgument returns the rule of a wrapper with one required argument.
func oneArgument(name, argument string) rule {
	return func(c *conversion, args value) bool {
		v, ok := args.at(argument)
		return ok && len(args.keys) == 1 && c.addWrapper(name, v, args)
	}
}

// interval returns the rule of a wrapper whose arguments are the two ends of an interval.
func interval(name, low, high string) rule {
	return func(c *conversion, args value) bool {
		from, ok := args.at(low)
		to, ok2 := args.at(high)
		return ok && ok2 && len(args.keys) == 2 && c.addWrapper(name, listOf(from, to), args)
	}
}

// repeat returns the rule of a wrapper that repeats actions, for the wrapper of rlrun with this name. The
// default of its argument is usual; if usual is 0, the argument is required.
func repeat(name, argument string, usual float64) rule {
	return func(c *conversion, args value) bool {
		n, ok := args.at(argument)
		if !ok && usual > 0 {
			n = numberOf(usual)
		}
		if n.kind != number || n.number < 1 || len(args.without(argument).keys) > 0 {
			return false
		}
		c.limit = int(math.Ceil(float64(c.limit) / n.number))
		return c.addWrapper(name, n, args)
	}
}

// miniGrid returns the rule of a wrapper of MiniGrid that changes observations, with the default size of
// tiles.
func miniGrid(show string) rule {
	return func(c *conversion, args value) bool {
		return len(args.keys) == 0 && c.addWrapper("minigrid", textOf(show), args)
	}
}

// gray is the rule of a wrapper that makes images gray. Images of rlrun always have channels.
func gray(c *conversion, args value) bool {
	return len(args.without("keep_dim").keys) == 0 && c.addWrapper("gray", booleanOf(true), args)
}

// resize is the rule of a wrapper that scales images to the shape [height, width], or to a square.
func resize(c *conversion, args value) bool {
	shape, _ := args.at("shape")
	sides := shape.items
	if shape.kind == number {
		sides = []value{shape, shape}
	}
	if len(sides) != 2 || sides[0].kind != number || sides[1].kind != number || len(args.without("shape").keys) > 0 {
		return false
	}
	return c.addWrapper("resize", textOf(fmt.Sprintf("%vx%v", sides[1].number, sides[0].number)), args)
}

// frameStack returns the rule of a wrapper that stacks observations.
func frameStack(argument, padding string) rule {
	return func(c *conversion, args value) bool {
		if given, ok := args.at("padding_type"); ok {
			padding = given.text
		}
		n, ok := args.at(argument)
		n.line = args.line
		if !ok || len(args.without(argument, "padding_type").keys) > 0 || padding != "reset" && padding != "zero" {
			return false
		}
		c.stack(n, padding)
		return true
	}
}

// timeFeature is the rule of a wrapper that appends the remaining time to observations. Its argument
// max_steps is only for environments without a time limit, for which rlrun has no equivalent.
func timeFeature(c *conversion, args value) bool {
	if test, ok := args.at("test_mode"); c.limit == 0 || ok && !test.is(false) || len(args.without("max_steps", "test_mode").keys) > 0 {
		return false
	}
	c.noteDiffers("env_wrapper", textOf("TimeFeatureWrapper"), "the appended element is the elapsed share of the time limit, not the remaining share")
	return c.addWrapper("time_aware_observation", booleanOf(true), args)
}

// timeAware is the rule of a wrapper that appends the elapsed share of the time limit to observations.
func timeAware(c *conversion, args value) bool {
	share, ok := args.at("normalize_time")
	return ok && share.is(true) && len(args.keys) == 1 && c.limit > 0 && c.addWrapper("time_aware_observation", booleanOf(true), args)
}

// timeLimit is the rule of a wrapper that sets a time limit. It adds no wrapper if the environment
// already has a time limit that is not longer.
func timeLimit(c *conversion, args value) bool {
	n, ok := args.at("max_episode_steps")
	if !ok || n.kind != number || len(args.keys) > 1 {
		return false
	}
	if c.limit > 0 && n.number >= float64(c.limit) {
		return true
	}
	c.limit = int(n.number)
	return c.addWrapper("max_steps", n, args)
}

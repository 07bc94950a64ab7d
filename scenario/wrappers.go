package scenario

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/pixels"
)

// BuiltinWrappers returns a new map of the wrappers that come with rlrun.
func BuiltinWrappers() Wrappers {
	return Wrappers{
		"scale_reward":           NewWrapper(1., scaleReward).RewardOnly(),         // multiplies rewards by this factor, only in training
		"clip_reward":            NewWrapper(nil, clipReward).RewardOnly(),         // clips rewards to [low, high], only in training
		"sticky_action":          NewWrapper(0., stickyAction),                     // repeats the previous action with this probability, instead of the new action
		"clip_action":            NewSwitch(env.NewClipAction),                     // accepts any number as an action and clips it to the action space
		"rescale_action":         NewWrapper(nil, rescaleAction),                   // accepts actions in [low, high] and stretches them linearly to the action space
		"discretize_action":      NewWrapper(0, env.NewDiscretizeAction),           // makes a continuous action space discrete, with this many values per dimension
		"max_steps":              NewWrapper(0, maxSteps),                          // ends episodes after this many steps, instead of the environment's time limit
		"frame_skip":             NewWrapper(1, env.NewFrameSkip),                  // repeats each action for this many steps and returns the sum of the rewards
		"frame_stack":            NewWrapper(stack{Padding: padReset}, frameStack), // returns this many of the latest observations together
		"delay_observation":      NewWrapper(1, env.NewDelayObservation),           // delays observations by this many steps
		"time_aware_observation": NewSwitch(timeAwareObservation),                  // appends the elapsed fraction of the time limit; a later max_steps in the list sets this limit too
		"flatten_observation":    NewSwitch(flattenObservation),                    // flattens the observation to a vector; discrete parts are one-hot encoded
		"filter_observation":     NewWrapper(selection{}, filterObservation),       // keeps only the numbers with these indices, or the fields with these names
		"mask_observation":       NewWrapper(nil, maskObservation),                 // sets the numbers with these indices to 0
		"mask_velocity":          NewSwitch(env.NewMaskVelocity),                   // sets velocities to 0, also in stacked and delayed observations
		"add_noise":              NewWrapper(0., env.NewAddNoise),                  // adds normally distributed noise with this standard deviation to observations
		"discretize_observation": NewWrapper(bins{}, discretizeObservation),        // replaces the observation by the index of its cell in a grid
		"pixels":                 NewWrapper(pixels.Settings{}, pixels.New),        // replaces the observation by a picture of the environment with this width and height, as an image of bytes
		"tile_coding":            NewWrapper(tiles{Tilings: 8}, tileCoding),        // replaces the observation by the tiles that contain it, as bits (Sutton and Barto 2018, section 9.5.4)
	}
}

func scaleReward(e env.Env, k float64) (env.Env, error) { return env.ScaleReward{Env: e, K: k}, nil }

func clipReward(e env.Env, ends []float64) (env.Env, error) {
	low, high, err := span(ends)
	return env.NewClipReward(e, low, high), err
}

func stickyAction(e env.Env, p float64) (env.Env, error) {
	if p < 0 || p > 1 {
		return nil, fmt.Errorf("%v, want a probability from 0 to 1", p)
	}
	return env.NewStickyAction(e, p), nil
}

func rescaleAction(e env.Env, ends []float64) (env.Env, error) {
	low, high, err := span(ends)
	if err != nil {
		return nil, err
	}
	return env.NewRescaleAction(e, float32(low), float32(high))
}

func maxSteps(e env.Env, n int) (env.Env, error) {
	if n < 1 {
		return nil, fmt.Errorf("%d, want 1 or more", n)
	}
	return env.NewWithMaxSteps(e, n), nil
}

func timeAwareObservation(e env.Env) (env.Env, error) { return env.NewTimeAwareObservation(e, true) }

func flattenObservation(e env.Env) (env.Env, error) { return env.NewFlattenObservation(e), nil }

func maskObservation(e env.Env, index []int) (env.Env, error) {
	return env.NewMaskObservation(e, index...)
}

func discretizeObservation(e env.Env, b bins) (env.Env, error) {
	return env.NewDiscretizeObservation(e, b.Bins, env.Box{Low: b.Low, High: b.High})
}

func tileCoding(e env.Env, t tiles) (env.Env, error) {
	return env.NewTileCoding(e, t.Tilings, t.Tiles, env.Box{Low: t.Low, High: t.High})
}

func frameStack(e env.Env, s stack) (env.Env, error) {
	return env.NewFrameStack(e, s.N, s.Padding == padZero)
}

func filterObservation(e env.Env, s selection) (env.Env, error) {
	if s.names != nil {
		return env.NewFilterObservation(e, s.names...)
	}
	return env.NewSelectObservation(e, s.index...)
}

// span returns the two ends of an interval such as [-1, 1] in {clip_reward: [-1, 1]}.
func span(ends []float64) (low, high float64, err error) {
	if len(ends) != 2 || ends[0] < -math.MaxFloat32 || ends[0] >= ends[1] || ends[1] > math.MaxFloat32 {
		return 0, 0, fmt.Errorf("%v, want two numbers, the lower one first: [-1, 1]", ends)
	}
	return ends[0], ends[1], nil
}

// bins has the settings of discretize_observation.
type bins struct {
	Bins int       `yaml:"bins"` // cells in each dimension of the observation
	Low  []float32 `yaml:"low"`  // lower bound of each element; []: bounds of the observation space
	High []float32 `yaml:"high"` // upper bound of each element; []: bounds of the observation space
}

// tiles has the settings of tile_coding.
type tiles struct {
	Tilings int       `yaml:"tilings"` // number of tilings, which are grids of tiles, each shifted by a part of a tile
	Tiles   int       `yaml:"tiles"`   // tiles per dimension of one tiling
	Low     []float32 `yaml:"low"`     // lower bound of each element; []: bounds of the observation space
	High    []float32 `yaml:"high"`    // upper bound of each element; []: bounds of the observation space
}

// stack has the settings of frame_stack: a number n, or a mapping.
type stack struct {
	N       int    `yaml:"n"`       // number of observations that are returned together
	Padding string `yaml:"padding"` // fills the stack at the start of an episode: reset (copies of the first observation) or zero
}

// Values of padding.
const (
	padReset = "reset"
	padZero  = "zero"
)

// UnmarshalText reads the number of observations.
func (s *stack) UnmarshalText(text []byte) error {
	n, err := strconv.ParseFloat(string(text), 64) // a float, because a whole number may be written 4.0
	if err != nil || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return fmt.Errorf("%q, want a whole number, or {n: 4, padding: zero}", text)
	}
	s.N = int(n)
	return nil
}

// UnmarshalMapping reads a mapping, for example {n: 4, padding: zero}.
func (s *stack) UnmarshalMapping(decode func(into any) error) error {
	type fields stack // the same struct without the methods, so that decode does not call them
	f := fields(*s)
	if err := decode(&f); err != nil {
		return err
	}
	if f.Padding != padReset && f.Padding != padZero {
		return fmt.Errorf("padding %q, want %s or %s", f.Padding, padReset, padZero)
	}
	*s = stack(f)
	return nil
}

// A selection is the value of filter_observation: names of fields of a Dict, or indices of
// elements of a Box.
type selection struct {
	index []int
	names []string // nil: the selection has indices
}

// UnmarshalText returns an error, because the value must be a list.
func (s *selection) UnmarshalText([]byte) error { return errSelection }

// UnmarshalMapping returns an error, because the value must be a list.
func (s *selection) UnmarshalMapping(func(into any) error) error { return errSelection }

var errSelection = errors.New("want the names of fields, or the indices of elements: [0, 2]")

// UnmarshalList reads a list of indices or of names.
func (s *selection) UnmarshalList(decode func(into any) error) error {
	if decode(&s.index) == nil {
		return nil
	}
	if decode(&s.names) != nil {
		return errSelection
	}
	return nil
}

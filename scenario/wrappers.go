package scenario

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/settings"
)

// BuiltinWrappers returns a new map of the wrappers that come with rlrun.
func BuiltinWrappers() Wrappers {
	return Wrappers{
		"scale_reward":           NewWrapper(1., scaleReward).RewardOnly(),
		"clip_reward":            NewWrapper(nil, clipReward).RewardOnly(),
		"sticky_action":          NewWrapper(0., stickyAction),
		"clip_action":            NewSwitch(env.NewClipAction),
		"rescale_action":         NewWrapper(nil, rescaleAction),
		"discretize_action":      NewWrapper(0, env.NewDiscretizeAction),
		"max_steps":              NewWrapper(0, maxSteps),
		"frame_skip":             NewWrapper(1, env.NewFrameSkip),
		"frame_stack":            {read: readFrameStack},
		"delay_observation":      NewWrapper(1, env.NewDelayObservation),
		"time_aware_observation": NewSwitch(timeAwareObservation),
		"flatten_observation":    NewSwitch(flattenObservation),
		"filter_observation":     {read: readFilter},
		"mask_observation":       NewWrapper(nil, maskObservation),
		"mask_velocity":          NewSwitch(env.NewMaskVelocity),
		"add_noise":              NewWrapper(0., env.NewAddNoise),
		"discretize_observation": NewWrapper(cells{}, discretizeObservation),
		"tile_coding":            NewWrapper(cells{Tilings: 8}, tileCoding),
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

func discretizeObservation(e env.Env, c cells) (env.Env, error) {
	return env.NewDiscretizeObservation(e, c.Bins, c.box())
}

func tileCoding(e env.Env, c cells) (env.Env, error) {
	return env.NewTileCoding(e, c.Tilings, c.Tiles, c.box())
}

// span returns the two ends of an interval such as [-1, 1] in {clip_reward: [-1, 1]}.
func span(ends []float64) (low, high float64, err error) {
	if len(ends) != 2 || ends[0] < -math.MaxFloat32 || ends[0] >= ends[1] || ends[1] > math.MaxFloat32 {
		return 0, 0, fmt.Errorf("%v, want two numbers, the lower one first: [-1, 1]", ends)
	}
	return ends[0], ends[1], nil
}

// cells is the value of a wrapper that divides observations into cells. Without bounds it
// uses the bounds of the environment.
type cells struct {
	Bins    int       `yaml:"bins"`
	Tilings int       `yaml:"tilings"`
	Tiles   int       `yaml:"tiles"`
	Low     []float32 `yaml:"low"`
	High    []float32 `yaml:"high"`
}

func (c cells) box() env.Box { return env.Box{Low: c.Low, High: c.High} }

// stack is the value of frame_stack: a number, or a mapping.
type stack struct {
	N       int    `yaml:"n"`
	Padding string `yaml:"padding"` // reset or zero: what stands for observations before the first
}

// readFrameStack reads a value such as 4 or {n: 4, padding: zero}.
func readFrameStack(n settings.Node) (wrap, error) {
	s := stack{Padding: "reset"}
	var err error
	if n.Keys() == nil {
		err = n.Decode(&s.N)
	} else {
		err = n.Decode(&s)
	}
	if err == nil && s.Padding != "reset" && s.Padding != "zero" {
		err = n.Fault("padding %q, want reset or zero", s.Padding)
	}
	return func(e env.Env) (env.Env, error) { return env.NewFrameStack(e, s.N, s.Padding == "zero") }, err
}

// readFilter reads a list of field names of a Dict, or of element indices of a Box.
func readFilter(n settings.Node) (wrap, error) {
	var index []int
	if n.Decode(&index) == nil {
		return func(e env.Env) (env.Env, error) { return env.NewSelectObservation(e, index...) }, nil
	}
	var names []string
	if n.Decode(&names) != nil {
		return nil, n.Fault("want the names of fields, or the indices of elements: [0, 2]")
	}
	return func(e env.Env) (env.Env, error) { return env.NewFilterObservation(e, names...) }, nil
}

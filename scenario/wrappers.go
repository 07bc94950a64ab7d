package scenario

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minigrid"
	"github.com/rlrun/rlrun/env/pixels"
)

// BuiltinWrappers returns a new map of the wrappers that come with rlrun.
func BuiltinWrappers() Wrappers {
	return Wrappers{
		"scale_reward":           NewWrapper(1., scaleReward).RewardOnly(),                        // multiplies rewards by this factor, only in training
		"clip_reward":            NewWrapper(nil, clipReward).RewardOnly(),                        // clips rewards to [low, high], only in training
		"sticky_action":          NewWrapper(0., stickyAction),                                    // repeats the previous action with this probability, instead of the new action
		"reseed":                 NewWrapper([]uint64(nil), reseed),                               // plays only episodes of these seeds, at random, for example a few layouts of a world
		"random_action":          NewWrapper(0., env.NewRandomAction),                             // takes a random action with this probability, instead of the new action
		"clip_action":            NewSwitch(env.NewClipAction),                                    // accepts any number as an action and clips it to the action space
		"rescale_action":         NewWrapper(nil, rescaleAction),                                  // accepts actions in [low, high] and stretches them linearly to the action space
		"discretize_action":      NewWrapper(0, env.NewDiscretizeAction),                          // makes a continuous action space discrete, with this many values per dimension
		"max_steps":              NewWrapper(0, maxSteps),                                         // ends episodes after this many steps, instead of the environment's time limit
		"frame_skip":             NewWrapper(1, env.NewFrameSkip),                                 // repeats each action for this many steps and returns the sum of the rewards
		"skip_and_max":           NewWrapper(1, env.NewSkipAndMax),                                // repeats each action like `frame_skip` and returns the maximum of the last two observations, number by number
		"frame_stack":            NewWrapper(stack{Padding: padReset}, frameStack),                // returns this many of the latest observations together
		"delay_observation":      NewWrapper(1, env.NewDelayObservation),                          // delays observations by this many steps
		"time_aware_observation": NewSwitch(timeAwareObservation),                                 // appends the elapsed fraction of the time limit; a later max_steps in the list sets this limit too
		"flatten_observation":    NewSwitch(flattenObservation),                                   // flattens the observation to a vector; discrete parts are one-hot encoded
		"filter_observation":     NewWrapper(selection{}, filterObservation),                      // keeps only the numbers with these indices, or the fields with these names
		"mask_observation":       NewWrapper(nil, maskObservation),                                // sets the numbers with these indices to 0
		"mask_velocity":          NewSwitch(env.NewMaskVelocity),                                  // sets velocities to 0, also in stacked and delayed observations
		"add_noise":              NewWrapper(0., env.NewAddNoise),                                 // adds normally distributed noise with this standard deviation to observations
		"discretize_observation": NewWrapper(bins{}, discretizeObservation),                       // replaces the observation by the index of its cell in a grid
		"pixels":                 NewWrapper(pixels.Settings{}, pixels.New),                       // replaces the observation by a picture of the environment with this width and height, as an image of bytes
		"gray":                   NewSwitch(env.NewGrayObservation),                               // replaces red, green and blue in images by the brightness
		"crop":                   NewWrapper(edges{}, crop),                                       // cuts these numbers of pixels off at the edges of images
		"resize":                 NewWrapper(size{}, resize),                                      // scales images to this width and height; a pixel is the mean of the area that it covers
		"minigrid":               NewWrapper(minigrid.DefaultSettings(), minigrid.NewObservation), // MiniGrid: shows the world in another way
		"goal_direction":         NewWrapper("", minigrid.NewGoalDirection),                       // MiniGrid: adds the direction to the goal as `slope`, `angle` or `angle_atan2`
		"no_death":               NewWrapper(deaths{[]string{"lava"}, -1}, noDeath),               // MiniGrid: a cost replaces the end of the episode on deadly squares
		"position_bonus":         NewWrapper(1., minigrid.NewPositionBonus).RewardOnly(),          // MiniGrid: adds this number / √n to the reward, where n is how often the agent was on this square, in all episodes; only in training
		"action_bonus":           NewWrapper(1., minigrid.NewActionBonus).RewardOnly(),            // MiniGrid: the same for square, direction and action together; only in training
		"tile_coding":            NewWrapper(tiles{Tilings: 8}, tileCoding),                       // replaces the observation by the tiles that contain it, as bits (Sutton and Barto 2018, section 9.5.4)
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

func crop(e env.Env, cut edges) (env.Env, error) {
	return env.NewCropObservation(e, cut.Top, cut.Bottom, cut.Left, cut.Right)
}

func resize(e env.Env, s size) (env.Env, error) {
	return env.NewResizeObservation(e, s.height, s.width)
}

func reseed(e env.Env, seeds []uint64) (env.Env, error) { return env.NewReseed(e, seeds...) }

func noDeath(e env.Env, d deaths) (env.Env, error) { return minigrid.NewNoDeath(e, d.Types, d.Cost) }

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

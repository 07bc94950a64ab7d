package scenario

import (
	"maps"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
)

// A wrap is one entry of a scenario's list of wrappers.
type wrap struct {
	node       settings.Node
	around     func(env.Env) (env.Env, error)
	rewardOnly bool // it changes the reward alone, which an evaluation leaves as it is
}

// A wrapKind reads an entry's value: {sticky_action: 0.25}.
type wrapKind func(settings.Node) (wrap, error)

// valued is the wrapKind of a wrapper with one value, of which given is the
// default of what a mapping leaves out.
func valued[T any](given T, around func(env.Env, T) (env.Env, error)) wrapKind {
	return checked(given, func(T) bool { return true }, "", around)
}

// checked is valued, of a value that holds.
func checked[T any](given T, holds func(T) bool, want string, around func(env.Env, T) (env.Env, error)) wrapKind {
	return func(n settings.Node) (wrap, error) {
		value := given
		err := n.Decode(&value)
		if err == nil && !holds(value) {
			err = n.Fault("%v, want %s", value, want)
		}
		return wrap{around: func(e env.Env) (env.Env, error) { return around(e, value) }}, err
	}
}

// flag is the wrapKind of a wrapper without values: {clip_action: true}.
func flag(around func(env.Env) (env.Env, error)) wrapKind {
	return func(n settings.Node) (wrap, error) {
		var on bool
		err := n.Decode(&on)
		if err == nil && !on {
			err = n.Fault("false, want true, or no such entry")
		}
		return wrap{around: around}, err
	}
}

// onReward is a wrapKind that changes the reward alone.
func onReward(kind wrapKind) wrapKind {
	return func(n settings.Node) (wrap, error) {
		w, err := kind(n)
		w.rewardOnly = true
		return w, err
	}
}

// span is two numbers: {clip_reward: [-1, 1]}.
func span(around func(e env.Env, low, high float64) (env.Env, error)) wrapKind {
	holds := func(ends []float64) bool {
		return len(ends) == 2 && -math.MaxFloat32 <= ends[0] && ends[0] < ends[1] && ends[1] <= math.MaxFloat32
	}
	return checked(nil, holds, "two numbers, the lower one first: [-1, 1]", func(e env.Env, ends []float64) (env.Env, error) {
		return around(e, ends[0], ends[1])
	})
}

// stack is frame_stack's value: a number, or all there is to say.
type stack struct {
	N       int    `yaml:"n"`
	Padding string `yaml:"padding"` // reset or zero: what stands for observations before the first
}

// cells are the values of what cuts observations into cells. Without bounds they
// are the environment's.
type cells struct {
	Bins    int       `yaml:"bins"`
	Tilings int       `yaml:"tilings"`
	Tiles   int       `yaml:"tiles"`
	Low     []float32 `yaml:"low"`
	High    []float32 `yaml:"high"`
}

func (c cells) box() env.Box { return env.Box{Low: c.Low, High: c.High} }

// wrapKinds are the wrappers that a scenario may name.
func wrapKinds() map[string]wrapKind {
	return map[string]wrapKind{
		"scale_reward": onReward(valued(1., func(e env.Env, k float64) (env.Env, error) { return env.ScaleReward{Env: e, K: k}, nil })),
		"clip_reward": onReward(span(func(e env.Env, low, high float64) (env.Env, error) {
			return env.NewClipReward(e, low, high), nil
		})),
		"sticky_action": checked(0, func(p float64) bool { return 0 <= p && p <= 1 }, "a probability, 0 … 1",
			func(e env.Env, p float64) (env.Env, error) { return env.NewStickyAction(e, p), nil }),
		"clip_action": flag(func(e env.Env) (env.Env, error) { return env.NewClipAction(e) }),
		"rescale_action": span(func(e env.Env, low, high float64) (env.Env, error) {
			return env.NewRescaleAction(e, float32(low), float32(high))
		}),
		"discretize_action": valued(0, func(e env.Env, bins int) (env.Env, error) { return env.NewDiscretizeAction(e, bins) }),
		"max_steps": checked(0, func(n int) bool { return n >= 1 }, "1 or more",
			func(e env.Env, n int) (env.Env, error) { return env.NewWithMaxSteps(e, n), nil }),
		"frame_skip":        valued(1, func(e env.Env, times int) (env.Env, error) { return env.NewFrameSkip(e, times) }),
		"frame_stack":       frameStack,
		"delay_observation": valued(1, func(e env.Env, n int) (env.Env, error) { return env.NewDelayObservation(e, n) }),
		"time_aware_observation": flag(func(e env.Env) (env.Env, error) {
			return env.NewTimeAwareObservation(e, true)
		}),
		"flatten_observation": flag(func(e env.Env) (env.Env, error) { return env.NewFlattenObservation(e), nil }),
		"filter_observation":  filter,
		"mask_observation": valued(nil, func(e env.Env, index []int) (env.Env, error) {
			return env.NewMaskObservation(e, index...)
		}),
		"mask_velocity": flag(func(e env.Env) (env.Env, error) { return env.NewMaskVelocity(e) }),
		"add_noise":     valued(0., func(e env.Env, sigma float64) (env.Env, error) { return env.NewAddNoise(e, sigma) }),
		"discretize_observation": valued(cells{}, func(e env.Env, c cells) (env.Env, error) {
			return env.NewDiscretizeObservation(e, c.Bins, c.box())
		}),
		"tile_coding": valued(cells{Tilings: 8}, func(e env.Env, c cells) (env.Env, error) {
			return env.NewTileCoding(e, c.Tilings, c.Tiles, c.box())
		}),
	}
}

// frameStack reads 4, or {n: 4, padding: zero}.
func frameStack(n settings.Node) (wrap, error) {
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
	return wrap{around: func(e env.Env) (env.Env, error) { return env.NewFrameStack(e, s.N, s.Padding == "zero") }}, err
}

// filter reads the names of a Dict's fields, or the indices of a Box's elements.
func filter(n settings.Node) (wrap, error) {
	var index []int
	if n.Decode(&index) == nil {
		return wrap{around: func(e env.Env) (env.Env, error) { return env.NewSelectObservation(e, index...) }}, nil
	}
	var names []string
	if n.Decode(&names) != nil {
		return wrap{}, n.Fault("want the names of fields, or the indices of elements: [0, 2]")
	}
	return wrap{around: func(e env.Env) (env.Env, error) { return env.NewFilterObservation(e, names...) }}, nil
}

// wrappers reads the scenario's list, the innermost first.
func (s *Scenario) wrappers() ([]wrap, error) {
	kinds := wrapKinds()
	var wraps []wrap
	for _, n := range s.file.Env.Wrappers {
		keys := n.Keys()
		if len(keys) != 1 {
			return nil, n.Fault("want one wrapper and its value, as {sticky_action: 0.25}")
		}
		read, ok := kinds[keys[0]]
		if !ok {
			return nil, n.Fault("no wrapper %q%s", keys[0], nearest.Hint(keys[0], maps.Keys(kinds)))
		}
		value, _ := n.At(keys[0])
		w, err := read(value)
		if err != nil {
			return nil, err
		}
		w.node = value
		wraps = append(wraps, w)
	}
	return wraps, nil
}

// wrapped is the Factory of environments with wrappers around them.
func wrapped(inner env.Factory, wraps []wrap) env.Factory {
	return func() (env.Env, error) {
		e, err := inner()
		if err != nil {
			return nil, err
		}
		for _, w := range wraps {
			if e, err = w.around(e); err != nil {
				return nil, w.node.Fault("%v", err)
			}
		}
		return e, nil
	}
}

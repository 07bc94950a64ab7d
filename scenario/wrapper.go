package scenario

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
)

// Wrappers has wrappers, by the names that a scenario uses.
type Wrappers map[string]Wrapper

// A Wrapper makes the wrapper of an entry in env.wrappers of a scenario, such as {sticky_action:
// 0.25}: it reads the value of the entry and wraps environments. NewWrapper and NewSwitch return
// a Wrapper.
type Wrapper struct {
	read       func(value, rest settings.Node) (wrap, error) // the value of the entry, and the mapping of its further settings
	value      any
	settings   settings.Map // further settings, which may stand beside the name
	rewardOnly bool
}

// A wrap is a function that puts a wrapper around an environment.
type wrap func(env.Env) (env.Env, error)

// NewWrapper returns a Wrapper whose value in a scenario has type T: a number, a text, a list, or
// a struct with yaml tags. If T is a struct, missing keys have the values of defaults, and a scenario
// may also write keys beside the name: {frame_stack: 4, padding: zero}. The
// function around wraps an environment; if it returns an error, the message also has the line in
// the scenario. The wrapped environment should be an env.Wrapper, because rlrun then finds the
// state of the inner environment. If the inner environment has masks, it must be an env.Wrapper.
//
//	scenario.Wrappers{"fog": scenario.NewWrapper(0.1, NewFog)} // func NewFog(env.Env, float64) (*Fog, error)
func NewWrapper[T any, E env.Env](defaults T, around func(env.Env, T) (E, error)) Wrapper {
	return Wrapper{value: defaults, settings: settings.Fields(&defaults), read: func(n, rest settings.Node) (wrap, error) {
		value := defaults
		err := n.Decode(&value)
		if err == nil && len(rest.Keys()) > 0 {
			err = decodeRest(rest, &value)
		}
		return func(e env.Env) (env.Env, error) { return around(e, value) }, err
	}}
}

// decodeRest sets fields of the value of a wrapper from the keys beside its name.
func decodeRest(rest settings.Node, value any) error {
	if reflect.TypeOf(value).Elem().Kind() != reflect.Struct {
		return oneWrapper(rest)
	}
	return rest.Decode(value)
}

// oneWrapper returns the error for an entry that is not one wrapper.
func oneWrapper(n settings.Node) error {
	return n.Fault("want one wrapper and its value, as {sticky_action: 0.25}")
}

// NewSwitch returns a Wrapper without settings. A scenario turns it on with true: {clip_action:
// true}.
func NewSwitch[E env.Env](around func(env.Env) (E, error)) Wrapper {
	return Wrapper{value: true, read: func(n, rest settings.Node) (wrap, error) {
		var on bool
		err := n.Decode(&on)
		if err == nil && len(rest.Keys()) > 0 {
			err = oneWrapper(rest)
		}
		if err == nil && !on {
			err = n.Fault("false, want true, or no such entry")
		}
		return func(e env.Env) (env.Env, error) { return around(e) }, err
	}}
}

// RewardOnly returns a copy of w, marked as a wrapper that changes only rewards. Evaluations do
// not use the wrapper.
func (w Wrapper) RewardOnly() Wrapper {
	w.rewardOnly = true
	return w
}

// Value returns the default value of a scenario's entry for w. It has the type of the entry's
// value, and is true for a Wrapper from NewSwitch.
func (w Wrapper) Value() any { return w.value }

// A wrapping is a wrapper of an entry in env.wrappers, with the entry's node for error messages.
type wrapping struct {
	node       settings.Node
	around     wrap
	rewardOnly bool
}

// wrappers reads the list env.wrappers, whose first entry is the innermost wrapper.
func (s *Scenario) wrappers() (all []wrapping, err error) {
	kinds := s.catalog.Wrappers
	for _, n := range s.file.Env.Wrappers {
		name, err := wrapperName(n, kinds)
		if err != nil {
			return nil, err
		}
		kind := kinds[name]
		if kind.read == nil {
			return nil, n.Fault("the wrapper %s is an empty scenario.Wrapper; want one that scenario.NewWrapper returned", name)
		}
		value, rest, err := n.Take(name)
		if err != nil {
			return nil, err
		}
		around, err := kind.read(value, rest)
		if err != nil {
			return nil, err
		}
		all = append(all, wrapping{value, around, kind.rewardOnly})
	}
	return all, nil
}

// wrapperName returns the name of the wrapper in an entry: the key that is a wrapper. A key that is also
// a setting of another wrapper in the entry is this setting: {pixels: 84x84, gray: true} is pixels.
func wrapperName(n settings.Node, kinds Wrappers) (name string, err error) {
	keys := n.Keys()
	isSetting := func(key string) bool {
		return slices.ContainsFunc(keys, func(other string) bool {
			return other != key && slices.ContainsFunc(kinds[other].settings, func(e settings.Entry) bool { return e.Key == key })
		})
	}
	for _, key := range keys {
		if _, ok := kinds[key]; !ok || key == name || isSetting(key) {
			continue
		}
		if name != "" {
			return "", oneWrapper(n)
		}
		name = key
	}
	switch {
	case len(keys) == 0:
		return "", oneWrapper(n)
	case name == "":
		return "", n.Fault("no wrapper %q%s", keys[0], nearest.Hint(keys[0], maps.Keys(kinds)))
	}
	return name, nil
}

// wrapped returns a Factory. Its environments come from the Factory inner, with all wrappers put
// around them.
func wrapped(inner env.Factory, all []wrapping) env.Factory {
	return func() (env.Env, error) {
		e, err := inner()
		if err != nil {
			return nil, err
		}
		for _, w := range all {
			around, err := w.around(e)
			if err != nil {
				return nil, errors.Join(w.node.Fault("%v", err), env.Close(e))
			}
			if around == nil {
				return nil, w.node.Fault("the wrapper returned no environment, and no error")
			}
			if hidesMasks(around, e) {
				return nil, errors.Join(w.node.Fault("the wrapper hides the masks of %s; want it to be an env.Wrapper, with methods Unwrap and State", e.Spec().ID), env.Close(around))
			}
			e = around
		}
		return e, nil
	}
}

// hidesMasks reports whether the environment inner has masks and the wrapped environment around
// hides them.
func hidesMasks(around, inner env.Env) bool {
	_, masked := env.As[env.Masker](inner)
	_, shown := env.As[env.Masker](around)
	return masked && !shown
}

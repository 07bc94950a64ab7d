package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A NetArch has the sizes of networks' hidden layers, as Stable-Baselines3's net_arch
// does: [64, 64] for the actor and the critic alike, {pi: [64], vf: [128, 64]} for each its
// own, or {pi: [64], qf: [400, 300]} where critics know Q. The zero NetArch has no hidden
// layers.
type NetArch struct {
	pi, critic []int
	key        string // of the critic in a mapping: vf or qf; "" for a list
}

// Layers returns the NetArch of an actor and a critic with the same sizes.
func Layers(sizes ...int) NetArch { return newNetArch(sizes, sizes, "") }

// LayersPiVF returns the NetArch of an actor and a critic of V(s).
func LayersPiVF(pi, vf []int) NetArch { return newNetArch(pi, vf, "vf") }

// LayersPiQF returns the NetArch of an actor and of critics of Q(s, a).
func LayersPiQF(pi, qf []int) NetArch { return newNetArch(pi, qf, "qf") }

// newNetArch copies the sizes.
func newNetArch(pi, critic []int, key string) NetArch {
	return NetArch{append([]int(nil), pi...), append([]int(nil), critic...), key}
}

// Pi returns the sizes of the actor's hidden layers.
func (a NetArch) Pi() []int { return a.pi }

// VF returns the sizes of the critics' hidden layers, whether they know V or Q.
func (a NetArch) VF() []int { return a.critic }

// Split reports whether the actor and the critic have sizes of their own, equal or not.
func (a NetArch) Split() bool { return a.key != "" }

// Check returns an error if a has a key that is not among the keys that an agent takes:
// pi and vf on-policy, pi and qf off-policy, none where there is one network.
func (a NetArch) Check(keys ...string) error {
	switch {
	case !a.Split() || slices.Contains(keys, a.key):
		return nil
	case len(keys) == 0:
		return fmt.Errorf("net_arch is %v, want a list, as [64, 64]: there is one network", a)
	}
	own := "{" + strings.Join(keys, ": [64, 64], ") + ": [64, 64]}"
	return fmt.Errorf("net_arch is %v, want %s in place of %s, as %s, or a list", a, keys[len(keys)-1], a.key, own)
}

// CheckTrunk returns an error if the actor and the critic are to share their hidden
// layers, and have sizes of their own.
func (a NetArch) CheckTrunk() error {
	if a.Split() {
		return fmt.Errorf("net_arch is %v, want a list, as [64, 64]: with share_trunk the actor and the critic have the same hidden layers", a)
	}
	return nil
}

// String returns a as a file has it: [64, 64] or {pi: [64], vf: [128, 64]}.
func (a NetArch) String() string {
	if !a.Split() {
		return sizesText(a.pi)
	}
	return "{pi: " + sizesText(a.pi) + ", " + a.key + ": " + sizesText(a.critic) + "}"
}

// sizesText writes sizes as YAML does.
func sizesText(sizes []int) string {
	var text []string
	for _, n := range sizes {
		text = append(text, strconv.Itoa(n))
	}
	return "[" + strings.Join(text, ", ") + "]"
}

// netArchMapping is the mapping form of a NetArch.
type netArchMapping struct {
	Pi []int `yaml:"pi"`           // sizes of the actor's hidden layers
	VF []int `yaml:"vf,omitempty"` // sizes of the critic's hidden layers, in on-policy agents, whose critic knows V(s)
	QF []int `yaml:"qf,omitempty"` // sizes of the critics' hidden layers, in off-policy agents, whose critics know Q(s, a)
}

// MarshalSetting returns a list, or the mapping of the sizes by their keys.
func (a NetArch) MarshalSetting() any {
	critic := append([]int{}, a.critic...) // not nil
	switch a.key {
	case "vf":
		return netArchMapping{Pi: a.pi, VF: critic}
	case "qf":
		return netArchMapping{Pi: a.pi, QF: critic}
	}
	return a.pi
}

// UnmarshalList reads the sizes of the actor and the critic alike. A mapping at the end of
// the list, for layers that both share before it, is an error: Stable-Baselines3 removed this
// form in version 1.8.0.
func (a *NetArch) UnmarshalList(decode func(into any) error) error {
	var sizes []int
	if err := decode(&sizes); err != nil {
		var parts []netArchPart
		if decode(&parts) == nil && slices.Contains(parts, aMapping) {
			return fmt.Errorf("a mapping in a list, which Stable-Baselines3 removed in version 1.8: want a list of sizes, as [64, 64], or a mapping alone, as %s", netArchForm)
		}
		return err
	}
	*a = Layers(sizes...)
	return nil
}

// A netArchPart says whether an element of a list is a mapping.
type netArchPart bool

// aMapping is an element that is a mapping.
const aMapping netArchPart = true

// UnmarshalText reads a single value.
func (p *netArchPart) UnmarshalText([]byte) error { return nil }

// UnmarshalMapping reads a mapping.
func (p *netArchPart) UnmarshalMapping(func(into any) error) error {
	*p = aMapping
	return nil
}

// netArchForm is an example of the mapping.
const netArchForm = "{pi: [64, 64], vf: [64, 64]}"

// UnmarshalMapping reads the sizes by their keys: pi, and one of vf and qf.
func (a *NetArch) UnmarshalMapping(decode func(into any) error) error {
	var m netArchMapping
	if err := decode(&m); err != nil {
		return err
	}
	switch {
	case m.VF != nil && m.QF != nil:
		return errors.New("vf and qf, want one of them: vf on-policy, qf off-policy")
	case m.Pi == nil:
		return fmt.Errorf("no pi, want the actor's sizes, as %s", netArchForm)
	case m.VF != nil:
		*a = LayersPiVF(m.Pi, m.VF)
	case m.QF != nil:
		*a = LayersPiQF(m.Pi, m.QF)
	default:
		return fmt.Errorf("no vf or qf, want the critic's sizes, as %s on-policy, {pi: [64, 64], qf: [64, 64]} off-policy", netArchForm)
	}
	return nil
}

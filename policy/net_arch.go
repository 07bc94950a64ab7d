package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A NetArch has the number of units of each hidden layer, like net_arch of Stable-Baselines3. The
// list [64, 64] is for both the actor and the critic. The mapping {pi: [64], vf: [128, 64]} has
// separate sizes for the actor and a critic of V(s), and {pi: [64], qf: [400, 300]} for the actor
// and critics of Q(s, a). The zero NetArch has no hidden layers.
type NetArch struct {
	pi, critic []int
	key        string // key of the critic in a mapping: vf or qf; "" for a list
}

// Layers returns the NetArch with the same sizes for the actor and the critic.
func Layers(sizes ...int) NetArch { return newNetArch(sizes, sizes, "") }

// LayersPiVF returns the NetArch with layer sizes pi for the actor and vf for a critic of V(s).
func LayersPiVF(pi, vf []int) NetArch { return newNetArch(pi, vf, "vf") }

// LayersPiQF returns the NetArch with layer sizes pi for the actor and qf for critics of Q(s, a).
func LayersPiQF(pi, qf []int) NetArch { return newNetArch(pi, qf, "qf") }

// newNetArch returns a NetArch with copies of the sizes.
func newNetArch(pi, critic []int, key string) NetArch {
	return NetArch{append([]int(nil), pi...), append([]int(nil), critic...), key}
}

// Pi returns the sizes of the actor's hidden layers. The caller must not change them.
func (a NetArch) Pi() []int { return a.pi }

// VF returns the sizes of the critics' hidden layers, for critics of V(s) and of Q(s, a). The
// caller must not change them.
func (a NetArch) VF() []int { return a.critic }

// Split reports whether a is a mapping, with separate sizes for the actor and the critic.
func (a NetArch) Split() bool { return a.key != "" }

// Check returns an error if a is a mapping and the critic's key in it is not one of keys. keys
// are the keys that an agent can use: pi and vf for on-policy agents, pi and qf for off-policy
// agents, and no keys for an agent with only one network.
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

// CheckTrunk returns an error if a is a mapping: with a shared trunk, the actor and the critic
// cannot have separate sizes.
func (a NetArch) CheckTrunk() error {
	if a.Split() {
		return fmt.Errorf("net_arch is %v, want a list, as [64, 64]: with share_trunk the actor and the critic have the same hidden layers", a)
	}
	return nil
}

// String returns a as text, as in a scenario file: [64, 64] or {pi: [64], vf: [128, 64]}.
func (a NetArch) String() string {
	if !a.Split() {
		return sizesText(a.pi)
	}
	return "{pi: " + sizesText(a.pi) + ", " + a.key + ": " + sizesText(a.critic) + "}"
}

// sizesText returns sizes as a YAML list.
func sizesText(sizes []int) string {
	var text []string
	for _, n := range sizes {
		text = append(text, strconv.Itoa(n))
	}
	return "[" + strings.Join(text, ", ") + "]"
}

// netArchMapping is a NetArch in mapping form.
type netArchMapping struct {
	Pi []int `yaml:"pi"`           // sizes of the actor's hidden layers
	VF []int `yaml:"vf,omitempty"` // sizes of the critic's hidden layers, in on-policy agents, whose critic estimates V(s)
	QF []int `yaml:"qf,omitempty"` // sizes of the critics' hidden layers, in off-policy agents, whose critics estimate Q(s, a)
}

// MarshalSetting returns the list or the mapping that stands for a in a YAML file.
func (a NetArch) MarshalSetting() any {
	critic := append([]int{}, a.critic...) // not nil, because an empty list must be written
	switch a.key {
	case "vf":
		return netArchMapping{Pi: a.pi, VF: critic}
	case "qf":
		return netArchMapping{Pi: a.pi, QF: critic}
	}
	return a.pi
}

// UnmarshalList reads a list of sizes for both the actor and the critic. A list that ends with a
// mapping is an error. Old versions of Stable-Baselines3, before 1.8.0, accepted such a list: the
// sizes before the mapping were the sizes of shared layers.
func (a *NetArch) UnmarshalList(decode func(into any) error) error {
	var sizes []int
	if err := decode(&sizes); err != nil {
		var parts []netArchElement
		if decode(&parts) == nil && slices.Contains(parts, isMapping) {
			return fmt.Errorf("a mapping in a list, a form that Stable-Baselines3 removed in version 1.8: want a list of sizes, as [64, 64], or a mapping alone, as %s", netArchExample)
		}
		return err
	}
	*a = Layers(sizes...)
	return nil
}

// A netArchElement is whether an element of a list is a mapping.
type netArchElement bool

// isMapping is the netArchElement of a mapping.
const isMapping netArchElement = true

// UnmarshalText reads a single value, which is not a mapping.
func (p *netArchElement) UnmarshalText([]byte) error { return nil }

// UnmarshalMapping reads a mapping.
func (p *netArchElement) UnmarshalMapping(func(into any) error) error {
	*p = isMapping
	return nil
}

// netArchExample is an example of a NetArch in mapping form.
const netArchExample = "{pi: [64, 64], vf: [64, 64]}"

// UnmarshalMapping reads a mapping with the key pi and one of the keys vf and qf.
func (a *NetArch) UnmarshalMapping(decode func(into any) error) error {
	var m netArchMapping
	if err := decode(&m); err != nil {
		return err
	}
	switch {
	case m.VF != nil && m.QF != nil:
		return errors.New("vf and qf, want one of them: vf on-policy, qf off-policy")
	case m.Pi == nil:
		return fmt.Errorf("no pi, want the actor's sizes, as %s", netArchExample)
	case m.VF != nil:
		*a = LayersPiVF(m.Pi, m.VF)
	case m.QF != nil:
		*a = LayersPiQF(m.Pi, m.QF)
	default:
		return fmt.Errorf("no vf or qf, want the critic's sizes, as %s on-policy, {pi: [64, 64], qf: [64, 64]} off-policy", netArchExample)
	}
	return nil
}

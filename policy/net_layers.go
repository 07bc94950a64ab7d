package policy

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/policy/nn"
)

// A LayerList is the list of hidden layers of one network: layers, or the name of a network of
// nn.Named, for example nature. The zero LayerList is no list: net_arch then gives the hidden layers.
type LayerList struct {
	Name   string    // name of a network; "" for a list of layers
	Layers nn.Layers // layers; nil for a name
}

// empty reports whether l is no list.
func (l LayerList) empty() bool { return l.Name == "" && len(l.Layers) == 0 }

// layers returns the layers for inputs of shape in.
func (l LayerList) layers(in nn.Shape) (nn.Layers, error) {
	if l.Name == "" {
		return l.Layers, nil
	}
	return nn.Named(l.Name, in)
}

// String returns l as text: its name, or the names of its layers.
func (l LayerList) String() string {
	if l.Name != "" {
		return l.Name
	}
	var kinds []string
	for _, layer := range l.Layers {
		kinds = append(kinds, layer.Kind)
	}
	return "[" + strings.Join(kinds, ", ") + "]"
}

// MarshalSetting returns the name or the list that stands for l in a YAML file.
func (l LayerList) MarshalSetting() any {
	if l.Name != "" {
		return l.Name
	}
	return append(nn.Layers{}, l.Layers...) // not nil, because an empty list must be written
}

// UnmarshalText reads the name of a network.
func (l *LayerList) UnmarshalText(text []byte) error {
	*l = LayerList{Name: string(text)}
	return nn.CheckNamed(l.Name)
}

// UnmarshalList reads a list of layers.
func (l *LayerList) UnmarshalList(decode func(into any) error) error {
	layers := nn.Layers{}
	if err := decode(&layers); err != nil {
		return err
	}
	*l = LayerList{Layers: layers}
	return layers.Check()
}

// NetLayers has the lists of hidden layers of the networks. A single list or name is for both the
// actor and the critic. The mapping {pi: lstm, vf: [{linear: 64}, tanh]} has a list for the actor
// and one for a critic of V(s), and {pi: …, qf: …} for the actor and critics of Q(s, a). The mapping
// {trunk: lstm} has a list for a trunk that the actor and a critic of V(s) share; their own layers
// after it come from pi and vf, if the mapping has them, or from net_arch. In the zero NetLayers
// net_arch gives the hidden layers.
type NetLayers struct {
	pi, critic LayerList
	trunk      LayerList // shared layers before pi and critic
	key        string    // key of the critic in a mapping: vf or qf; "" for a single list
}

// OneList returns the NetLayers with the same list for the actor and the critic.
func OneList(l LayerList) NetLayers { return NetLayers{pi: l, critic: l} }

// ListsPiVF returns the NetLayers with the list pi for the actor and vf for a critic of V(s).
func ListsPiVF(pi, vf LayerList) NetLayers { return NetLayers{pi: pi, critic: vf, key: "vf"} }

// ListsPiQF returns the NetLayers with the list pi for the actor and qf for critics of Q(s, a).
func ListsPiQF(pi, qf LayerList) NetLayers { return NetLayers{pi: pi, critic: qf, key: "qf"} }

// ListsTrunk returns the NetLayers with the list trunk for shared layers, and after them the list pi
// for the actor and vf for a critic of V(s). If one of these is empty, net_arch gives its layers.
func ListsTrunk(trunk, pi, vf LayerList) NetLayers {
	return NetLayers{pi: pi, critic: vf, trunk: trunk, key: "vf"}
}

// Pi returns the list of the actor.
func (a NetLayers) Pi() LayerList { return a.pi }

// Critic returns the list of the critics, of V(s) or of Q(s, a).
func (a NetLayers) Critic() LayerList { return a.critic }

// Split reports whether a is a mapping, with separate lists for the actor and the critic.
func (a NetLayers) Split() bool { return a.key != "" }

// Check returns an error if a is a mapping and the critic's key in it is not one of keys: see
// NetArch.Check.
func (a NetLayers) Check(keys ...string) error {
	switch {
	case a.key == "" || slices.Contains(keys, a.key):
		return nil
	case len(keys) == 0:
		return fmt.Errorf("layers is %v, want a list or a name, as [{linear: 64}, tanh]: there is one network", a)
	}
	return fmt.Errorf("layers is %v, want %s in place of %s, or one list or name", a, keys[len(keys)-1], a.key)
}

// CheckTrunk returns an error if a is a mapping without a trunk: if the actor and the critic share all
// hidden layers, they cannot have separate lists.
func (a NetLayers) CheckTrunk() error {
	if a.key != "" && a.trunk.empty() {
		return fmt.Errorf("layers is %v, want a list or a name: with share_trunk the actor and the critic have the same hidden layers", a)
	}
	return nil
}

// String returns a as text.
func (a NetLayers) String() string {
	if a.key == "" {
		return a.pi.String()
	}
	text := fmt.Sprintf("pi: %v, %s: %v}", a.pi, a.key, a.critic)
	if !a.trunk.empty() {
		return fmt.Sprintf("{trunk: %v, %s", a.trunk, text)
	}
	return "{" + text
}

// netLayersMapping is a NetLayers in mapping form.
type netLayersMapping struct {
	Trunk *LayerList `yaml:"trunk,omitempty"` // hidden layers that the actor and the critic share, in on-policy agents
	Pi    *LayerList `yaml:"pi"`              // hidden layers of the actor, after the shared layers
	VF    *LayerList `yaml:"vf,omitempty"`    // hidden layers of the critic, in on-policy agents, whose critic estimates V(s)
	QF    *LayerList `yaml:"qf,omitempty"`    // hidden layers of the critics, in off-policy agents, whose critics estimate Q(s, a)
}

// MarshalSetting returns the name, the list or the mapping that stands for a in a YAML file.
func (a NetLayers) MarshalSetting() any {
	if !a.trunk.empty() {
		return netLayersMapping{Trunk: &a.trunk, Pi: &a.pi, VF: &a.critic}
	}
	switch a.key {
	case "vf":
		return netLayersMapping{Pi: &a.pi, VF: &a.critic}
	case "qf":
		return netLayersMapping{Pi: &a.pi, QF: &a.critic}
	}
	return a.pi
}

// UnmarshalText reads the name of a network for both the actor and the critic.
func (a *NetLayers) UnmarshalText(text []byte) error {
	var l LayerList
	err := l.UnmarshalText(text)
	*a = OneList(l)
	return err
}

// UnmarshalList reads a list for both the actor and the critic.
func (a *NetLayers) UnmarshalList(decode func(into any) error) error {
	var l LayerList
	err := l.UnmarshalList(decode)
	*a = OneList(l)
	return err
}

// UnmarshalMapping reads a mapping with the key pi and one of the keys vf and qf, or with the key
// trunk, and pi and vf if these lists are not empty.
func (a *NetLayers) UnmarshalMapping(decode func(into any) error) error {
	const example = "{pi: lstm, vf: [{linear: 64}, tanh]}"
	var m netLayersMapping
	if err := decode(&m); err != nil {
		return err
	}
	if m.Trunk != nil && m.QF == nil {
		none := LayerList{Layers: nn.Layers{}}
		*a = ListsTrunk(*m.Trunk, *cmp.Or(m.Pi, &none), *cmp.Or(m.VF, &none))
		return nil
	}
	switch {
	case m.Trunk != nil:
		return errors.New("trunk and qf, want vf in place of qf: only on-policy agents share layers")
	case m.VF != nil && m.QF != nil:
		return errors.New("vf and qf, want one of them: vf on-policy, qf off-policy")
	case m.Pi == nil:
		return fmt.Errorf("no pi, want the actor's layers, as %s", example)
	case m.VF != nil:
		*a = ListsPiVF(*m.Pi, *m.VF)
	case m.QF != nil:
		*a = ListsPiQF(*m.Pi, *m.QF)
	default:
		return fmt.Errorf("no vf or qf, want the critic's layers, as %s on-policy, with qf off-policy", example)
	}
	return nil
}

package settings

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A Leaf is a setting that has no settings in it: its dotted key and its value, a
// list in YAML's flow syntax.
type Leaf struct{ Key, Value string }

// Flatten returns the leaves of a YAML document in their order: agent.gamma and 0.99.
func Flatten(name string, data []byte) ([]Leaf, error) {
	t, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	return leaves(nil, "", t.root), nil
}

// leaves appends those of a mapping whose key is prefix.
func leaves(all []Leaf, prefix string, n *yaml.Node) []Leaf {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := prefix+n.Content[i].Value, n.Content[i+1]
		if value.Kind == yaml.MappingNode {
			all = leaves(all, key+".", value)
		} else {
			all = append(all, Leaf{key, flow(value)})
		}
	}
	return all
}

// flow writes a node in flow syntax.
func flow(n *yaml.Node) string {
	var parts []string
	switch n.Kind {
	case yaml.SequenceNode:
		for _, c := range n.Content {
			parts = append(parts, flow(c))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, n.Content[i].Value+": "+flow(n.Content[i+1]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if n.Tag == "!!str" && strings.ContainsAny(n.Value, "[]{},:#\"'\n") {
		return fmt.Sprintf("%q", n.Value)
	}
	return n.Value
}

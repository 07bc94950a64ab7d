package settings

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A Leaf is a setting whose value is not a mapping.
type Leaf struct {
	Key   string // dotted key, for example agent.gamma
	Value string // value as text; a list is in YAML's flow syntax
}

// Flatten returns all leaves of a YAML document in their order.
func Flatten(name string, data []byte) ([]Leaf, error) {
	t, err := Parse(name, data)
	if err != nil {
		return nil, err
	}
	return leaves(nil, "", t.root), nil
}

// leaves appends the leaves of the mapping n to all. Their keys begin with prefix.
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

// flow returns a node as text in YAML's flow syntax.
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

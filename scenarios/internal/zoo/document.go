package zoo

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/rlrun/rlrun/internal/settings"
)

// Limits of an entry with expanded aliases.
const (
	maxValues = 10_000 // largest number of values
	maxDepth  = 40     // largest depth of nested values
)

// A document is a parsed file of hyperparameters.
type document struct {
	file string // name of the file, for messages
	root *yaml.Node
}

// parse reads a file of hyperparameters.
func parse(file string, data []byte) (*document, error) {
	root, err := settings.Document(file, data)
	if err != nil {
		return nil, err
	}
	d := &document{file, root}
	if root.Kind != yaml.MappingNode {
		return nil, d.fault(root.Line, "want a mapping, for example CartPole-v1: {n_timesteps: 1e5, policy: MlpPolicy}")
	}
	return d, nil
}

// fault returns an error about a line of the file.
func (d *document) fault(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", d.file, line, fmt.Sprintf(format, args...))
}

// names returns the names of the entries, in the order of the file.
func (d *document) names() (names []string) {
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if key := d.root.Content[i]; key.Kind == yaml.ScalarNode && key.Tag != "!!merge" {
			names = append(names, key.Value)
		}
	}
	return names
}

// read returns the entry called name as a dict, with aliases and merge keys resolved.
func (d *document) read(name string) (value, error) {
	var entry, key *yaml.Node
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if k := d.root.Content[i]; k.Kind == yaml.ScalarNode && k.Value == name {
			if entry != nil {
				return value{}, d.fault(k.Line, "%s: a second time", name)
			}
			key, entry = k, d.root.Content[i+1]
		}
	}
	if entry == nil {
		return value{}, fmt.Errorf("%s: no entry %q", d.file, name)
	}
	r := reader{document: d, left: maxValues}
	v, err := r.value(entry, 0)
	if err == nil && v.kind != dict {
		err = d.fault(key.Line, "%s: want a mapping, for example {n_timesteps: 1e5, policy: MlpPolicy}", name)
	}
	v.line = key.Line
	return v, err
}

// A reader converts nodes of the YAML tree to values.
type reader struct {
	*document
	left int // number of values that may still be read
}

// value converts a node at this depth.
func (r *reader) value(n *yaml.Node, depth int) (value, error) {
	if r.left--; r.left < 0 || depth > maxDepth {
		return value{}, r.fault(n.Line, "aliases expand to more than %d values, or to a depth of more than %d; want fewer", maxValues, maxDepth)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.value(n.Alias, depth+1)
	case yaml.SequenceNode:
		v := value{kind: list, line: n.Line}
		for _, c := range n.Content {
			item, err := r.value(c, depth+1)
			if err != nil {
				return value{}, err
			}
			v.items = append(v.items, item)
		}
		return v, r.checkTag(n, "!!seq")
	case yaml.MappingNode:
		v, err := r.mapping(n, depth)
		if err == nil {
			err = r.checkTag(n, "!!map")
		}
		return v, err
	}
	return r.scalar(n)
}

// checkTag returns an error if the tag of n is not one of tags. For other tags, for example
// !!python/tuple, PyYAML constructs Python objects.
func (r *reader) checkTag(n *yaml.Node, tags ...string) error {
	if !slices.Contains(tags, n.Tag) {
		return r.fault(n.Line, "the tag %s is code, and rlrun never runs code from a file; want plain values", n.Tag)
	}
	return nil
}

// mapping converts a mapping. Its own keys override merged keys, and an earlier merged mapping
// overrides later merged mappings: https://yaml.org/type/merge.html.
func (r *reader) mapping(n *yaml.Node, depth int) (value, error) {
	own, merged := value{kind: dict}, value{kind: dict, line: n.Line}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return value{}, r.fault(key.Line, "want a plain key")
		}
		if key.Style&yaml.TaggedStyle != 0 {
			if err := r.checkTag(key, "!!str"); err != nil {
				return value{}, err
			}
		}
		v, err := r.value(n.Content[i+1], depth+1)
		if err != nil {
			return value{}, err
		}
		if key.Tag == "!!merge" {
			if err := r.merge(&merged, v, key.Line); err != nil {
				return value{}, err
			}
			continue
		}
		if _, twice := own.at(key.Value); twice {
			return value{}, r.fault(key.Line, "%s: a second time", key.Value)
		}
		v.line = key.Line
		own.set(key.Value, v)
	}
	for i, key := range own.keys {
		merged.set(key, own.items[i])
	}
	return merged, nil
}

// merge adds keys to the dict into: the keys of the mapping v, or of a list of mappings, that into
// does not have.
func (r *reader) merge(into *value, v value, line int) error {
	sources := []value{v}
	if v.kind == list {
		sources = v.items
	}
	for _, s := range sources {
		if s.kind != dict {
			return r.fault(line, "<<: want a mapping, or a list of mappings")
		}
		for i, key := range s.keys {
			if _, ok := into.at(key); !ok {
				into.set(key, s.items[i])
			}
		}
	}
	return nil
}

// scalar converts a scalar by the rules of YAML 1.1, as PyYAML's safe_load does. There is one
// exception: 1e5 is a text for PyYAML and a number here.
func (r *reader) scalar(n *yaml.Node) (value, error) {
	v := value{line: n.Line, text: n.Value}
	x, isNumber := parseNumber(n.Value)
	on, isTruth := parseTruth(n.Value)
	tag := ""
	if n.Style&yaml.TaggedStyle != 0 {
		tag = n.Tag
	} else if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		tag = "!!str"
	}
	switch {
	case tag == "" && isNull(n.Value) || tag == "!!null":
		v.kind, v.text = null, ""
	case isNumber && (tag == "" || tag == "!!int" || tag == "!!float"):
		v.kind, v.number, v.text = number, x, ""
	case isTruth && (tag == "" || tag == "!!bool"):
		v.kind, v.on, v.text = boolean, on, ""
	case tag == "" || tag == "!!str":
		v.kind = text
	case tag == "!!int" || tag == "!!float":
		return value{}, r.fault(n.Line, "%q, want a number", n.Value)
	case tag == "!!bool":
		return value{}, r.fault(n.Line, "%q, want true or false", n.Value)
	default:
		return value{}, r.checkTag(n)
	}
	return v, nil
}

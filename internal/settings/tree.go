// Package settings reads and writes YAML strictly: into structs whose fields
// have yaml tags, over the values they have, with every mistake named by its
// place, its key and what would be right.
package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// MaxSize is how long a document may be, in bytes.
const MaxSize = 1 << 20

// A Tree is a parsed YAML document that assignments may change before it is
// decoded.
type Tree struct {
	name  string                // of the file, for messages
	root  *yaml.Node            // a mapping
	given map[*yaml.Node]string // nodes that Set made, and their origin
}

// Document returns the root of the one YAML document in data, with aliases and tags as they
// stand there. The name is for messages.
func Document(name string, data []byte) (*yaml.Node, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s: more than %d bytes", name, MaxSize)
	}
	root, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return root, nil
}

// Parse reads a document whose root is a mapping. The name is for messages.
func Parse(name string, data []byte) (*Tree, error) {
	root, err := Document(name, data)
	if err != nil {
		return nil, err
	}
	t := &Tree{name, root, map[*yaml.Node]string{}}
	if root.Kind != yaml.MappingNode {
		return nil, t.fault(root, "", "want a mapping, key: value")
	}
	return t, nil
}

// parse returns the root of the one document that data is.
func parse(data []byte) (*yaml.Node, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	if err := dec.Decode(&doc); err != nil {
		return nil, located(err, data)
	}
	if err := dec.Decode(&more); err == nil {
		return nil, fmt.Errorf("%d:1: a second document, want one", more.Line)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, errors.New("1:1: nothing in it")
	}
	return doc.Content[0], nil
}

// lineForm finds where the parser says that an error is.
var lineForm = regexp.MustCompile(`line (\d+)`)

// located puts the line in front of one of the parser's errors.
func located(err error, data []byte) error {
	text := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	if m := lineForm.FindStringSubmatch(text); m != nil {
		return fmt.Errorf("%s: not YAML: %s", m[1], text)
	}
	return fmt.Errorf("%d: not YAML: %s", 1+strings.Count(strings.TrimRight(string(data), "\n"), "\n"), text)
}

// Set makes an assignment KEY=VALUE, where KEY is a dotted path from the root
// and VALUE is YAML in flow syntax. Mappings on the way are made where there
// are none. That the key is known, and the value of its type, Decode finds out;
// origin is what it names then instead of a place in the file.
func (t *Tree) Set(assignment, origin string) error {
	key, text, ok := strings.Cut(assignment, "=")
	path := strings.Split(key, ".")
	if !ok || slices.Contains(path, "") {
		return fmt.Errorf("%s: want KEY=VALUE, KEY as in agent.gamma", origin)
	}
	value, err := parse([]byte(text))
	if err != nil || value.Kind != yaml.ScalarNode && value.Style&yaml.FlowStyle == 0 {
		return fmt.Errorf("%s: %q is not in YAML's flow syntax, as 0.5, text, [a, b] or {a: b}", origin, text)
	}
	t.mark(value, origin)
	at := t.root
	for i, k := range path[:len(path)-1] {
		if at = t.child(at, k, origin); at.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: %s has no settings in it", origin, strings.Join(path[:i+1], "."))
		}
	}
	last := path[len(path)-1]
	if j := find(at, last); j >= 0 {
		at.Content[j+1] = value
	} else {
		t.add(at, last, value, origin)
	}
	return nil
}

// child returns the value of key in mapping m: a new mapping where there is none.
func (t *Tree) child(m *yaml.Node, key, origin string) *yaml.Node {
	if j := find(m, key); j >= 0 {
		return m.Content[j+1]
	}
	c := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	t.given[c] = origin
	t.add(m, key, c, origin)
	return c
}

// add appends key and value to mapping m.
func (t *Tree) add(m *yaml.Node, key string, value *yaml.Node, origin string) {
	name := plain("!!str", key)
	t.given[name] = origin
	m.Content = append(m.Content, name, value)
}

// mark notes where n and all in it come from.
func (t *Tree) mark(n *yaml.Node, origin string) {
	t.given[n] = origin
	for _, c := range n.Content {
		t.mark(c, origin)
	}
}

// find returns the index of key among the content of mapping m, or -1.
func find(m *yaml.Node, key string) int {
	for i := 0; i < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// Root returns the whole document.
func (t *Tree) Root() Node { return Node{t, t.root, ""} }

// fault returns the error of what is wrong with n, the value of the setting at path.
func (t *Tree) fault(n *yaml.Node, path, format string, args ...any) error {
	where := t.name + ":" + strconv.Itoa(n.Line) + ":" + strconv.Itoa(n.Column)
	if given, ok := t.given[n]; ok {
		where = given
	}
	if path != "" {
		where += ": " + path
	}
	return &Fault{where, fmt.Sprintf(format, args...)}
}

// A Fault is what is wrong with one value, and where it stands.
type Fault struct{ Where, What string }

// Error says it in one line.
func (f *Fault) Error() string { return f.Where + ": " + f.What }

// Package settings reads and writes settings in YAML. It is strict: an unknown key, a key that
// occurs twice or a value of the wrong type is an error. The error names the place, the key and
// what would be right.
//
// [Parse] reads a document as a [Tree], and [Tree.Set] changes a setting by an assignment such
// as agent.gamma=0.9. [Node.Decode] then sets the fields of a struct by their yaml tags;
// fields that the document does not name keep their values, the defaults. [Encode] writes
// settings that Decode reads back:
//
//	t, err := settings.Parse("run.yaml", data)
//	err = t.Set("agent.gamma=0.9", "--set agent.gamma=0.9")
//	err = t.Root().Decode(&config)
//
// A type can read and write its YAML with its own methods: see UnmarshalText, UnmarshalList,
// UnmarshalMapping and MarshalSetting in forms.go.
package settings

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// MaxSize is the largest length of a document [bytes].
const MaxSize = 1 << 20

// A Tree is a parsed YAML document. Set can change it before it is decoded.
type Tree struct {
	name    string                // name of the file, for error messages
	text    string                // text of the file, for error messages
	root    *yaml.Node            // always a mapping
	origins map[*yaml.Node]string // for each node that Set has made, the text that error messages use as its place
}

// Document returns the root of the one YAML document in data. Aliases and tags stay as they
// are in the text. Error messages use name as the name of the file.
func Document(name string, data []byte) (*yaml.Node, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s: the file has %d bytes, want %d at most", name, len(data), MaxSize)
	}
	root, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return root, nil
}

// Parse parses a document whose root is a mapping. Error messages use name as the name of the
// file.
func Parse(name string, data []byte) (*Tree, error) {
	root, err := Document(name, data)
	if err != nil {
		return nil, err
	}
	t := &Tree{name, string(data), root, map[*yaml.Node]string{}}
	if root.Kind != yaml.MappingNode {
		return nil, t.fault(root, "", "want a mapping, key: value")
	}
	return t, nil
}

// parse returns the root of the document. It is an error if data has no document or several.
func parse(data []byte) (*yaml.Node, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	if err := dec.Decode(&doc); err != nil && err != io.EOF {
		return nil, withLine(err, data)
	}
	switch err := dec.Decode(&more); {
	case err == nil:
		return nil, fmt.Errorf("%d:1: a second document begins here, want one", more.Line)
	case !errors.Is(err, io.EOF): // text after the document that is not YAML
		return nil, withLine(err, data)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, errors.New("1:1: the file is empty, want a mapping, key: value")
	}
	return doc.Content[0], nil
}

// lineForm matches the line number at the beginning of an error of the YAML parser.
var lineForm = regexp.MustCompile(`^line (\d+): `)

// withLine returns err, an error of the YAML parser, with the line number first. If the parser
// gives no line number, withLine uses the number of the last line of data.
func withLine(err error, data []byte) error {
	text := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	number := len(lines)
	if m := lineForm.FindStringSubmatch(text); m != nil {
		number, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	if 1 <= number && number <= len(lines) && tabIndent.MatchString(lines[number-1]) {
		text = "the line begins with a tab, want spaces"
	}
	return fmt.Errorf("%d: not YAML: %s", number, text)
}

// tabIndent matches a line with a tab in its indentation.
var tabIndent = regexp.MustCompile(`^ *\t`)

// Set carries out an assignment KEY=VALUE. KEY is a dotted path from the root, and VALUE is
// YAML in flow syntax. Set adds missing mappings on the path. It does not check whether the
// key is known and the value has the right type; Decode does. Error messages then name origin
// instead of a place in the file.
func (t *Tree) Set(assignment, origin string) error {
	key, text, ok := strings.Cut(assignment, "=")
	path := strings.Split(key, ".")
	if !ok || slices.Contains(path, "") {
		return fmt.Errorf("%s: want KEY=VALUE, as agent.gamma=0.9", origin)
	}
	value, err := parse([]byte(text))
	if err != nil || value.Kind != yaml.ScalarNode && value.Style&yaml.FlowStyle == 0 {
		return fmt.Errorf("%s: %q is not in YAML's flow syntax, as 0.5, text, [a, b] or {a: b}", origin, text)
	}
	t.setOrigin(value, origin)
	at := t.root
	for i, k := range path[:len(path)-1] {
		if at = t.child(at, k, origin); at.Kind != yaml.MappingNode {
			return fmt.Errorf("%s: %s has no settings in it, want a key whose value is a mapping", origin, strings.Join(path[:i+1], "."))
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

// child returns the value of key in the mapping m. If m does not have the key, it adds the key
// with an empty mapping.
func (t *Tree) child(m *yaml.Node, key, origin string) *yaml.Node {
	if j := find(m, key); j >= 0 {
		return m.Content[j+1]
	}
	c := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	t.origins[c] = origin
	t.add(m, key, c, origin)
	return c
}

// add adds a key and its value to the mapping m.
func (t *Tree) add(m *yaml.Node, key string, value *yaml.Node, origin string) {
	name := scalarNode("!!str", key)
	t.origins[name] = origin
	m.Content = append(m.Content, name, value)
}

// setOrigin stores origin, the place for error messages, for n and every node inside n.
func (t *Tree) setOrigin(n *yaml.Node, origin string) {
	t.origins[n] = origin
	for _, c := range n.Content {
		t.setOrigin(c, origin)
	}
}

// find returns the index of key in m.Content, or -1 if the mapping m does not have the key.
func find(m *yaml.Node, key string) int {
	for i := 0; i < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// Root returns the root of the document, a mapping.
func (t *Tree) Root() Node { return Node{t, t.root, ""} }

// fault returns a *Fault for n, the value of the setting at path.
func (t *Tree) fault(n *yaml.Node, path, format string, args ...any) *Fault {
	where := t.name + ":" + strconv.Itoa(n.Line) + ":" + strconv.Itoa(n.Column)
	if origin, ok := t.origins[n]; ok {
		where = origin
	}
	if path != "" {
		where += ": " + path
	}
	return &Fault{Where: where, What: fmt.Sprintf(format, args...)}
}

// A Fault is the error for one setting.
type Fault struct {
	Where   string // place in the file and dotted key, or the assignment
	What    string // what is wrong, and what would be right
	unknown Node   // value of the key if the key is unknown, otherwise the zero Node
}

// Error returns the place and the fault as one line.
func (f *Fault) Error() string { return f.Where + ": " + f.What }

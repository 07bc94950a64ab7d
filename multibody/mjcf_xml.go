package multibody

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// Bounds on a file with its included files, so that a hostile one cannot use up the memory.
const (
	maxFileSize = 4 << 20 // bytes of all files
	maxElements = 50_000
	maxNesting  = maxDepth + 100
)

// A node is an element of an XML file.
type node struct {
	name       string
	file       string
	line       int
	attributes []attribute
	children   []*node
}

// An attribute is a value of an element, or of an element in <default> from which it is inherited.
type attribute struct {
	name, value string
	at          *node
}

// own returns the attribute of n with a name.
func (n *node) own(name string) (attribute, bool) {
	for _, a := range n.attributes {
		if a.name == name {
			return a, true
		}
	}
	return attribute{}, false
}

// A parser reads a file and the files that it includes.
type parser struct {
	fsys     fs.FS
	main     string
	seen     map[string]bool
	bytes    int64
	elements int
}

// parseMJCF returns the root element of a file. The elements of an included file replace the
// <include>.
func parseMJCF(fsys fs.FS, name string) (*node, error) {
	p := &parser{fsys: fsys, main: name, seen: map[string]bool{}}
	root, err := p.file(name, 0)
	if err == nil && root.name != "mujoco" {
		err = fmt.Errorf("%s: line %d: the file begins with <%s>, want <mujoco>", name, root.line, root.name)
	}
	if err != nil {
		return nil, fmt.Errorf("multibody: %w", err)
	}
	return root, nil
}

// file returns the root element of one file, which is at a depth of nested elements.
func (p *parser) file(name string, depth int) (*node, error) {
	if p.seen[name] {
		return nil, fmt.Errorf("%s is included twice, want each file once", name)
	}
	p.seen[name] = true
	data, err := p.read(name)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(bytes.NewReader(blankComments(data)))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // numbers and names are ASCII
	line, _ := d.InputPos()
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s has no element, want <mujoco>", name)
		}
		if err != nil {
			return nil, syntax(name, d, err)
		}
		if start, ok := t.(xml.StartElement); ok {
			return p.element(d, name, line, start, depth)
		}
		line, _ = d.InputPos()
	}
}

// read returns the content of a file. It never reads more than the bound on all files.
func (p *parser) read(name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("the path %q leaves the file system, want a file inside it", name)
	}
	info, err := fs.Stat(p.fsys, name) // before Open, which waits if the file is a pipe
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file, want an MJCF file", name)
	}
	f, err := p.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize-p.bytes+1))
	if err != nil {
		return nil, err
	}
	if p.bytes += int64(len(data)); p.bytes > maxFileSize {
		return nil, fmt.Errorf("%s: the description has more than %d bytes, want less", name, maxFileSize)
	}
	return data, nil
}

// blankComments returns data with spaces in place of comments. Lines keep their numbers. MuJoCo
// allows "--" in a comment, encoding/xml does not.
func blankComments(data []byte) []byte {
	for rest := data; ; {
		i := bytes.Index(rest, []byte("<!--"))
		if i < 0 {
			return data
		}
		end := bytes.Index(rest[i+4:], []byte("-->"))
		if end < 0 {
			return data
		}
		for k := i; k < i+4+end+3; k++ {
			if rest[k] != '\n' {
				rest[k] = ' '
			}
		}
		rest = rest[i+4+end+3:]
	}
}

// syntax returns the error for text that is not XML.
func syntax(name string, d *xml.Decoder, err error) error {
	line, _ := d.InputPos()
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return fmt.Errorf("%s: line %d: %s, want XML", name, s.Line, s.Msg)
	}
	return fmt.Errorf("%s: line %d: %w, want XML", name, line, err)
}

// element returns the element that begins with start, with everything in it.
func (p *parser) element(d *xml.Decoder, file string, line int, start xml.StartElement, depth int) (*node, error) {
	n := &node{name: start.Name.Local, file: file, line: line}
	if p.elements++; p.elements > maxElements || depth > maxNesting {
		return nil, fmt.Errorf("%s: line %d: more than %d elements or %d levels, want fewer", file, line, maxElements, maxNesting)
	}
	for _, a := range start.Attr {
		n.attributes = append(n.attributes, attribute{name: a.Name.Local, value: strings.TrimSpace(a.Value), at: n})
	}
	for {
		line, _ = d.InputPos()
		t, err := d.Token()
		if err != nil {
			return nil, syntax(file, d, err)
		}
		switch t := t.(type) {
		case xml.EndElement:
			return n, nil
		case xml.StartElement:
			c, err := p.element(d, file, line, t, depth+1)
			if err != nil {
				return nil, err
			}
			if c.name != "include" {
				n.children = append(n.children, c)
				continue
			}
			a, _ := c.own("file")
			root, err := p.file(included(p.main, a.value), depth)
			if err != nil {
				return nil, fmt.Errorf("%s: line %d: <include file=%q>: %w", file, line, a.value, err)
			}
			n.children = append(n.children, root.children...)
		}
	}
}

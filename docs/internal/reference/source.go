package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// module is the path of this module.
const module = "github.com/rlrun/rlrun/"

// A source reads the comments of this module's packages.
type source struct {
	root  string // directory of the module
	set   *token.FileSet
	files map[string][]*ast.File
}

func newSource(root string) *source {
	return &source{root, token.NewFileSet(), map[string][]*ast.File{}}
}

// parsed returns the parsed files of a package, without tests.
func (s *source) parsed(pkg string) ([]*ast.File, error) {
	if files, ok := s.files[pkg]; ok {
		return files, nil
	}
	rel, ours := strings.CutPrefix(pkg, module)
	if !ours {
		return nil, fmt.Errorf("package %s is not of this module", pkg)
	}
	names, err := filepath.Glob(filepath.Join(s.root, filepath.FromSlash(rel), "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files[pkg] = append(s.files[pkg], f)
	}
	if len(s.files[pkg]) == 0 {
		return nil, fmt.Errorf("package %s: %w", pkg, fs.ErrNotExist)
	}
	return s.files[pkg], nil
}

// typeOf returns the declaration of a named type, and its comment.
func (s *source) typeOf(t reflect.Type) (*ast.TypeSpec, string, error) {
	files, err := s.parsed(t.PkgPath())
	if err != nil {
		return nil, "", err
	}
	for _, f := range files {
		for _, d := range f.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, sp := range decl.Specs {
				if spec, ok := sp.(*ast.TypeSpec); ok && spec.Name.Name == t.Name() {
					if spec.Doc != nil {
						return spec, spec.Doc.Text(), nil
					}
					return spec, decl.Doc.Text(), nil
				}
			}
		}
	}
	return nil, "", fmt.Errorf("no type %s in %s", t.Name(), t.PkgPath())
}

// synopsis returns the first sentence of a type's comment.
func (s *source) synopsis(t reflect.Type) (string, error) {
	_, text, err := s.typeOf(t)
	return new(doc.Package).Synopsis(text), err
}

// fieldComments returns the comments of a struct's fields. The keys of the map are the names of
// the fields.
func (s *source) fieldComments(t reflect.Type) (map[string]string, error) {
	spec, _, err := s.typeOf(t)
	if err != nil {
		return nil, err
	}
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s is no struct", t)
	}
	comments := map[string]string{}
	for _, f := range fields.Fields.List {
		for _, name := range f.Names {
			comments[name.Name] = strings.TrimSpace(f.Comment.Text() + f.Doc.Text())
		}
	}
	return comments, nil
}

// A choice is one of several named values of a setting, with its meaning.
type choice struct{ value, meaning string }

// choices returns the constants of a named string type, with their comments.
func (s *source) choices(t reflect.Type) (all []choice, err error) {
	files, err := s.parsed(t.PkgPath())
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			of, isName := v.Type.(*ast.Ident)
			text, isText := v.Values[0].(*ast.BasicLit)
			if !isName || of.Name != t.Name() || !isText {
				return true
			}
			value, failed := strconv.Unquote(text.Value)
			err = errors.Join(err, failed)
			all = append(all, choice{value, strings.TrimSpace(v.Comment.Text())})
			return true
		})
	}
	if len(all) == 0 {
		err = errors.Join(err, fmt.Errorf("%s has no constants", t))
	}
	return all, err
}

// entryComments returns the end-of-line comments of the map entries in a function. The keys are
// the keys of the map entries.
func (s *source) entryComments(pkg, function string) (map[string]string, error) {
	files, err := s.parsed(pkg)
	if err != nil {
		return nil, err
	}
	comments := map[string]string{}
	for _, f := range files {
		at := map[int]string{} // comment in each line of the file
		for _, g := range f.Comments {
			at[s.set.Position(g.Pos()).Line] = strings.TrimSpace(g.Text())
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Name.Name != function {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if entry, ok := n.(*ast.KeyValueExpr); ok {
					if key, ok := entry.Key.(*ast.BasicLit); ok {
						name, _ := strconv.Unquote(key.Value) // no error: the parser has accepted this literal
						comments[name] = at[s.set.Position(entry.End()).Line]
					}
				}
				return true
			})
		}
	}
	return comments, nil
}

// listed returns the entries of the indented list in a type's comment. An entry has a name, two
// spaces or more, and its meaning.
func (s *source) listed(t reflect.Type) (all []choice, err error) {
	_, text, err := s.typeOf(t)
	line := regexp.MustCompile(`(?m)^\t(\S.*?) {2,}(\S.*)$`)
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		all = append(all, choice{m[1], m[2]})
	}
	return all, err
}

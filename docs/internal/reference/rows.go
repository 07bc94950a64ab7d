package main

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/settings"
)

// A row is a setting on the page.
type row struct{ Key, Kind, Default, Meaning string }

// An instance is a struct of settings with default values: the settings of an agent, or the
// options of an environment.
type instance struct {
	name string
	of   reflect.Value
}

// required has the settings without a default, each as the Go type of its struct and its key.
var required = map[string]bool{
	"scenario.file.env": true, "scenario.file.agent": true, "scenario.file.steps": true, "scenario.envFile.id": true,
	"scenario.stack.n": true, "pixels.Settings.size": true, "minigrid.Settings.show": true, "scenario.bins.bins": true, "scenario.tiles.tiles": true,
	"optim.curve.start": true, "optim.curve.shape": true, "policy.netArchMapping.pi": true,
}

// rows returns the settings of a struct, without its inline structs. If instances have different
// defaults, the row names all defaults.
func (s *source) rows(all ...instance) (rows []row, err error) {
	t := all[0].of.Type()
	comments, err := s.fieldComments(t)
	if err != nil {
		return nil, err
	}
	for i := range t.NumField() {
		f := t.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" || key == "-" {
			continue
		}
		r := row{Key: key}
		if r.Meaning, err = s.meaning(f.Type, comments[f.Name]); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if r.Kind, err = kind(f.Type, key); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if r.Default, err = defaults(i, all); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		if required[t.String()+"."+key] {
			r.Default = "must be given"
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// inline returns the inline structs of v: in YAML, their settings are in the same mapping as the
// other settings of v.
func inline(v reflect.Value) (all []reflect.Value) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == ",inline" {
			all = append(all, v.Field(i))
		}
	}
	return all
}

// allRows returns the settings of a struct, with those of its inline structs.
func (s *source) allRows(all ...instance) ([]row, error) {
	rows, err := s.rows(all...)
	if err != nil {
		return nil, err
	}
	for i := range inline(all[0].of) {
		var inner []instance
		for _, in := range all {
			inner = append(inner, instance{in.name, inline(in.of)[i]})
		}
		more, err := s.allRows(inner...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// meaning returns the text for a field's comment on the page. If the field has a few named
// values, the text lists them.
func (s *source) meaning(t reflect.Type, comment string) (string, error) {
	switch {
	case comment == "":
		return "", fmt.Errorf("a setting without a comment; want one line that says what it means")
	case strings.Contains(comment, "\n"):
		return "", fmt.Errorf("a comment of several lines; want one line that says what it means")
	}
	text := markdown(comment)
	_, own := ownForms[t.String()]
	if t.Kind() != reflect.String || t.PkgPath() == "" || own {
		return text, nil
	}
	values, err := s.choices(t)
	for i, c := range values {
		mark := map[bool]string{true: ":", false: ";"}[i == 0]
		text += mark + " `" + c.value + "`, " + markdown(c.meaning)
	}
	return text, err
}

// absent matches nil, the Go word in comments. The page has null instead, the YAML word.
var absent = regexp.MustCompile(`\bnil\b`)

// markdown returns a comment as Markdown for a cell of a table.
func markdown(comment string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(absent.ReplaceAllString(comment, "null"))
}

// defaults returns the default of field i. If instances have different defaults, it returns the
// most frequent default, and the other defaults with the names of their instances.
func defaults(i int, all []instance) (string, error) {
	var by sharing
	for _, in := range all {
		text, err := value(in.of.Field(i))
		if err != nil {
			return "", err
		}
		by.add(in.name, text)
	}
	slices.SortStableFunc(by.texts, func(a, b string) int { return len(by.names[b]) - len(by.names[a]) })
	text := by.texts[0]
	by.texts = by.texts[1:]
	if len(by.texts) > 0 {
		text += "; " + by.String()
	}
	return text, nil
}

// A sharing has texts, and for each text the names that share it.
type sharing struct {
	texts []string
	names map[string][]string
}

// add adds a text with a name.
func (s *sharing) add(name, text string) {
	if s.names == nil {
		s.names = map[string][]string{}
	}
	if s.names[text] == nil {
		s.texts = append(s.texts, text)
	}
	s.names[text] = append(s.names[text], name)
}

// String returns all texts. Before each text it writes the names that share the text.
func (s *sharing) String() string {
	var all []string
	for _, text := range s.texts {
		all = append(all, names(s.names[text])+": "+text)
	}
	return strings.Join(all, "; ")
}

// value returns a setting as it is written in a YAML file. It returns "" for a mapping, because
// the mapping has a separate table.
func value(v reflect.Value) (string, error) {
	if _, group := groups[v.Type().String()]; group || v.Type().String() == "settings.Node" {
		return "", nil
	}
	if v.Kind() == reflect.Slice && v.Len() == 0 {
		return "`[]`", nil
	}
	text, err := settings.Encode(settings.Map{{Key: "x", Value: v.Interface()}})
	if err != nil {
		return "", err
	}
	leaves, err := settings.Flatten("", text)
	if err != nil || len(leaves) != 1 {
		return "", fmt.Errorf("the default is a mapping, %s: %w", text, err)
	}
	if leaves[0].Value == "" {
		return "`\"\"`", nil
	}
	return "`" + leaves[0].Value + "`", nil
}

// table returns rows as a Markdown table.
func table(rows []row) string {
	text := "| key | type | default | meaning |\n| --- | --- | --- | --- |\n"
	for _, r := range rows {
		text += "| `" + r.Key + "` | " + r.Kind + " | " + r.Default + " | " + r.Meaning + " |\n"
	}
	return text
}

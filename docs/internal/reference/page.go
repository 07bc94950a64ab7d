package main

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// pageText is the template of the page. The methods of page fill its placeholders from the code.
//
//go:embed page.tmpl
var pageText string

// A page has the data for pageText.
type page struct {
	*source
	catalog scenario.Catalog
	agents  []family // each family has the agents with the same type of settings
}

// Page returns docs/settings.md for the module in a directory.
func Page(root string) (string, error) {
	catalog, err := scenarios.Catalog(scenarios.Envs())
	if err != nil {
		return "", err
	}
	p := &page{newSource(root), catalog, nil}
	if p.agents, err = p.families(); err != nil {
		return "", err
	}
	t, err := template.New("settings").Funcs(template.FuncMap{"table": table, "names": names}).Parse(pageText)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = t.Execute(&text, p)
	return text.String(), err
}

// names returns the given names as Markdown code, separated by commas.
func names(all []string) string { return "`" + strings.Join(all, "`, `") + "`" }

// File returns the settings of a scenario file: the settings of the mapping called key, or the
// settings at the top of the file if key is "".
func (p *page) File(key string) ([]row, error) {
	v := reflect.ValueOf(scenario.Settings()).Elem()
	if key == "" {
		return p.rows(instance{"", v})
	}
	for f, value := range v.Fields() {
		if f.Tag.Get("yaml") == key {
			return p.rows(instance{"", value})
		}
	}
	return nil, fmt.Errorf("the file has no %s", key)
}

// Wrappers returns a row for each wrapper.
func (p *page) Wrappers() (rows []row, err error) {
	comments, err := p.entryComments(module+"scenario", "BuiltinWrappers")
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.catalog.Wrappers)) {
		t := reflect.TypeOf(p.catalog.Wrappers[name].Value())
		r := row{Key: name}
		if r.Meaning, err = p.meaning(t, comments[name]); err != nil {
			return nil, fmt.Errorf("wrapper %s: %w", name, err)
		}
		if r.Kind, err = kind(t, name); err != nil {
			return nil, fmt.Errorf("wrapper %s: %w", name, err)
		}
		if t.Kind() == reflect.Bool {
			r.Kind = "`true`"
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// Value returns the settings in the value of a wrapper.
func (p *page) Value(wrapper string) ([]row, error) {
	return p.rows(instance{wrapper, reflect.ValueOf(p.catalog.Wrappers[wrapper].Value())})
}

// An environment has the ids and options of all environments with the same Go type.
type environment struct {
	IDs      []string
	Synopsis string
	Options  []row
}

// Environments returns the environments of the catalog, one for each Go type, sorted by the first
// id.
func (p *page) Environments() (all []environment, err error) {
	kinds, order := map[reflect.Type][]instance{}, []reflect.Type{}
	for _, id := range p.catalog.Envs.IDs() {
		_, err := p.catalog.Envs.Make(id, func(into any) error {
			v := reflect.ValueOf(into).Elem()
			if kinds[v.Type()] == nil {
				order = append(order, v.Type())
			}
			kinds[v.Type()] = append(kinds[v.Type()], instance{id, v})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for _, t := range order {
		slices.SortStableFunc(kinds[t], func(a, b instance) int { return byOwnName(t.Name(), a.name, b.name) })
		var e environment
		for _, in := range kinds[t] {
			e.IDs = append(e.IDs, in.name)
		}
		synopsis, err := p.synopsis(t)
		e.Synopsis = strings.TrimSuffix(markdown(synopsis), ":")
		if err == nil {
			e.Options, err = p.allRows(kinds[t]...)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// byOwnName compares two ids for sorting: ids with the name of their Go type are first, the
// newest version before older versions.
func byOwnName(name, a, b string) int {
	ownA, ownB := strings.HasPrefix(a, name+"-v"), strings.HasPrefix(b, name+"-v")
	switch {
	case ownA && ownB:
		return strings.Compare(b, a)
	case ownA:
		return -1
	case ownB:
		return 1
	}
	return strings.Compare(a, b)
}

// Schedule returns the keys of a schedule's mapping.
func (p *page) Schedule() ([]row, error) {
	v := reflect.New(reflect.TypeOf(optim.Linear(1).To(0.5).MarshalSetting())).Elem()
	v.FieldByName("EndFraction").SetFloat(1)
	return p.rows(instance{"", v})
}

// NetArch returns the keys of a net_arch that is a mapping.
func (p *page) NetArch() ([]row, error) {
	rows, err := p.rows(instance{"", reflect.ValueOf(policy.LayersPiVF(nil, nil).MarshalSetting())})
	for i := range rows[min(1, len(rows)):] {
		rows[1+i].Default = "one of these two"
	}
	return rows, err
}

// Networks returns the names of networks.
func (p *page) Networks() []string { return nn.Names() }

// Layers returns a row for each kind of layer.
func (p *page) Layers() (rows []row, err error) {
	kinds, err := p.listed(reflect.TypeFor[nn.Native]())
	if len(kinds) == 0 {
		err = errors.Join(err, errors.New("the comment of nn.Native lists no layers"))
	}
	for _, k := range kinds {
		rows = append(rows, row{Key: strings.ReplaceAll(k.value, ", ", "`, `"), Meaning: markdown(k.meaning)})
	}
	return rows, err
}

// Optimizer returns the settings of optimisers. The default of a setting names the default of
// each optimiser class that has the setting.
func (p *page) Optimizer() ([]row, error) {
	rows, err := p.rows(instance{"", reflect.ValueOf(optim.Settings{})})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		var by sharing
		for _, class := range optim.Classes() {
			k, err := optim.Settings{}.Complete(class)
			if err != nil {
				return nil, err
			}
			field := reflect.ValueOf(k).Field(i)
			if field.IsNil() {
				continue
			}
			text, err := value(field)
			if err != nil {
				return nil, err
			}
			by.add(class, text)
		}
		rows[i].Default = by.String()
		rows[i].Kind = strings.TrimSuffix(rows[i].Kind, ", or `null`")
	}
	return rows, nil
}

package main

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/policy/optim"
)

// A family has the names of all agents that have the same type of settings.
type family struct {
	Agents    []string
	Summaries []string
	Settings  []row
	Inline    []string // groups whose settings are in the same YAML mapping as the family's settings: see groups

	defaults []instance
}

// Families returns the families of agents, for the template.
func (p *page) Families() []family { return p.agents }

// families makes the families from the agents of the catalog.
func (p *page) families() (all []family, err error) {
	for _, name := range p.catalog.Agents.Names() {
		config := p.catalog.Agents[name].Defaults()
		if err := config.Complete(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		in := instance{name, reflect.ValueOf(config).Elem()}
		i := slices.IndexFunc(all, func(f family) bool { return f.defaults[0].of.Type() == in.of.Type() })
		if i < 0 {
			i, all = len(all), append(all, family{})
		}
		f := &all[i]
		f.Agents, f.defaults = append(f.Agents, name), append(f.defaults, in)
		f.Summaries = append(f.Summaries, p.catalog.Agents[name].Summary())
	}
	for i := range all {
		f := &all[i]
		if f.Settings, err = p.rows(f.defaults...); err != nil {
			return nil, err
		}
		for _, v := range inline(f.defaults[0].of) {
			f.Inline = append(f.Inline, groups[v.Type().String()])
		}
	}
	return all, nil
}

// Has reports whether the family has the settings of a group, in the same YAML mapping or in a
// mapping of the group.
func (f family) Has(group string) bool {
	return slices.Contains(f.Inline, group) ||
		slices.ContainsFunc(f.Settings, func(r row) bool { return r.Kind == "[mapping](#"+group+")" })
}

// NEnvs returns the family's default number of environments.
func (f family) NEnvs() int64 {
	return f.defaults[0].of.FieldByName("Setup").FieldByName("NEnvs").Int()
}

// Also returns links to the groups in Inline.
func (f family) Also() string {
	var links []string
	for _, g := range f.Inline {
		links = append(links, "["+g+"](#"+g+")")
	}
	return strings.Join(links, " and ")
}

// Group returns the settings of a group, with the defaults of all agents that have the group.
func (p *page) Group(group string) ([]row, error) {
	var all []instance
	for _, f := range p.agents {
		for _, in := range f.defaults {
			for field, v := range in.of.Fields() {
				if tag := field.Tag.Get("yaml"); groups[v.Type().String()] == group && (tag == ",inline" || tag == group) {
					all = append(all, instance{in.name, v})
				}
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no agent has the group %s", group)
	}
	return p.rows(all...)
}

// Optimizers returns a line for each default of an agent that is not the default of its
// optimiser.
func (p *page) Optimizers() (lines []string, err error) {
	var by sharing
	for _, f := range p.agents {
		for _, in := range f.defaults {
			kwargs := in.of.FieldByName("Network")
			if !kwargs.IsValid() {
				continue
			}
			own, class := kwargs.FieldByName("OptimizerSettings"), kwargs.FieldByName("OptimizerClass").String()
			usual, err := optim.Settings{}.Complete(class)
			if err != nil {
				return nil, err
			}
			for i := range own.NumField() {
				text, err := value(own.Field(i))
				other, err2 := value(reflect.ValueOf(usual).Field(i))
				if err != nil || err2 != nil {
					return nil, errors.Join(err, err2)
				}
				if text != other {
					key, _, _ := strings.Cut(own.Type().Field(i).Tag.Get("yaml"), ",")
					by.add(in.name, "the default of `"+key+"` with `"+class+"` is "+text)
				}
			}
		}
	}
	for _, text := range by.texts {
		lines = append(lines, names(by.names[text])+": "+text+".")
	}
	return lines, nil
}

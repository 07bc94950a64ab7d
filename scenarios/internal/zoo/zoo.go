// Package zoo converts entries of the hyperparameter files of rl-baselines3-zoo to scenarios. It
// gives each key the meaning that it has in rl_zoo3's exp_manager.py and in the constructors of
// Stable-Baselines3, both version 2.9.2.
//
// Import converts one entry. The result, an Imported, contains the text of the scenario file
// and a Note for each setting that rlrun lacks or that has another meaning in rlrun. Python
// expressions in a file are parsed as data, or refused; they are never run.
package zoo

import (
	"slices"

	"github.com/rlrun/rlrun/scenario"
)

// A Request names an entry of a file to convert.
type Request struct {
	File  string // name of the file, for messages
	Text  []byte // content of the file
	Env   string // id of the environment, in the zoo or in rlrun
	Agent string // name of the algorithm
}

// An Imported is a scenario that was converted from an entry.
type Imported struct {
	Entry      string // name of the entry
	Env        string // id of the environment in rlrun
	Agent      string
	Steps      int
	Text       []byte // content of the scenario file
	NotCarried []Note // settings that the scenario lacks
	Differs    []Note // settings with another meaning in the scenario
}

// A Note explains one setting of an entry.
type Note struct {
	Key   string `json:"key"`   // key in the file, with dots between its parts
	Value string `json:"value"` // value in YAML's flow syntax
	Why   string `json:"why"`   // reason of the note
}

// String returns the note in one line.
func (n Note) String() string { return n.Key + ": " + n.Value + ": " + n.Why }

// Import converts an entry to a scenario, with the environments and agents of the catalog. It is an
// error if the file has a mistake. It is also an error if rlrun lacks a setting without which the
// scenario would be a different experiment. The error is one sentence with the line in the file.
func Import(r Request, catalog scenario.Catalog) (*Imported, error) {
	d, err := parse(r.File, r.Text)
	if err != nil {
		return nil, err
	}
	t, err := d.target(r.Env, catalog)
	if err != nil {
		return nil, err
	}
	entry, err := d.read(t.entry)
	if err != nil {
		return nil, err
	}
	c, err := newConversion(d, r, t, catalog)
	if err != nil {
		return nil, err
	}
	if err := c.convert(entry); err != nil {
		return nil, err
	}
	steps, err := c.check(catalog)
	if err != nil {
		return nil, err
	}
	return &Imported{
		Entry: t.entry, Env: t.id, Agent: r.Agent, Steps: steps, Text: c.render(),
		NotCarried: c.notCarried, Differs: c.differs,
	}, nil
}

// Agents returns the names of the agents that both the zoo and rlrun have, in alphabetical order.
func Agents(catalog scenario.Catalog) []string {
	return slices.DeleteFunc(catalog.Agents.Names(), func(name string) bool { return len(arguments(name)) == 0 })
}

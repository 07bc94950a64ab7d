// Package zoo converts entries of rl-baselines3-zoo's hyperparameter files to scenarios. Keys
// have the meaning that they have in rl_zoo3's exp_manager.py and in the constructors of
// Stable-Baselines3, both of version 2.9.2. Python in a file is parsed as data or refused, and
// never run.
package zoo

import (
	"slices"

	"github.com/rlrun/rlrun/scenario"
)

// A Request says which entry of a file to convert.
type Request struct {
	File  string // name of the file, for messages
	Text  []byte // content of the file
	Env   string // id of the environment, in the zoo or in rlrun
	Agent string // name of the algorithm
}

// An Imported is an entry as a scenario.
type Imported struct {
	Entry      string // name of the entry
	Env        string // id of the environment in rlrun
	Agent      string
	Steps      int
	Text       []byte // the scenario's file
	NotCarried []Note // settings that the scenario does not have
	Differs    []Note // settings that have another meaning in the scenario
}

// A Note explains one setting of an entry.
type Note struct {
	Key   string `json:"key"`   // dotted, as the file has it
	Value string `json:"value"` // in YAML's flow syntax
	Why   string `json:"why"`
}

// String says it in one line.
func (n Note) String() string { return n.Key + ": " + n.Value + ": " + n.Why }

// Import converts an entry to a scenario, with the environments and agents of the catalog. A
// mistake in the file is an error of one sentence with its line, and so is a setting that has
// no equivalent and without which the scenario would be another experiment.
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

// Agents returns the agents that both the zoo and rlrun have, in order of the alphabet.
func Agents(catalog scenario.Catalog) []string {
	return slices.DeleteFunc(catalog.Agents.Names(), func(name string) bool { return len(arguments(name)) == 0 })
}

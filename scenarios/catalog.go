package scenarios

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/scenario"
)

// With is what a program has of its own, beside environments. A field that is nil adds
// nothing.
type With struct {
	Agents    scenario.Agents
	Wrappers  scenario.Wrappers
	Layers    nn.Kinds // of networks, which policy_kwargs.layers names
	Scenarios fs.FS    // NAME.yaml each
}

// Catalog returns what the scenarios of Main can name: the environments in envs, all agents,
// wrappers, engines and scenarios that come with rlrun, and what with adds. A name that two
// of a kind have is an error.
func Catalog(envs env.Registry, with ...With) (scenario.Catalog, error) {
	c := scenario.Builtin(envs)
	layers := nn.Kinds{}
	for _, w := range append([]With{{Scenarios: files}}, with...) {
		texts, err := read(w.Scenarios)
		if err == nil {
			err = add(c.Agents, w.Agents, "agents")
		}
		if err == nil {
			err = add(c.Wrappers, w.Wrappers, "wrappers")
		}
		if err == nil {
			err = add(layers, w.Layers, "layers")
		}
		if err == nil {
			err = add(c.Scenarios, texts, "scenarios")
		}
		if err != nil {
			return c, err
		}
	}
	engine := nn.Native{Kinds: layers}
	c.Engines["native"], c.Engines["gorgonia"] = engine, gorgonia.Engine{}
	return c, checkLayers(engine)
}

// checkLayers returns an error if a layer of e has the name of one of rlrun's.
func checkLayers(e nn.Native) error {
	plan := nn.Plan{In: nn.Shape{1}, Layers: nn.Layers{{Kind: "tanh"}}} // any will do
	_, err := e.Build(rand.New(rand.NewPCG(0, 0)), "network", plan)
	return err
}

// read returns the texts of the scenarios in files by their names.
func read(files fs.FS) (map[string][]byte, error) {
	if files == nil {
		return nil, nil
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the program's Scenarios have no file NAME.yaml; want one or more, in no folder")
	}
	texts := map[string][]byte{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		texts[strings.TrimSuffix(name, ".yaml")] = text
	}
	return texts, nil
}

// add copies entries to a map that has none of their names.
func add[T any](to, from map[string]T, what string) error {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return fmt.Errorf("one of the program's %s is called %q; want a name without spaces", what, name)
		}
		if _, ok := to[name]; ok {
			return fmt.Errorf("two %s are called %s; want another name for the program's own", what, name)
		}
		to[name] = from[name]
	}
	return nil
}

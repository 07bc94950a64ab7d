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

// With contains the agents, wrappers, layers and scenarios that a program adds to rlrun. A nil
// field adds nothing.
type With struct {
	Agents    scenario.Agents
	Wrappers  scenario.Wrappers
	Layers    nn.Kinds // layers of networks, which policy_kwargs.layers can name
	Scenarios fs.FS    // scenario files NAME.yaml in its root directory
}

// Catalog returns everything that a scenario can name: the environments in envs, the agents,
// wrappers, engines and scenarios of rlrun, and those that the program adds in with. It is an error if
// two entries of the same kind, for example two agents, have the same name.
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

// checkLayers returns an error if a program's layer has the name of a built-in layer.
func checkLayers(e nn.Native) error {
	plan := nn.Plan{In: nn.Shape{1}, Layers: nn.Layers{{Kind: "tanh"}}} // any plan will do: Build always checks the layers' names
	_, err := e.Build(rand.New(rand.NewPCG(0, 0)), "network", plan)
	return err
}

// read returns the texts of the scenarios in files, by name.
func read(files fs.FS) (map[string][]byte, error) {
	if files == nil {
		return nil, nil
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("the program's Scenarios have no file NAME.yaml; want one or more such files in the root directory")
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

// add copies the entries of src to dst. It returns an error if dst already has an entry of
// that name, or if a name is not allowed. The kind of the entries, for example "agents", is
// part of the message.
func add[T any](dst, src map[string]T, kind string) error {
	for _, name := range slices.Sorted(maps.Keys(src)) {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return fmt.Errorf("one of the program's %s is called %q; want a name without spaces", kind, name)
		}
		if _, ok := dst[name]; ok {
			return fmt.Errorf("two %s are called %s; want another name for the program's own", kind, name)
		}
		dst[name] = src[name]
	}
	return nil
}

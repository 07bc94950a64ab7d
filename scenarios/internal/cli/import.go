package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/zoo"
)

// importFlags are the flags of rlrun import.
type importFlags struct {
	agent, out string
	json       bool
}

// importCommand returns the command rlrun import.
func (a *App) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use: "import ZOO.yml ENV -o FILE", Short: "turn an entry of rl-baselines3-zoo into a scenario file",
		Long: `rlrun import ZOO.yml ENV -o FILE turns an entry of a hyperparameter file of
rl-baselines3-zoo into a scenario file. The file's name says which agent it is for: ppo.yml
is for ppo. --agent NAME names the agent if the file's name does not. ENV is the id of an
environment in the zoo or in rlrun. The entry may be for another version of it, for example
-v1 instead of -v0. An environment without an entry of its own gets the entry "default", as
in the zoo.

Settings of the entry that rlrun lacks, and settings with another meaning in rlrun, are
listed on standard error and in the first lines of the scenario file. Settings that the
entry lacks have the defaults of Stable-Baselines3.

Python expressions in the file are read as data and never run. An entry that needs code to
be run is refused.`,
		Example: `  rlrun import ppo.yml CartPole-v1 -o my.yaml
  rlrun my.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return badInput{fmt.Errorf("rlrun import needs two arguments, a file of rl-baselines3-zoo and an environment, and has %d", len(args))}
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			switch len(args) {
			case 0:
				return []string{"yml", "yaml"}, cobra.ShellCompDirectiveFilterFileExt
			case 1:
				return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.importEntry(args[0], args[1], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.agent, "agent", "", "import settings of the agent `NAME` (default the name of the file: ppo for ppo.yml)")
	flags.StringVarP(&f.out, "out", "o", "", "write the scenario to `FILE`, a new .yaml file, or - for standard output")
	flags.BoolVar(&f.json, "json", false, "print one JSON object on standard output")
	return cmd
}

// importEntry converts the entry of env in a zoo file to a scenario, and writes the scenario.
func (a *App) importEntry(file, env string, f importFlags) error {
	text, err := infile.Read(file, settings.MaxSize)
	if err != nil {
		return badInput{err}
	}
	agent, err := a.importedAgent(file, f.agent)
	if err != nil {
		return badInput{err}
	}
	if err := f.checkOut(); err != nil {
		return badInput{err}
	}
	a.subject = file
	imported, err := zoo.Import(zoo.Request{File: file, Text: text, Env: env, Agent: agent}, a.Catalog)
	if err != nil {
		return badInput{err}
	}
	if f.out == "-" {
		a.printNotes(file, env, imported)
		_, err := a.Out.Write(imported.Text)
		return err
	}
	if _, err := scenario.Parse(f.out, imported.Text, nil, a.Catalog); err != nil { // checks the scenario's name, which comes from the file's name
		return badInput{err}
	}
	write := func(w io.Writer) error {
		_, err := w.Write(imported.Text)
		return err
	}
	if err := atomicfile.Create(f.out, write); err != nil {
		return badInput{err}
	}
	a.printNotes(file, env, imported)
	a.say("%s: %s on %s, %s; rlrun %[1]s trains it", f.out, imported.Agent, imported.Env, figure.Count(imported.Steps, "step"))
	if f.json {
		return json.NewEncoder(a.Out).Encode(newImportLine(f.out, imported))
	}
	return nil
}

// checkOut returns an error unless --out is the name of a new scenario file, or -.
func (f *importFlags) checkOut() error {
	switch {
	case f.out == "":
		return errors.New("give -o FILE, a new .yaml file for the scenario, or -o - for standard output")
	case f.out == "-" && f.json:
		return errors.New("--json with --out -: both write to standard output; want a file for --out")
	case f.out == "-":
		return nil
	case !isYAML(f.out):
		return fmt.Errorf("--out %s: want a name that ends in .yaml", f.out)
	}
	return checkNewOut(f.out)
}

// importedAgent returns the value of --agent, or the agent in the name of the file.
func (a *App) importedAgent(file, given string) (string, error) {
	all := zoo.Agents(a.Catalog)
	if given != "" {
		if !slices.Contains(all, given) {
			return "", fmt.Errorf("--agent %s: want an agent that both the zoo and rlrun have: %s%s", given, strings.Join(all, ", "), nearest.Hint(given, slices.Values(all)))
		}
		return given, nil
	}
	base := filepath.Base(file)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	if !slices.Contains(all, name) {
		return "", fmt.Errorf("%s: rlrun has no agent %s, which the name of the file means; it has %s of the zoo's agents; --agent NAME converts the file's settings for one of them", file, name, strings.Join(all, ", "))
	}
	return name, nil
}

// printNotes prints the notes about the imported entry to standard error, each on a line.
func (a *App) printNotes(file, env string, imported *zoo.Imported) {
	if imported.Entry != env {
		a.say("%s has no entry %s; its entry %s is used", file, env, imported.Entry)
	}
	for _, n := range imported.NotCarried {
		a.say("not carried over: %v", n)
	}
	for _, n := range imported.Differs {
		a.say("differs: %v", n)
	}
}

// An importLine is the JSON object that rlrun import --json prints.
type importLine struct {
	Event      string     `json:"event"` // "import"
	File       string     `json:"file"`  // the scenario file
	Entry      string     `json:"entry"`
	Env        string     `json:"env"`
	Agent      string     `json:"agent"`
	Steps      int        `json:"steps"`
	NotCarried []zoo.Note `json:"not_carried"` // settings that rlrun lacks
	Differs    []zoo.Note `json:"differs"`     // settings with another meaning in rlrun
}

// newImportLine returns the JSON object for an imported entry, written to file.
func newImportLine(file string, imported *zoo.Imported) importLine {
	return importLine{
		"import", file, imported.Entry, imported.Env, imported.Agent, imported.Steps,
		append([]zoo.Note{}, imported.NotCarried...), append([]zoo.Note{}, imported.Differs...), // empty lists in JSON, not null
	}
}

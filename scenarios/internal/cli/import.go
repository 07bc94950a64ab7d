package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
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

// importCommand converts an entry of rl-baselines3-zoo to a scenario.
func (a *App) importCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use: "import ZOO.yml ENV -o FILE", Short: "an entry of rl-baselines3-zoo's hyperparameters as a scenario",
		Long: `rlrun import ZOO.yml ENV -o FILE converts one entry of a hyperparameter file of
rl-baselines3-zoo to a scenario file. The file's name says for which agent it is, as
ppo.yml does; otherwise --agent does. ENV is an environment's id in the zoo or in rlrun,
whose versions may differ. An environment without an entry gets the entry default, as in
the zoo.

Settings that are not carried over, and settings that have another meaning in rlrun, are
listed on standard error and in the first lines of the scenario. All other settings that
the entry does not mention have the defaults of Stable-Baselines3.

Python in the file is parsed as data and never run. An entry with code is refused.`,
		Example: `  rlrun import ppo.yml CartPole-v1 -o my.yaml
  rlrun my.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return badInput{fmt.Errorf("rlrun import takes two arguments, a file of rl-baselines3-zoo's and an environment, and has %d", len(args))}
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
	flags.StringVar(&f.agent, "agent", "", "the agent `NAME` (default the name of the file, as in ppo.yml)")
	flags.StringVarP(&f.out, "out", "o", "", "the new `FILE`, which ends in .yaml; - for standard output")
	flags.BoolVar(&f.json, "json", false, "one JSON object on standard output")
	return cmd
}

// importEntry converts an entry and writes the scenario.
func (a *App) importEntry(file, env string, f importFlags) error {
	if err := f.checkOut(); err != nil {
		return badInput{err}
	}
	agent, err := a.importedAgent(file, f.agent)
	if err != nil {
		return badInput{err}
	}
	text, err := infile.Read(file, settings.MaxSize)
	if err != nil {
		return badInput{err}
	}
	a.subject = file
	made, err := zoo.Import(zoo.Request{File: file, Text: text, Env: env, Agent: agent}, a.Catalog)
	if err != nil {
		return badInput{err}
	}
	if f.out == "-" {
		a.sayImported(file, env, made)
		_, err := a.Out.Write(made.Text)
		return err
	}
	if _, err := scenario.Parse(f.out, made.Text, nil, a.Catalog); err != nil { // whose name is the file's
		return badInput{err}
	}
	write := func(w io.Writer) error {
		_, err := bytes.NewReader(made.Text).WriteTo(w)
		return err
	}
	if err := atomicfile.Create(f.out, write); err != nil {
		return badInput{err}
	}
	a.sayImported(file, env, made)
	a.say("%s: %s on %s, %s; rlrun %[1]s trains it", f.out, made.Agent, made.Env, figure.Count(made.Steps, "step"))
	if f.json {
		return json.NewEncoder(a.Out).Encode(newImportLine(f.out, made))
	}
	return nil
}

// checkOut returns an error unless --out is a new file for a scenario, or -.
func (f *importFlags) checkOut() error {
	switch {
	case f.out == "":
		return errors.New("rlrun import: --out FILE is not there; want a new file that ends in .yaml, or - for standard output")
	case f.out == "-" && f.json:
		return errors.New("--json with --out -: both write to standard output; want a file")
	case f.out == "-":
		return nil
	case !isYAML(f.out):
		return fmt.Errorf("--out %s: want a name that ends in .yaml", f.out)
	}
	if _, err := os.Lstat(f.out); err == nil {
		return fmt.Errorf("%s is there already, and nothing is overwritten; want a new file", f.out)
	}
	if dir := filepath.Dir(f.out); !isDir(dir) {
		return fmt.Errorf("--out %s: there is no folder %s", f.out, dir)
	}
	return nil
}

// importedAgent returns the agent of --agent, or the agent that the file is named after.
func (a *App) importedAgent(file, given string) (string, error) {
	all := zoo.Agents(a.Catalog)
	if given != "" {
		if !slices.Contains(all, given) {
			return "", fmt.Errorf("--agent %s: want one that both the zoo and rlrun have: %s%s", given, strings.Join(all, ", "), nearest.Hint(given, slices.Values(all)))
		}
		return given, nil
	}
	base := filepath.Base(file)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	if !slices.Contains(all, name) {
		return "", fmt.Errorf("%s: rlrun has no agent %q, which the file is named after; --agent NAME names one of %s", file, name, strings.Join(all, ", "))
	}
	return name, nil
}

// sayImported writes the notes to standard error, a line each.
func (a *App) sayImported(file, env string, made *zoo.Imported) {
	if made.Entry != env {
		a.say("%s has no entry %s; its entry %s is used", file, env, made.Entry)
	}
	for _, n := range made.NotCarried {
		a.say("not carried over: %v", n)
	}
	for _, n := range made.Differs {
		a.say("differs: %v", n)
	}
}

// An importLine is what --json prints.
type importLine struct {
	Event      string     `json:"event"`
	File       string     `json:"file"`
	Entry      string     `json:"entry"`
	Env        string     `json:"env"`
	Agent      string     `json:"agent"`
	Steps      int        `json:"steps"`
	NotCarried []zoo.Note `json:"not_carried"`
	Differs    []zoo.Note `json:"differs"`
}

// newImportLine returns the line for a scenario file.
func newImportLine(file string, made *zoo.Imported) importLine {
	return importLine{
		"import", file, made.Entry, made.Env, made.Agent, made.Steps,
		append([]zoo.Note{}, made.NotCarried...), append([]zoo.Note{}, made.Differs...), // not null
	}
}

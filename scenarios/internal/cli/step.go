package cli

import (
	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/remote"
	"github.com/rlrun/rlrun/internal/settings"
)

// stepCommand returns the command rlrun step. Another program drives an environment with it:
// each line of JSON on standard input gets one line of JSON on standard output.
func (a *App) stepCommand() *cobra.Command {
	var sets []string
	cmd := &cobra.Command{
		Use: "step ENV|FILE.yaml", Short: "let another program drive an environment, one line of JSON per step", Args: oneArg("an environment"),
		Long: `rlrun step ENV answers each line of JSON on standard input with one line of JSON:

  {"reset":{"seed":7}}   {"obs":[…],"state":[…]}; resets without a seed use 0, then 1, …
                         "options":{…} beside the seed are those of Gymnasium's reset
  {"action":1}           {"obs":[…],"reward":1,"terminated":false,"truncated":false,"state":[…]}
  {"state":[…]}          sets the physical state, and answers like a reset
  {"describe":true}      the spaces, the time limit and the threshold of the environment
  any other line         {"error":"…"}; the next line is read as usual

ENV is the id of an environment. It may also be a scenario file, for example
RUN/config.yaml. Then the environment has the options and the wrappers of training.

If an environment can forbid actions, its answers have a "mask": a list of booleans, true
for an allowed value. It has one boolean for each value of each discrete action, and two
for each bit. The environment itself decides the effect of a forbidden action.

"draws":[…] beside "action" or "reset" gives the random numbers that the environment uses:
uniform numbers, at least 0 and less than 1. For Blackjack they are the cards 1 (an ace)
… 10 in the order in which they are dealt, the dealer's two cards first. An action out of
range is an error and changes nothing. But Pendulum and MountainCarContinuous clip the
action, as they do in Gymnasium.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			newEnv := a.makeEnv
			if isYAML(args[0]) {
				newEnv = a.makeTrained
			}
			e, err := newEnv(args[0], sets)
			if err != nil {
				return badInput{err}
			}
			return remote.Serve(a.In, a.Out, e)
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "change an option of the environment: `options.KEY=VALUE`, or env.options.KEY=VALUE with a scenario file; may be repeated")
	return cmd
}

// makeTrained returns the environment in which the scenario of a file trains. The assignments
// sets change settings of the scenario.
func (a *App) makeTrained(file string, sets []string) (env.Env, error) {
	s, err := a.scenario(file, setChanges(sets))
	if err != nil {
		return nil, err
	}
	return s.NewEnv()
}

// makeEnv returns the environment called id. The assignments sets change its options.
func (a *App) makeEnv(id string, sets []string) (env.Env, error) {
	id, options, err := a.envOptions(id, sets)
	if err != nil {
		return nil, err
	}
	return a.Envs.Make(id, options)
}

// envOptions returns the full id of the environment called id, and the options that the assignments
// sets change.
func (a *App) envOptions(id string, sets []string) (string, env.Options, error) {
	tree, err := settings.Parse("options", []byte("{}"))
	if err != nil {
		return "", nil, err
	}
	for _, s := range sets {
		if err := tree.Set(s, "--set "+s); err != nil {
			return "", nil, err
		}
	}
	var o struct {
		Options settings.Node `yaml:"options"`
	}
	if err := tree.Root().Decode(&o); err != nil {
		return "", nil, settings.WithPlace(err, func() []string { return a.OptionKeys("options.", id) })
	}
	if id, err = a.EnvID(id); err != nil {
		return "", nil, err
	}
	a.subject = id
	return id, o.Options.DecodeFields, nil
}

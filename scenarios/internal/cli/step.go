package cli

import (
	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/remote"
	"github.com/rlrun/rlrun/internal/settings"
)

// stepCommand lets another program drive an environment over standard input
// and output, one line of JSON for one line of JSON.
func (a *App) stepCommand() *cobra.Command {
	var sets []string
	cmd := &cobra.Command{
		Use: "step ENV|FILE.yaml", Short: "drive an environment over standard input and output", Args: oneArg("an environment"),
		Long: `rlrun step ENV answers each line of standard input with one line:

  {"reset":{"seed":7}}   {"obs":[…],"state":[…]}; without a seed: 0, then 1, …
  {"action":1}           {"obs":[…],"reward":1,"terminated":false,"truncated":false,"state":[…]}
  {"state":[…]}          sets the physical state and answers like a reset
  {"describe":true}      the environment's spaces, time limit and threshold
  anything else          {"error":"…"}, and it goes on

ENV is an environment's id; or a scenario's file, RUN/config.yaml say, whose
environment is driven with its options and the wrappers of training.

Where choices can be forbidden, answers have a "mask": a list of booleans, one for each
value of each choice, and two for a bit. An action that it forbids does what the
environment says.

"draws":[…] beside an action or a reset gives the random numbers that it consumes:
uniform numbers from 0 to less than 1, and for Blackjack the cards, 1 (an ace) … 10,
in the order in which they are dealt, the dealer's two first. An action out of range
is an error and changes nothing; Pendulum and MountainCarContinuous clip it, as their
originals do.`,
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
	cmd.Flags().StringArrayVar(&sets, "set", nil, "change an option of the environment `options.KEY=VALUE`, or of a scenario env.options.KEY=VALUE; may be repeated")
	return cmd
}

// makeTrained makes the environment that a scenario's file trains in, with assignments
// to the scenario's settings.
func (a *App) makeTrained(file string, sets []string) (env.Env, error) {
	s, err := a.scenario(file, assigned(sets))
	if err != nil {
		return nil, err
	}
	return s.NewEnv()
}

// makeEnv makes an environment with assignments to options.
func (a *App) makeEnv(id string, sets []string) (env.Env, error) {
	tree, err := settings.Parse("options", []byte("{}"))
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		if err := tree.Set(s, "--set "+s); err != nil {
			return nil, err
		}
	}
	var o struct {
		Options settings.Node `yaml:"options"`
	}
	if err := tree.Root().Decode(&o); err != nil {
		return nil, err
	}
	if id, err = a.EnvID(id); err != nil {
		return nil, err
	}
	a.subject = id
	return a.Envs.Make(id, o.Options.DecodeFields)
}

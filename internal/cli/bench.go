package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/bench"
)

// benchCommand measures the machine.
func (a *App) benchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "bench [PREFIX…]", Short: "the speed of this machine at what training does",
		RunE: func(cmd *cobra.Command, prefixes []string) error {
			cases := bench.Select(a.benchCases(), prefixes)
			if len(cases) == 0 {
				return badInput{fmt.Errorf("no benchmark begins with %s; there are %s", strings.Join(prefixes, " or "), strings.Join(names(a.benchCases()), ", "))}
			}
			for _, c := range cases {
				f, err := bench.Measure(c)
				if err != nil {
					return err
				}
				if err := json.NewEncoder(a.Out).Encode(f); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// benchCases are what there is to measure.
func (a *App) benchCases() []bench.Case {
	cases := slices.Concat(bench.Networks(), bench.Loops())
	for _, id := range a.Envs.IDs() {
		if mk, err := a.Envs.Maker(id, nil); err == nil {
			cases = append(cases, bench.Step(id, mk))
		}
	}
	if mk, err := a.Envs.Maker("CartPole-v1", nil); err == nil {
		cases = append(cases, bench.PPO("e2e/ppo_cartpole_env_step", mk))
	}
	return cases
}

func names(cases []bench.Case) (names []string) {
	for _, c := range cases {
		names = append(names, c.Name)
	}
	return names
}

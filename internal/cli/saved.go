package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/figure"
	"github.com/rlrun/rlrun/run"
)

// evalCommand evaluates a saved run.
func (a *App) evalCommand() *cobra.Command {
	var seed, episodes string
	var asJSON, best, sampled bool
	cmd := &cobra.Command{
		Use: "eval RUN", Short: "evaluate a saved run's policy", Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.loadOne(args[0], "policy.safetensors")
			if err != nil {
				return badInput{err}
			}
			from, n, err := evaluation(r, seed, episodes)
			if err != nil {
				return err
			}
			p, err := r.Policy(best)
			if err != nil {
				return badInput{err}
			}
			if done, err := r.Result(); err == nil && done == nil && !best {
				a.say("rlrun: the run is not finished: this is the policy that it saved last; rlrun resume %s goes on with it", r.Dir)
			}
			ctx, stop := a.interruptible("stopping")
			defer stop()
			res, err := r.Evaluate(ctx, p, run.Evaluation{Episodes: n, Seed: from, Sampled: sampled})
			if errors.Is(err, context.Canceled) {
				return errInterrupted
			}
			if err != nil {
				return err
			}
			return a.print(res, asJSON)
		},
	}
	cmd.Flags().BoolVar(&best, "best", false, "the best policy that was evaluated on the way, not the final one")
	cmd.Flags().BoolVar(&sampled, "sampled", false, "actions are drawn, as in training, not the likeliest")
	cmd.Flags().StringVar(&seed, "seed", "", "the episodes' seed `N` (default the run's)")
	cmd.Flags().StringVar(&episodes, "episodes", "", "evaluation episodes `N` (default the scenario's)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object on standard output")
	return cmd
}

// evaluation reads the flags of eval, for which the scenario has defaults.
func evaluation(r *run.Run, seedText, episodesText string) (seed uint64, episodes int, err error) {
	seed, episodes = r.Scenario.Seed, r.Scenario.Eval.Episodes
	if seedText != "" {
		if seed, err = readSeed(seedText); err != nil {
			return 0, 0, err
		}
	}
	if episodesText != "" {
		episodes, err = positive("--episodes", episodesText)
	}
	return seed, episodes, err
}

// readSeed reads --seed.
func readSeed(text string) (uint64, error) {
	seed, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, badInput{fmt.Errorf("--seed %s: want a whole number, 0 … %d", text, uint64(1<<63-1))}
	}
	return seed, nil
}

// print says what came of a run: the result line, or two lines for a person.
func (a *App) print(res *run.Result, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(a.Out).Encode(res)
	}
	e, verdict := res.Eval, ""
	if t := res.Threshold(); t != nil {
		verdict = fmt.Sprintf("; %s reach %s", figure.Share(*e.SuccessRate, e.Episodes), figure.Given(*t))
	}
	if res.Regret != nil && res.Regret.Finite() {
		verdict += "; regret " + figure.Number(exact(float64(*res.Regret)))
	}
	drawn := ""
	if res.Sampled {
		drawn = " of drawn actions"
	}
	_, err := fmt.Fprintf(a.Out, "%s, seed %d: return %s (%s) over %s%s%s\n", res.Scenario, res.Seed,
		figure.MeanDeviation(e.Mean, e.Std, e.Episodes), figure.Range(e.Min, e.Max), figure.Count(e.Episodes, "episode"), drawn, verdict)
	if err != nil {
		return err
	}
	if res.TrainS == nil {
		_, err = fmt.Fprintf(a.Out, "%s on %s, from %s\n", res.Agent, res.Env, oneLine(res.Run))
	} else {
		_, err = fmt.Fprintf(a.Out, "%s in %s s (%s a second), saved in %s\n",
			figure.Count(res.Steps, "step"), figure.Number(*res.TrainS), figure.Whole(int(*res.StepsPerS)), oneLine(res.Run))
	}
	return err
}

// exact is x, which is a difference of exact values, or 0 where it is no more than
// the precision of those.
func exact(x float64) float64 {
	if math.Abs(x) < 1e-9 {
		return 0
	}
	return x
}

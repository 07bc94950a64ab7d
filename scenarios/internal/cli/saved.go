package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// A saved policy is one of a run, or of a file alone.
type saved struct {
	policy   policy.Policy
	scenario *scenario.Scenario // of the run, or of the file's environment
	name     string             // the run, or the file
}

// saved reads the policy that name stands for: a run, a policy's file in a run, or one that
// is anywhere else.
func (a *App) saved(name string, best bool) (saved, error) {
	dir, file := filepath.Split(name)
	switch info, err := os.Stat(name); {
	case err != nil || !info.Mode().IsRegular() || isYAML(name):
		return a.savedInRun(name, best)
	case best:
		return saved{}, fmt.Errorf("--best: %s is a policy's file, want a run directory", name)
	case runset.IsRun(filepath.Clean(dir)) && (file == "policy.safetensors" || file == "policy-best.safetensors"):
		return a.savedInRun(filepath.Clean(dir), file == "policy-best.safetensors")
	}
	p, m, err := policy.OpenWithMeta(name, a.Engines["native"])
	if err != nil {
		return saved{}, err
	}
	s, err := scenario.ForPolicy(m.Env, m.Agent, a.Catalog)
	if err != nil {
		return saved{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := p.Spec().Check(s.Spec); err != nil {
		return saved{}, fmt.Errorf("%s: %w, as %s has by default; a run with wrappers or options is evaluated by its directory", name, err, s.Env)
	}
	a.subject = fmt.Sprintf("%s on %s", s.Agent, s.Env)
	return saved{p, s, name}, nil
}

// savedInRun reads the policy of the run in dir. It says so if that run is not finished.
func (a *App) savedInRun(dir string, best bool) (saved, error) {
	r, err := a.loadOne(dir, "policy.safetensors")
	if err != nil {
		return saved{}, err
	}
	p, err := r.Policy(best)
	if err != nil {
		return saved{}, err
	}
	if done, err := r.Result(); err == nil && done == nil && !best {
		a.say("rlrun: the run is not finished: this is the policy that it saved last; rlrun resume %s goes on with it", r.Dir)
	}
	return saved{p, r.Scenario, r.Dir}, nil
}

// evalCommand evaluates a saved policy.
func (a *App) evalCommand() *cobra.Command {
	var seed, episodes string
	var asJSON, best, sampled bool
	cmd := &cobra.Command{
		Use: "eval RUN|POLICY", Short: "evaluate a saved run's policy, or a policy's file", Args: oneArg("a run directory, or a policy's file"),
		Long: `rlrun eval evaluates the policy of a run on fresh episodes. A policy's file alone,
policy.safetensors, is evaluated in the environment that it was trained in, with the
default options of that.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			of, err := a.saved(args[0], best)
			if err != nil {
				return badInput{err}
			}
			e := run.Evaluation{Sampled: sampled}
			if e.Seed, e.Episodes, err = evaluation(of.scenario, seed, episodes); err != nil {
				return err
			}
			ctx, stop := a.interruptible("stopping")
			defer stop()
			res, err := run.Evaluate(ctx, of.scenario, of.policy, e)
			if errors.Is(err, context.Canceled) {
				return errInterrupted
			}
			if err != nil {
				return err
			}
			res.Run = of.name
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
func evaluation(s *scenario.Scenario, seedText, episodesText string) (seed uint64, episodes int, err error) {
	seed, episodes = s.Seed, s.Eval.Episodes
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
func (a *App) print(res *run.Result, asJSON bool) error { return a.printNamed(res, "", asJSON) }

// printNamed prints a result with what tells its run from others with the same seed.
func (a *App) printNamed(res *run.Result, name string, asJSON bool) error {
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
	_, err := fmt.Fprintf(a.Out, "%s, %s: return %s (%s) over %s%s%s\n", res.Scenario, runName(name, res.Seed),
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

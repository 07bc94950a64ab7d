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

// Help texts of flags that several commands share.
const (
	bestUsage    = "use the best policy that was evaluated during training, instead of the final one"
	sampledUsage = "sample actions from the policy, instead of the most likely action"
	seedUsage    = "use `N` as the seed of the episodes (default the seed of the run)"
)

// A savedPolicy is the policy of a run, the policy of a file alone, or the heuristic of an environment.
type savedPolicy struct {
	policy   policy.Policy
	scenario *scenario.Scenario // scenario of the run, or default scenario of the environment of a file or a heuristic
	name     string             // run directory, file, or environment of a heuristic
}

// openPolicy reads the policy that name means: a run directory, a policy file in a run
// directory, or another policy file. If best is true, it reads the best policy of a run.
func (a *App) openPolicy(name string, best bool) (savedPolicy, error) {
	dir, file := filepath.Split(name)
	switch info, err := os.Stat(name); {
	case err != nil || !info.Mode().IsRegular() || isYAML(name):
		return a.policyOfRun(name, best)
	case best:
		return savedPolicy{}, fmt.Errorf("--best: %s is a policy file; want a run directory", name)
	case runset.IsRun(filepath.Clean(dir)) && (file == "policy.safetensors" || file == "policy-best.safetensors"):
		return a.policyOfRun(filepath.Clean(dir), file == "policy-best.safetensors")
	}
	p, m, err := policy.OpenWithMeta(name, a.Engines["native"])
	if err != nil {
		return savedPolicy{}, err
	}
	s, err := scenario.ForPolicy(m.Env, m.Agent, nil, a.Catalog)
	if err != nil {
		return savedPolicy{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := p.Spec().Check(s.Spec); err != nil {
		return savedPolicy{}, fmt.Errorf("%s: %w, as %s has by default; to evaluate a run with wrappers or options, name its directory", name, err, s.Env)
	}
	a.subject = fmt.Sprintf("%s on %s", s.Agent, s.Env)
	return savedPolicy{p, s, name}, nil
}

// policyOfRun reads the final or the best policy of the run in dir. If the run is not finished,
// it prints a note.
func (a *App) policyOfRun(dir string, best bool) (savedPolicy, error) {
	r, err := a.loadOne(dir, "policy.safetensors")
	if err != nil {
		return savedPolicy{}, err
	}
	p, err := r.Policy(best)
	if err != nil {
		return savedPolicy{}, err
	}
	if res, err := r.Result(); err == nil && res == nil && !best {
		a.say("rlrun: the run is not finished, and its last saved policy is used; rlrun resume %s continues the run", r.Dir)
	}
	return savedPolicy{p, r.Scenario, r.Dir}, nil
}

// evalCommand returns the command rlrun eval.
func (a *App) evalCommand() *cobra.Command {
	var seed, episodes string
	var asJSON, best, sampled bool
	var heuristic heuristicFlags
	cmd := &cobra.Command{
		Use: "eval RUN|POLICY", Short: "evaluate the policy of a run, or a policy file", Args: oneArg("a run directory, a policy file, or an environment with --heuristic"),
		Long: `rlrun eval RUN evaluates the policy of a run on fresh episodes, with the most likely
actions. A policy file alone, for example policy.safetensors, is evaluated in the
environment in which it was trained, with the default options of this environment.
rlrun eval ENV --heuristic evaluates the heuristic of an environment.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			err := heuristic.check(best, sampled)
			var p savedPolicy
			switch {
			case err != nil:
			case heuristic.on:
				p, err = a.heuristic(args[0], heuristic.sets)
			default:
				p, err = a.openPolicy(args[0], best)
			}
			if err != nil {
				return badInput{err}
			}
			e := run.Evaluation{Sampled: sampled}
			if e.Seed, e.Episodes, err = evaluation(p.scenario, seed, episodes); err != nil {
				return err
			}
			ctx, stop := a.interruptible("stopping")
			defer stop()
			res, err := run.Evaluate(ctx, p.scenario, p.policy, e)
			if errors.Is(err, context.Canceled) {
				return errInterrupted
			}
			if err != nil {
				return err
			}
			res.Run = p.name
			return a.print(res, asJSON)
		},
	}
	cmd.Flags().BoolVar(&best, "best", false, bestUsage)
	cmd.Flags().BoolVar(&sampled, "sampled", false, sampledUsage)
	cmd.Flags().StringVar(&seed, "seed", "", seedUsage)
	cmd.Flags().StringVar(&episodes, "episodes", "", "evaluate over `N` episodes (default the scenario's eval.episodes)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output")
	heuristic.add(cmd.Flags())
	return cmd
}

// evaluation returns the seed and the number of episodes of an evaluation: the values of the
// flags, or the scenario's values for empty flags.
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

// readSeed returns the value of --seed.
func readSeed(text string) (uint64, error) {
	seed, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, badInput{fmt.Errorf("--seed %s: want a whole number, 0 … %d", text, uint64(1<<63-1))}
	}
	return seed, nil
}

// print prints the result of a run: a JSON object, or two lines of text.
func (a *App) print(res *run.Result, asJSON bool) error { return a.printNamed(res, "", asJSON) }

// printNamed prints the result of a run like print. The settings of a sweep are part of the
// run's name.
func (a *App) printNamed(res *run.Result, settings string, asJSON bool) error {
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
	sampled := ""
	if res.Sampled {
		sampled = " with sampled actions"
	}
	_, err := fmt.Fprintf(a.Out, "%s, %s: return %s (%s) over %s%s%s\n", res.Scenario, runName(settings, res.Seed),
		figure.MeanDeviation(e.Mean, e.Std, e.Episodes), figure.Range(e.Min, e.Max), figure.Count(e.Episodes, "episode"), sampled, verdict)
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

// exact returns x, a difference of two exact values, or 0 if x is not larger than the rounding
// error of these values.
func exact(x float64) float64 {
	if math.Abs(x) < 1e-9 {
		return 0
	}
	return x
}

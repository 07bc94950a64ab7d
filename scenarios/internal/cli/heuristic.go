package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// heuristicFlags are the flags of commands that take an environment and its heuristic in place of a run.
type heuristicFlags struct {
	on   bool
	sets []string
}

// add adds the flags.
func (h *heuristicFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&h.on, "heuristic", false, "the argument is an environment, and its heuristic plays")
	flags.StringArrayVar(&h.sets, "set", nil, "with --heuristic: change an option of the environment: `options.KEY=VALUE`; may be repeated")
}

// check returns an error for flags that do not fit together.
func (h *heuristicFlags) check(best, sampled bool) error {
	switch {
	case h.on && best:
		return errors.New("--best: a heuristic is not trained; want a run directory without --heuristic")
	case h.on && sampled:
		return errors.New("--sampled: a heuristic has no probabilities; want a run directory without --heuristic")
	case !h.on && h.sets != nil:
		return fmt.Errorf("--set %s: the environment of a run keeps its options; want an environment with --heuristic", h.sets[0])
	}
	return nil
}

// heuristic returns the heuristic of the environment called id. The assignments sets change the
// environment's options.
func (a *App) heuristic(id string, sets []string) (p savedPolicy, err error) {
	id, options, err := a.envOptions(id, sets)
	if err != nil {
		return p, err
	}
	if p.scenario, err = scenario.ForPolicy(id, "heuristic", options, a.Catalog); err != nil {
		return p, err
	}
	e, err := p.scenario.NewEnv()
	if err != nil {
		return p, err
	}
	p.name = id
	p.policy, err = heuristicOf(e)
	return p, errors.Join(err, env.Close(e))
}

// heuristicOf returns the heuristic of e as a policy.
func heuristicOf(e env.Env) (policy.Policy, error) {
	d, ok := env.AsIs[env.Demonstrator](e)
	if !ok {
		return nil, fmt.Errorf("--heuristic: %s has no heuristic; want an environment that has one, as LunarLander and BipedalWalker do", e.Spec().ID)
	}
	return policy.NewHeuristic(d.Heuristic(), e.Spec()), nil
}

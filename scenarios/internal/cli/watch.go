package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
	"github.com/rlrun/rlrun/scenarios/internal/stage"
)

// errNoWindow is for an App that has none.
var errNoWindow = errors.New("there is no window to show it in")

// open opens a window for what c shows, and returns when it is there. What it
// returns then says why the window closed.
func (a *App) open(title string, c stage.Config) (*stage.Screen, <-chan error, error) {
	if a.Window == nil {
		return nil, nil, errNoWindow
	}
	s, err := stage.New(c)
	if err != nil {
		return nil, nil, err
	}
	closed := make(chan error, 1)
	go func() {
		var err error
		defer func() { closed <- err }()
		defer crash.Guard(&err, nil)
		err = a.Window("rlrun: "+title, s)
	}()
	select {
	case <-s.Opened():
		return s, closed, nil
	case err := <-closed:
		return nil, nil, err
	}
}

// look opens a window and waits until it has closed, or is interrupted. Then it closes the
// environment that was shown.
func (a *App) look(title string, c stage.Config) error {
	s, closed, err := a.open(title, c)
	if err != nil {
		return badInput{err}
	}
	ctx, stop := a.interruptible("stopping")
	defer stop()
	defer context.AfterFunc(ctx, s.Close)()
	return errors.Join(<-closed, s.Leaves(), c.Player.Close())
}

// policyConfig is what a window shows of a policy.
func policyConfig(s *scenario.Scenario, player *episode.Player, p policy.Policy, seed uint64) stage.Config {
	return stage.Config{
		Player: player, Policy: p,
		Seed: func(i int) uint64 { return run.EpisodeSeed(seed, i) },
		Know: func(p policy.Policy) ([]float32, []int) { return run.Knowledge(s, p) },
	}
}

// watchCommand shows a saved run's episodes, or recorded ones.
func (a *App) watchCommand() *cobra.Command {
	var seed string
	var theme themeFlag
	var best, sampled bool
	cmd := &cobra.Command{
		Use: "watch RUN|FILE", Short: "episodes of a saved run, or recorded ones, in a window", Args: oneArg("a run directory, or a recording"),
		Long: `rlrun watch shows a saved run's policy in a window: the episodes that rlrun eval
judges, one after the other. Of a .jsonl file, which rlrun record and rlrun play
write, it shows those episodes again, action by action. H shows the keys: pause,
walk back step by step, take another action there.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			var c stage.Config
			if info, err := os.Stat(args[0]); err == nil && !info.IsDir() {
				if c, err = a.recorded(args[0]); err != nil {
					return badInput{err}
				}
			} else {
				r, err := a.loadOne(args[0], "policy.safetensors")
				if err != nil {
					return badInput{err}
				}
				from, _, err := evaluation(r.Scenario, seed, "")
				if err != nil {
					return err
				}
				act, err := newActor(r, best, sampled)
				if err != nil {
					return badInput{err}
				}
				c = policyConfig(r.Scenario, act.player, act.policy, from)
			}
			c.Sampled, c.Dark = sampled, theme.dark()
			return a.look(args[0], c)
		},
	}
	cmd.Flags().StringVar(&seed, "seed", "", "the episodes' seed `N` (default the run's)")
	cmd.Flags().BoolVar(&best, "best", false, "the best policy that was evaluated on the way, not the final one")
	cmd.Flags().BoolVar(&sampled, "sampled", false, "actions are drawn, as in training, not the likeliest")
	theme.add(cmd.Flags(), "light or dark")
	return cmd
}

// recorded is what a window shows of a file of episodes.
func (a *App) recorded(name string) (c stage.Config, err error) {
	f, err := infile.OpenAtMost(name, episode.MaxFile)
	if err != nil {
		return c, err
	}
	defer f.Close()
	all, err := episode.Read(f)
	if err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	if c.Player, err = a.recordedPlayer(all[0].Head); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	for i, r := range all {
		if r.Env != all[0].Env {
			return c, fmt.Errorf("%s: episode %d is of %s, and the first of %s; want one environment", name, i+1, r.Env, all[0].Env)
		}
	}
	c.Episodes = len(all)
	c.Seed = func(i int) uint64 { return *all[i].Seed }
	c.Actions = func(i int) [][]float32 { return all[i].Actions }
	return c, nil
}

// recordedPlayer makes the environment that an episode was recorded in.
func (a *App) recordedPlayer(h episode.Head) (*episode.Player, error) {
	if h.Config != "" {
		s, err := scenario.Parse("config", []byte(h.Config), nil, a.Catalog)
		if err != nil {
			return nil, err
		}
		return newPlayer(s)
	}
	e, err := a.makeEnv(h.Env, h.Set)
	if err != nil {
		return nil, err
	}
	return episode.New(e, stepLimit(e))
}

// stepLimit is the steps that a person's episode may have.
func stepLimit(e env.Env) int {
	if n := e.Spec().MaxSteps; n > 0 {
		return n
	}
	return math.MaxInt
}

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

// errNoWindow is the error of an App without windows.
var errNoWindow = errors.New("this program cannot open a window")

// openWindow opens a window with the content c, and returns when it is open. The channel
// receives the error of the window, or nil, when the window has closed.
func (a *App) openWindow(title string, c stage.Config) (*stage.Screen, <-chan error, error) {
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

// showWindow opens a window with the content c, and waits until it has closed or the program is
// interrupted. Then it closes the environment of c.
func (a *App) showWindow(title string, c stage.Config) error {
	s, closed, err := a.openWindow(title, c)
	if err != nil {
		return badInput{err}
	}
	ctx, stop := a.interruptible("stopping")
	defer stop()
	defer context.AfterFunc(ctx, s.Close)()
	return errors.Join(<-closed, s.Leaves(), c.Player.Close())
}

// policyConfig returns the content of a window that shows the policy p of the scenario s. Its
// episodes have the seeds of an evaluation with this seed.
func policyConfig(s *scenario.Scenario, player *episode.Player, p policy.Policy, seed uint64) stage.Config {
	return stage.Config{
		Player: player, Policy: p,
		Seed: func(i int) uint64 { return run.EpisodeSeed(seed, i) },
		Know: func(p policy.Policy) ([]float32, []int) { return run.Knowledge(s, p) },
	}
}

// watchCommand returns the command rlrun watch.
func (a *App) watchCommand() *cobra.Command {
	var seed string
	var theme themeFlag
	var best, sampled bool
	cmd := &cobra.Command{
		Use: "watch RUN|FILE", Short: "show episodes of a saved policy, or recorded episodes, in a window", Args: oneArg("a run directory, or a recording"),
		Long: `rlrun watch RUN shows the policy of a run in a window: the episodes that rlrun eval would
evaluate, one after the other. rlrun watch FILE.jsonl shows the episodes that rlrun
record or rlrun play wrote to the file. The key H shows all keys, for example to pause,
to go back step by step, and to take another action at an earlier step.`,
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
				p, err := r.Policy(best)
				if err != nil {
					return badInput{err}
				}
				act, err := newActor(r.Scenario, p, sampled)
				if err != nil {
					return badInput{err}
				}
				c = policyConfig(r.Scenario, act.player, act.policy, from)
			}
			c.Sampled, c.Dark = sampled, theme.dark()
			return a.showWindow(args[0], c)
		},
	}
	cmd.Flags().StringVar(&seed, "seed", "", seedUsage)
	cmd.Flags().BoolVar(&best, "best", false, bestUsage)
	cmd.Flags().BoolVar(&sampled, "sampled", false, sampledUsage)
	theme.add(cmd.Flags(), themeUsage)
	return cmd
}

// recorded returns the content of a window that shows the episodes in the file called name.
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
			return c, fmt.Errorf("%s: episode %d has the environment %s, and the first episode has %s; want the same environment in all episodes", name, i+1, r.Env, all[0].Env)
		}
	}
	c.Episodes = len(all)
	c.Seed = func(i int) uint64 { return *all[i].Seed }
	c.Actions = func(i int) [][]float32 { return all[i].Actions }
	return c, nil
}

// recordedPlayer returns a Player of the environment in which an episode was recorded.
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

// stepLimit returns the time limit of e in steps, or math.MaxInt if it has none.
func stepLimit(e env.Env) int {
	if n := e.Spec().MaxSteps; n > 0 {
		return n
	}
	return math.MaxInt
}

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// resumeCommand returns the command rlrun resume.
func (a *App) resumeCommand() *cobra.Command {
	var f runFlags
	var steps string
	var stretch bool
	cmd := &cobra.Command{
		Use: "resume RUN", Short: "continue an interrupted run, or print the result of a finished run again",
		Long: `rlrun resume RUN continues an interrupted run from its last checkpoint. The policy has
the same bytes as without the interruption. For a finished run it prints the result again.
The runs of --seeds and --sweep are continued one by one.

With --steps N it trains the run further, until it has N steps in total. The run may already
be finished. Schedules, for example of the learning rate, stay at their last values. With
--stretch they continue with the values that they have in a run of N steps. The run's
config.yaml then contains the new number of steps and what happened to the schedules.`,
		Example: `  rlrun resume runs/cartpole-ppo/seed-7
  rlrun resume runs/cartpole-ppo/seed-7 --steps 100000 --stretch`,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if stretch && !cmd.Flags().Changed("steps") {
				return badInput{errors.New("--stretch: --steps N is missing; want both flags")}
			}
			return a.resume(args[0], steps, cmd.Flags().Changed("steps"), stretch, f)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&steps, "steps", "", "train until the run has `N` environment steps in total")
	cmd.Flags().BoolVar(&stretch, "stretch", false, "with --steps: continue schedules as in a run of the new number of steps")
	return cmd
}

// resume continues the run in dir. If extend is true, it trains the run to a new number of
// steps, stepsText.
func (a *App) resume(dir, stepsText string, extend, stretch bool, f runFlags) error {
	every, err := f.checkpointEvery()
	steps := 0
	if err == nil && extend {
		steps, err = positive("--steps", stepsText)
	}
	if err != nil {
		return err
	}
	loaded, err := a.loadOne(dir, "config.yaml")
	if several := severalRuns(dir); err != nil && several != nil {
		return badInput{several}
	}
	if err != nil {
		return badInput{err}
	}
	if !extend {
		if finished, err := a.printFinished(loaded, f); finished || err != nil {
			return err
		}
	}
	r, err := run.Open(dir, a.Catalog)
	if err != nil {
		return badInput{err}
	}
	if !extend { // again, because another process may have finished the run before run.Open locked it
		if finished, err := a.printFinished(r, f); finished || err != nil {
			return errors.Join(err, r.Close())
		}
	}
	a.warnKernels(dir, r.Scenario)
	w, err := a.watchTraining(r.Scenario, f)
	if err != nil {
		return badInput{errors.Join(err, r.Close())}
	}
	defer w.close()
	if err := a.restore(r, steps, extend, stretch); err != nil {
		return badInput{errors.Join(err, r.Close())}
	}
	if err := a.finish(r, every, f, w); err != nil {
		return err
	}
	return hub.Unmark(dir) // the run of a command with --hub
}

// severalRuns returns an error if dir is no run directory but contains unfinished runs, as an
// interrupted --seeds or --sweep leaves them. It lists the commands that continue the runs.
func severalRuns(dir string) error {
	const levels, maxShown = 4, 4
	root := runset.Directory(dir)
	dirs := runset.Search(root, levels).Dirs
	if dir == "" || runset.IsRun(dir) || len(dirs) == 0 {
		return nil
	}
	var commands []string
	for _, d := range dirs {
		if !hasFile(d, "result.json") {
			commands = append(commands, "rlrun resume "+d)
		}
	}
	n, more := len(commands), ""
	if n == 0 {
		return nil
	}
	if n > maxShown {
		commands, more = commands[:maxShown], fmt.Sprintf(" … (rlrun list runs %s shows all)", root)
	}
	return fmt.Errorf("%s is not a run directory, but contains %s, %d unfinished; continue with %s%s",
		dir, figure.Count(len(dirs), "run"), n, strings.Join(commands, ", "), more)
}

// printFinished prints the result of the run r if it is finished, and reports whether it is.
func (a *App) printFinished(r *run.Run, f runFlags) (finished bool, err error) {
	res, err := r.Result()
	if err != nil {
		return false, badInput{err}
	}
	if res == nil {
		return false, nil
	}
	return true, a.print(res, f.json)
}

// restore restores the agent of an open run from its checkpoint. If extend is true, it also
// gives the run a new number of steps.
func (a *App) restore(r *run.Run, steps int, extend, stretch bool) error {
	if !extend {
		return r.Resume()
	}
	before := r.Scenario
	atZero, err := r.Extend(steps, stretch)
	if atZero {
		a.say("rlrun: %s: the schedule of a setting falls to 0 over %s steps, as learning_rate: lin_0.001 does, and the setting stays at 0 from there on; with --stretch it falls over the new number of steps",
			r.Dir, figure.Whole(before.Schedule))
	}
	return err
}

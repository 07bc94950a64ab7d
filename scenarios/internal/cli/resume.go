package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// resumeCommand goes on with an interrupted run, or with one that is to train longer.
func (a *App) resumeCommand() *cobra.Command {
	var f runFlags
	var steps string
	var stretch bool
	cmd := &cobra.Command{
		Use: "resume RUN", Short: "go on with an interrupted run, or print a finished one's result again",
		Long: `rlrun resume RUN goes on with an interrupted run from its last checkpoint, and ends
with the bytes that it would have had. Of a finished run it prints the result again.

--steps N trains on, to N steps in all, a finished run as well. Rates that fall along
a schedule stay at its end, or with --stretch the schedules are stretched to N steps
from here on. The run's config.yaml then has the new steps, and says how its
schedules went on.`,
		Example: `  rlrun resume runs/cartpole-ppo/seed-7
  rlrun resume runs/cartpole-ppo/seed-7 --steps 100000 --stretch`,
		Args: oneArg("a run directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if stretch && !cmd.Flags().Changed("steps") {
				return badInput{errors.New("--stretch needs --steps N, which is not there")}
			}
			return a.resume(args[0], steps, cmd.Flags().Changed("steps"), stretch, f)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&steps, "steps", "", "train on, to `N` steps in all")
	cmd.Flags().BoolVar(&stretch, "stretch", false, "with --steps: stretch schedules to the new steps")
	return cmd
}

// resume goes on with the run in dir, with extend to a new number of steps.
func (a *App) resume(dir, stepsText string, extend, stretch bool, f runFlags) error {
	every, err := f.checkpointEvery()
	steps := 0
	if err == nil && extend {
		steps, err = positive("--steps", stepsText)
	}
	if err != nil {
		return err
	}
	found, err := a.loadOne(dir, "config.yaml")
	if err != nil {
		return badInput{err}
	}
	if !extend {
		if done, err := a.printFinished(found, f); done || err != nil {
			return err
		}
	}
	r, err := run.Open(dir, a.Catalog)
	if err != nil {
		return badInput{err}
	}
	if !extend { // again: another program may have finished it before it was locked
		if done, err := a.printFinished(r, f); done || err != nil {
			return errors.Join(err, r.Close())
		}
	}
	a.warnKernels(dir, r.Scenario)
	w, err := a.watchTraining(r.Scenario, f)
	if err != nil {
		return badInput{errors.Join(err, r.Close())}
	}
	defer w.close()
	if err := a.bringBack(r, steps, extend, stretch); err != nil {
		return badInput{errors.Join(err, r.Close())}
	}
	return a.finish(r, every, f, w)
}

// printFinished prints the result of a run, if it is finished.
func (a *App) printFinished(r *run.Run, f runFlags) (done bool, err error) {
	res, err := r.Result()
	if err != nil {
		return false, badInput{err}
	}
	if res == nil {
		return false, nil
	}
	return true, a.print(res, f.json)
}

// bringBack resumes an open run, with extend to a new number of steps.
func (a *App) bringBack(r *run.Run, steps int, extend, stretch bool) error {
	if !extend {
		return r.Resume()
	}
	before := r.Scenario
	atZero, err := r.Extend(steps, stretch)
	if atZero {
		a.say("rlrun: %s: a setting falls to 0 over %s steps, as learning_rate: lin_0.001 does, and stays at 0; with --stretch it falls over the new steps",
			r.Dir, figure.Whole(before.Schedule))
	}
	return err
}

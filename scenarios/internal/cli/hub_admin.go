package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// A jobLine is the line of a job in the output of rlrun hub jobs.
type jobLine struct{ hub.JobInfo }

// columns returns the id, the run, the state, the steps and the worker.
func (l jobLine) columns() string {
	last := l.Worker
	if l.Error != "" {
		last = strings.TrimPrefix(last+": "+l.Error, ": ")
	}
	return fmt.Sprintf("%s\t%s, seed %d\t%s\t%s\t%s", l.ID, oneLine(l.Scenario), l.Seed, l.State, stepsOf(l.Steps, l.Total), oneLine(last))
}

// A workerLine is the line of a worker in the output of rlrun hub workers.
type workerLine struct{ hub.WorkerInfo }

// columns returns the name, the number of runs, the kernels and the version.
func (l workerLine) columns() string {
	return fmt.Sprintf("%s\t%s on %s\t%s\tversion %s", l.Name, figure.Count(len(l.Jobs), "run"), figure.Count(l.Cores, "core"), l.Kernels, l.Code)
}

// adminCommand returns a command that asks the hub something. The function ask gets the arguments.
func adminCommand(cmd *cobra.Command, ask func(ctx context.Context, s *journal.Store, args []string) error) *cobra.Command {
	var f hubFlags
	f.add(cmd.Flags(), localHub, "ask the hub at `URL`")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		ctx, cancel := adminContext()
		defer cancel()
		l, s, err := f.connect(ctx, "rlrun hub")
		if err != nil {
			return err
		}
		defer l.Close()
		return ask(ctx, s, args)
	}
	return cmd
}

// hubJobsCommand returns the command rlrun hub jobs.
func (a *App) hubJobsCommand() *cobra.Command {
	asJSON := false
	cmd := adminCommand(&cobra.Command{Use: "jobs", Short: "list the runs of a hub, and how far they are", Args: noArgs},
		func(ctx context.Context, s *journal.Store, _ []string) error {
			all, err := hub.Jobs(ctx, s)
			var lines []listing
			for _, j := range all {
				lines = append(lines, jobLine{j})
			}
			if err != nil {
				return err
			}
			return a.printLines(lines, asJSON)
		})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// hubWorkersCommand returns the command rlrun hub workers.
func (a *App) hubWorkersCommand() *cobra.Command {
	asJSON := false
	cmd := adminCommand(&cobra.Command{Use: "workers", Short: "list the workers of a hub", Args: noArgs},
		func(ctx context.Context, s *journal.Store, _ []string) error {
			all, err := hub.Workers(ctx, s.Link)
			if err != nil {
				return err
			}
			var lines []listing
			for _, w := range all {
				lines = append(lines, workerLine{w})
			}
			return a.printLines(lines, asJSON)
		})
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// hubCancelCommand returns the command rlrun hub cancel.
func (a *App) hubCancelCommand() *cobra.Command {
	return adminCommand(&cobra.Command{
		Use: "cancel JOB", Short: "end a run of a hub; the same training command continues it", Args: oneArg("a job"),
	}, func(ctx context.Context, s *journal.Store, args []string) error {
		if err := hub.CancelJob(ctx, s, args[0]); err != nil {
			return badInput{err}
		}
		return nil
	})
}

// hubRemoveCommand returns the command rlrun hub remove.
func (a *App) hubRemoveCommand() *cobra.Command {
	ended := false
	cmd := adminCommand(&cobra.Command{
		Use: "remove (JOB… | --ended)", Short: "remove what a hub keeps of runs that have ended",
		Args: func(cmd *cobra.Command, args []string) error {
			if ended == (len(args) > 0) {
				return badInput{fmt.Errorf("%s needs jobs, or --ended for all that have ended", cmd.CommandPath())}
			}
			return nil
		},
	}, func(ctx context.Context, s *journal.Store, args []string) error {
		ctx = context.WithoutCancel(ctx) // each request has its own time
		if ended {
			all, err := hub.Jobs(ctx, s)
			if err != nil {
				return err
			}
			for _, j := range all {
				if j.Ended {
					args = append(args, j.ID)
				}
			}
		}
		for _, id := range args {
			if err := hub.RemoveJob(ctx, s, id); err != nil {
				return badInput{err}
			}
		}
		return nil
	})
	cmd.Flags().BoolVar(&ended, "ended", false, "remove all runs that have ended")
	return cmd
}

// hubDrainCommand returns the command rlrun hub drain.
func (a *App) hubDrainCommand() *cobra.Command {
	return adminCommand(&cobra.Command{
		Use: "drain WORKER", Short: "let a worker give its runs back and end", Args: oneArg("a worker"),
	}, func(_ context.Context, s *journal.Store, args []string) error {
		if err := hub.Drain(s.Link, args[0]); err != nil {
			return badInput{err}
		}
		return nil
	})
}

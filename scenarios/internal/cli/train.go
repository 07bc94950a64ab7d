package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// runFlags are the flags of the commands that train.
type runFlags struct {
	json, quiet, table bool
	watch, stop        bool
	theme              themeFlag // theme of the window
	every              string    // value of --checkpoint-every
	hub                hubFlags  // hub whose workers train; an empty URL means that this process trains
}

// add adds the flags to a command.
func (f *runFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "print one JSON object per line on standard output")
	cmd.Flags().BoolVar(&f.quiet, "quiet", false, "print no progress")
	cmd.Flags().BoolVar(&f.table, "table", false, "print progress as tables, like Stable-Baselines3")
	cmd.Flags().BoolVar(&f.watch, "watch", false, "show training in a window; closing the window does not end training")
	f.theme.add(cmd.Flags(), "with --watch: "+themeUsage)
	cmd.Flags().BoolVar(&f.stop, "stop-on-close", false, "with --watch: interrupt training when the window is closed")
	cmd.Flags().StringVar(&f.every, "checkpoint-every", "", "write a checkpoint every `N` steps (default every 10 seconds)")
}

// checkpointEvery returns the value of --checkpoint-every, or 0 if the flag is not given.
func (f *runFlags) checkpointEvery() (int, error) {
	if f.every == "" {
		return 0, nil
	}
	return positive("--checkpoint-every", f.every)
}

// positive returns the value of a flag that must be a whole number, 1 or more: 100000, or 1e5.
func positive(flag, text string) (int, error) {
	x, err := strconv.ParseFloat(text, 64)
	n := int(x)
	if err != nil || n < 1 || float64(n) != x {
		return 0, badInput{fmt.Errorf("%s %s: want a whole number, 1 or more", flag, text)}
	}
	return n, nil
}

// trainFlags are the flags of the command rlrun SCENARIO.
type trainFlags struct {
	runFlags
	out, seeds, profile string
	sets, sweeps        []string
}

// add adds the flags to a command.
func (f *trainFlags) add(cmd *cobra.Command, a *App) {
	f.runFlags.add(cmd)
	a.addAgentFlag(cmd)
	flags := cmd.Flags()
	f.hub.add(flags, "", "train with the workers of the hub at `URL`, nats://HOST:PORT: see rlrun hub")
	flags.String("seed", "1", "use `N` as the seed of the run, 0 … 2⁶³-1")
	flags.String("init", "", "start with the policy of `RUN`, a run directory or a policy file")
	flags.StringVar(&f.profile, "cpuprofile", "", "write a CPU profile to `FILE`, a new file for go tool pprof")
	flags.StringVar(&f.seeds, "seeds", "1", "train `K` runs with the seeds --seed, --seed + 1, …, spread over the cores")
	flags.StringArrayVar(&f.sweeps, "sweep", nil, "train a run for each value of a setting: `KEY=[a, b, …]`; with several --sweep, for each combination of values")
	flags.String("steps", "", "train for `N` environment steps, instead of the scenario's number")
	flags.String("episodes", "", "evaluate the final policy over `N` episodes, instead of the scenario's number")
	flags.Bool("stop-at-threshold", false, "end training when an evaluation during training reaches the scenario's target")
	flags.String("backend", "native", "compute the networks with `ENGINE`: "+strings.Join(a.EngineNames(), " or "))
	flags.StringVar(&f.out, "out", "", "write the run to `DIR`, a new directory (default runs/SCENARIO/seed-N)")
	flags.StringArrayVar(&f.sets, "set", nil, "change a setting of the scenario: `KEY=VALUE`, for example agent.gamma=0.9; may be repeated")
}

// trainCommand returns the command rlrun SCENARIO, the root of all commands.
func (a *App) trainCommand() *cobra.Command {
	var f trainFlags
	cmd := &cobra.Command{
		Use:   "rlrun (SCENARIO | ENV --agent NAME)",
		Short: "Reinforcement learning: train an agent, evaluate it, save the run",
		Long: `rlrun SCENARIO trains an agent as a scenario describes it, evaluates the agent on fresh
episodes, and saves the run in a directory. SCENARIO is a name that "rlrun list" shows, or
the path of a .yaml file. rlrun ENV --agent NAME does the same with the default settings
of an agent, in any environment. "rlrun resume" continues an interrupted run.`,
		Example: `  rlrun cartpole-ppo
  rlrun cartpole-ppo --seed 7 --set agent.learning_rate=lin_1e-3
  rlrun Acrobot-v1 --agent dqn --steps 200000
  rlrun eval runs/cartpole-ppo/seed-7 --episodes 1000`,
		Args: cobra.ArbitraryArgs,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(a.ScenarioNames(), a.Envs.IDs()...), cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && cmd.Flags().NFlag() == 0 {
				return cmd.Help()
			}
			return a.trainNew(cmd, args, f)
		},
	}
	f.add(cmd, a)
	return cmd
}

// trainNew creates and trains the run or the runs of a command line.
func (a *App) trainNew(cmd *cobra.Command, args []string, f trainFlags) (err error) {
	if len(args) > 1 { // the first argument may be a misspelt command
		if _, _, err := a.source(args[0]); err != nil {
			return badInput{err}
		}
	}
	if err := oneArg("a scenario")(cmd, args); err != nil {
		return err
	}
	if cmd.Flags().Changed("out") && f.out == "" {
		return badInput{errors.New("--out is empty; want a new directory")}
	}
	k, err := positive("--seeds", f.seeds)
	if err == nil {
		err = f.hub.check()
	}
	if err != nil {
		return err
	}
	if f.profile != "" {
		stop, failed := startProfile(f.profile)
		if failed != nil {
			return badInput{failed}
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	if cmd.Flags().Changed("seeds") || len(f.sweeps) > 0 {
		if f.watch {
			return badInput{errors.New("--watch shows a single run; want no --seeds and no --sweep with it")}
		}
		return a.runSweep(args[0], changes(cmd, f.sets), f.sweeps, k, f.out, f.runFlags)
	}
	if f.hub.URL != "" {
		every, err := f.checkpointEvery()
		if err != nil {
			return err
		}
		return a.spreadRun(args[0], changes(cmd, f.sets), f.out, every, f.runFlags)
	}
	s, err := a.scenario(args[0], changes(cmd, f.sets))
	if err != nil {
		return badInput{err}
	}
	return a.runNew(s, f.out, f.runFlags)
}

// startProfile starts a CPU profile. The function stop ends the profile and writes it to the new
// file called name.
func startProfile(name string) (stop func() error, err error) {
	if _, err := os.Lstat(name); err == nil {
		return nil, fmt.Errorf("--cpuprofile: %s is there already, and nothing is overwritten; want a new file", name)
	}
	if dir := filepath.Dir(name); !isDir(dir) {
		return nil, fmt.Errorf("--cpuprofile: there is no folder %s", dir)
	}
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		return atomicfile.Create(name, func(w io.Writer) error {
			_, err := profile.WriteTo(w)
			return err
		})
	}, nil
}

// changes returns the changes of the scenario that the flags ask for.
func changes(cmd *cobra.Command, sets []string) (all []scenario.Change) {
	all = setChanges(sets)
	for _, shortcut := range []struct{ flag, key string }{
		{"agent", "agent.name"}, {"seed", "seed"}, {"steps", "steps"}, {"episodes", "eval.episodes"}, {"backend", "backend"}, {"stop-at-threshold", "eval.stop_at_threshold"}, {"init", "init"},
	} {
		if f := cmd.Flags().Lookup(shortcut.flag); f.Changed {
			value := f.Value.String()
			all = append(all, scenario.Change{Assignment: shortcut.key + "=" + value, Origin: "--" + shortcut.flag + " " + value, NewAgent: shortcut.flag == "agent"})
		}
	}
	return all
}

// setChanges returns the changes of the flags --set.
func setChanges(sets []string) (all []scenario.Change) {
	for _, s := range sets {
		all = append(all, scenario.Change{Assignment: s, Origin: "--set " + s})
	}
	return all
}

// scenario reads a scenario with changes. The name is a scenario's name, the path of a scenario
// file, or an environment if the changes contain --agent.
func (a *App) scenario(name string, changes []scenario.Change) (*scenario.Scenario, error) {
	if err := checkOneAgent(changes); err != nil {
		return nil, err
	}
	file, text, err := a.source(name)
	if err != nil {
		file, text, err = a.defaultScenario(name, changes, err)
	}
	if err != nil {
		return nil, err
	}
	a.subject = file
	return scenario.Parse(file, text, changes, a.Catalog)
}

// source returns the file name and the text of the scenario called name.
func (a *App) source(name string) (file string, text []byte, err error) {
	if isFile(name) && !runset.IsRun(name) {
		text, err = infile.Read(name, settings.MaxSize)
		return name, text, err
	}
	if text, ok := a.Scenarios[name]; ok {
		return name + ".yaml", text, nil
	}
	if name != "" && runset.IsRun(name) {
		return "", nil, fmt.Errorf("%s is a run directory, not a scenario; rlrun eval %[1]s evaluates the run, rlrun %[2]s repeats it", name, filepath.Join(name, "config.yaml"))
	}
	words := slices.AppendSeq(append(a.ScenarioNames(), a.Envs.IDs()...), commandNames(a.root()))
	return "", nil, fmt.Errorf("no scenario or command %q%s; rlrun list shows all", name, nearest.Hint(name, slices.Values(words)))
}

// isFile reports whether the name of a scenario is a path.
func isFile(name string) bool {
	return isYAML(name) || strings.ContainsAny(name, `/\`)
}

// isYAML reports whether name ends in .yaml or .yml, as scenario files do.
func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// runNew creates a run of the scenario s, trains it and evaluates it.
func (a *App) runNew(s *scenario.Scenario, out string, f runFlags) error {
	every, err := f.checkpointEvery()
	if err != nil {
		return err
	}
	a.warnRepeat(s)
	w, err := a.watchTraining(s, f)
	if err != nil {
		return badInput{err}
	}
	defer w.close()
	r, err := run.Create(s, out)
	if err != nil {
		return badInput{err}
	}
	return a.finish(r, every, f, w)
}

// warnRepeat prints a warning if a new run of s cannot repeat the bytes of an earlier run. This
// happens if s is the config.yaml of a run with other kernels, or with stretched schedules.
func (a *App) warnRepeat(s *scenario.Scenario) {
	a.warnKernels("the run of this file", s)
	if len(s.Stretched) > 0 {
		a.say("rlrun: the run of this file had its schedules stretched to %s steps during training, and the new run has these schedules from its start, so the bytes differ",
			figure.Whole(s.Schedule))
	}
}

// warnKernels prints a warning if the named run was trained with other kernels than this
// program has.
func (a *App) warnKernels(name string, s *scenario.Scenario) {
	if s.Kernels != "" && s.Kernels != f32.Kernels() {
		a.say("rlrun: %s was trained with %s kernels, and this program has %s kernels, so the bytes may differ", name, s.Kernels, f32.Kernels())
	}
}

// trouble prints an error that does not end training. The prefix names the run if there are
// several runs.
func (a *App) trouble(prefix string, err error) {
	a.say("rlrun: %s%s", prefix, message(err))
	trace(a.Err, err)
}

// finish trains a run to its end, evaluates it and prints the result.
func (a *App) finish(r *run.Run, every int, f runFlags, w *watching) (err error) {
	steps := 0
	defer func() { err = errors.Join(err, r.Close()) }()
	defer crash.Guard(&err, func() string { return fmt.Sprintf("%v, after %d steps", r.Scenario, steps) })
	ctx, stop := a.interruptible("saving, then stopping")
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w.onClose(f.stop, cancel)
	show := a.newProgress(r, f)
	r.CheckpointEvery = every
	st, err := r.Train(ctx, run.ObserverFunc(func(_ context.Context, r *run.Run, st *run.Status) error {
		if st.Trouble != nil {
			show.clear()
			a.trouble("", st.Trouble)
		}
		steps = st.Steps
		show.report(st)
		w.report(r, st)
		return nil
	}))
	show.clear()
	var res *run.Result
	if err == nil {
		if st.Trouble != nil {
			a.trouble("", st.Trouble)
		}
		res, err = r.Finish(ctx, st)
	}
	if errors.Is(err, context.Canceled) {
		a.say("rlrun: interrupted after %s; rlrun resume %s continues the run", figure.Count(st.Steps, "step"), r.Dir)
		return errInterrupted
	}
	if res != nil {
		err = errors.Join(a.print(res, f.json), err)
	}
	if err != nil {
		return err
	}
	w.wait(ctx, r)
	return nil
}

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

// runFlags are the flags of commands that train.
type runFlags struct {
	json, quiet, table bool
	watch, stop        bool
	theme              themeFlag // of the window
	every              string
}

func (f *runFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.json, "json", false, "one JSON object a line on standard output")
	cmd.Flags().BoolVar(&f.quiet, "quiet", false, "no progress")
	cmd.Flags().BoolVar(&f.table, "table", false, "progress as tables, as Stable-Baselines3 prints them")
	cmd.Flags().BoolVar(&f.watch, "watch", false, "show training live in a window, whose closing ends watching alone")
	f.theme.add(cmd.Flags(), "with --watch: light or dark")
	cmd.Flags().BoolVar(&f.stop, "stop-on-close", false, "with --watch: closing the window interrupts training")
	cmd.Flags().StringVar(&f.every, "checkpoint-every", "", "steps between checkpoints `N`; by the clock where not given")
}

// checkpointEvery reads --checkpoint-every.
func (f *runFlags) checkpointEvery() (int, error) {
	if f.every == "" {
		return 0, nil
	}
	return positive("--checkpoint-every", f.every)
}

// positive reads a whole number, 1 or more: 100000, or 1e5.
func positive(flag, text string) (int, error) {
	x, err := strconv.ParseFloat(text, 64)
	n := int(x)
	if err != nil || n < 1 || float64(n) != x {
		return 0, badInput{fmt.Errorf("%s %s: want a whole number, 1 or more", flag, text)}
	}
	return n, nil
}

// trainFlags are the flags of the main job.
type trainFlags struct {
	runFlags
	out, seeds, profile string
	sets, sweeps        []string
}

func (f *trainFlags) add(cmd *cobra.Command, a *App) {
	f.runFlags.add(cmd)
	a.addAgentFlag(cmd)
	flags := cmd.Flags()
	flags.String("seed", "1", "the run's seed `N`, 0 … 2⁶³-1")
	flags.String("init", "", "begin with the policy of a run `RUN`")
	flags.StringVar(&f.profile, "cpuprofile", "", "write a CPU profile to a new `FILE`, for go tool pprof")
	flags.StringVar(&f.seeds, "seeds", "1", "number of runs `K`, with the seed and the ones after it, spread over the cores")
	flags.StringArrayVar(&f.sweeps, "sweep", nil, "a run for each value of a setting `KEY=[a, b, …]`; given several times, for each combination of values")
	flags.String("steps", "", "environment steps to train `N`, instead of the scenario's")
	flags.String("episodes", "", "evaluation episodes `N`")
	flags.Bool("stop-at-threshold", false, "end training when an evaluation on the way reaches the threshold")
	flags.String("backend", "native", "engine that computes the networks: "+strings.Join(a.EngineNames(), " or "))
	flags.StringVar(&f.out, "out", "", "the run's directory `DIR`, which must be new (default runs/SCENARIO/seed-N)")
	flags.StringArrayVar(&f.sets, "set", nil, "change a setting of the scenario `KEY=VALUE`, as agent.gamma=0.9; may be repeated")
}

// trainCommand is the main job.
func (a *App) trainCommand() *cobra.Command {
	var f trainFlags
	cmd := &cobra.Command{
		Use:   "rlrun (SCENARIO | ENV --agent NAME)",
		Short: "Reinforcement learning: train an agent, evaluate it, keep the run",
		Long: `rlrun SCENARIO trains an agent in a scenario, evaluates it on fresh episodes and
keeps the run in a directory. SCENARIO is a name that "rlrun list" shows, or a
path to a .yaml file. rlrun ENV --agent NAME does the same with an agent's default
settings in any environment. Interrupted, a run goes on with "rlrun resume".`,
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

// trainNew makes the run, or the runs, that the command line asks for.
func (a *App) trainNew(cmd *cobra.Command, args []string, f trainFlags) (err error) {
	if len(args) > 1 { // the first may be a misspelt command
		if _, _, err := a.source(args[0]); err != nil {
			return badInput{err}
		}
	}
	if err := oneArg("a scenario")(cmd, args); err != nil {
		return err
	}
	if cmd.Flags().Changed("out") && f.out == "" {
		return badInput{errors.New("--out is empty, want a new directory")}
	}
	k, err := positive("--seeds", f.seeds)
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
			return badInput{errors.New("--watch shows one run, not those of --seeds or --sweep")}
		}
		return a.runSweep(args[0], changes(cmd, f.sets), f.sweeps, k, f.out, f.runFlags)
	}
	s, err := a.scenario(args[0], changes(cmd, f.sets))
	if err != nil {
		return badInput{err}
	}
	return a.runNew(s, f.out, f.runFlags)
}

// startProfile begins a profile. The function stop ends it and writes it to a new file.
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

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// changes gathers what the flags change in the scenario.
func changes(cmd *cobra.Command, sets []string) (all []scenario.Change) {
	all = assigned(sets)
	for _, short := range []struct{ flag, key string }{
		{"agent", "agent.name"}, {"seed", "seed"}, {"steps", "steps"}, {"episodes", "eval.episodes"}, {"backend", "backend"}, {"stop-at-threshold", "eval.stop_at_threshold"}, {"init", "init"},
	} {
		if f := cmd.Flags().Lookup(short.flag); f.Changed {
			value := f.Value.String()
			all = append(all, scenario.Change{Assignment: short.key + "=" + value, Origin: "--" + short.flag + " " + value, NewAgent: short.flag == "agent"})
		}
	}
	return all
}

// assigned returns the changes of the flags --set.
func assigned(sets []string) (all []scenario.Change) {
	for _, s := range sets {
		all = append(all, scenario.Change{Assignment: s, Origin: "--set " + s})
	}
	return all
}

// scenario reads the scenario called name, or in the file called name.
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

// source returns the file of the scenario called name, and its text.
func (a *App) source(name string) (file string, text []byte, err error) {
	if isFile(name) && !runset.IsRun(name) {
		text, err = infile.Read(name, settings.MaxSize)
		return name, text, err
	}
	if text, ok := a.Scenarios[name]; ok {
		return name + ".yaml", text, nil
	}
	if name != "" && runset.IsRun(name) {
		return "", nil, fmt.Errorf("%s is a run's directory; rlrun eval %[1]s evaluates it, rlrun %[2]s repeats it", name, filepath.Join(name, "config.yaml"))
	}
	words := slices.AppendSeq(append(a.ScenarioNames(), a.Envs.IDs()...), commandNames(a.root()))
	return "", nil, fmt.Errorf("no scenario or command %q%s; rlrun list shows all", name, nearest.Hint(name, slices.Values(words)))
}

// isFile reports whether a scenario's name is a path.
func isFile(name string) bool {
	return isYAML(name) || strings.ContainsAny(name, `/\`)
}

// isYAML reports whether name ends as a scenario's file does.
func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// runNew makes a run of s and brings it to its end.
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

// warnRepeat says why a run of s does not repeat to the byte the run that s comes from, if
// s is of a run's config.yaml.
func (a *App) warnRepeat(s *scenario.Scenario) {
	a.warnKernels("the file", s)
	if len(s.Stretched) > 0 {
		a.say("rlrun: the file's run had its schedules stretched to %s steps on the way, this has them so from its beginning: the bytes differ",
			figure.Whole(s.Schedule))
	}
}

// warnKernels says that a run, or its file, had other kernels than this program.
func (a *App) warnKernels(what string, s *scenario.Scenario) {
	if s.Kernels != "" && s.Kernels != f32.Kernels() {
		a.say("rlrun: %s has run with %s kernels, this is with %s: the bytes may differ", what, s.Kernels, f32.Kernels())
	}
}

// trouble writes an error that does not end a run. Where names the run if it is one of
// several.
func (a *App) trouble(where string, err error) {
	a.say("rlrun: %s%s", where, message(err))
	trace(a.Err, err)
}

// finish brings a run to its end, and says what came out.
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

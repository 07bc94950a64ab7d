// Package cli is the command rlrun: flags to scenario to run to what a person
// sees.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
)

// Exit statuses.
const (
	statusDone        = 0
	statusFailed      = 1
	statusBadInput    = 2
	statusInterrupted = 130
)

// An App is rlrun with all that its scenarios can name.
type App struct {
	scenario.Catalog
	In          io.Reader
	Out, Err    io.Writer
	Interactive bool        // Err is a terminal, on which progress is shown
	Window      raster.Open // opens windows; nil where there are none

	subject  string          // the run, scenario or environment of a command, for the message of a panic
	terminal *output         // Err, during Run
	lost     <-chan struct{} // closed when nobody reads Out any more
}

// say writes one line to Err: line ends within it are replaced.
func (a *App) say(format string, args ...any) {
	fmt.Fprintln(a.Err, oneLine(fmt.Sprintf(format, args...)))
}

// redraw replaces the last line of the terminal.
func (a *App) redraw(line string) {
	if a.terminal != nil {
		a.terminal.redraw(line)
	}
}

// badInput is an error that the user can put right.
type badInput struct{ error }

// Unwrap returns the error within.
func (b badInput) Unwrap() error { return b.error }

// errInterrupted ends a command that said so itself.
var errInterrupted = errors.New("interrupted")

// Run carries out one command line and returns the exit status. It writes an error in
// one line to Err.
func (a *App) Run(args []string) int {
	own, out, said := *a, newOutput(a.Out), newOutput(a.Err)
	own.Out, own.Err, own.terminal, own.lost = out, said, said, out.lost
	err := own.execute(args)
	if failed := out.failure(); failed != nil && (err == nil || errors.Is(err, out.err)) {
		err = failed
	}
	switch {
	case err == nil:
		return statusDone
	case errors.Is(err, errInterrupted):
		return statusInterrupted
	}
	if own.Interactive {
		own.redraw("") // clears the progress line of a run that failed
	}
	own.say("rlrun: %s", message(err))
	trace(own.Err, err)
	if _, bad := errors.AsType[badInput](err); bad {
		return statusBadInput
	}
	return statusFailed
}

// execute carries out a command line. Cobra prints help and scripts to a patient writer:
// otherwise it would add a message of its own about a failed write.
func (a *App) execute(args []string) (err error) {
	defer crash.Guard(&err, func() string { return a.subject })
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(patient{a.Out})
	root.SetErr(a.Err)
	return root.ExecuteContext(context.Background())
}

// A patient writer returns no errors. The output that it writes to remembers them.
type patient struct{ w io.Writer }

// Write writes text.
func (p patient) Write(text []byte) (int, error) {
	p.w.Write(text) // an error ends the command later: see Run
	return len(text), nil
}

// root is the command rlrun SCENARIO, which has the others below it.
func (a *App) root() *cobra.Command {
	cmd := a.trainCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.Version = version()
	cmd.SetVersionTemplate("rlrun {{.Version}}\n")
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetFlagErrorFunc(flagError)
	cmd.AddCommand(a.listCommand(), a.evalCommand(), a.resumeCommand(), a.compareCommand(), a.plotCommand(), a.importCommand(), a.explainCommand(), a.stepCommand(), a.checkCommand(), a.solveCommand(), a.benchCommand(), a.recordCommand(), a.watchCommand(), a.playCommand(), completionCommand())
	cmd.SetHelpCommand(helpCommand())
	return cmd
}

// flagError names the flag that a misspelt one was meant to be.
func flagError(cmd *cobra.Command, err error) error {
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		names := func(yield func(string) bool) {
			more := true
			cmd.Flags().VisitAll(func(f *pflag.Flag) { more = more && yield("--"+f.Name) })
		}
		name := "--" + missing.GetSpecifiedName()
		if short := missing.GetSpecifiedShortnames(); short != "" {
			name = "-" + short // as -seed, which has a dash too few
		}
		err = fmt.Errorf("unknown flag %s%s", name, nearest.Hint(name, names))
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := wrong.GetFlag()
		err = fmt.Errorf("--%s %q: want %s", f.Name, wrong.GetValue(), valueOf(f.Value.Type()))
	}
	return badInput{err}
}

// valueOf returns in words what values a flag of a type takes.
func valueOf(kind string) string {
	switch kind {
	case "theme":
		return "light or dark"
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number, 0 or more"
	case "float64":
		return "a number"
	}
	return "a " + kind
}

// oneArg wants exactly one argument, and says what it is when there is none.
func oneArg(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return badInput{fmt.Errorf("%s takes one argument, %s, and has %d", cmd.CommandPath(), what, len(args))}
	}
}

// helpCommand is rlrun help COMMAND.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "what a command does, and its flags",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return badInput{fmt.Errorf("no command %q%s", strings.Join(args, " "), nearest.Hint(args[0], commandNames(cmd.Root())))}
			}
			topic.InitDefaultHelpFlag() // cobra adds these two when a command runs
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}

// commandNames yields the names of the commands below root.
func commandNames(root *cobra.Command) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, c := range root.Commands() {
			if !yield(c.Name()) {
				return
			}
		}
	}
}

// completionCommand prints what a shell needs to complete rlrun's words.
func completionCommand() *cobra.Command {
	write := map[string]func(root *cobra.Command, w io.Writer) error{
		"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	return &cobra.Command{
		Use: "completion SHELL", Short: "completion of commands, scenarios and flags for bash, zsh, fish or powershell",
		Args: oneArg("a shell"), ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			f, ok := write[args[0]]
			if !ok {
				return badInput{fmt.Errorf("no completion for %q, want bash, zsh, fish or powershell", args[0])}
			}
			return f(cmd.Root(), cmd.OutOrStdout())
		},
	}
}

// version names the build.
func version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	return fmt.Sprintf("%s %s %s/%s, %s kernels", v, runtime.Version(), runtime.GOOS, runtime.GOARCH, f32.Kernels())
}

// Main is the command rlrun with the program's own arguments and streams, and a
// window to open. It returns the exit status.
func Main(catalog scenario.Catalog, window raster.Open) int {
	if err := f32.KernelsErr(); err != nil {
		fmt.Fprintln(os.Stderr, "rlrun:", err)
		return statusBadInput
	}
	a := App{
		Catalog: catalog, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Interactive: isTerminal(os.Stderr), Window: window,
	}
	return a.Run(os.Args[1:])
}

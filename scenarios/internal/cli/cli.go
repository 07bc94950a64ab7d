// Package cli is the command rlrun. Main runs it with the program's arguments.
//
// An App holds the catalog of environments, agents and scenarios, and the streams that the
// command reads and writes. App.Run executes one command line and returns the exit status.
// Each subcommand has a file with its flags and its output, for example train.go and
// compare.go; the work is done by packages run, scenario and scenarios/internal/….
//
// Everything that the command prints goes through an output, which escapes control characters.
// An error that the user can correct is a badInput: one sentence and exit status 2.
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
	"github.com/rlrun/rlrun/internal/settings"
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

// An App is the command rlrun with a catalog of environments, agents and scenarios.
type App struct {
	scenario.Catalog
	In          io.Reader
	Out, Err    io.Writer
	Interactive bool        // Err is a terminal, so progress is shown
	Window      raster.Open // opens a window; nil if the program has no window

	subject  string          // run, scenario or environment of the command, for the message of a panic
	terminal *output         // Err during Run
	lost     <-chan struct{} // closed when the reader of Out has gone
	mute     <-chan struct{} // closed when the reader of Err has gone
}

// say writes one line to Err. It replaces line breaks in the text.
func (a *App) say(format string, args ...any) {
	fmt.Fprintln(a.Err, oneLine(fmt.Sprintf(format, args...)))
}

// redraw replaces the last line of the terminal with line.
func (a *App) redraw(line string) {
	if a.terminal != nil {
		a.terminal.redraw(line)
	}
}

// badInput is an error that the user can correct. It gives exit status 2.
type badInput struct{ error }

// Unwrap returns the wrapped error.
func (b badInput) Unwrap() error { return b.error }

// errInterrupted is the error of an interrupted command. Run prints no message for it, because
// the command has printed one.
var errInterrupted = errors.New("interrupted")

// Run executes one command line and returns the exit status. It writes an error to Err in
// one line.
func (a *App) Run(args []string) int {
	own, out, messages := *a, newOutput(a.Out), newOutput(a.Err)
	own.Out, own.Err, own.terminal, own.lost, own.mute = out, messages, messages, out.lost, messages.lost
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
		own.redraw("") // clears the progress line of a failed run
	}
	own.say("rlrun: %s", message(err))
	trace(own.Err, err)
	if _, bad := errors.AsType[badInput](err); bad {
		return statusBadInput
	}
	return statusFailed
}

// execute executes a command line. Cobra writes help and completion scripts to an
// errorHider, because it would add its own message about a failed write.
func (a *App) execute(args []string) (err error) {
	defer crash.Guard(&err, func() string { return a.subject })
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(errorHider{a.Out})
	root.SetErr(a.Err)
	return root.ExecuteContext(context.Background())
}

// An errorHider is a writer that never returns an error. The output below it remembers the error.
type errorHider struct{ w io.Writer }

// Write writes text and returns no error.
func (h errorHider) Write(text []byte) (int, error) {
	h.w.Write(text) // Run returns the error that the output remembers
	return len(text), nil
}

// root returns the command rlrun SCENARIO with all its subcommands.
func (a *App) root() *cobra.Command {
	cmd := a.trainCommand()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.Version = version()
	cmd.SetVersionTemplate("rlrun {{.Version}}\n")
	cmd.CompletionOptions.DisableDefaultCmd = true
	cmd.SetFlagErrorFunc(a.flagError)
	cmd.AddCommand(a.listCommand(), a.evalCommand(), a.resumeCommand(), a.compareCommand(), a.plotCommand(), a.importCommand(), a.explainCommand(), a.describeCommand(), a.stepCommand(), a.checkCommand(), a.solveCommand(), a.benchCommand(), a.recordCommand(), a.watchCommand(), a.playCommand(), a.hubCommand(), a.workCommand(), completionCommand())
	cmd.SetHelpCommand(helpCommand())
	return cmd
}

// flagError returns the message for a wrong flag. For an unknown flag it names the setting with
// this name or the nearest flag, and for a wrong value the allowed values.
func (a *App) flagError(cmd *cobra.Command, err error) error {
	if missing, ok := errors.AsType[*pflag.NotExistError](err); ok {
		names := func(yield func(string) bool) {
			more := true
			cmd.Flags().VisitAll(func(f *pflag.Flag) { more = more && yield("--"+f.Name) })
		}
		name := "--" + missing.GetSpecifiedName()
		if short := missing.GetSpecifiedShortnames(); short != "" {
			name = "-" + short // for example -seed, with one dash too few
		}
		err = fmt.Errorf("unknown flag %s%s", name, nearest.Hint(name, names))
		bare := strings.TrimLeft(name, "-")
		places := settings.Places(strings.ReplaceAll(bare, "-", "_"), a.Keys("", a.Agents.Names()...))
		if len(places) > 0 && !cmd.HasParent() && cmd.Flags().Lookup(bare) == nil {
			err = fmt.Errorf("unknown flag %s; it is a setting: --set %s=…", name, places[0])
		}
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := wrong.GetFlag()
		err = fmt.Errorf("--%s %q: want %s", f.Name, wrong.GetValue(), valueOf(f.Value.Type()))
	}
	return badInput{err}
}

// valueOf describes the allowed values of a flag with this type.
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

// oneArg returns a check that a command has exactly one argument. The description of the
// argument is part of the message. With more arguments after --set or --sweep, the message says
// that a value may need quotes.
func oneArg(description string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		hint := ""
		for _, name := range []string{"set", "sweep"} {
			if f := cmd.Flags().Lookup(name); f != nil && f.Changed && len(args) > 1 {
				hint = fmt.Sprintf("; --%s wants KEY=VALUE as one word, in quotes if it has spaces: --%[1]s 'KEY=[a, b]'", name)
			}
		}
		return badInput{fmt.Errorf("%s needs one argument, %s, and has %d%s", cmd.CommandPath(), description, len(args), hint)}
	}
}

// helpCommand returns the command rlrun help.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "show what a command does, and its flags",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return badInput{fmt.Errorf("no command %q%s", strings.Join(args, " "), nearest.Hint(args[0], commandNames(cmd.Root())))}
			}
			topic.InitDefaultHelpFlag() // Cobra adds these two flags only when a command runs
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}

// commandNames yields the names of the subcommands of root.
func commandNames(root *cobra.Command) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, c := range root.Commands() {
			if !yield(c.Name()) {
				return
			}
		}
	}
}

// completionCommand returns the command rlrun completion.
func completionCommand() *cobra.Command {
	write := map[string]func(root *cobra.Command, w io.Writer) error{
		"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	return &cobra.Command{
		Use: "completion SHELL", Short: "print the completion script for bash, zsh, fish or powershell",
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

// version returns the version of the build, of Go and of the kernels.
func version() string {
	v := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v = info.Main.Version
	}
	return fmt.Sprintf("%s %s %s/%s, %s kernels", v, runtime.Version(), runtime.GOOS, runtime.GOARCH, f32.Kernels())
}

// Main runs the command rlrun with the program's arguments and standard streams, and returns
// the exit status. The argument window opens a window; nil means that there is no window.
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

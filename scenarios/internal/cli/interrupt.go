package cli

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

// The signals of a terminal that closes, and of output that nobody reads. Package syscall has no
// names for them in WebAssembly; the numbers are the same on every system.
const (
	hangUp     = syscall.Signal(1)  // SIGHUP
	brokenPipe = syscall.Signal(13) // SIGPIPE
)

// interruptible returns a context that is cancelled by Ctrl-C, by SIGTERM, when the terminal
// closes, and when nobody reads standard output or standard error any more. At the first signal it prints the
// reaction, for example "stopping". A second signal ends the program at once.
func (a *App) interruptible(reaction string) (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	// nohup makes the program ignore hangUp. WebAssembly has no signals, and Ignored panics there.
	if runtime.GOARCH != "wasm" && !signal.Ignored(hangUp) {
		signals = append(signals, hangUp)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, signals...)
	// brokenPipe must be caught until everything is saved, because each line that nobody reads
	// raises it again. It says nothing more: a lost connection to a hub raises it too.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, brokenPipe)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-stop:
			signal.Stop(stop)
			if a.Interactive {
				a.redraw("") // clears the progress line
			}
			a.say("rlrun: %s; a second signal ends the program at once", reaction)
		case <-a.lost:
		case <-a.mute:
		case <-ctx.Done():
		}
		cancel()
	}()
	return ctx, func() {
		cancel()
		signal.Stop(stop)
		signal.Stop(pipe)
	}
}

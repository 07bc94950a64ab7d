package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that is cancelled by Ctrl-C, by SIGTERM, when the terminal
// closes, and when nobody reads standard output any more. At the first signal it prints the
// reaction, for example "stopping". A second signal ends the program at once.
func (a *App) interruptible(reaction string) (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup makes the program ignore SIGHUP
		signals = append(signals, syscall.SIGHUP)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, signals...)
	// SIGPIPE must be caught until everything is saved, because each line that nobody reads
	// raises it again.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-stop:
			signal.Stop(stop)
			if a.Interactive {
				a.redraw("") // clears the progress line
			}
			a.say("rlrun: %s; a second signal ends the program at once", reaction)
		case <-pipe:
		case <-a.lost:
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

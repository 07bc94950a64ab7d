package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that is cancelled by Ctrl-C, by a request to end,
// when the terminal closes, and when nobody reads standard output any more. At the
// first signal it says what the program is doing; a second one ends the program at once.
func (a *App) interruptible(doing string) (context.Context, context.CancelFunc) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		ends = append(ends, syscall.SIGHUP)
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, ends...)
	// SIGPIPE must be caught until all is saved: it comes again with each line that
	// nobody reads.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		select {
		case <-asked:
			signal.Stop(asked)
			if a.Interactive {
				a.redraw("") // the line of progress
			}
			a.say("rlrun: %s; a second signal ends it at once", doing)
		case <-pipe:
		case <-a.lost:
		case <-ctx.Done():
		}
		cancel()
	}()
	return ctx, func() {
		cancel()
		signal.Stop(asked)
		signal.Stop(pipe)
	}
}

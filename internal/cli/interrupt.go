package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that is cancelled by Ctrl-C, by a request to end,
// when the terminal closes, and when nobody reads standard output any more. A second
// Ctrl-C or request ends the program at once.
func (a *App) interruptible() (context.Context, context.CancelFunc) {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop)
	// SIGPIPE stays caught until all is saved: it comes again with each line that
	// nobody reads.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-pipe:
		case <-a.lost:
		case <-ctx.Done():
		}
		cancel()
	}()
	return ctx, func() {
		cancel()
		stop()
		signal.Stop(pipe)
	}
}

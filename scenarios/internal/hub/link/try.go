package link

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Try returns a context for a request that may take the time d. The context also ends when the
// connection is lost: the loss does not end a request, which would wait for an answer that
// cannot come.
func (l *Link) Try(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, d)
	lost := l.Conn.StatusChanged(nats.DISCONNECTED, nats.RECONNECTING)
	done := ctx.Done()
	go func() {
		select {
		case <-lost:
			cancel()
		case <-done:
		}
	}()
	return ctx, func() {
		cancel()
		l.Conn.RemoveStatusListener(lost)
	}
}

// Request returns a context for a small request: Try with a few seconds.
func (l *Link) Request(ctx context.Context) (context.Context, context.CancelFunc) {
	return l.Try(ctx, requestTimeout)
}

// Retry calls f until it returns nil or an error for which final returns true, or until ctx ends. A
// nil final means that no error is final. The error of a Link that was closed is always final. The
// time between two calls doubles, up to a second.
func Retry(ctx context.Context, f func() error, final func(error) bool) error {
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := f()
		if err == nil || errors.Is(err, nats.ErrConnectionClosed) || final != nil && final(err) {
			return err
		}
		if Wait(ctx, wait) != nil {
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		}
	}
}

// Wait waits for the time d. It returns the error of ctx if ctx ends before.
func Wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Package crash turns panics into errors, so that a panic ends only the run in which it
// happened. Guard, deferred by each goroutine of the command, recovers the panic as an *Error
// with its stack. WriteStacks prints the stacks for RLRUN_TRACE=1.
package crash

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/parallel"
)

// An Error is a recovered panic.
type Error struct {
	During string // activity of the program, for example "ppo on CartPole-v1, seed 1, after 8 steps"; "" if unknown
	Value  any    // argument of panic
	Stack  []byte // stack of the goroutine that panicked
}

// Error returns one line with the activity and the panic's value.
func (c *Error) Error() string {
	value := c.Value
	if p, ok := value.(*parallel.PanicError); ok {
		value = p.Value // the panic happened in another goroutine
	}
	if c.During == "" {
		return fmt.Sprintf("a mistake in the program: %v", value)
	}
	return fmt.Sprintf("%s: a mistake in the program: %v", c.During, value)
}

// Guard recovers a panic and joins it to *err as an *Error. Every goroutine that may panic
// must defer it. During returns the activity of the program; it may be nil.
func Guard(err *error, during func() string) {
	p := recover()
	if p == nil {
		return
	}
	c := &Error{Value: p, Stack: debug.Stack()}
	if during != nil {
		c.During = during()
	}
	*err = errors.Join(*err, c)
}

// WriteStacks writes the stack of each recovered panic that err wraps.
func WriteStacks(w io.Writer, err error) {
	if c, ok := errors.AsType[*Error](err); ok {
		fmt.Fprintf(w, "%s", c.Stack)
		if p, ok := c.Value.(*parallel.PanicError); ok {
			fmt.Fprintf(w, "%s", p.Stack)
		}
	}
	if p, ok := errors.AsType[*parallel.PanicError](err); ok { // recovered by Learn
		fmt.Fprintf(w, "%s", p.Stack)
	}
	if e, ok := errors.AsType[*env.PanicError](err); ok {
		fmt.Fprintf(w, "%s", e.Stack)
	}
}

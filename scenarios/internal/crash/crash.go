// Package crash turns panics into errors, so that one ends only the run that panicked.
package crash

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/parallel"
)

// An Error is a panic as an error.
type Error struct {
	During string // what the program was doing; "" where that is not known
	Value  any    // of the panic
	Stack  []byte
}

// Error says in one line what happened, and where.
func (c *Error) Error() string {
	value := c.Value
	if p, ok := value.(*parallel.PanicError); ok {
		value = p.Value // of another goroutine
	}
	if c.During == "" {
		return fmt.Sprintf("a mistake in the program: %v", value)
	}
	return fmt.Sprintf("%s: a mistake in the program: %v", c.During, value)
}

// Guard turns a panic into an error and joins it to *err. Every goroutine must defer it.
// During returns what the program was doing; it may be nil.
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

// WriteStacks writes the stacks of the panics that err comes from.
func WriteStacks(w io.Writer, err error) {
	if c, ok := errors.AsType[*Error](err); ok {
		fmt.Fprintf(w, "%s", c.Stack)
		if p, ok := c.Value.(*parallel.PanicError); ok {
			fmt.Fprintf(w, "%s", p.Stack)
		}
	}
	if p, ok := errors.AsType[*parallel.PanicError](err); ok { // that Learn has recovered
		fmt.Fprintf(w, "%s", p.Stack)
	}
	if e, ok := errors.AsType[*env.PanicError](err); ok {
		fmt.Fprintf(w, "%s", e.Stack)
	}
}

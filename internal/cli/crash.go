package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/scenario"
)

// traceVariable is the environment variable that makes rlrun print the stacks of panics.
const traceVariable = "RLRUN_TRACE"

// A crash is a panic as an error.
type crash struct {
	during string // what the program was doing; "" where that is not known
	value  any
	stack  []byte
}

// Error says in one line what happened, and where.
func (c *crash) Error() string {
	value := c.value
	if p, ok := value.(*parallel.PanicError); ok {
		value = p.Value // of another goroutine
	}
	if c.during == "" {
		return fmt.Sprintf("a mistake in the program: %v", value)
	}
	return fmt.Sprintf("%s: a mistake in the program: %v", c.during, value)
}

// guard turns a panic into an error and joins it to *err. Every goroutine must defer it.
// During returns what the program was doing; it may be nil.
func guard(err *error, during func() string) {
	p := recover()
	if p == nil {
		return
	}
	c := &crash{value: p, stack: debug.Stack()}
	if during != nil {
		c.during = during()
	}
	*err = errors.Join(*err, c)
}

// duringTraining returns a function that names a run and the steps that it has taken.
func duringTraining(s *scenario.Scenario, steps *int) func() string {
	return func() string {
		return fmt.Sprintf("%s on %s, seed %d, after %d steps", s.Agent, s.Env, s.Seed, *steps)
	}
}

// trace writes the stack of the panic that err comes from, if RLRUN_TRACE is 1.
func trace(w io.Writer, err error) {
	if os.Getenv(traceVariable) != "1" {
		return
	}
	if c, ok := errors.AsType[*crash](err); ok {
		fmt.Fprintf(w, "%s", c.stack)
		if p, ok := c.value.(*parallel.PanicError); ok {
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

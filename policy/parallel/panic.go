package parallel

import (
	"fmt"
	"runtime/debug"
)

// A PanicError is a recovered panic.
type PanicError struct {
	Value any    // value of the panic
	Stack []byte // stack of the goroutine that panicked
}

// Recovered returns a PanicError with value, the result of recover. The value must not be nil.
// Call it in the deferred function that calls recover: there, the goroutine's stack still has the
// functions that panicked.
func Recovered(value any) *PanicError {
	if e, ok := value.(*PanicError); ok {
		return e // Run panicked with e, which already has the stack of the piece
	}
	return &PanicError{value, debug.Stack()}
}

// Error returns the panic's value as one line of text, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value of the panic if the value is an error, otherwise nil.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

package parallel

import (
	"fmt"
	"runtime/debug"
)

// A PanicError is a recovered panic: its value, and the stack of its goroutine.
type PanicError struct {
	Value any
	Stack []byte
}

// Recovered returns the PanicError of a value that recover returned, which is not nil.
// The deferred function must call it, so that the stack is the panic's.
func Recovered(value any) *PanicError {
	if e, ok := value.(*PanicError); ok {
		return e // from Run, with the stack of the piece
	}
	return &PanicError{value, debug.Stack()}
}

// Error says in one line what happened; Stack says where.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

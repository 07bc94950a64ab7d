package parallel

import (
	"fmt"
	"runtime/debug"
)

// A PanicError is a panic that was recovered: what it was called with, and where.
type PanicError struct {
	Value any
	Stack []byte
}

// Recovered returns the PanicError of what recover returned, which is not nil. It is
// called by the deferred function itself, for the stack to be the panic's.
func Recovered(value any) *PanicError {
	if e, ok := value.(*PanicError); ok {
		return e // that Run has passed on
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

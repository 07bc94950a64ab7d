package agents

import "github.com/rlrun/rlrun/policy/parallel"

// recovered makes a panic the error of the function that defers it: one of a network
// that is not ours, say. Its stack is in the error, a *parallel.PanicError.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = parallel.Recovered(p)
	}
}

package agents

import "github.com/rlrun/rlrun/policy/parallel"

// recoverAsError stores a panic in *err as a *parallel.PanicError, which has the stack. It is
// deferred by the function whose result err is.
func recoverAsError(err *error) {
	if p := recover(); p != nil {
		*err = parallel.Recovered(p)
	}
}

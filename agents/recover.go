package agents

import "github.com/rlrun/rlrun/policy/parallel"

// recoverAsError stores a panic in *err as a *parallel.PanicError, which has the stack. It must
// be deferred, by the function that has err as a result.
func recoverAsError(err *error) {
	if p := recover(); p != nil {
		*err = parallel.Recovered(p)
	}
}

package envtest_test

import (
	"fmt"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/envtest"
)

// A printer is a testing.TB that prints errors.
type printer struct{ testing.TB }

func (printer) Helper()                           {}
func (printer) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// A test of an environment is one line: envtest.Check(t, NewLift()). The second environment has a
// wrong time limit.
func ExampleCheck() {
	var t printer // in a test, the *testing.T
	envtest.Check(t, classic.NewCartPole())
	envtest.Check(t, endless{classic.NewCartPole()})
	// Output: Spec(): a time limit of -1 steps, want 0 for none, or more
}

type endless struct{ *classic.CartPole }

func (e endless) Spec() env.Spec {
	s := e.CartPole.Spec()
	s.MaxSteps = -1
	return s
}

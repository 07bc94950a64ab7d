package cli

import (
	"io"
	"os"

	"github.com/rlrun/rlrun/scenarios/internal/crash"
)

// traceVariable is the environment variable that makes rlrun print the stacks of panics.
const traceVariable = "RLRUN_TRACE"

// trace writes the stacks of the panics that err wraps, if RLRUN_TRACE is 1.
func trace(w io.Writer, err error) {
	if os.Getenv(traceVariable) == "1" {
		crash.WriteStacks(w, err)
	}
}

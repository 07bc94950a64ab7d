package cli

import (
	"io"
	"os"

	"github.com/rlrun/rlrun/scenarios/internal/crash"
)

// traceVariable is the environment variable that makes rlrun print the stacks of panics.
const traceVariable = "RLRUN_TRACE"

// trace writes the stack of the panic that err comes from, if RLRUN_TRACE is 1.
func trace(w io.Writer, err error) {
	if os.Getenv(traceVariable) == "1" {
		crash.WriteStacks(w, err)
	}
}

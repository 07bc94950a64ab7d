package catch

import (
	"testing"

	"github.com/rlrun/rlrun/env/envtest"
)

func TestCatch(t *testing.T) { envtest.Check(t, New()) }

package thrower

import (
	"testing"

	"github.com/rlrun/rlrun/env/envtest"
)

func TestThrower(t *testing.T) { envtest.Check(t, New()) }

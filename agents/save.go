package agents

import (
	"io"
	"os"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/atomicfile"
)

// Save writes s, an Agent say, to the file called name. Whatever happens, that
// holds the old state or the new, whole. Nothing else remains, but for what a
// killed program leaves as name.tmp until the next Save.
func Save(name string, s state.Stater) error {
	return atomicfile.Write(name, func(w io.Writer) error { return state.Save(w, s) })
}

// Load reads what Save wrote into s, which has the same configuration. After an
// error s must be dropped.
func Load(name string, s state.Stater) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return state.Load(f, s)
}

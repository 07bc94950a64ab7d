//go:build !windows

package atomicfile

import "os"

// rename gives a file the name of another, which it replaces.
func rename(from, to string) error { return os.Rename(from, to) }

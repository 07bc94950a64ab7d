//go:build !windows

package atomicfile

import "os"

// rename renames a file. If a file called to exists, it is replaced.
func rename(from, to string) error { return os.Rename(from, to) }

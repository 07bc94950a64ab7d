//go:build !windows

package atomicfile

import "os"

// rename renames the file oldName. If a file newName exists, it is replaced.
func rename(oldName, newName string) error { return os.Rename(oldName, newName) }

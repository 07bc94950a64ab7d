package atomicfile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// rename renames the file oldName. If a file newName exists, it is replaced. Windows refuses
// this while a program, for example a virus scanner, reads the file newName, so rename tries
// again for two seconds.
func rename(oldName, newName string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := os.Rename(oldName, newName)
		busy := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !busy || wait > time.Second {
			return err
		}
		time.Sleep(wait)
	}
}

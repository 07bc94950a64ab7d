package atomicfile

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// rename gives a file the name of another, which it replaces. Windows refuses
// while a program reads the other, a virus scanner say: so rename tries again for
// two seconds.
func rename(from, to string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := os.Rename(from, to)
		busy := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !busy || wait > time.Second {
			return err
		}
		time.Sleep(wait)
	}
}

//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lock

import (
	"errors"
	"os"
	"syscall"
)

// Try locks f, which is open for writing, or returns ErrHeld at once. Other
// programs can still read and write the file; only their Try fails.
//
// On a file system that has no locks Try does nothing. Linux turns the call into
// a lock of the server on NFS, which wants a file that is open for writing.
func Try(f *os.File) error {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrHeld
		case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ENOLCK), err == nil:
			return nil
		default:
			return &os.PathError{Op: "lock", Path: f.Name(), Err: err}
		}
	}
}

// Package lock locks files, so that a file has one owner at a time. [Try] uses the locks of
// the operating system. Such a lock ends when the file is closed, so it also ends when its
// process dies.
package lock

import "errors"

// ErrHeld is the error that Try returns if another process, or another open file of this
// process, has the lock.
var ErrHeld = errors.New("the file is locked by another program")

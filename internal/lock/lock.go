// Package lock gives a file one owner at a time. The lock is the operating
// system's: it ends when the file is closed, and so also when its process dies.
package lock

import "errors"

// ErrHeld is the error of Try where another open file holds the lock.
var ErrHeld = errors.New("the file is locked by another program")

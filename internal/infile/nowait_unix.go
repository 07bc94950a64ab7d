//go:build unix

package infile

import "syscall"

// noWait is the flag that opens a pipe without waiting for a process that writes to it.
const noWait = syscall.O_NONBLOCK

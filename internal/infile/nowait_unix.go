//go:build unix

package infile

import "syscall"

// noWait opens a pipe at once, without waiting for a process that writes to it.
const noWait = syscall.O_NONBLOCK

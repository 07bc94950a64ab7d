//go:build !unix

package infile

// noWait is nothing: here a named pipe is not opened by its path in a directory.
const noWait = 0

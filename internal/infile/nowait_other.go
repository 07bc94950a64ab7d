//go:build !unix

package infile

// noWait is 0: on this system pipes are not files in directories.
const noWait = 0

//go:build !unix

package infile

// noWait is 0: on this system no pipe has a path in a directory.
const noWait = 0

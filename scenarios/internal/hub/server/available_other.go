//go:build !(darwin || freebsd || linux || windows)

package server

// available returns false, because the free space is unknown on this system.
func available(string) (int64, bool) { return 0, false }

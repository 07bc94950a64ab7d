//go:build darwin || freebsd || linux

package server

import "syscall"

// available returns the free space for the files of a directory [bytes]. It returns false if it is unknown.
func available(dir string) (int64, bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return int64(uint64(fs.Bavail) * uint64(fs.Bsize)), true
}

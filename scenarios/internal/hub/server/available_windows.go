package server

import "golang.org/x/sys/windows"

// available returns the free space for the files of a directory [bytes]. It returns false if it is unknown.
func available(dir string) (int64, bool) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, false
	}
	var n uint64
	if err := windows.GetDiskFreeSpaceEx(name, &n, nil, nil); err != nil {
		return 0, false
	}
	return int64(n), true
}

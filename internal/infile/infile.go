// Package infile opens and reads files whose names come from a user. It accepts only regular
// files, so that it never waits, for example for a pipe. It refuses files that are larger
// than the caller's limit, so that it does not use up the memory.
package infile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens a regular file for reading. For a directory, a device or a pipe it returns an
// error without waiting.
func Open(name string) (*os.File, error) {
	info, err := os.Stat(name) // before OpenFile, because opening changes the state of some devices
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(name)
	}
	if err != nil {
		return nil, err
	}
	if err := regular(name, info); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = regular(name, info) // again, because another program may have replaced the file
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// OpenAtMost is Open for a file with a limited size. If the file has more than limit bytes, it
// returns an error.
func OpenAtMost(name string, limit int64) (*os.File, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > limit {
		err = tooLong(name, info.Size(), limit)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Read returns the content of a regular file. If the file has more than limit bytes, it
// returns an error.
func Read(name string, limit int64) ([]byte, error) {
	f, err := OpenAtMost(name, limit)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1)) // another program may make the file longer meanwhile
	if err == nil && int64(len(data)) > limit {
		err = tooLong(name, int64(len(data)), limit)
	}
	return data, err
}

// missing is the error for a file that does not exist. Its value is the file's name.
type missing string

// Error returns the message, for example "a.yaml is not there".
func (m missing) Error() string { return string(m) + " is not there" }

// Is reports whether target is fs.ErrNotExist.
func (m missing) Is(target error) bool { return target == fs.ErrNotExist }

// tooLong returns the error for a file that is larger than the limit.
func tooLong(name string, size, limit int64) error {
	return fmt.Errorf("%s has %d bytes, want %d at most", name, size, limit)
}

// regular returns an error if a file is not a regular file. The error says what it is.
func regular(name string, info fs.FileInfo) error {
	if info.Mode().IsRegular() {
		return nil
	}
	what := "a special file"
	switch mode := info.Mode(); {
	case mode.IsDir():
		what = "a directory"
	case mode&fs.ModeNamedPipe != 0:
		what = "a pipe"
	case mode&fs.ModeDevice != 0:
		what = "a device"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	}
	return fmt.Errorf("%s is %s, want a regular file", name, what)
}

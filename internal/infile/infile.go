// Package infile opens the files that a user names. It takes regular files alone,
// never waits for one, and reads no more than the caller can use.
package infile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens a regular file to read. Anything else, as a directory, a device or a
// pipe that nobody writes to, is an error at once.
func Open(name string) (*os.File, error) {
	info, err := os.Stat(name) // before opening: to open some devices changes them
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
		err = regular(name, info) // it may have been replaced since
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// OpenAtMost is Open of a file that has at most so many bytes.
func OpenAtMost(name string, most int64) (*os.File, error) {
	f, err := Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() > most {
		err = tooLong(name, info.Size(), most)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Read returns the content of a regular file of at most so many bytes.
func Read(name string, most int64) ([]byte, error) {
	f, err := OpenAtMost(name, most)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1)) // it may grow meanwhile
	if err == nil && int64(len(data)) > most {
		err = tooLong(name, int64(len(data)), most)
	}
	return data, err
}

// missing is the error of a file that is not there: a fs.ErrNotExist.
type missing string

// Error says it in plain words.
func (m missing) Error() string { return string(m) + " is not there" }

// Is reports whether target is fs.ErrNotExist.
func (m missing) Is(target error) bool { return target == fs.ErrNotExist }

func tooLong(name string, size, most int64) error {
	return fmt.Errorf("%s has %d bytes, want %d at most", name, size, most)
}

// regular returns an error that says what a file is, if it is not a regular file.
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

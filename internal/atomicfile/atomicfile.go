// Package atomicfile writes files atomically: a file has either its old content or its
// complete new content, even after a crash or a loss of power.
//
// [Write] replaces a file and [Create] makes a new one. Both get a function that writes the
// content:
//
//	err := atomicfile.Write("result.json", func(w io.Writer) error { return json.NewEncoder(w).Encode(result) })
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Write replaces the content of the file called name, or makes the file. The function write
// writes the new content. If Write fails or the program is killed, the file keeps its old
// content. After Write returns nil, the new content survives a loss of power. If name is a
// symbolic link, Write replaces the link and does not change its target.
//
// Write first writes a temporary file in the same directory and then renames it. Tidy
// removes the temporary files of killed programs.
func Write(name string, write func(io.Writer) error) error {
	return publish(name, write, func(tmp string) error {
		return withName(name, rename(tmp, name))
	})
}

// Create is like Write, for a file that must not exist yet. If a file called name exists, or
// another program makes it while write is running, Create does not change that file and returns
// an os.ErrExist.
func Create(name string, write func(io.Writer) error) error {
	return publish(name, write, func(tmp string) error {
		err := os.Link(tmp, name)
		if err == nil || errors.Is(err, os.ErrExist) {
			return withName(name, errors.Join(err, os.Remove(tmp)))
		}
		// The file system has no hard links. So first make an empty file, which fails if
		// a file with this name exists, and then replace it.
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Close(), withName(name, rename(tmp, name))); err != nil {
			return errors.Join(err, os.Remove(name))
		}
		return nil
	})
}

// publish writes a temporary file in the directory of name. Then it calls the function place,
// which renames or links the temporary file to name. After an error, or a panic in write, it
// removes the temporary file.
func publish(name string, write func(io.Writer) error, place func(tmp string) error) (err error) {
	dir := filepath.Dir(name)
	f, err := temporary(dir)
	if err != nil {
		return withName(name, err)
	}
	placed := false
	defer func() {
		if !placed {
			f.Close() // f may be closed already; err is the error that matters
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return withName(name, err)
	}
	if err := errors.Join(b.Flush(), f.Sync(), f.Close()); err != nil {
		return withName(name, err)
	}
	if err := place(f.Name()); err != nil {
		return err
	}
	placed = true
	return syncDir(dir)
}

// The name of a temporary file is prefix, then 26 random letters and digits, then suffix.
const prefix, suffix = ".rlrun-", ".tmp"

// temporary makes a new temporary file in dir. It never opens an existing file or a link.
func temporary(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, prefix+rand.Text()+suffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Tidy removes the temporary files of killed programs from dir. Call it only if no other
// program writes files in dir.
func Tidy(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		id, ok := strings.CutPrefix(e.Name(), prefix)
		id, ok2 := strings.CutSuffix(id, suffix)
		if ok && ok2 && len(id) == len(rand.Text()) && e.Type().IsRegular() {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// withName returns err with the name of the temporary file replaced by name.
func withName(name string, err error) error {
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return &os.PathError{Op: "write", Path: name, Err: e.Err}
	}
	if e, ok := errors.AsType[*os.PathError](err); ok && strings.HasPrefix(filepath.Base(e.Path), prefix) {
		return &os.PathError{Op: e.Op, Path: name, Err: e.Err}
	}
	return err
}

// syncDir makes sure that a rename in dir survives a loss of power. On Windows it does
// nothing, because Windows cannot sync a directory.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

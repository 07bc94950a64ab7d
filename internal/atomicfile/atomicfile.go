// Package atomicfile writes files that are whole or not there at all.
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

// Write makes what write writes the content of the file called name. Whatever
// happens, that holds the old content or the new, whole; once Write returns
// nil, the new outlives a loss of power. Where name is a symbolic link, the link
// is replaced, and what it points to stays.
//
// The content is gathered in a new file beside name, which nothing else has: see
// Tidy for those of programs that were killed.
func Write(name string, write func(io.Writer) error) error {
	return publish(name, write, func(tmp string) error {
		return nameAs(name, rename(tmp, name))
	})
}

// Create is Write for a file that must be new. Where name is there already, or
// comes to be while write is running, it stays as it is and the error is an
// os.ErrExist.
func Create(name string, write func(io.Writer) error) error {
	return publish(name, write, func(tmp string) error {
		err := os.Link(tmp, name)
		if err == nil || errors.Is(err, os.ErrExist) {
			return nameAs(name, errors.Join(err, os.Remove(tmp)))
		}
		// A file system without hard links: an empty file keeps the name first.
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Close(), nameAs(name, rename(tmp, name))); err != nil {
			return errors.Join(err, os.Remove(name))
		}
		return nil
	})
}

// publish writes a temporary file in the directory of name, and gives it its
// place. Of a failure nothing remains, of a panic in write neither.
func publish(name string, write func(io.Writer) error, place func(tmp string) error) (err error) {
	dir := filepath.Dir(name)
	f, err := temporary(dir)
	if err != nil {
		return nameAs(name, err)
	}
	placed := false
	defer func() {
		if !placed {
			f.Close() // a second time, maybe: err says what matters
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return nameAs(name, err)
	}
	if err := errors.Join(b.Flush(), f.Sync(), f.Close()); err != nil {
		return nameAs(name, err)
	}
	if err := place(f.Name()); err != nil {
		return err
	}
	placed = true
	return syncDir(dir)
}

// Temporary files are called prefix, 26 random letters and digits, suffix.
const prefix, suffix = ".rlrun-", ".tmp"

// temporary makes a new file in dir. It follows no link, and takes no file that
// is there.
func temporary(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, prefix+rand.Text()+suffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// Tidy removes the temporary files that killed programs have left in dir, in
// which nobody else may be writing.
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

// nameAs returns err with name in place of a temporary file's.
func nameAs(name string, err error) error {
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return &os.PathError{Op: "write", Path: name, Err: e.Err}
	}
	if e, ok := errors.AsType[*os.PathError](err); ok && strings.HasPrefix(filepath.Base(e.Path), prefix) {
		return &os.PathError{Op: e.Op, Path: name, Err: e.Err}
	}
	return err
}

// syncDir makes a rename within dir last. Windows has no such call.
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

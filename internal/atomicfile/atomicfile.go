// Package atomicfile writes files that are whole or not there at all.
package atomicfile

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Write makes what write writes the content of the file called name. Whatever
// happens, that holds the old content or the new, whole; once Write returns
// nil, the new outlives a loss of power. Nothing else remains, but for what a
// killed program leaves as name.tmp until the next Write.
func Write(name string, write func(io.Writer) error) error {
	tmp := name + ".tmp"
	if err := create(tmp, write); err != nil {
		os.Remove(tmp) // err says what matters
		return err
	}
	if err := os.Rename(tmp, name); err != nil {
		os.Remove(tmp)
		return err
	}
	return syncDir(filepath.Dir(name))
}

func create(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return f.Sync()
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

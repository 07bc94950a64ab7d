// Reference writes docs/settings.md, the page of all settings, from the code: the keys and types
// of settings are from the structs for scenarios, the defaults are from the values of these
// structs, and the meanings are from the comments of their fields. A setting without a comment is
// an error.
//
//	go generate ./docs
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/internal/atomicfile"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}

// write writes the page into the module that the working directory is in.
func write() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	text, err := Page(root)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(root, "docs", "settings.md"), func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// moduleRoot returns the nearest directory above the working directory that has a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
		dir = up
	}
	return "", err
}

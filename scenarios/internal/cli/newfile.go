package cli

import (
	"fmt"
	"os"
	"path/filepath"
)

// checkNewOut returns an error unless name, the value of --out, is the name of a new file in an
// existing folder.
func checkNewOut(name string) error {
	if _, err := os.Lstat(name); err == nil {
		return fmt.Errorf("%s is there already, and nothing is overwritten; want a new file", name)
	}
	if dir := filepath.Dir(name); !isDir(dir) {
		return fmt.Errorf("--out %s: there is no folder %s", name, dir)
	}
	return nil
}

// isDir reports whether name is a directory.
func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

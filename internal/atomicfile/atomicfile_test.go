package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/internal/atomicfile"
)

// text returns a function that writes s.
func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// TestWrite checks that Write replaces a file. If the writer fails half-way, or the name is the
// name of a directory, Write returns an error, the old content stays, and no temporary
// file is left.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	for _, s := range []string{"old", "new"} {
		if err := atomicfile.Write(name, text(s)); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("disk full")
	half := func(w io.Writer) error {
		io.WriteString(w, "half")
		return broken
	}
	if err := atomicfile.Write(name, half); !errors.Is(err, broken) {
		t.Errorf("Write of a failing writer: %v, want %v", err, broken)
	}
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(taken, text("x")); err == nil {
		t.Error("Write over a directory: no error")
	}
	if got, _ := os.ReadFile(name); string(got) != "new" {
		t.Errorf("content = %q, want %q", got, "new")
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("Write left %v, want f and taken", files)
	}
}

// read returns the content of a file.
func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// write writes a file without this package.
func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNeighbours checks that Write does not change a user's file called name.tmp, and that it
// leaves no temporary file if the writer panics.
func TestNeighbours(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "r.gif")
	write(t, name+".tmp", "precious")
	if err := atomicfile.Write(name, text("new")); err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() { recover() }()
		atomicfile.Write(name, func(io.Writer) error { panic("half-way") })
	}()
	if files, _ := os.ReadDir(dir); len(files) != 2 || read(t, name) != "new" || read(t, name+".tmp") != "precious" {
		t.Errorf("Write left %v, want a new r.gif and an unchanged r.gif.tmp", files)
	}
	var path *os.PathError
	if err := atomicfile.Write(filepath.Join(dir, "no", "f"), text("x")); !errors.As(err, &path) || path.Path != filepath.Join(dir, "no", "f") {
		t.Errorf("Write in a directory that does not exist: %v, want an error that names the file", err)
	}
}

// TestLink checks that Create refuses the name of a symbolic link, and that Write replaces the
// link and not its target.
func TestLink(t *testing.T) {
	dir := t.TempDir()
	target, name := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	write(t, target, "precious")
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Create(name, text("x")); !errors.Is(err, os.ErrExist) {
		t.Errorf("Create of a link: %v, want %v", err, os.ErrExist)
	}
	if err := atomicfile.Write(name, text("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || read(t, name) != "new" || read(t, target) != "precious" {
		t.Errorf("after Write to a link: %v, %v, link %q and target %q, want a new file and target %q", info, err, read(t, name), read(t, target), "precious")
	}
}

// TestCreate checks that Create makes a new file, and refuses to change a file that exists or
// that appears while the content is written.
func TestCreate(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	if err := atomicfile.Create(name, text("first")); err != nil || read(t, name) != "first" {
		t.Errorf("Create of a new file = %v, %q, want %q", err, read(t, name), "first")
	}
	if err := atomicfile.Create(name, text("second")); !errors.Is(err, os.ErrExist) || read(t, name) != "first" {
		t.Errorf("Create of a file that exists = %v, %q, want %v and %q", err, read(t, name), os.ErrExist, "first")
	}
	late := filepath.Join(dir, "late")
	err := atomicfile.Create(late, func(w io.Writer) error {
		write(t, late, "precious")
		return text("x")(w)
	})
	if !errors.Is(err, os.ErrExist) || read(t, late) != "precious" {
		t.Errorf("Create of a file that appears meanwhile = %v, %q, want %v and %q", err, read(t, late), os.ErrExist, "precious")
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("Create left %v, want f and late", files)
	}
}

// TestTidy checks that Tidy removes the temporary files of killed programs, and no other files.
func TestTidy(t *testing.T) {
	dir := t.TempDir()
	keep := []string{".rlrun-.tmp", ".rlrun-notes.tmp", "state.tmp", "state", ".rlrun-ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
	for _, name := range append(keep, ".rlrun-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp") {
		write(t, filepath.Join(dir, name), "x")
	}
	atomicfile.Tidy(dir)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != len(keep) {
		t.Errorf("Tidy left %v, %v, want %q", files, err, keep)
	}
	killed := t.TempDir() // a copy of dir in the middle of a Write
	if err := atomicfile.Write(filepath.Join(dir, "new"), func(io.Writer) error { return os.CopyFS(killed, os.DirFS(dir)) }); err != nil {
		t.Fatal(err)
	}
	if files, _ := os.ReadDir(killed); len(files) != len(keep)+1 {
		t.Errorf("a killed Write leaves %v, want %q and one temporary file", files, keep)
	}
	atomicfile.Tidy(killed)
	if files, _ := os.ReadDir(killed); len(files) != len(keep) {
		t.Errorf("Tidy after a killed Write leaves %v, want %q", files, keep)
	}
}

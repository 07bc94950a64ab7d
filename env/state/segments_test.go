package state_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/state"
)

// A recordLog keeps the latest numbers of a growing sequence. Record i has 9 to 11 bytes.
type recordLog struct {
	from, to int
	kept     map[int]uint64
	written  int // number of records written by State
}

const maxKept = 40

func (d *recordLog) grow(n int) {
	for range n {
		if d.kept == nil {
			d.kept = map[int]uint64{}
		}
		d.kept[d.to] = uint64(d.to) * 0x9e3779b97f4a7c15
		d.to++
		if d.to-d.from > maxKept {
			delete(d.kept, d.from)
			d.from++
		}
	}
}

func (d *recordLog) State(s *state.State) {
	if s.Loading() {
		d.kept = map[int]uint64{}
	}
	s.Records("diary", &d.from, &d.to, maxKept, d.write, d.read)
	for i := range d.kept { // records before from may have been loaded
		if i < d.from {
			delete(d.kept, i)
		}
	}
}

func (d *recordLog) write(dst []byte, i int) []byte {
	d.written++
	dst = append(binary.LittleEndian.AppendUint64(dst, d.kept[i]), byte(i%3))
	return append(dst, make([]byte, i%3)...)
}

func (d *recordLog) read(src []byte, i int) ([]byte, error) {
	if len(src) < 9 || len(src) < 9+int(src[8]) {
		return nil, errors.New("damaged")
	}
	d.kept[i] = binary.LittleEndian.Uint64(src)
	return src[9+int(src[8]):], nil
}

func (d *recordLog) String() string { return fmt.Sprint(d.from, d.to, d.kept) }

// save writes a checkpoint to dir.
func save(t *testing.T, g *state.Segments, dir string, d *recordLog) {
	t.Helper()
	var b bytes.Buffer
	if err := g.Save(&b, d); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "state"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	g.Tidy()
}

// load reads the checkpoint in dir, as a new process would.
func load(dir string) (*recordLog, *state.Segments, error) {
	g, d := state.NewSegments(dir), new(recordLog)
	b, err := os.ReadFile(filepath.Join(dir, "state"))
	if err == nil {
		err = g.Load(bytes.NewReader(b), d)
	}
	return d, g, err
}

// TestSegments checks that each Save of a growing sequence writes only new records, and that a
// new process continues from a loaded checkpoint, also after a Save whose container was lost.
func TestSegments(t *testing.T) {
	dir := t.TempDir()
	d, g := new(recordLog), state.NewSegments(dir)
	for turn := range 60 {
		before := d.written
		grown := []int{0, 1, 5, 100}[turn%4]
		d.grow(grown)
		save(t, g, dir, d)
		if d.written-before > min(grown, maxKept) {
			t.Fatalf("turn %d: wrote %d records of which %d are new", turn, d.written-before, grown)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "diary.*")); len(files) > 16 {
			t.Fatalf("turn %d: %d files of %d records", turn, len(files), maxKept)
		}
		want := d.String()
		if turn%5 == 2 { // a save whose container is lost
			d.grow(3)
			if err := g.Save(new(bytes.Buffer), d); err != nil {
				t.Fatal(err)
			}
		}
		if turn%5 < 3 {
			var err error
			if d, g, err = load(dir); err != nil {
				t.Fatalf("turn %d: %v", turn, err)
			}
			if d.String() != want {
				t.Fatalf("turn %d: loaded %v, want %v", turn, d, want)
			}
		}
	}
}

// TestSegmentsInline checks that records can be saved inside the container, without files.
func TestSegmentsInline(t *testing.T) {
	a, b := new(recordLog), new(recordLog)
	a.grow(57)
	file := saveBytes(t, a)
	if err := state.Load(bytes.NewReader(file), b); err != nil || a.String() != b.String() {
		t.Errorf("loaded %v, %v, want %v", b, err, a)
	}
	if err := state.NewSegments(t.TempDir()).Load(bytes.NewReader(file), b); err != nil || a.String() != b.String() {
		t.Errorf("loaded %v, %v, want %v", b, err, a)
	}
}

// TestSegmentsDamaged checks that the error for a damaged file names the file, and that after a
// failed Save the next Save writes all records again.
func TestSegmentsDamaged(t *testing.T) {
	for name, harm := range map[string]func(path string, data []byte) error{
		"cut short": func(path string, data []byte) error { return os.WriteFile(path, data[:len(data)-1], 0o600) },
		"damaged": func(path string, data []byte) error {
			data[7] ^= 4
			return os.WriteFile(path, data, 0o600)
		},
		"missing": func(path string, _ []byte) error { return os.Remove(path) },
	} {
		dir := t.TempDir()
		d, g := new(recordLog), state.NewSegments(dir)
		d.grow(30)
		save(t, g, dir, d)
		path := filepath.Join(dir, "diary.2")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := harm(path, data); err != nil {
			t.Fatal(err)
		}
		if _, _, err := load(dir); err == nil || errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) ||
			!strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want one that names %s", name, err, path)
		}
	}

	dir := t.TempDir()
	d, g := new(recordLog), state.NewSegments(filepath.Join(dir, "later"))
	d.grow(30)
	if err := g.Save(new(bytes.Buffer), d); err == nil {
		t.Fatal("Save into no directory has no error")
	}
	if err := os.Mkdir(filepath.Join(dir, "later"), 0o700); err != nil {
		t.Fatal(err)
	}
	save(t, g, filepath.Join(dir, "later"), d)
	if e, _, err := load(filepath.Join(dir, "later")); err != nil || e.String() != d.String() {
		t.Errorf("loaded %v, %v, want %v", e, err, d)
	}
	if err := state.Load(bytes.NewReader(must(os.ReadFile(filepath.Join(dir, "later", "state")))), new(recordLog)); err == nil {
		t.Error("a container without its files loads without an error")
	}
}

// A failingWriter is a writer on a full disk.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("no room") }

// fileSizes returns the names and the sizes of the files in dir.
func fileSizes(t *testing.T, dir string) (s string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		s += fmt.Sprintln(e.Name(), info.Size())
	}
	return s
}

// TestSegmentsRefused checks that a failed Save leaves no bytes in the files, that the previous
// checkpoint can still be loaded, and that the next Save writes only the new records.
func TestSegmentsRefused(t *testing.T) {
	dir := t.TempDir()
	d, g := new(recordLog), state.NewSegments(dir)
	d.grow(9)
	save(t, g, dir, d)
	files, want := fileSizes(t, dir), d.String()
	d.grow(13)
	if err := g.Save(failingWriter{}, d); err == nil {
		t.Fatal("Save to a container without room has no error")
	}
	if got := fileSizes(t, dir); got != files {
		t.Errorf("files after a Save that failed:\n%swant\n%s", got, files)
	}
	if e, _, err := load(dir); err != nil || e.String() != want {
		t.Errorf("loaded %v, %v, want %v", e, err, want)
	}
	before := d.written
	save(t, g, dir, d)
	if got := d.written - before; got != 13 {
		t.Errorf("the next Save wrote %d records, want 13", got)
	}
	if e, _, err := load(dir); err != nil || e.String() != d.String() {
		t.Errorf("loaded %v, %v, want %v", e, err, d)
	}
	if err := os.Remove(filepath.Join(dir, "diary.0")); err != nil {
		t.Fatal(err)
	}
	d.grow(1)
	if err := g.Save(failingWriter{}, d); err == nil {
		t.Fatal("Save to a container without room has no error")
	}
	save(t, g, dir, d) // writes all records again
	if e, _, err := load(dir); err != nil || e.String() != d.String() {
		t.Errorf("after a file was lost: loaded %v, %v, want %v", e, err, d)
	}
}

// TestSegmentsLink checks that a file that was replaced by a symbolic link is not written to, nor
// is the link's target, and that the next Save writes all records again.
func TestSegmentsLink(t *testing.T) {
	dir := t.TempDir()
	d, g := new(recordLog), state.NewSegments(dir)
	d.grow(3)
	save(t, g, dir, d)
	path, target := filepath.Join(dir, "diary.0"), filepath.Join(t.TempDir(), "target")
	if err := errors.Join(os.Rename(path, target), os.Symlink(target, path)); err != nil {
		t.Fatal(err)
	}
	before := string(must(os.ReadFile(target)))
	d.grow(1)
	if err := g.Save(new(bytes.Buffer), d); err == nil || !strings.Contains(err.Error(), path+" is a link") {
		t.Errorf("Save to a link: %v, want an error that says so", err)
	}
	save(t, g, dir, d)
	if e, _, err := load(dir); err != nil || e.String() != d.String() {
		t.Errorf("loaded after another Save %v, %v, want %v", e, err, d)
	}
	if after := string(must(os.ReadFile(target))); after != before {
		t.Errorf("what the link points to = %q, want %q", after, before)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// FuzzSegments loads any fields in a valid container, with record files and without.
func FuzzSegments(f *testing.F) {
	dir, d := f.TempDir(), new(recordLog)
	g := state.NewSegments(dir)
	d.grow(50)
	var b bytes.Buffer
	if err := g.Save(&b, d); err != nil {
		f.Fatal(err)
	}
	for _, container := range [][]byte{b.Bytes(), saveBytes(f, d)} {
		f.Add(container[24 : len(container)-4])
	}
	f.Fuzz(func(t *testing.T, fields []byte) {
		container := makeContainer(uint64(len(fields)), fields)
		state.NewSegments(dir).Load(bytes.NewReader(container), new(recordLog))
		state.Load(bytes.NewReader(container), new(recordLog))
	})
}

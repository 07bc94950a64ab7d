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

// A diary keeps the latest numbers of a sequence that grows, number i of which takes
// 1 to 3 bytes more than 8.
type diary struct {
	from, to int
	kept     map[int]uint64
	written  int // records, by State
}

const mostKept = 40

func (d *diary) grow(n int) {
	for range n {
		if d.kept == nil {
			d.kept = map[int]uint64{}
		}
		d.kept[d.to] = uint64(d.to) * 0x9e3779b97f4a7c15
		d.to++
		if d.to-d.from > mostKept {
			delete(d.kept, d.from)
			d.from++
		}
	}
}

func (d *diary) State(s *state.State) {
	if s.Loading() {
		d.kept = map[int]uint64{}
	}
	s.Records("diary", &d.from, &d.to, mostKept, d.write, d.read)
	for i := range d.kept { // those before from
		if i < d.from {
			delete(d.kept, i)
		}
	}
}

func (d *diary) write(dst []byte, i int) []byte {
	d.written++
	dst = append(binary.LittleEndian.AppendUint64(dst, d.kept[i]), byte(i%3))
	return append(dst, make([]byte, i%3)...)
}

func (d *diary) read(src []byte, i int) ([]byte, error) {
	if len(src) < 9 || len(src) < 9+int(src[8]) {
		return nil, errors.New("damaged")
	}
	d.kept[i] = binary.LittleEndian.Uint64(src)
	return src[9+int(src[8]):], nil
}

func (d *diary) String() string { return fmt.Sprint(d.from, d.to, d.kept) }

// save is a checkpoint in dir.
func save(t *testing.T, g *state.Segments, dir string, d *diary) {
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

// load reads it as a program that is begun anew.
func load(dir string) (*diary, *state.Segments, error) {
	g, d := state.NewSegments(dir), new(diary)
	b, err := os.ReadFile(filepath.Join(dir, "state"))
	if err == nil {
		err = g.Load(bytes.NewReader(b), d)
	}
	return d, g, err
}

// TestSegments saves a sequence as it grows, now and then in a program that goes on
// from what it loads, and sometimes after one that was killed before it was done.
func TestSegments(t *testing.T) {
	dir := t.TempDir()
	d, g := new(diary), state.NewSegments(dir)
	for turn := range 60 {
		before := d.written
		grown := []int{0, 1, 5, 100}[turn%4]
		d.grow(grown)
		save(t, g, dir, d)
		if d.written-before > min(grown, mostKept) {
			t.Fatalf("turn %d: wrote %d records of which %d are new", turn, d.written-before, grown)
		}
		if files, _ := filepath.Glob(filepath.Join(dir, "diary.*")); len(files) > 16 {
			t.Fatalf("turn %d: %d files of %d records", turn, len(files), mostKept)
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

// TestSegmentsInline wants the same records from a container alone.
func TestSegmentsInline(t *testing.T) {
	a, b := new(diary), new(diary)
	a.grow(57)
	file := saved(t, a)
	if err := state.Load(bytes.NewReader(file), b); err != nil || a.String() != b.String() {
		t.Errorf("loaded %v, %v, want %v", b, err, a)
	}
	if err := state.NewSegments(t.TempDir()).Load(bytes.NewReader(file), b); err != nil || a.String() != b.String() {
		t.Errorf("loaded %v, %v, want %v", b, err, a)
	}
}

// TestSegmentsDamaged wants an error that names the file, and a new start of files
// where one cannot be written.
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
		d, g := new(diary), state.NewSegments(dir)
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
	d, g := new(diary), state.NewSegments(filepath.Join(dir, "later"))
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
	if err := state.Load(bytes.NewReader(must(os.ReadFile(filepath.Join(dir, "later", "state")))), new(diary)); err == nil {
		t.Error("a container without its files loads without an error")
	}
}

// A refused write is of a container that has no room.
type refused struct{}

func (refused) Write([]byte) (int, error) { return 0, errors.New("no room") }

// sizes are the files in dir with their lengths.
func sizes(t *testing.T, dir string) (s string) {
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

// TestSegmentsRefused: of a Save that fails no byte remains in the files, the one
// before can be loaded, and the next one writes what is new and no more.
func TestSegmentsRefused(t *testing.T) {
	dir := t.TempDir()
	d, g := new(diary), state.NewSegments(dir)
	d.grow(9)
	save(t, g, dir, d)
	files, want := sizes(t, dir), d.String()
	d.grow(13)
	if err := g.Save(refused{}, d); err == nil {
		t.Fatal("Save to a container without room has no error")
	}
	if got := sizes(t, dir); got != files {
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
	if err := g.Save(refused{}, d); err == nil {
		t.Fatal("Save to a container without room has no error")
	}
	save(t, g, dir, d) // all anew
	if e, _, err := load(dir); err != nil || e.String() != d.String() {
		t.Errorf("after a file was lost: loaded %v, %v, want %v", e, err, d)
	}
}

// TestSegmentsLink: a file that has become a link is not written to, nor what it points
// to, and all files are begun anew.
func TestSegmentsLink(t *testing.T) {
	dir := t.TempDir()
	d, g := new(diary), state.NewSegments(dir)
	d.grow(3)
	save(t, g, dir, d)
	path, target := filepath.Join(dir, "diary.0"), filepath.Join(t.TempDir(), "target")
	if err := errors.Join(os.Rename(path, target), os.Symlink(target, path)); err != nil {
		t.Fatal(err)
	}
	before := string(must(os.ReadFile(target)))
	d.grow(1)
	if err := g.Save(new(bytes.Buffer), d); err == nil || !strings.Contains(err.Error(), path+" is a link") {
		t.Errorf("Save to a link: %v, want that it is one", err)
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

// FuzzSegments loads any fields, in containers that are whole, with a file or without.
func FuzzSegments(f *testing.F) {
	dir, d := f.TempDir(), new(diary)
	g := state.NewSegments(dir)
	d.grow(50)
	var b bytes.Buffer
	if err := g.Save(&b, d); err != nil {
		f.Fatal(err)
	}
	for _, container := range [][]byte{b.Bytes(), saved(f, d)} {
		f.Add(container[24 : len(container)-4])
	}
	f.Fuzz(func(t *testing.T, fields []byte) {
		container := seal(uint64(len(fields)), fields)
		state.NewSegments(dir).Load(bytes.NewReader(container), new(diary))
		state.Load(bytes.NewReader(container), new(diary))
	})
}

package hub

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// A directory is a run directory with a state, logs and files of records, without a run.
type directory struct {
	dir     string
	shipper *shipper
	records []state.RecordFile
}

// newDirectory returns a directory whose checkpoints go to a new hub.
func newDirectory(t testing.TB) *directory {
	t.Helper()
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 4 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Stop() })
	l, err := link.Dial(t.Context(), link.Access{URL: h.URL()}, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	s, err := journal.Open(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{dir: t.TempDir()}
	job := journal.Job{ID: "a1", Code: "c", Kernels: "k", Steps: 1}
	d.shipper = &shipper{
		ctx: context.Background(), lost: func(err error) { t.Errorf("the job is lost: %v", err) }, say: func(text string) { t.Log(text) },
		store: s, journal: s.Journal("a1", "w-1", journal.Position{}),
		objects: s.Objects("a1", "w-1"), dir: d.dir, slot: make(chan struct{}, 1), last: &journal.Entry{Kind: journal.Claim, Job: job, Owner: "w-1"},
	}
	d.write(t, stateFile, make([]byte, 300<<10))
	return d
}

// write writes a file.
func (d *directory) write(t testing.TB, name string, data []byte) {
	t.Helper()
	path := filepath.Join(d.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// grow appends n random bytes to a file of records, which begins with the record first. A file with
// another first record is a new file.
func (d *directory) grow(t testing.TB, name string, first, n int) {
	t.Helper()
	data := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(first), uint64(n)))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	for i, f := range d.records {
		if f.Name == name && f.First == first {
			old, err := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			d.records[i].Size += int64(n)
			d.write(t, name, append(old[:f.Size:f.Size], data...))
			return
		}
		if f.Name == name {
			d.records = append(d.records[:i:i], d.records[i+1:]...)
		}
	}
	d.records = append(d.records, state.RecordFile{Name: name, First: first, Size: int64(n)})
	d.write(t, name, data)
}

// ship sends a checkpoint and waits until it is stored.
func (d *directory) ship(t testing.TB) {
	t.Helper()
	d.shipper.Saved(run.Snapshot{Whole: []string{stateFile}, Records: d.records})
	d.shipper.wait()
	if d.shipper.err != nil || d.shipper.unsent {
		t.Fatalf("a checkpoint is not sent: %v", d.shipper.err)
	}
}

// restored lays the last checkpoint out in a new directory and returns it.
func (d *directory) restored(t testing.TB) string {
	t.Helper()
	e, _, err := d.shipper.store.Last(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := layOut(t.Context(), d.shipper.store, dir, e, func(string) bool { return false }); err != nil {
		t.Fatal(err)
	}
	return dir
}

// check compares the last checkpoint with the directory.
func (d *directory) check(t *testing.T, what string) {
	t.Helper()
	dir := d.restored(t)
	for _, f := range d.records {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Name)))
		want, err2 := os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(f.Name)))
		if err != nil || err2 != nil || string(got) != string(want[:f.Size]) {
			t.Errorf("%s: %s has %d bytes, want the %d of the checkpoint: %v, %v", what, f.Name, len(got), f.Size, err, err2)
		}
	}
}

// TestShip checks that a checkpoint sends only what is new, and that a file that has the name of a
// removed file is sent as a new one.
func TestShip(t *testing.T) {
	d := newDirectory(t)
	d.grow(t, "checkpoint/replay.0", 0, 9<<20)
	d.grow(t, "checkpoint/replay.1", 500, 100)
	d.ship(t)
	d.check(t, "first")
	full := d.shipper.last.Files["checkpoint/replay.0"].Chunks
	d.grow(t, "checkpoint/replay.0", 0, 1<<20)
	d.ship(t)
	d.check(t, "grown")
	now := d.shipper.last.Files["checkpoint/replay.0"].Chunks
	if len(full) != 3 || len(now) != 3 || now[0].Blob != full[0].Blob || now[1].Blob != full[1].Blob || now[2].Blob == full[2].Blob {
		t.Errorf("chunks %+v, want the first two of %+v", now, full)
	}
	d.grow(t, "checkpoint/replay.0", 900, 10<<20) // the ring has dropped the file, and the name is free again
	d.ship(t)
	d.check(t, "replaced")
}

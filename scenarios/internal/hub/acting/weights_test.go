package acting

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// Serve starts a hub, and returns a function that connects to it.
func Serve(t testing.TB) func() *nats.Conn {
	t.Helper()
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Stop() })
	return func() *nats.Conn {
		conn, err := nats.Connect(h.URL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		return conn
	}
}

// numbered returns n bytes that depend on their place and on a version.
func numbered(n int, version uint64) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>9) ^ byte(i) ^ byte(version)
	}
	return b
}

// TestWeights checks that versions arrive whole, whatever their length.
func TestWeights(t *testing.T) {
	connect := Serve(t)
	for name, size := range map[string]int{"one byte": 1, "a piece": pieceSize, "a byte more": pieceSize + 1, "five pieces": 5*pieceSize - 7} {
		t.Run(name, func(t *testing.T) {
			run := "run-" + string(rune('a'+size%26))
			from, to := connect(), connect()
			w, err := ReceiveWeights(to, run, size)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if err := to.Flush(); err != nil {
				t.Fatal(err)
			}
			b := NewBroadcaster(from, run)
			if err := b.Send(1, make([]byte, size+1)); err != nil { // another length: ignored
				t.Fatal(err)
			}
			for version := uint64(1); version <= 3; version++ {
				want := numbered(size, version)
				if err := b.Send(version, want); err != nil {
					t.Fatal(err)
				}
				if got, weights := w.Wait(t.Context(), version, 10*time.Second); got != version || !bytes.Equal(weights, want) {
					t.Fatalf("version %d and %d bytes, want version %d and %d bytes", got, len(weights), version, size)
				}
			}
		})
	}
}

// TestWeightsLost checks that a version with a lost piece does not count, and that a version that is sent
// again does.
func TestWeightsLost(t *testing.T) {
	w := &Weights{size: 2*pieceSize + 5, pieces: assembler{trusted: true}, news: make(chan struct{})}
	piece := func(version uint64, i int) {
		all := numbered(w.size, version)
		from := i * pieceSize
		w.add(&frame{kind: weightsFrame, number: version, total: uint32(w.size), offset: uint32(from), payload: all[from:min(from+pieceSize, w.size)]})
	}
	newest := func() uint64 { v, _ := w.Newest(); return v }
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for i, step := range []struct {
		version uint64
		piece   int
		want    uint64 // newest whole version afterwards
	}{
		{1, 0, 0}, {1, 2, 0}, {1, 2, 0}, {1, 0, 0}, // the piece 1 is lost
		{2, 2, 0}, {1, 1, 0}, {2, 1, 0}, {2, 0, 2}, // an old piece is ignored
		{2, 0, 2}, {3, 0, 2}, {3, 1, 2}, {4, 0, 2}, {3, 2, 2}, {4, 1, 2}, {4, 2, 4},
	} {
		if piece(step.version, step.piece); newest() != step.want {
			t.Fatalf("step %d: version %d, want %d", i, newest(), step.want)
		}
		if got, _ := w.Wait(ended, step.version+1, time.Hour); got != step.want {
			t.Fatalf("step %d: Wait = %d, want %d", i, got, step.want)
		}
	}
	if _, got := w.Newest(); !bytes.Equal(got, numbered(w.size, 4)) {
		t.Error("the weights of version 4 differ from the ones that were sent")
	}
}

// TestAnnounce checks that workers hear of a run, and of its end.
func TestAnnounce(t *testing.T) {
	connect := Serve(t)
	from, to := connect(), connect()
	heard := make(chan Announcement, 10)
	sub, err := Listen(to, func(a Announcement) { heard <- a })
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Flush(); err != nil {
		t.Fatal(err)
	}
	want := Announcement{Run: "run-1", Kind: Ordered, Code: "c", Kernels: "k", Name: "pole", Seed: 3}
	end := Announce(from, want)
	if got := <-heard; got != want {
		t.Errorf("heard %+v, want %+v", got, want)
	}
	for _, noise := range []string{"", "{", `{"run":"../x"}`, `{"run":7}`} {
		if err := from.Publish(announceSubject, []byte(noise)); err != nil {
			t.Fatal(err)
		}
	}
	end()
	want.Ended = true
	if got := <-heard; got != want {
		t.Errorf("heard %+v, want %+v", got, want)
	}
	if err := sub.Unsubscribe(); err != nil {
		t.Error(err)
	}
}

// FuzzFrame checks that messages of anybody are refused or decoded, and that the encoding of a frame is
// the message.
func FuzzFrame(f *testing.F) {
	f.Add((&frame{kind: resultFrame, number: 7, have: 6, part: 3, total: 2, name: "w", payload: []byte{1, 2}}).append(nil))
	f.Add((&frame{kind: askFrame}).append(nil))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := decodeFrame(data)
		if err != nil {
			return
		}
		if got := frame.append(nil); !bytes.Equal(got, data) {
			t.Errorf("the frame of %q encodes as %q", data, got)
		}
	})
}

// FuzzAnnouncement checks that announcements of anybody are refused or valid.
func FuzzAnnouncement(f *testing.F) {
	f.Add([]byte(`{"run":"a-1","kind":"ordered","seed":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if a, err := decodeAnnouncement(data); err == nil && !ValidID(a.Run) {
			t.Errorf("%+v has no valid id", a)
		}
	})
}

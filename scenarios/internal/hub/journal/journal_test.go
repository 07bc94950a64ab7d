package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// job is the job of the tests.
var job = journal.Job{ID: "a1", Code: "c", Kernels: "amd64-generic", Name: "quick", Seed: 1, Steps: 100}

// hub starts a hub.
func hub(t testing.TB) *server.Hub {
	t.Helper()
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Stop() })
	return h
}

// open connects to a hub.
func open(t testing.TB, url string) *journal.Store {
	t.Helper()
	l, err := link.Dial(t.Context(), link.Access{URL: url}, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	s, err := journal.Open(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// submit submits the job of the tests and returns the position of its entry.
func submit(t testing.TB, s *journal.Store) journal.Position {
	t.Helper()
	if err := s.Submit(t.Context(), job, "head", nil); err != nil {
		t.Fatal(err)
	}
	e, at, err := s.Last(t.Context(), job.ID)
	if err != nil || e == nil || e.Kind != journal.Submit {
		t.Fatalf("Last after Submit = %v, %v, want the entry", e, err)
	}
	return at
}

// claim returns a claim of the job.
func claim() *journal.Entry { return &journal.Entry{Kind: journal.Claim, Job: job} }

// kinds returns the kinds of all entries of the job.
func kinds(t testing.TB, s *journal.Store) (all []journal.Kind) {
	t.Helper()
	for from := uint64(1); ; {
		e, at, err := s.Next(t.Context(), job.ID, from)
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			return all
		}
		all, from = append(all, e.Kind), at.Sequence+1
	}
}

// TestFence checks that of two owners at the same time one is refused, and that the owner before a
// later claim is refused for good.
func TestFence(t *testing.T) {
	s, ctx := open(t, hub(t).URL()), t.Context()
	start := submit(t, s)
	if again := submit(t, s); again != start {
		t.Errorf("the second Submit made another entry, at %v, want %v", again, start)
	}
	for round := range 100 {
		_, at, err := s.Last(ctx, job.ID)
		if err != nil {
			t.Fatal(err)
		}
		a := s.Journal(job.ID, fmt.Sprintf("A-%d", round), at)
		if err := a.Append(ctx, claim()); err != nil {
			t.Fatalf("claim of A: %v", err)
		}
		if err := s.Journal(job.ID, fmt.Sprintf("B-%d", round), at).Append(ctx, claim()); !errors.Is(err, journal.ErrFenced) {
			t.Fatalf("claim of B at the same time: %v, want %v", err, journal.ErrFenced)
		}
		if err := s.Journal(job.ID, fmt.Sprintf("C-%d", round), a.At()).Append(ctx, claim()); err != nil {
			t.Fatalf("claim of C after A: %v", err)
		}
		if err := a.Append(ctx, &journal.Entry{Kind: journal.Commit, Job: job}); !errors.Is(err, journal.ErrFenced) {
			t.Fatalf("commit of A after C: %v, want %v", err, journal.ErrFenced)
		}
	}
}

// TestLostAnswer checks that an entry is stored once if it is stored and the connection is lost
// before the answer.
func TestLostAnswer(t *testing.T) {
	h := hub(t)
	direct := open(t, h.URL())
	at := submit(t, direct)
	p := newProxy(t, h.Addr)
	j := open(t, "nats://"+p.addr).Journal(job.ID, "A-1", at)
	for n := range 10 {
		p.mute()
		done := make(chan error, 1)
		go func() { done <- j.Append(t.Context(), claim()) }()
		for len(kinds(t, direct)) < n+2 { // until it is stored
		}
		p.cut()
		if err := <-done; err != nil {
			t.Fatalf("Append with a lost answer: %v", err)
		}
		if got := kinds(t, direct); len(got) != n+2 {
			t.Fatalf("the journal has %v after %d claims, want one entry for each", got, n+1)
		}
	}
}

// TestGarbage checks that messages that are no entries do not stop the owner of a job.
func TestGarbage(t *testing.T) {
	s, ctx := open(t, hub(t).URL()), t.Context()
	j := s.Journal(job.ID, "A-1", submit(t, s))
	for n, garbage := range []*nats.Msg{
		{Data: []byte("noise")},
		{Data: []byte("{}"), Header: nats.Header{"Rl-Entry": {"B.1"}}},
		{Data: []byte(`{"kind":"done","job":{"id":"other"}}`), Header: nats.Header{"Rl-Entry": {"B.2"}}},
	} {
		garbage.Subject = journal.Subject(job.ID)
		if _, err := s.Link.JS.PublishMsg(ctx, garbage); err != nil {
			t.Fatal(err)
		}
		if err := j.Append(ctx, claim()); err != nil {
			t.Fatalf("Append after %q: %v", garbage.Data, err)
		}
		if got := kinds(t, s); len(got) != n+2 {
			t.Errorf("the journal has %v, want the entries alone", got)
		}
	}
}

// TestFull checks that a full hub refuses a new job with its sentence.
func TestFull(t *testing.T) {
	h, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Stop()
	s := open(t, h.URL())
	for data := make([]byte, 1<<19); ; {
		if _, err := s.Link.JS.Publish(t.Context(), journal.Subject("filler"), data); err != nil {
			break // the journals have a quarter of 48 MB
		}
	}
	for _, data := range [][]byte{make([]byte, 1<<16), make([]byte, 1<<12), make([]byte, 1)} {
		for err = nil; err == nil; {
			_, err = s.Link.JS.Publish(t.Context(), journal.Subject("filler"), data)
		}
	}
	if err := s.Submit(t.Context(), job, "head", nil); !errors.Is(err, journal.ErrFull) {
		t.Errorf("Submit to a full hub = %v, want %v", err, journal.ErrFull)
	}
}

// TestSubmitAgain checks what a second Submit does to a job that has ended.
func TestSubmitAgain(t *testing.T) {
	for _, c := range []struct{ last, want journal.Kind }{
		{journal.Claim, journal.Claim}, {journal.Commit, journal.Commit}, {journal.Done, journal.Done},
		{journal.Failed, journal.Submit}, {journal.Cancel, journal.Submit},
	} {
		t.Run(string(c.last), func(t *testing.T) {
			s := open(t, hub(t).URL())
			at := submit(t, s)
			files := map[string]journal.File{"config.yaml": {Chunks: []journal.Chunk{{Size: 1, Data: []byte("x"), Sum: journal.Sum([]byte("x"))}}}}
			last := &journal.Entry{Kind: c.last, Job: job, Owner: "A-1", Tries: 3, Steps: 50, Files: files, Error: "why"}
			if err := s.Journal(job.ID, "A-1", at).Append(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			if err := s.Submit(t.Context(), job, "head2", nil); err != nil {
				t.Fatal(err)
			}
			got, _, err := s.Last(t.Context(), job.ID)
			if err != nil || got.Kind != c.want || !reflect.DeepEqual(got.Files, files) {
				t.Errorf("last entry = %+v, %v, want kind %s with the files of the checkpoint", got, err, c.want)
			}
			if c.want == journal.Submit && (got.Tries != 0 || got.Owner != "" || got.Error != "") {
				t.Errorf("last entry = %+v, want no owner, tries and error", got)
			}
		})
	}
}

// TestCancel checks that a cancelled job refuses its owner, and that a job can be cancelled once.
func TestCancel(t *testing.T) {
	s, ctx := open(t, hub(t).URL()), t.Context()
	j := s.Journal(job.ID, "A-1", submit(t, s))
	if err := j.Append(ctx, claim()); err != nil {
		t.Fatal(err)
	}
	if err := s.Cancel(ctx, job.ID, "me"); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(ctx, &journal.Entry{Kind: journal.Commit, Job: job}); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("commit of a cancelled job: %v, want %v", err, journal.ErrFenced)
	}
	for _, id := range []string{job.ID, "b2"} {
		if err := s.Cancel(ctx, id, "you"); err == nil {
			t.Errorf("Cancel of %s = nil, want an error", id)
		}
	}
}

// TestQueue checks that a job is in the queue once, goes to one worker, and comes back from a worker
// that gives it back.
func TestQueue(t *testing.T) {
	s, ctx := open(t, hub(t).URL()), t.Context()
	submit(t, s)
	submit(t, s)
	if n, err := s.Waiting(ctx); err != nil || !reflect.DeepEqual(n, map[string]int{"c.amd64-generic": 1}) {
		t.Errorf("Waiting = %v, %v, want one job", n, err)
	}
	q, err := s.Queue(ctx, job.Code, job.Kernels)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		id, msg, err := q.Fetch(ctx)
		if err != nil || id != job.ID {
			t.Fatalf("Fetch = %q, %v, want %q", id, err, job.ID)
		}
		if err := msg.Nak(); err != nil {
			t.Fatal(err)
		}
	}
	_, msg, err := q.Fetch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := msg.DoubleAck(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Waiting(ctx); err != nil || len(n) != 0 {
		t.Errorf("Waiting after the job is done = %v, %v, want none", n, err)
	}
	if err := s.Remove(ctx, job); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Jobs(context.Background()); err != nil || len(all) != 0 {
		t.Errorf("Jobs after Remove = %v, %v, want none", all, err)
	}
}

// TestReadCut checks that an object is read although the connection is lost again and again meanwhile.
func TestReadCut(t *testing.T) {
	h := hub(t)
	data := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{}).Read(data)
	c, err := open(t, h.URL()).Objects(job.ID, "A-1").Chunk(t.Context(), 0, data)
	if err != nil {
		t.Fatal(err)
	}
	p := newProxy(t, h.Addr)
	s := open(t, "nats://"+p.addr)
	for n := 1; n < len(data); n = 8*n + 1000 {
		p.cutAfter(n)
		if got, err := s.Read(t.Context(), c); err != nil || !bytes.Equal(got, data) {
			t.Errorf("Read, cut off after %d bytes, = %d bytes, %v, want all", n, len(got), err)
		}
	}
}

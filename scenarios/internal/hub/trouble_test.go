package hub_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// held submits a gated run, and starts a worker whose gate is closed. It returns when the worker has
// reached the gate.
func held(t *testing.T, s *journal.Store, h *hub.Head) (dir, id string, w running, release func()) {
	t.Helper()
	dir = create(t, gated, 3)
	id = submit(t, h, dir)
	reached, open := make(chan struct{}), make(chan struct{})
	w = worker(t, s, catalog(func() { close(reached); <-open }), version)
	<-reached
	return dir, id, w, func() { close(open) }
}

// TestRestart checks that a run survives a hub that ends and starts again with its store.
func TestRestart(t *testing.T) {
	o := server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30}
	first, err := server.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	s := store(t, first.URL())
	h := newHead(t, s)
	want := alone(t, gated, 3)
	dir, id, _, release := held(t, s, h)
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	release() // the worker trains while there is no hub
	o.Listen = first.Addr
	second, err := server.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	receive(t, h, dir, id)
	same(t, dir, want)
}

// TestLostStore checks that a run that a hub has lost with its store is submitted again.
func TestLostStore(t *testing.T) {
	first, err := server.Start(server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	s := store(t, first.URL())
	h := newHead(t, s)
	want := alone(t, gated, 3)
	dir, id, w, release := held(t, s, h)
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second, err := server.Start(server.Options{Listen: first.Addr, Store: t.TempDir(), MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	release()
	w.told.await(t, "ended")
	receive(t, h, dir, id)
	same(t, dir, want)
}

// TestNoise checks that messages of anybody who has the token do not change a run.
func TestNoise(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	h := newHead(t, s)
	want := alone(t, gated, 3)
	dir, id, _, release := held(t, s, h)
	noise := store(t, url).Link.Conn
	for i := range 20 {
		data := []byte(strings.Repeat("\x00noise\xff", 1+100*i))
		for _, subject := range []string{
			"rl.run." + id, "rl.run.other", "rl.owner." + id, "rl.progress." + id, "rl.cancel." + id, "rl.workers",
			"rl.queue.test.any." + id, "rl.queue.test.any.Upper", fmt.Sprintf("rl.queue.test.any.none%d", i), "rl.queue.a.b.c.d", "$O.RL_BLOBS.C.x",
		} {
			if err := noise.PublishMsg(&nats.Msg{Subject: subject, Data: data, Header: nats.Header{"Rl-Entry": {"x.1"}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := noise.Flush(); err != nil {
		t.Fatal(err)
	}
	release()
	receive(t, h, dir, id)
	same(t, dir, want)
	if all, err := hub.Jobs(t.Context(), s); err != nil || len(all) != 1 {
		t.Errorf("Jobs = %+v, %v, want the one job", all, err)
	}
}

// TestInit checks that a run that starts with a policy needs the policy's file only where it is created.
func TestInit(t *testing.T) {
	url := serve(t).URL()
	h := newHead(t, store(t, url))
	file := filepath.Join(alone(t, ppo, 8), "policy.safetensors")
	begin := func() string { return createWith(t, ppo, "init="+filepath.ToSlash(file)) }
	dir, again, want := begin(), begin(), trained(t, begin())
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	id := submit(t, h, dir)
	if other := submit(t, h, again); other != id {
		t.Errorf("the same run is the job %s, want %s", other, id)
	}
	worker(t, store(t, url), catalog(open), version)
	receive(t, h, dir, id)
	same(t, dir, want)
}

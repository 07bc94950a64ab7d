package acting

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/scenarios/internal/hub/server"
)

// A toy is a Player whose results depend on the weights, the part and the state, as an agent's do.
type toy struct {
	size    int // of the weights
	result  int // length of a result
	weights []byte
	before  func(part int) error // is called before a part is played; nil: nothing
}

func (t *toy) WeightsSize() int { return t.size }

func (t *toy) SetWeights(w []byte) error {
	t.weights = w
	return nil
}

func (t *toy) Play(_ context.Context, part int, state []byte) ([]byte, error) {
	if t.before != nil {
		if err := t.before(part); err != nil {
			return nil, err
		}
	}
	return playToy(t.weights, part, state, t.result), nil
}

// playToy returns the result of a part: the next state, and numbers.
func playToy(weights []byte, part int, state []byte, size int) []byte {
	seed := binary.LittleEndian.Uint64(state) + uint64(part) + uint64(weights[0])<<8 + uint64(weights[len(weights)-1])<<20
	return append(binary.LittleEndian.AppendUint64(nil, seed*6364136223846793005+1), numbered(size, seed)...)
}

// learning plays rollouts as an agent does, with a Learner or alone, and returns a checksum of all results.
type learning struct {
	parts, size, result int
	states              [][]byte
	sum                 uint64
	alone               int // rollouts that nobody else has played
}

func newLearning(parts, size, result int) *learning {
	g := &learning{parts: parts, size: size, result: result}
	for i := range parts {
		g.states = append(g.states, binary.LittleEndian.AppendUint64(nil, uint64(i)))
	}
	return g
}

// rollout plays one rollout.
func (g *learning) rollout(l *Learner) {
	weights := numbered(g.size, g.sum)
	results := make([][]byte, g.parts)
	accept := func(part int, result []byte) error {
		if len(result) != 8+g.result {
			return errors.New("another length")
		}
		results[part] = append([]byte(nil), result...)
		return nil
	}
	if l == nil || !l.Collect(weights, g.states, accept) {
		g.alone++
		for i, s := range g.states {
			results[i] = playToy(weights, i, s, g.result)
		}
	}
	for i, r := range results {
		g.states[i] = r[:8]
		for _, b := range r {
			g.sum = g.sum*31 + uint64(b)
		}
	}
}

// alone returns the checksum of some rollouts without workers.
func (g learning) all(rollouts int) uint64 {
	h := newLearning(g.parts, g.size, g.result)
	for range rollouts {
		h.rollout(nil)
	}
	return h.sum
}

// said collects sentences.
type said struct {
	mu   sync.Mutex
	text []string
}

func (s *said) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, text)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.text)
}

// newLearner returns a Learner that waits for its first worker. The server knows its subscriptions, so that
// requests on other connections reach it.
func newLearner(t *testing.T, conn *nats.Conn, s *said) *Learner {
	t.Helper()
	l, err := NewLearner(conn, Announcement{Run: "run-1", Kind: Ordered}, []byte("setup"), 10*time.Second, s.say)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return l
}

// act starts a worker. Its context ends with the test, or when stop is called.
func act(t *testing.T, conn *nats.Conn, name string, p Player) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Act(ctx, conn, "run-1", name, p)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return stop
}

// TestCollect checks that rollouts have the same bytes whatever the number of workers, also if weights, states
// and results travel in pieces.
func TestCollect(t *testing.T) {
	connect := Serve(t)
	for name, g := range map[string]*learning{
		"small": newLearning(7, 100, 300), "large": newLearning(3, pieceSize+5, 2*pieceSize+1),
	} {
		for _, workers := range []int{1, 2, 8} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				var s said
				l := newLearner(t, connect(), &s)
				for i := range workers {
					act(t, connect(), fmt.Sprintf("worker-%d", i), &toy{size: g.size, result: g.result})
				}
				h := newLearning(g.parts, g.size, g.result)
				const rollouts = 5
				for range rollouts {
					h.rollout(l)
				}
				if want := g.all(rollouts); h.sum != want || h.alone > 0 || l.Counts().Rollouts != rollouts {
					t.Errorf("checksum %x, want %x; %d rollouts were played alone; %s", h.sum, want, h.alone, &s)
				}
			})
		}
	}
}

// TestWorkerDies checks that a part whose worker is gone is played by another worker.
func TestWorkerDies(t *testing.T) {
	connect := Serve(t)
	var s said
	l := newLearner(t, connect(), &s)
	dying := connect()
	var once atomic.Bool
	act(t, dying, "a", &toy{size: 50, result: 10, before: func(int) error {
		if once.CompareAndSwap(false, true) {
			dying.Close() // its result does not arrive
		}
		return nil
	}})
	g := newLearning(3, 50, 10)
	l.times = []time.Duration{time.Millisecond} // patience is the least then
	<-l.came
	act(t, connect(), "b", &toy{size: 50, result: 10})
	for range 4 {
		g.rollout(l)
	}
	if want := g.all(4); g.sum != want || g.alone > 0 || l.Counts().Again == 0 {
		t.Errorf("checksum %x, want %x; alone %d; %+v, want a part that was given again; %s", g.sum, want, g.alone, l.Counts(), &s)
	}
}

// TestNobody checks that a rollout is given up if no worker is there, or if a worker says that it cannot play.
func TestNobody(t *testing.T) {
	connect := Serve(t)
	var s said
	l := newLearner(t, connect(), &s)
	l.wait = 0
	g := newLearning(2, 50, 10)
	g.rollout(l)
	if g.alone != 1 || l.Counts().Rollouts != 0 {
		t.Errorf("without workers, %d rollouts were played alone, want 1", g.alone)
	}
	act(t, connect(), "a", &toy{size: 50, result: 10, before: func(part int) error {
		if part == 1 {
			return errors.New("out of order")
		}
		return nil
	}})
	<-l.came
	g.rollout(l)
	if want := g.all(2); g.alone != 2 || g.sum != want {
		t.Errorf("checksum %x, want %x; alone %d, want 2; %s", g.sum, want, g.alone, &s)
	}
	if text := s.String(); !bytes.Contains([]byte(text), []byte("a cannot play part 1: out of order")) {
		t.Errorf("said %s, want a sentence about part 1", text)
	}
}

// TestHubRestarts checks that rollouts go on after the hub was away.
func TestHubRestarts(t *testing.T) {
	o := server.Options{Listen: "127.0.0.1:-1", Store: t.TempDir(), MaxStore: 1 << 30}
	first, err := server.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	connect := func() *nats.Conn {
		conn, err := nats.Connect(first.URL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond), nats.ReconnectBufSize(-1))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		return conn
	}
	var s said
	l := newLearner(t, connect(), &s)
	playing, restarted := make(chan struct{}), make(chan struct{})
	var once sync.Once
	act(t, connect(), "a", &toy{size: 50, result: 10, before: func(int) error {
		once.Do(func() {
			close(playing)
			<-restarted
		})
		return nil
	}})
	var second *server.Hub
	go func() {
		defer close(restarted)
		<-playing
		first.Stop()
		o.Listen = first.Addr
		second, err = server.Start(o)
	}()
	g := newLearning(3, 50, 10)
	for range 3 {
		g.rollout(l)
	}
	<-restarted
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	if want := g.all(3); g.sum != want {
		t.Errorf("checksum %x, want %x; %s", g.sum, want, &s)
	}
}

// TestNoise checks that messages of anybody change nothing.
func TestNoise(t *testing.T) {
	connect := Serve(t)
	var s said
	l := newLearner(t, connect(), &s)
	noise := connect()
	act(t, connect(), "a", &toy{size: 50, result: 10, before: func(part int) error {
		for _, data := range [][]byte{
			nil, []byte("noise"), (&frame{kind: resultFrame, name: "x", number: 1, part: uint32(part)}).append(nil),
			(&frame{kind: resultFrame, name: "x", number: 1, part: 99}).append(nil), (&frame{kind: taskFrame, name: "x"}).append(nil),
			(&frame{kind: resultFrame, name: "x", number: 1, total: maxPayload, payload: make([]byte, pieceSize)}).append(nil),
		} {
			for _, subject := range []string{collectSubject("run-1"), weightsSubject("run-1"), announceSubject} {
				if err := noise.Publish(subject, data); err != nil {
					return err
				}
			}
		}
		return noise.Flush()
	}})
	g := newLearning(3, 50, 10)
	for range 3 {
		g.rollout(l)
	}
	if want := g.all(3); g.sum != want || g.alone > 0 || l.Counts().Bad == 0 {
		t.Errorf("checksum %x, want %x; alone %d; %+v; %s", g.sum, want, g.alone, l.Counts(), &s)
	}
}

// TestWaiting checks the sentence about what is waited for.
func TestWaiting(t *testing.T) {
	l := &Learner{number: 8}
	r := &rollout{parts: []part{{accepted: true}, {given: time.Now(), to: "x-1"}, {}}}
	if got, want := l.waiting(r), "iteration 8 waits for part 1 (x-1), part 2 (no worker is free)"; got != want {
		t.Errorf("waiting = %q, want %q", got, want)
	}
}

// TestSetup checks that workers get the setup.
func TestSetup(t *testing.T) {
	connect := Serve(t)
	newLearner(t, connect(), new(said))
	if got, err := Setup(t.Context(), connect(), "run-1"); err != nil || string(got) != "setup" {
		t.Errorf("Setup = %q, %v, want the setup", got, err)
	}
	if _, err := NewLearner(connect(), Announcement{Run: "run-2"}, make([]byte, pieceSize+1), 0, nil); err == nil {
		t.Error("a setup that is too long, want an error")
	}
	if _, err := NewLearner(connect(), Announcement{Run: "../x"}, nil, 0, nil); err == nil {
		t.Error("a run without a valid id, want an error")
	}
}

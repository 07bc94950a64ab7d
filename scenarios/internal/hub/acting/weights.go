package acting

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// weightsSubject is the subject of the weights of a run.
func weightsSubject(run string) string { return "rl.weights." + run }

// A Broadcaster broadcasts versions of the weights of a run.
type Broadcaster struct {
	conn    *nats.Conn
	subject string
	buffer  []byte
}

// NewBroadcaster returns a Broadcaster for a run.
func NewBroadcaster(conn *nats.Conn, run string) *Broadcaster {
	return &Broadcaster{conn: conn, subject: weightsSubject(run)}
}

// Send broadcasts a version of the weights, in pieces of 512 KiB at most. The first version is 1, and
// each version is larger than the one before. The same version may be sent again.
func (b *Broadcaster) Send(version uint64, weights []byte) error {
	return frame{kind: weightsFrame, number: version, payload: weights}.send(b.conn, b.subject, "", &b.buffer)
}

// Weights has the newest version of the weights of a run whose pieces have all come.
type Weights struct {
	size    int
	sub     *nats.Subscription
	mu      sync.Mutex
	pieces  assembler
	version uint64
	whole   []byte
	news    chan struct{} // is closed when a version is complete
}

// maxPendingWeights is the memory for pieces that wait to be put together [bytes], beside the weights
// themselves.
const maxPendingWeights = 64 << 20

// ReceiveWeights receives the weights of a run, which have the given size [bytes]. Others are ignored.
func ReceiveWeights(conn *nats.Conn, run string, size int) (*Weights, error) {
	w := &Weights{size: size, pieces: assembler{trusted: true}, news: make(chan struct{})}
	sub, err := conn.Subscribe(weightsSubject(run), func(m *nats.Msg) {
		if f, err := decodeFrame(m.Data); err == nil && f.kind == weightsFrame {
			w.add(&f)
		}
	})
	if err != nil {
		return nil, err
	}
	w.sub = sub
	return w, sub.SetPendingLimits(-1, maxPendingWeights+2*size)
}

// Close ends the receiving.
func (w *Weights) Close() error { return w.sub.Unsubscribe() }

// add adds a piece of a version. Pieces of older versions are ignored.
func (w *Weights) add(f *frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if int64(f.total) != int64(w.size) || f.number <= w.version || w.pieces.pieces != nil && f.number < w.pieces.number {
		return
	}
	if whole, complete := w.pieces.add(f); complete {
		w.version, w.whole = f.number, whole
		close(w.news)
		w.news = make(chan struct{})
	}
}

// Newest returns the newest whole version and its weights, which must not be changed. The version is 0
// if there is none.
func (w *Weights) Newest() (version uint64, weights []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.version, w.whole
}

// Wait waits until the newest whole version is the given one or a newer one, for the time d at most. It
// returns the newest version.
func (w *Weights) Wait(ctx context.Context, version uint64, d time.Duration) (newest uint64, weights []byte) {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		w.mu.Lock()
		newest, weights = w.version, w.whole
		news := w.news
		w.mu.Unlock()
		if newest >= version {
			return newest, weights
		}
		select {
		case <-news:
		case <-ctx.Done():
			return newest, weights
		case <-t.C:
			return newest, weights
		}
	}
}

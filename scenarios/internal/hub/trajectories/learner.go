package trajectories

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

const (
	// fetchTime is the time that Take waits for a trajectory before it sends the weights again, which a
	// worker may have missed.
	fetchTime = time.Second

	// patience is the time that Take waits for a trajectory if workers have come.
	patience = 10 * time.Second

	// streamBytes is the largest size of the stream [bytes].
	streamBytes = 64 << 20

	// maxFetch is the largest number of trajectories that are fetched at once. They count as if they still
	// waited in the stream.
	maxFetch = 4
)

// A Learner receives the trajectories of a run, and broadcasts its weights.
type Learner struct {
	link   *link.Link
	run    string
	depth  int // trajectories that can wait
	say    func(string)
	joined atomic.Int64 // number of the next player
	stop   func()       // ends the announcements
	join   *nats.Subscription

	consumer jetstream.Consumer // nil: the stream is not there
	fetched  [][]byte
	silent   bool // whether no trajectories come, and this program plays by itself
	first    int64
	sent     time.Time // time when the weights were sent again

	mu      sync.Mutex // guards the fields below
	weights *acting.Broadcaster
	version uint64 // version of the latest weights, from 1; 0: there are none
	latest  []byte
}

var _ agents.Source = (*Learner)(nil)

// NewLearner returns a Learner for a run, and announces the run until Close. Workers get the setup and a
// number, from the argument first on, and make a Player of them. At most depth trajectories wait. The
// function say gets sentences for the user.
func NewLearner(ctx context.Context, l *link.Link, a acting.Announcement, setup []byte, first, depth int, say func(string)) (*Learner, error) {
	if !acting.ValidID(a.Run) {
		return nil, fmt.Errorf("the run %q has no valid id", a.Run)
	}
	if len(setup) > maxMessage {
		return nil, fmt.Errorf("the settings of the run have %d bytes, want %d at most for a hub", len(setup), maxMessage)
	}
	r := &Learner{link: l, run: a.Run, depth: depth, say: say, weights: acting.NewBroadcaster(l.Conn, a.Run), first: int64(first)}
	r.joined.Store(int64(first))
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	var err error
	r.join, err = l.Conn.Subscribe(joinSubject(a.Run), func(m *nats.Msg) {
		id := uint32(r.joined.Add(1) - 1)
		m.Respond(append(binary.LittleEndian.AppendUint32(nil, id), setup...))
		r.send()
	})
	if err != nil {
		return nil, err
	}
	a.Kind = Kind
	r.stop = acting.Announce(l.Conn, a)
	return r, nil
}

// open makes the stream and its consumer, or finds them.
func (r *Learner) open(ctx context.Context) error {
	ctx, cancel := r.link.Request(ctx)
	defer cancel()
	_, err := r.link.JS.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: streamName(r.run), Subjects: []string{streamSubject(r.run)}, Storage: jetstream.MemoryStorage, Retention: jetstream.WorkQueuePolicy,
		MaxMsgs: int64(max(1, r.depth-r.fetch())), MaxBytes: streamBytes, MaxMsgSize: maxMessage, Discard: jetstream.DiscardNew,
	})
	if err == nil {
		r.consumer, err = r.link.JS.CreateOrUpdateConsumer(ctx, streamName(r.run), jetstream.ConsumerConfig{
			Durable: "learner", AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second, MaxAckPending: -1,
		})
	}
	return err
}

// fetch returns the number of trajectories that are fetched at once.
func (r *Learner) fetch() int { return max(1, min(maxFetch, r.depth/2)) }

// Publish broadcasts weights: see agents.Source. An error means that the hub is away; the next version
// makes up for it.
func (r *Learner) Publish(version int, weights []byte) {
	r.mu.Lock()
	r.version, r.latest = uint64(version)+1, append(r.latest[:0], weights...)
	r.mu.Unlock()
	r.send()
}

// send broadcasts the latest weights, if there are any.
func (r *Learner) send() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version > 0 {
		r.weights.Send(r.version, r.latest)
	}
}

// Take returns the next trajectory: see agents.Source. It acknowledges each one, so that none is learned
// from twice when the program ends.
func (r *Learner) Take() (trajectory []byte, refused int) {
	r.wait()
	for len(r.fetched) > 0 {
		data := r.fetched[0]
		r.fetched = r.fetched[1:]
		t, n, err := decodeMessage(data)
		if refused += n; err == nil {
			r.silent = false
			return t, refused
		}
	}
	if !r.silent {
		r.silent = true
		r.say("no worker plays for this run; it plays by itself until one does: rlrun work --hub URL")
	}
	return nil, refused
}

// wait receives trajectories, and waits for them for some time: for long if workers have come, and not at
// all if this program plays by itself.
func (r *Learner) wait() {
	start, limit := time.Now(), fetchTime
	if r.joined.Load() > r.first {
		limit = patience
	}
	for len(r.fetched) == 0 {
		r.receive()
		if len(r.fetched) > 0 {
			return
		}
		if now := time.Now(); now.Sub(r.sent) >= fetchTime {
			r.sent = now
			r.send()
		}
		if r.silent || time.Since(start) >= limit {
			return
		}
	}
}

// receive fetches the trajectories that have come. If there are none, it waits for one for a second,
// unless this program plays by itself.
func (r *Learner) receive() {
	ctx := context.Background()
	if r.consumer == nil {
		if r.open(ctx) != nil {
			link.Wait(ctx, fetchTime/4)
			return
		}
	}
	err := r.collect(r.consumer.FetchNoWait(r.fetch()))
	if err == nil && len(r.fetched) == 0 && !r.silent {
		err = r.collect(r.consumer.Fetch(1, jetstream.FetchMaxWait(fetchTime)))
	}
	if err != nil && !errors.Is(err, nats.ErrTimeout) {
		r.consumer = nil // the hub has restarted, and its memory is empty, or it is away
	}
}

// collect acknowledges the trajectories of a batch, and keeps them.
func (r *Learner) collect(batch jetstream.MessageBatch, err error) error {
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		m.Ack()
		r.fetched = append(r.fetched, m.Data())
	}
	return batch.Error()
}

// Close says that the run has ended, and removes its stream.
func (r *Learner) Close() error {
	r.stop()
	ctx, cancel := r.link.Request(context.Background())
	defer cancel()
	r.link.JS.DeleteStream(ctx, streamName(r.run)) // if the hub is away, its memory goes with it
	return r.join.Unsubscribe()
}

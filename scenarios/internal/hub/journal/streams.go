package journal

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// Names of the hub's streams. A stream keeps messages on disk.
const (
	queueStream   = "RL_QUEUE"   // rl.queue.CODE.KERNELS.JOB: a message for each job that wants a worker
	journalStream = "RL_JOURNAL" // rl.run.JOB: the entries of a job
	blobBucket    = "RL_BLOBS"   // objects JOB/OWNER-N: chunks of files
)

// ServerName is the name of the server of rlrun hub. That server makes the streams itself, with limits that
// fit on its disk. In any other NATS server the first client makes them.
const ServerName = "rlrun-hub"

// AckWait is the time after which the job of a silent worker goes to another worker.
const AckWait = 15 * time.Second

func queueSubject(code, kernels, job string) string {
	return "rl.queue." + code + "." + kernels + "." + job
}

// Subject returns the subject of a job's journal. Each new entry is also a message for subscribers.
func Subject(job string) string { return "rl.run." + job }

// A Store is the journals, the queue and the objects of a hub.
type Store struct {
	Link *link.Link

	// AckWait is the time after which a job of a silent worker goes to another worker. Each consumer of the
	// queue is made with it.
	AckWait time.Duration

	journal, queue jetstream.Stream
	blobs          jetstream.ObjectStore
	maxEntry       int // largest length of an entry [bytes]
	inlineSize     int // largest size of a chunk in an entry [bytes]
	pieceSize      int // largest length of a message of an object [bytes]
}

// Limits bounds what the streams may take [bytes]. 0 means no bound.
type Limits struct{ Journal, Blobs int64 }

// Make makes the streams of a hub, or changes their limits.
func Make(ctx context.Context, l *link.Link, limits Limits) error {
	if _, err := l.JS.CreateOrUpdateStream(ctx, queueConfig()); err != nil {
		return err
	}
	if _, err := l.JS.CreateOrUpdateStream(ctx, journalConfig(limits.Journal)); err != nil {
		return err
	}
	_, err := l.JS.CreateOrUpdateObjectStore(ctx, blobConfig(limits.Blobs))
	return err
}

func queueConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: queueStream, Subjects: []string{"rl.queue.>"}, Retention: jetstream.WorkQueuePolicy, MaxBytes: QueueBytes, MaxMsgSize: maxEntry,
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, // a job is in the queue once
	}
}

// QueueBytes is the largest size of the queue [bytes]. A message has some hundred bytes.
const QueueBytes = 16 << 20

func journalConfig(maxBytes int64) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name: journalStream, Subjects: []string{Subject(">")}, Discard: jetstream.DiscardNew, MaxBytes: orUnlimited(maxBytes),
		MaxMsgSize: maxEntry, AllowDirect: true,
	}
}

func blobConfig(maxBytes int64) jetstream.ObjectStoreConfig {
	return jetstream.ObjectStoreConfig{Bucket: blobBucket, MaxBytes: orUnlimited(maxBytes)}
}

func orUnlimited(n int64) int64 {
	if n == 0 {
		return -1
	}
	return n
}

// minPayload is the least max_payload that a server may have [bytes].
const minPayload = 64 << 10

// startTime is the time that the JetStream of a NATS server may take to start.
const startTime = 3 * time.Second

// Open opens the streams of a hub. It waits while the hub is away or has not made them yet. A server
// that cannot be a hub is an error that wraps link.ErrUser.
func Open(ctx context.Context, l *link.Link) (*Store, error) {
	s := &Store{Link: l, AckWait: AckWait}
	limit := int(min(l.Conn.MaxPayload(), maxEntry))
	if limit < minPayload {
		return nil, link.UserErrorf("the NATS server has a max_payload of %d bytes; want %d at least", limit, minPayload)
	}
	s.maxEntry, s.inlineSize, s.pieceSize = limit, min(inlineSize, limit/64), min(pieceSize, limit-1024)
	begun, own := time.Now(), l.Conn.ConnectedServerName() == ServerName
	return s, link.Retry(ctx, func() error {
		try, cancel := l.Request(ctx)
		defer cancel()
		err := s.find(try)
		if (errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound)) && !own {
			if err = Make(try, l, Limits{}); err == nil {
				err = s.find(try)
			} else if _, ok := errors.AsType[*jetstream.APIError](err); ok {
				err = link.UserErrorf("the NATS server refuses the streams of a hub: %w", err)
			}
		}
		silent := errors.Is(err, nats.ErrNoResponders) && !own && time.Since(begun) > startTime
		if silent || errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
			err = link.UserErrorf("the NATS server has no JetStream; want nats-server --jetstream, or rlrun hub")
		}
		return err
	}, func(err error) bool { return errors.Is(err, link.ErrUser) })
}

// find finds the streams.
func (s *Store) find(ctx context.Context) (err error) {
	if s.queue, err = s.Link.JS.Stream(ctx, queueStream); err != nil {
		return err
	}
	if s.journal, err = s.Link.JS.Stream(ctx, journalStream); err != nil {
		return err
	}
	s.blobs, err = s.Link.JS.ObjectStore(ctx, blobBucket)
	return err
}

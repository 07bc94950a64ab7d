package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// objectTimeout is the longest time for one object. On a slow line a chunk takes seconds.
const objectTimeout = 2 * time.Minute

// An ObjectWriter makes the chunks of a job's owner. Its objects have names that no other owner and no
// other chunk ever has, so an owner that has lost its job cannot harm the next one, whatever it deletes.
type ObjectWriter struct {
	store *Store
	job   string
	owner string
	n     int
}

// Objects returns an ObjectWriter. No other ObjectWriter may ever have the same owner.
func (s *Store) Objects(job, owner string) *ObjectWriter { return &ObjectWriter{s, job, owner, 0} }

// Chunk returns the chunk of a file at an offset. It has the data itself if they are short, and
// otherwise puts them into an object. It tries until the object is stored, or until ctx ends.
func (w *ObjectWriter) Chunk(ctx context.Context, at int64, data []byte) (Chunk, error) {
	c := Chunk{At: at, Size: int64(len(data)), Sum: Sum(data)}
	if len(data) <= w.store.inlineSize {
		c.Data = data
		return c, nil
	}
	w.n++
	c.Blob = fmt.Sprintf("%s/%s-%d", w.job, w.owner, w.n)
	return c, link.Retry(ctx, func() error {
		try, cancel := w.store.Link.Try(ctx, objectTimeout)
		defer cancel()
		meta := jetstream.ObjectMeta{Name: c.Blob, Opts: &jetstream.ObjectMetaOptions{ChunkSize: uint32(w.store.pieceSize)}}
		_, err := w.store.blobs.Put(try, meta, bytes.NewReader(data))
		return err
	}, nil)
}

// Split returns the chunks of a file's bytes from an offset up to the size, which it reads from r.
func (w *ObjectWriter) Split(ctx context.Context, r io.ReaderAt, at, size int64) ([]Chunk, error) {
	var all []Chunk
	for at < size {
		data := make([]byte, min(size-at, ChunkSize(at)))
		if _, err := r.ReadAt(data, at); err != nil {
			return nil, err
		}
		c, err := w.Chunk(ctx, at, data)
		if err != nil {
			return nil, err
		}
		all, at = append(all, c), at+c.Size
	}
	return all, nil
}

// Read returns the bytes of a chunk. It waits while the hub is away. An object that is missing or
// damaged is an error.
func (s *Store) Read(ctx context.Context, c Chunk) ([]byte, error) {
	data := c.Data
	if c.Blob != "" {
		err := link.Retry(ctx, func() (err error) {
			try, cancel := s.Link.Try(ctx, objectTimeout)
			defer cancel()
			data, err = s.object(try, c.Blob, c.Size)
			return err
		}, func(err error) bool {
			return errors.Is(err, jetstream.ErrObjectNotFound) || errors.Is(err, errLength)
		})
		if err != nil {
			return nil, fmt.Errorf("object %s: %w", c.Blob, err)
		}
	}
	if int64(len(data)) != c.Size || !bytes.Equal(Sum(data), c.Sum) {
		return nil, fmt.Errorf("chunk %q of %d bytes is damaged: the checksum does not match", c.Blob, c.Size)
	}
	return data, nil
}

// errLength is the error for an object of another length than its chunk.
var errLength = errors.New("another length than the journal says")

// object returns the bytes of an object, which must have the given size. Reading an object does not heed
// ctx: after the loss of its connection it waits for data until the time for an object is over. So a
// goroutine reads, and object does not wait for it if ctx ends.
func (s *Store) object(ctx context.Context, name string, size int64) ([]byte, error) {
	o, err := s.blobs.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	info, err := o.Info()
	if err == nil && info.Size != uint64(size) {
		err = errLength
	}
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	data, done := make([]byte, size), make(chan error, 1)
	go func() {
		_, err := io.ReadFull(o, data)
		done <- errors.Join(err, o.Close())
	}()
	select {
	case err = <-done:
		return data, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Tidy deletes the objects of before that after does not have. An object that cannot be deleted now
// stays until the job is removed.
func (s *Store) Tidy(ctx context.Context, before, after *Entry) {
	used := map[string]bool{}
	for _, f := range after.Files {
		for _, c := range f.Chunks {
			used[c.Blob] = true
		}
	}
	for _, f := range before.Files {
		for _, c := range f.Chunks {
			if c.Blob != "" && !used[c.Blob] {
				try, cancel := s.Link.Request(ctx)
				s.blobs.Delete(try, c.Blob)
				cancel()
			}
		}
	}
}

// Remove removes a job: its message in the queue, its journal and its objects.
func (s *Store) Remove(ctx context.Context, job Job) error {
	try, cancel := s.Link.Try(ctx, objectTimeout)
	defer cancel()
	if err := s.queue.Purge(try, jetstream.WithPurgeSubject(queueSubject(job.Code, job.Kernels, job.ID))); err != nil {
		return err
	}
	if err := s.journal.Purge(try, jetstream.WithPurgeSubject(Subject(job.ID))); err != nil {
		return err
	}
	objects, err := s.blobs.List(try)
	if errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil
	}
	for _, o := range objects {
		if strings.HasPrefix(o.Name, job.ID+"/") {
			err = errors.Join(err, s.blobs.Delete(try, o.Name))
		}
	}
	return err
}

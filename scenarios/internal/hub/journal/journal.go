package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// ErrFenced is the error of Append if somebody else has appended an entry since.
var ErrFenced = errors.New("the job belongs to somebody else now")

// nameHeader is the header of a message with the name of its entry: OWNER.N.
const nameHeader = "Rl-Entry"

// A Position is the place of an entry in its journal. The zero Position is before the first entry.
type Position struct {
	Sequence uint64
	Name     string // name of the entry: each entry has another one
}

// A Journal appends entries to the journal of a job, as long as nobody else does.
type Journal struct {
	store *Store
	job   string
	owner string // unique: part of the names of the entries
	last  Position
	n     int // number of entries with this owner
}

// Journal returns a Journal that continues after the entry at the given position. No other Journal
// may ever have the same owner.
func (s *Store) Journal(job, owner string, after Position) *Journal {
	return &Journal{store: s, job: job, owner: owner, last: after}
}

// Last returns the last entry of a job and its position. The entry is nil if the job has none.
// A message that is not an entry is deleted, because the next entry is appended after it.
func (s *Store) Last(ctx context.Context, job string) (*Entry, Position, error) {
	ctx, cancel := s.Link.Request(ctx)
	defer cancel()
	for {
		m, err := s.journal.GetLastMsgForSubject(ctx, Subject(job))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil, Position{}, nil
		}
		if err != nil {
			return nil, Position{}, err
		}
		if e, err := decode(job, m); err == nil {
			return e, position(m), nil
		}
		if err := s.journal.DeleteMsg(ctx, m.Sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil, Position{}, err
		}
	}
}

// Next returns the first entry of a job whose sequence is at least from. The entry is nil if there is
// none yet.
func (s *Store) Next(ctx context.Context, job string, from uint64) (*Entry, Position, error) {
	ctx, cancel := s.Link.Request(ctx)
	defer cancel()
	for {
		m, err := s.journal.GetMsg(ctx, from, jetstream.WithGetMsgSubject(Subject(job)))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil, Position{}, nil
		}
		if err != nil {
			return nil, Position{}, err
		}
		if e, err := decode(job, m); err == nil {
			return e, position(m), nil
		}
		from = m.Sequence + 1
	}
}

// decode returns the entry in a message of a journal.
func decode(job string, m *jetstream.RawStreamMsg) (*Entry, error) {
	if m.Header.Get(nameHeader) == "" {
		return nil, errors.New("journal: an entry without a name")
	}
	return Decode(job, m.Data)
}

func position(m *jetstream.RawStreamMsg) Position {
	return Position{m.Sequence, m.Header.Get(nameHeader)}
}

// Append appends an entry, once. It returns ErrFenced if another entry has come. If the answer of
// the hub is lost, the journal's last entry says whether the entry was stored. Append tries until it
// is certain, or until ctx ends.
func (j *Journal) Append(ctx context.Context, e *Entry) error { return j.append(ctx, e, nil) }

// append is Append with more final errors than ErrFenced: those for which the function final returns
// true.
func (j *Journal) append(ctx context.Context, e *Entry, final func(error) bool) error {
	e.Prev = j.last.Name
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if len(data) > j.store.maxEntry-1024 { // the headers of the message count too
		return fmt.Errorf("journal: an entry of %d bytes, which is too long", len(data))
	}
	j.n++
	name := fmt.Sprintf("%s.%d", j.owner, j.n)
	msg := &nats.Msg{Subject: Subject(j.job), Data: data, Header: nats.Header{nameHeader: {name}}}
	return link.Retry(ctx, func() error { return j.publish(ctx, msg, name) }, func(err error) bool {
		return errors.Is(err, ErrFenced) || final != nil && final(err)
	})
}

// publish publishes the message of an entry. Any error but ErrFenced may pass.
func (j *Journal) publish(ctx context.Context, msg *nats.Msg, name string) error {
	try, cancel := j.store.Link.Request(ctx)
	defer cancel()
	ack, err := j.store.Link.JS.PublishMsg(try, msg, jetstream.WithExpectLastSequencePerSubject(j.last.Sequence), jetstream.WithRetryAttempts(0))
	if err == nil {
		j.last = Position{ack.Sequence, name}
		return nil
	}
	_, at, readErr := j.store.Last(ctx, j.job)
	switch {
	case readErr != nil:
		return readErr
	case at.Name == name: // stored, and the answer was lost
		j.last = at
		return nil
	case at != j.last:
		return ErrFenced
	case isFull(err):
		return ErrFull
	}
	return fmt.Errorf("journal: the hub refuses an entry: %w", err)
}

// At returns the position of the last entry that the Journal has appended or knows.
func (j *Journal) At() Position { return j.last }

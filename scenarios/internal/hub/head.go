package hub

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// A Head submits runs to a hub and receives their files. It keeps nothing at the hub and needs
// nothing that it knew before: a head that was killed begins again, with the same result.
type Head struct {
	Version Version
	Every   int               // steps between two checkpoints; 0: a checkpoint every few seconds
	Say     func(text string) // gets sentences for the user; several goroutines call it at the same time

	store   *journal.Store
	catalog scenario.Catalog
	doubts  sync.Once
	away    atomic.Bool // whether Say was told that the hub is away
}

// NewHead returns a head.
func NewHead(s *journal.Store, catalog scenario.Catalog, v Version, every int, say func(text string)) *Head {
	return &Head{Version: v, Every: every, Say: say, store: s, catalog: catalog}
}

const (
	// A head looks into a journal when it hears of an entry. The entry may be stored later than that,
	// so it looks again after shortPoll, and then after times that double up to longPoll.
	shortPoll = 10 * time.Millisecond
	longPoll  = 2 * time.Second

	// enqueueInterval is the time after which a head puts a job into the queue again, in case the hub
	// has lost it.
	enqueueInterval = 15 * time.Second

	// doubtInterval is the time after which a head asks why no worker takes a job.
	doubtInterval = 10 * time.Second
)

// Submit submits the created run in dir, or finds it at the hub. It returns the job's id. A run that
// is finished is not submitted.
func (h *Head) Submit(ctx context.Context, dir string) (string, error) {
	r, err := run.Load(dir, h.catalog)
	if err != nil {
		return "", err
	}
	if res, err := r.Result(); res != nil || err != nil {
		return "", err
	}
	r.CheckpointEvery = h.Every
	data, err := files(r)
	if err != nil {
		return "", err
	}
	job := newJob(r, h.Version, data)
	owner := unique("head")
	objects, first := h.store.Objects(job.ID, owner), map[string]journal.File{}
	for name, b := range data {
		chunks, err := objects.Split(ctx, strings.NewReader(string(b)), 0, int64(len(b)))
		if err != nil {
			return "", err
		}
		first[name] = journal.File{Chunks: chunks}
	}
	return job.ID, h.store.Submit(ctx, job, owner, first)
}

// A receiver receives the files of a job.
type receiver struct {
	*Head
	run    *run.Run
	id     string
	report func(Progress)
	next   uint64           // sequence after the latest entry that was received
	have   journal.Position // the latest entry that was received
	wake   chan struct{}    // has an element when there may be a new entry
	pause  time.Duration    // time until the next look
	queued time.Time        // time when the job was put into the queue
	since  time.Time        // time since which no worker has taken the job
	heard  atomic.Int64     // time when a worker was heard [ns since 1970]
	silent string           // owner of whom Say was told that it is silent
}

// Receive writes the files of a job to the run directory dir, while workers train the run, and
// returns the result. It calls report with the progress, from several goroutines. If ctx ends, the
// job goes on: Submit and Receive continue.
func (h *Head) Receive(ctx context.Context, dir, id string, report func(Progress)) (res *run.Result, err error) {
	opened, err := run.Open(dir, h.catalog)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	if res, err := opened.Result(); res != nil || err != nil {
		return res, errors.Join(err, Unmark(dir))
	}
	now := time.Now()
	r := &receiver{Head: h, run: opened, id: id, report: report, next: 1, wake: make(chan struct{}, 1), pause: shortPoll, queued: now, since: now}
	stop, err := r.subscribe()
	if err != nil {
		return nil, err
	}
	defer stop()
	for {
		e, err := r.advance(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, err
		case e != nil && e.Kind == journal.Done:
			return r.finish(ctx, e)
		case e != nil && e.Kind.Ended():
			return nil, r.failed(ctx, e)
		case e == nil:
			r.wait(ctx)
		}
	}
}

// subscribe wakes the receiver at each new entry, and reports the progress of the run.
func (r *receiver) subscribe() (stop func(), err error) {
	conn := r.store.Link.Conn
	entries, err := conn.Subscribe(journal.Subject(r.id), func(*nats.Msg) { r.nudge() })
	if err != nil {
		return nil, err
	}
	progress, err := conn.Subscribe(progressSubject(r.id), func(m *nats.Msg) {
		if p, err := decodeProgress(m.Data); err == nil {
			r.heard.Store(time.Now().UnixNano())
			p.Trouble = strings.ReplaceAll(p.Trouble, runDir, r.run.Dir)
			r.report(p)
		}
	})
	return func() {
		entries.Unsubscribe()
		progress.Unsubscribe()
	}, err
}

// wait waits until there may be a new entry.
func (r *receiver) wait(ctx context.Context) {
	t := time.NewTimer(r.pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-r.wake:
		r.pause = shortPoll
	case <-t.C:
		r.pause = min(2*r.pause, longPoll)
	}
}

// advance receives the next entry. It returns nil if there is none, and the entry if it is the last
// one or if more follow. An entry that ends the job, and that others follow, is returned as if it did
// not: a later Submit has begun the job again.
func (r *receiver) advance(ctx context.Context) (e *journal.Entry, err error) {
	last, at, err := r.last(ctx)
	if err != nil {
		return nil, err
	}
	if last == nil { // the hub has lost its store, or somebody has removed the job
		r.restart()
		_, err := r.Submit(ctx, r.run.Dir)
		return nil, err
	}
	r.attend(ctx, last)
	if at == r.have {
		r.listen(last)
		return nil, nil
	}
	r.heard.Store(time.Now().UnixNano())
	err = link.Retry(ctx, func() error {
		e, at, err = r.store.Next(ctx, r.id, r.next)
		return err
	}, nil)
	if err != nil {
		return nil, err
	}
	if e != nil && r.have.Name == "" && e.Prev != "" {
		return nil, fmt.Errorf("the journal of the job %s has lost its first entries; rlrun hub remove %[1]s removes it, and the same command then begins again", r.id)
	}
	if e == nil || e.Prev != r.have.Name { // the hub has lost entries that were received, and went on without them
		r.restart()
		return nil, nil
	}
	if err := r.append(ctx, e); err != nil {
		return nil, err
	}
	r.next, r.have = at.Sequence+1, at
	if e.Kind.Ended() && e.Kind != journal.Done {
		if now, p, err := r.last(ctx); err != nil || now == nil || p != at {
			return new(journal.Entry), err
		}
	}
	return e, nil
}

// restart receives the journal again from its start.
func (r *receiver) restart() {
	r.next, r.have = 1, journal.Position{}
	r.nudge()
}

// nudge ends the next wait.
func (r *receiver) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// attend keeps a job in the queue, and says why no worker takes it.
func (r *receiver) attend(ctx context.Context, last *journal.Entry) {
	now := time.Now()
	if last.Kind != journal.Submit {
		r.since = now
	}
	if !last.Kind.Ended() && now.Sub(r.queued) > enqueueInterval {
		r.queued = now
		r.store.Enqueue(ctx, last.Job) // again after the next interval if the hub is away
	}
	if now.Sub(r.since) > doubtInterval {
		r.doubts.Do(func() { r.Say(r.doubt(ctx)) })
	}
}

// append appends the rows of an entry to the logs, and reports its steps.
func (r *receiver) append(ctx context.Context, e *journal.Entry) error {
	for name, rows := range e.Rows {
		if err := appendRows(ctx, r.store, filepath.Join(r.run.Dir, name), rows); err != nil {
			return err
		}
	}
	if e.Kind == journal.Submit && e.Error != "" {
		r.Say(fmt.Sprintf("%s: a worker gave it back: %s", r.run.Dir, strings.ReplaceAll(e.Error, runDir, r.run.Dir)))
	}
	if w := e.Worker(); w != "" {
		r.report(Progress{Worker: w, Steps: e.Steps, Total: e.Job.Steps})
	}
	return nil
}

// finish writes the files of the finished run, and then its result.
func (r *receiver) finish(ctx context.Context, e *journal.Entry) (*run.Result, error) {
	if err := layOut(ctx, r.store, r.run.Dir, e, func(name string) bool { return name == configFile || name == resultFile }); err != nil {
		return nil, err
	}
	var data []byte
	for _, c := range e.Files[resultFile].Chunks {
		b, err := r.store.Read(ctx, c)
		if err != nil {
			return nil, err
		}
		data = append(data, b...)
	}
	res, err := r.run.Adopt(data)
	if err != nil {
		return nil, fmt.Errorf("the result of the job %s: %w", r.id, err)
	}
	return res, Unmark(r.run.Dir)
}

// failed returns the error of a job that failed or was cancelled.
func (r *receiver) failed(ctx context.Context, e *journal.Entry) error {
	if e.Kind == journal.Cancel {
		return ErrCancelled
	}
	only := func(name string) bool { return name != episodeFile }
	if err := layOut(ctx, r.store, r.run.Dir, e, only); err != nil {
		return err
	}
	return errors.New(strings.ReplaceAll(e.Error, runDir, r.run.Dir))
}

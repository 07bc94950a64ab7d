package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// A training is the training of a job by the worker that owns it.
type training struct {
	*Worker
	claim   *journal.Entry
	journal *journal.Journal
	dir     string
	told    time.Time // time of the latest Progress
}

var (
	// errFinal is wrapped by an error that ends the job. The journal has it.
	errFinal = errors.New("the run cannot be finished")

	// ErrCancelled is the error of a job that somebody has cancelled.
	ErrCancelled = errors.New("the job was cancelled")
)

const (
	// grace is the time that a worker takes for the last checkpoint when it is told to end.
	grace = 10 * time.Second

	// progressInterval is the time between two messages about a run.
	progressInterval = 500 * time.Millisecond
)

// train trains the run from its last checkpoint to its end. It returns nil if the run is finished, an
// errFinal if it cannot be finished, an ErrFenced if another worker owns it now, and a
// context.Canceled if ctx has ended and the run is to be continued by another worker.
func (t *training) train(ctx context.Context) error {
	training, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	shipping, give := context.WithCancelCause(context.WithoutCancel(ctx))
	defer give(nil)
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { give(context.Canceled) }) })()
	stop, err := t.heedCancel(lost)
	if err != nil {
		return err
	}
	defer stop()
	p := &shipper{
		ctx: shipping, lost: lost, say: t.to.Say, job: t.claim.Job, store: t.store, journal: t.journal, objects: t.store.Objects(t.claim.Job.ID, t.claim.Owner),
		dir: t.dir, steps: t.claim.Steps, slot: make(chan struct{}, 1), last: t.claim,
	}
	err = t.run(training, p)
	if cause := context.Cause(training); err != nil && ctx.Err() == nil && cause != nil {
		err = cause // the job was lost or cancelled
	}
	switch {
	case err == nil:
		return p.finish(journal.Done, resultFile)
	case errors.Is(err, context.Canceled):
		if failed := p.finish(journal.Commit); failed != nil {
			return failed
		}
		return err
	}
	p.wait()
	if p.err != nil || errors.Is(err, journal.ErrFenced) || errors.Is(err, ErrCancelled) {
		return err
	}
	if local(err) {
		return errors.Join(err, t.release(p, err))
	}
	if failed := p.fail(err); failed != nil {
		return failed
	}
	return fmt.Errorf("%w: %w", errFinal, err)
}

// run lays out the files of the job and trains the run.
func (t *training) run(ctx context.Context, p *shipper) (err error) {
	if err := layOut(ctx, t.store, t.dir, t.claim, func(string) bool { return false }); err != nil {
		return err
	}
	if err := layHoles(t.dir, t.claim); err != nil {
		return err
	}
	r, err := run.Open(t.dir, t.catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	r.Scenario.UseCores(1)
	r.CheckpointEvery = t.claim.Job.Every
	defer crash.Guard(&err, func() string { return fmt.Sprintf("%v, after %d steps", r.Scenario, p.steps) })
	if err := r.Resume(); err != nil {
		return err
	}
	st, err := r.Train(ctx, p, run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		t.tell(st)
		return nil
	}))
	if err == nil {
		err = st.Trouble // without its last checkpoint the run is not whole
	}
	if err == nil {
		_, err = r.Finish(ctx, st)
	}
	return err
}

// heedCancel calls lost when the job is cancelled. Anybody can send such a message, so the journal decides.
func (t *training) heedCancel(lost func(error)) (stop func() error, err error) {
	sub, err := t.store.Link.Conn.Subscribe(cancelSubject(t.claim.Job.ID), func(*nats.Msg) {
		ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
		defer cancel()
		if e, _, err := t.store.Last(ctx, t.claim.Job.ID); err == nil && e != nil && e.Kind == journal.Cancel {
			lost(ErrCancelled)
		}
	})
	if err != nil {
		return nil, err
	}
	return sub.Unsubscribe, nil
}

// tell publishes the progress of the run, now and then.
func (t *training) tell(st *run.Status) {
	now := time.Now()
	if st.Trouble == nil && now.Sub(t.told) < progressInterval {
		return
	}
	t.told = now
	p := Progress{Worker: t.Name, Steps: st.Steps, Total: st.Total, Episodes: st.Episodes}
	if st.Trouble != nil {
		p.Trouble = sentence(withoutDir(st.Trouble, t.dir))
		t.to.Say(fmt.Sprintf("%s, seed %d: %s", t.claim.Job.Name, t.claim.Job.Seed, p.Trouble))
	}
	if run.Number(st.Return).Finite() && st.Episodes > 0 {
		p.Return = st.Return
	}
	if data, err := json.Marshal(p); err == nil {
		t.store.Link.Conn.Publish(progressSubject(t.claim.Job.ID), data)
	}
}

// release gives the job back after an error of this machine. The number of tries stays, so that a job
// that no machine can train ends at last.
func (t *training) release(p *shipper, why error) error {
	e := *p.last
	e.Kind, e.Owner, e.Rows, e.Error = journal.Submit, "", nil, sentence(withoutDir(why, t.dir))
	return p.journal.Append(p.ctx, &e)
}

// local reports whether an error is of this machine, and not of the run: its disk, its files, its
// memory. Another machine may train the run.
func local(err error) bool {
	var path *fs.PathError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &number)
}

// runDir stands for the run directory in the messages of a worker. The head knows its name.
const runDir = "{run}"

// withoutDir returns err with runDir instead of the worker's directory, which means nothing to the user.
func withoutDir(err error, dir string) error {
	return errors.New(strings.ReplaceAll(err.Error(), dir, runDir))
}

// sentence returns the message of an error in one line of at most a thousand characters.
func sentence(err error) string {
	text := strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
	if r := []rune(text); len(r) > 1000 {
		text = string(r[:1000]) + "…"
	}
	return text
}

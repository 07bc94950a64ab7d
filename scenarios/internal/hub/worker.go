package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/internal/lock"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// A Worker takes runs from a hub and trains them.
type Worker struct {
	Name    string
	Version Version
	Cores   int // runs that it trains at the same time, each on one core

	store   *journal.Store
	catalog scenario.Catalog
	dir     string // its own directory, for the runs that it trains
	owned   *os.File
	to      Teller

	mu   sync.Mutex
	jobs []string        // ids of the jobs that it trains
	said map[string]bool // sentences that were said, and that are said once

	learners map[string]*learnerRun // runs whose learners want workers
}

// A Teller gets what a worker does. Several goroutines call it at the same time.
type Teller interface {
	// Began is called when the worker begins or continues a run.
	Began(j journal.Job, steps int)
	// Ended is called when the run is finished, or ended by an error.
	Ended(j journal.Job, err error)
	// Say gets a sentence about anything else.
	Say(text string)
}

const (
	// askTimeout is the time in which the owner of a job must answer.
	askTimeout = 500 * time.Millisecond

	// maxTries is the number of claims in a row without a checkpoint between, after which a job fails.
	maxTries = 20

	// lookInterval is the time between two looks at the jobs that this worker cannot train.
	lookInterval = 10 * time.Second
)

// NewWorker returns a worker. The argument host is a part of its name. It makes a directory of its
// own in dir, for the runs that it trains, and removes the directories of killed workers. Close
// removes its directory.
func NewWorker(s *journal.Store, catalog scenario.Catalog, v Version, host, dir string, cores int, to Teller) (*Worker, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	tidy(dir)
	w := &Worker{
		Name: unique(hostName(host)), Version: v, Cores: cores,
		store: s, catalog: catalog, to: to, said: map[string]bool{}, learners: map[string]*learnerRun{},
	}
	w.dir = filepath.Join(dir, w.Name)
	if err := os.Mkdir(w.dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(w.dir, lockFile), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		w.owned, err = f, lock.Try(f)
	}
	return w, err
}

// lockFile is the file that a worker locks in its directory.
const lockFile = "lock"

// hostName returns the letters, digits and hyphens of a host's name up to the first dot.
func hostName(host string) string {
	host, _, _ = strings.Cut(host, ".")
	kept := strings.Map(func(r rune) rune {
		if r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return -1
	}, host)
	if kept == "" {
		return "worker"
	}
	return kept[:min(len(kept), 40)]
}

// tidy removes the directories of killed workers.
func tidy(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		f, err := os.OpenFile(filepath.Join(dir, e.Name(), lockFile), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		err = lock.Try(f)
		f.Close()
		if err == nil {
			os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// Close removes the worker's directory.
func (w *Worker) Close() error {
	return errors.Join(w.owned.Close(), os.RemoveAll(w.dir))
}

// Work takes runs and trains them until ctx ends. Then it gives its runs back, each with a checkpoint.
func (w *Worker) Work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	subs, err := w.answer(cancel)
	if err != nil {
		return err
	}
	var slots sync.WaitGroup
	for i := range w.Cores {
		slots.Go(func() { w.slot(ctx, i) })
	}
	slots.Go(func() { w.look(ctx) })
	slots.Wait()
	for _, s := range subs {
		s.Unsubscribe()
	}
	return nil
}

// answer answers requests about the worker. The request drain calls the function drain.
func (w *Worker) answer(drain func()) (subs []*nats.Subscription, err error) {
	list, err := w.store.Link.Conn.Subscribe(listSubject, func(m *nats.Msg) {
		w.mu.Lock()
		info := WorkerInfo{w.Name, w.Version, w.Cores, slices.Clone(w.jobs)}
		w.mu.Unlock()
		if data, err := json.Marshal(info); err == nil {
			m.Respond(data)
		}
	})
	if err != nil {
		return nil, err
	}
	stop, err := w.store.Link.Conn.Subscribe(drainSubject(w.Name), func(m *nats.Msg) {
		m.Respond(nil)
		w.to.Say("drained: it gives its work back and ends")
		drain()
	})
	if err != nil {
		return []*nats.Subscription{list}, err
	}
	wanted, err := acting.Listen(w.store.Link.Conn, w.hear)
	return []*nats.Subscription{list, stop, wanted}, err
}

// slot takes one run after another until ctx ends. Between two runs it acts for a learner that wants workers,
// until this run has ended.
func (w *Worker) slot(ctx context.Context, number int) {
	refused := map[string]bool{}
	for ctx.Err() == nil {
		q, err := w.store.Queue(ctx, w.Version.Code, w.Version.Kernels)
		for err == nil && ctx.Err() == nil {
			if r := w.wanted(number, refused); r != nil {
				if err := w.act(ctx, number, r); err != nil {
					refused[r.Run] = true
					w.to.Say(fmt.Sprintf("%s, seed %d: cannot act: %s", r.Name, r.Seed, sentence(err)))
				}
				continue
			}
			var job string
			var msg jetstream.Msg
			job, msg, err = q.Fetch(ctx)
			if msg == nil {
				continue
			}
			if ctx.Err() != nil {
				msg.Nak()
				return
			}
			w.take(ctx, job, msg)
		}
		link.Wait(ctx, 200*time.Millisecond) // the hub is away, or it has lost the queue
	}
}

// look says which jobs wait for other workers than this one, each kind once.
func (w *Worker) look(ctx context.Context) {
	for ; ; link.Wait(ctx, lookInterval) {
		waiting, err := w.store.Waiting(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			continue
		}
		for key := range waiting {
			code, kernels, _ := strings.Cut(key, ".")
			switch {
			case code != w.Version.Code:
				w.sayOnce(fmt.Sprintf("jobs wait for workers with the version %s of rlrun, and this worker has %s; it leaves them", code, w.Version.Code))
			case kernels != w.Version.Kernels:
				w.sayOnce(fmt.Sprintf("jobs wait for workers with %s kernels, and this worker has %s; it leaves them, because their bytes would differ", kernels, w.Version.Kernels))
			}
		}
	}
}

// sayOnce says a sentence, unless it was said before.
func (w *Worker) sayOnce(text string) {
	w.mu.Lock()
	before := w.said[text]
	w.said[text] = true
	w.mu.Unlock()
	if !before {
		w.to.Say(text)
	}
}

// take trains a job from the queue, unless it has ended or another worker is at it.
func (w *Worker) take(ctx context.Context, job string, msg jetstream.Msg) {
	last, at, err := w.store.Last(ctx, job)
	switch {
	case err != nil:
		msg.NakWithDelay(time.Second)
		return
	case last == nil || last.Kind.Ended(): // without a journal, nobody wants it any more
		w.ack(ctx, msg)
		return
	case last.Job.Code != w.Version.Code || last.Job.Kernels != w.Version.Kernels:
		w.sayOnce(fmt.Sprintf("the job %s wants %s kernels and version %s; this worker leaves it", job, last.Job.Kernels, last.Job.Code))
		msg.NakWithDelay(w.store.AckWait)
		return
	case last.Owner != "" && answers(w.store.Link, job, last.Owner):
		msg.NakWithDelay(w.store.AckWait)
		return
	}
	j := w.store.Journal(job, fmt.Sprintf("%s-%d", w.Name, at.Sequence), at)
	if last.Tries >= maxTries {
		e := *last
		e.Kind, e.Rows = journal.Failed, nil
		e.Error = strings.TrimSuffix(fmt.Sprintf("%d workers in a row came to no checkpoint, the last was %s: %s", last.Tries, last.Worker(), last.Error), ": ")
		j.Append(ctx, &e)
		msg.NakWithDelay(time.Second) // the next one sees that the job has ended
		return
	}
	claim := *last
	claim.Kind, claim.Owner, claim.Tries, claim.Rows, claim.Error = journal.Claim, fmt.Sprintf("%s-%d", w.Name, at.Sequence), last.Tries+1, nil, ""
	if err := j.Append(ctx, &claim); err != nil { // another worker was faster, or ctx has ended
		msg.NakWithDelay(w.store.AckWait)
		return
	}
	w.own(ctx, &claim, j, msg)
}

// ack removes a job from the queue. If this is lost, the next worker sees that the job has ended.
func (w *Worker) ack(ctx context.Context, msg jetstream.Msg) {
	ctx, cancel := w.store.Link.Request(ctx)
	defer cancel()
	msg.DoubleAck(ctx)
}

// own trains a job that this worker owns. Meanwhile it says so to the queue and to other workers.
func (w *Worker) own(ctx context.Context, claim *journal.Entry, j *journal.Journal, msg jetstream.Msg) {
	t := &training{Worker: w, claim: claim, journal: j, dir: filepath.Join(w.dir, claim.Owner)}
	sub, err := w.store.Link.Conn.Subscribe(ownerSubject(claim.Job.ID), func(m *nats.Msg) {
		if string(m.Data) == claim.Owner {
			m.Respond(nil)
		}
	})
	if err != nil {
		msg.NakWithDelay(time.Second)
		return
	}
	w.list(claim.Job.ID, true)
	w.to.Began(claim.Job, claim.Steps)
	beat, stop := context.WithCancel(context.Background())
	var beating sync.WaitGroup
	beating.Go(func() {
		for link.Wait(beat, w.store.AckWait/4) == nil {
			msg.InProgress()
		}
	})
	end := t.train(ctx)
	stop()
	beating.Wait()
	sub.Unsubscribe()
	os.RemoveAll(t.dir)
	w.list(claim.Job.ID, false)
	w.to.Ended(claim.Job, end)
	switch {
	case end == nil || errors.Is(end, errFinal) || errors.Is(end, ErrCancelled):
		w.ack(context.WithoutCancel(ctx), msg)
	case errors.Is(end, context.Canceled):
		msg.Nak() // the next worker may begin at once
	case !errors.Is(end, journal.ErrFenced):
		msg.NakWithDelay(5 * time.Second)
	}
}

// list adds a job to the list of those that the worker trains, or removes it.
func (w *Worker) list(job string, add bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if add {
		w.jobs = append(w.jobs, job)
	} else if i := slices.Index(w.jobs, job); i >= 0 {
		w.jobs = slices.Delete(w.jobs, i, i+1)
	}
}

package journal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// full is the error code of a stream that refuses a message because it has its maximum.
const full jetstream.ErrorCode = 10077

// ErrFull is the error of a hub that stores no more.
var ErrFull = errors.New("the hub is full; rlrun hub remove --ended frees storage, rlrun hub --max-store N gives it more")

// Enqueue puts a job into the queue, unless it is there already.
func (s *Store) Enqueue(ctx context.Context, j Job) error {
	ctx, cancel := s.Link.Request(ctx)
	defer cancel()
	_, err := s.Link.JS.Publish(ctx, queueSubject(j.Code, j.Kernels, j.ID), nil, jetstream.WithRetryAttempts(0))
	if isFull(err) {
		return nil
	}
	return err
}

// isFull reports whether a stream refuses a message because it has its maximum.
func isFull(err error) bool {
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e.ErrorCode == full
}

// Submit makes a job, or finds it if it exists. A job that failed or was cancelled begins again,
// from its last checkpoint. A job that is done stays done. The argument files has the run's
// config.yaml and, if training starts with a policy, its first checkpoint. The argument owner must
// be unique. Submit waits while the hub is away. If the hub is full, the error is ErrFull.
func (s *Store) Submit(ctx context.Context, j Job, owner string, files map[string]File) error {
	var last *Entry
	var at Position
	if err := link.Retry(ctx, func() (err error) {
		last, at, err = s.Last(ctx, j.ID)
		return err
	}, nil); err != nil {
		return err
	}
	e := &Entry{Kind: Submit, Job: j, Files: files}
	if last != nil {
		if last.Kind == Done {
			return nil
		}
		again := *last
		e = &again
		e.Kind, e.Owner, e.Tries, e.Rows, e.Error = Submit, "", 0, nil, ""
	}
	if last == nil || last.Kind.Ended() {
		err := s.Journal(j.ID, owner, at).append(ctx, e, func(err error) bool { return errors.Is(err, ErrFull) })
		if err != nil && !errors.Is(err, ErrFenced) {
			return err
		}
	}
	return link.Retry(ctx, func() error { return s.Enqueue(ctx, j) }, nil)
}

// Cancel ends a job. Its owner stops at its next entry at the latest.
func (s *Store) Cancel(ctx context.Context, job, owner string) error {
	for n := 1; ; n++ {
		last, at, err := s.Last(ctx, job)
		if err != nil {
			return err
		}
		if last == nil {
			return fmt.Errorf("no job %s; rlrun hub jobs shows all", job)
		}
		if last.Kind.Ended() {
			return fmt.Errorf("the job %s has ended already: %s", job, last.Kind)
		}
		e := *last
		e.Kind, e.Rows = Cancel, nil
		if err = s.Journal(job, fmt.Sprintf("%s-%d", owner, n), at).Append(ctx, &e); !errors.Is(err, ErrFenced) {
			return err
		}
	}
}

// Jobs returns the ids of all jobs, sorted.
func (s *Store) Jobs(ctx context.Context) ([]string, error) {
	ctx, cancel := s.Link.Request(ctx)
	defer cancel()
	info, err := s.journal.Info(ctx, jetstream.WithSubjectFilter(Subject(">")))
	if err != nil {
		return nil, err
	}
	var all []string
	for subject := range info.State.Subjects {
		if id := strings.TrimPrefix(subject, Subject("")); ValidID(id) {
			all = append(all, id)
		}
	}
	slices.Sort(all)
	return all, nil
}

// Waiting returns the number of jobs in the queue for each version and kernels: CODE.KERNELS.
func (s *Store) Waiting(ctx context.Context) (map[string]int, error) {
	ctx, cancel := s.Link.Request(ctx)
	defer cancel()
	info, err := s.queue.Info(ctx, jetstream.WithSubjectFilter("rl.queue.>"))
	if err != nil {
		return nil, err
	}
	n := map[string]int{}
	for subject := range maps.Keys(info.State.Subjects) {
		if words := strings.Split(subject, "."); len(words) == 5 {
			n[words[2]+"."+words[3]]++
		}
	}
	return n, nil
}

// A Queue has the jobs for one version of the program with one kind of kernels.
type Queue struct{ consumer jetstream.Consumer }

// Queue returns the queue of a version and kernels.
func (s *Store) Queue(ctx context.Context, code, kernels string) (*Queue, error) {
	ctx, cancel := s.Link.Request(ctx)
	defer cancel()
	c, err := s.Link.JS.CreateOrUpdateConsumer(ctx, queueStream, jetstream.ConsumerConfig{
		Durable: "work-" + code + "-" + kernels, FilterSubject: queueSubject(code, kernels, "*"),
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: s.AckWait, MaxDeliver: -1, MaxAckPending: -1,
	})
	return &Queue{c}, err
}

// Fetch waits some seconds for a job. It returns the job's id and its message in the queue, or a nil
// message if no job has come. A message that names no job is removed.
func (q *Queue) Fetch(ctx context.Context) (job string, msg jetstream.Msg, err error) {
	const wait, heartbeat = 2 * time.Second, 500 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	batch, err := q.consumer.Fetch(1, jetstream.FetchContext(ctx), jetstream.FetchHeartbeat(heartbeat))
	if err != nil {
		return "", nil, err
	}
	for m := range batch.Messages() {
		words := strings.Split(m.Subject(), ".")
		if id := words[len(words)-1]; ValidID(id) {
			job, msg = id, m
		} else {
			err = errors.Join(err, m.Term())
		}
	}
	if failed := batch.Error(); !errors.Is(failed, context.DeadlineExceeded) && !errors.Is(failed, context.Canceled) {
		err = errors.Join(err, failed)
	}
	return job, msg, err
}

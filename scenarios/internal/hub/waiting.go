package hub

import (
	"context"
	"fmt"
	"time"

	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

const (
	// awayTime is the time without an answer after which a head says that the hub is away.
	awayTime = 5 * time.Second

	// silenceTime is the time without a message of a worker after which a head asks whether it is there.
	silenceTime = 10 * time.Second
)

// last returns the last entry of the job. It waits while the hub is away, and says so.
func (r *receiver) last(ctx context.Context) (e *journal.Entry, at journal.Position, err error) {
	begun := time.Now()
	err = link.Retry(ctx, func() (err error) {
		e, at, err = r.store.Last(ctx, r.id)
		if err != nil && ctx.Err() == nil && time.Since(begun) > awayTime && !r.away.Swap(true) {
			r.Say("the hub is away; waiting for it")
		}
		return err
	}, nil)
	if err == nil && r.away.Swap(false) {
		r.Say("the hub is back")
	}
	return e, at, err
}

// listen says that the owner of the job is silent, once for each owner. The argument last is the last
// entry of the job. A worker with a long iteration says nothing meanwhile, but answers when it is asked.
func (r *receiver) listen(last *journal.Entry) {
	owned := last.Kind == journal.Claim || last.Kind == journal.Commit
	if !owned || last.Owner == r.silent || time.Since(time.Unix(0, r.heard.Load())) < silenceTime {
		return
	}
	if answers(r.store.Link, r.id, last.Owner) {
		r.heard.Store(time.Now().UnixNano())
		return
	}
	r.silent = last.Owner
	r.Say(fmt.Sprintf("%s: no word from %s, which trains it; waiting for the worker or for another one", r.run.Dir, last.Worker()))
}

// answers reports whether the owner of a job answers.
func answers(l *link.Link, job, owner string) bool {
	_, err := l.Conn.Request(ownerSubject(job), []byte(owner), askTimeout)
	return err == nil
}

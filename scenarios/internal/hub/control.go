package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// listTimeout is the time in which workers must answer.
const listTimeout = 500 * time.Millisecond

// Workers returns the workers of a hub, sorted by name. A worker that does not answer in half a
// second is missing.
func Workers(ctx context.Context, l *link.Link) ([]WorkerInfo, error) {
	inbox := nats.NewInbox()
	sub, err := l.Conn.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer sub.Unsubscribe()
	if err := l.Conn.PublishRequest(listSubject, inbox, nil); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	var all []WorkerInfo
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			slices.SortFunc(all, func(a, b WorkerInfo) int { return strings.Compare(a.Name, b.Name) })
			if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrNoResponders) {
				err = nil
			}
			return all, err
		}
		if w, err := decodeWorker(m.Data); err == nil {
			all = append(all, w)
		}
	}
}

// Drain tells a worker to give its work back and to end.
func Drain(l *link.Link, worker string) error {
	if !journal.ValidName(worker) {
		return fmt.Errorf("no worker %q; rlrun hub workers shows all", worker)
	}
	_, err := l.Conn.Request(drainSubject(worker), nil, listTimeout)
	if errors.Is(err, nats.ErrNoResponders) {
		return fmt.Errorf("no worker %s; rlrun hub workers shows all", worker)
	}
	return err
}

// CancelJob cancels a job. Its worker stops at once, if it hears of it, and otherwise at the next
// checkpoint.
func CancelJob(ctx context.Context, s *journal.Store, job string) error {
	if !journal.ValidID(job) {
		return fmt.Errorf("no job %q; rlrun hub jobs shows all", job)
	}
	if err := s.Cancel(ctx, job, unique("cancel")); err != nil {
		return err
	}
	return s.Link.Conn.Publish(cancelSubject(job), nil)
}

// RemoveJob removes what a hub keeps of a job that has ended.
func RemoveJob(ctx context.Context, s *journal.Store, job string) error {
	if !journal.ValidID(job) {
		return fmt.Errorf("no job %q; rlrun hub jobs shows all", job)
	}
	last, _, err := s.Last(ctx, job)
	switch {
	case err != nil:
		return err
	case last == nil:
		return fmt.Errorf("no job %s; rlrun hub jobs shows all", job)
	case !last.Kind.Ended():
		return fmt.Errorf("the job %s is not finished; rlrun hub cancel %[1]s ends it", job)
	}
	return s.Remove(ctx, last.Job)
}

// doubt returns a sentence that says why no worker takes a job.
func (h *Head) doubt(ctx context.Context) string {
	all, err := Workers(ctx, h.store.Link)
	fitting := 0
	var others []string
	for _, w := range all {
		if w.Version == h.Version {
			fitting++
		} else if other := fmt.Sprintf("version %s with %s kernels", w.Code, w.Kernels); !slices.Contains(others, other) {
			others = append(others, other)
		}
	}
	own := fmt.Sprintf("version %s with %s kernels", h.Version.Code, h.Version.Kernels)
	switch {
	case err != nil:
		return "the hub is away; waiting for it"
	case fitting > 0:
		return "all workers are busy; waiting for one of them"
	case len(others) > 0:
		return fmt.Sprintf("no worker can give these runs the bytes that they have here: they want %s, and the workers have %s; RLRUN_KERNEL=… chooses other kernels", own, strings.Join(others, ", "))
	}
	return "the hub has no workers; rlrun work --hub URL starts one"
}

// markFile is a file in the run directory of a run that a hub has and that is not received completely.
const markFile = "hub.json"

// Mark marks the directory of a new run as one whose files come from a hub.
func Mark(dir string, l *link.Link) error {
	line, err := json.Marshal(map[string]string{"hub": l.Conn.ConnectedUrlRedacted()})
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, markFile), func(w io.Writer) error {
		_, err := w.Write(append(line, '\n'))
		return err
	})
}

// Marked reports whether Mark has marked a directory.
func Marked(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, markFile))
	return err == nil && info.Mode().IsRegular()
}

// Unmark removes the mark of a directory, if it has one.
func Unmark(dir string) error {
	err := os.Remove(filepath.Join(dir, markFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

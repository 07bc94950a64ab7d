// Package acting spreads the acting of one run over the workers of a hub. The learner's program
// broadcasts the weights of the policy, and workers act with them in the environments of the run.
//
// Nothing of this is stored at the hub: the learner knows what is unfinished, and gives it to
// another worker when a worker or a message is lost.
package acting

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// announceSubject is the subject of announcements.
	announceSubject = "rl.acting"

	// announceInterval is the time between two announcements of a run.
	announceInterval = time.Second

	// Gone is the time without an announcement after which a run has ended for a worker.
	Gone = 10 * time.Second
)

// validID matches the ids of runs.
var validID = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)

// ValidID reports whether id can be the id of a run whose acting is spread.
func ValidID(id string) bool { return validID.MatchString(id) }

// An Announcement says that a learner wants workers.
type Announcement struct {
	Run     string `json:"run"`     // id of this learner: every program that trains has another one
	Kind    string `json:"kind"`    // what workers do
	Code    string `json:"code"`    // build of the learner's program
	Kernels string `json:"kernels"` // processor and kernels of the learner's program
	Name    string `json:"name"`    // name of the scenario
	Seed    uint64 `json:"seed"`
	Ended   bool   `json:"ended,omitempty"` // workers are not wanted any longer
}

// Ordered is the Kind of runs whose workers play parts of rollouts.
const Ordered = "ordered"

// maxAnnouncement is the largest length of an announcement [bytes].
const maxAnnouncement = 4 << 10

// decodeAnnouncement reads an announcement and checks it.
func decodeAnnouncement(data []byte) (a Announcement, err error) {
	if len(data) > maxAnnouncement {
		return a, fmt.Errorf("an announcement of %d bytes, want %d at most", len(data), maxAnnouncement)
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, err
	}
	if !ValidID(a.Run) {
		return a, errors.New("an announcement of a run without a valid id")
	}
	return a, nil
}

// announce publishes an announcement.
func announce(conn *nats.Conn, a Announcement) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return conn.Publish(announceSubject, data)
}

// Announce publishes an announcement at once and each second, until stop is called, which says that
// the run has ended.
func Announce(conn *nats.Conn, a Announcement) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(announceInterval)
		defer tick.Stop()
		for {
			announce(conn, a) // an error means that the hub is away; the next one comes in a second
			select {
			case <-done:
				a.Ended = true
				announce(conn, a)
				return
			case <-tick.C:
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// Listen calls heard for each announcement.
func Listen(conn *nats.Conn, heard func(Announcement)) (*nats.Subscription, error) {
	return conn.Subscribe(announceSubject, func(m *nats.Msg) {
		if a, err := decodeAnnouncement(m.Data); err == nil {
			heard(a)
		}
	})
}

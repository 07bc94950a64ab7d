package acting

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// collectSubject is the subject of results of parts, and of requests for parts.
func collectSubject(run string) string { return "rl.collect." + run }

// setupSubject is the subject of requests for what a worker needs to act in a run.
func setupSubject(run string) string { return announceSubject + "." + run }

const (
	// askInterval is the time after which a worker asks again for a part.
	askInterval = 2 * time.Second

	// busyInterval is the time between two messages of a worker that plays.
	busyInterval = time.Second

	// silence is the time after which a worker that says nothing is not there.
	silence = 3 * time.Second

	// leastPatience is the least time that a part is out before another worker gets it too, and
	// firstPatience is this time as long as no part has come back.
	leastPatience, firstPatience = 200 * time.Millisecond, 2 * time.Second

	// lookInterval is the time between two looks at the parts that are out.
	lookInterval = 20 * time.Millisecond

	// sayInterval is the time between two sentences about what is waited for.
	sayInterval = 10 * time.Second

	// maxWorkers is the largest number of workers of a run.
	maxWorkers = 4096

	// maxPendingResults is the memory for messages that wait to be handled [bytes].
	maxPendingResults = 512 << 20

	// maxTimes is the number of parts whose times count for the median.
	maxTimes = 64
)

// A Learner gives the parts of rollouts to workers, and takes the results. It is an agents.Collector. It keeps
// all that is unfinished: a worker or a message that is lost costs time and nothing else. Any part may be
// played several times: the results are the same bytes, and the first one counts.
type Learner struct {
	say     func(text string)
	conn    *nats.Conn
	weights *Broadcaster
	subs    []*nats.Subscription
	stop    func() // ends the announcements

	mu      sync.Mutex
	rollout *rollout           // the rollout that is being played; nil between two rollouts
	number  uint64             // number of the latest rollout, and version of its weights
	workers map[string]*worker // by name
	times   []time.Duration    // times that the latest parts took
	usual   time.Duration      // time after which a rollout takes longer than the latest ones
	most    int                // largest number of workers so far
	alone   bool               // nobody has played the latest rollout
	anybody sync.Once          // closes came
	came    chan struct{}      // is closed when the first worker has come
	wait    time.Duration      // time that the first rollout waits for a worker
	buffer  []byte
	stats   Counts
}

// Counts are what a Learner has counted.
type Counts struct {
	Rollouts int // rollouts that workers have played
	Again    int // parts that were given to a second worker, and so on
	Bad      int // messages that were none of a worker, and results that were unusable
}

// A worker is what a Learner knows of a worker.
type worker struct {
	name   string
	heard  time.Time // time of its latest message
	pieces assembler // result that is coming in pieces
	last   int       // part that it has played last; its environments have the state after it
	reply  string    // subject on which it waits for a part; "": it does not wait
	asked  time.Time // time since which it waits
	lacks  bool      // it has no weights, or old ones
}

// A rollout is a rollout that workers play.
type rollout struct {
	states [][]byte
	accept func(part int, result []byte) error
	parts  []part
	left   int           // parts without a result
	ended  chan struct{} // is closed when no part is left, or when it is given up
	failed bool          // it is given up
	began  time.Time
	said   time.Time // time of the latest sentence about what is waited for
	resend []byte    // weights, for workers that lack them
}

// A part is a part of a rollout.
type part struct {
	accepted bool
	given    time.Time // time when it was given to a worker last; 0: it is not out
	to       string    // name of this worker
}

// NewLearner returns a Learner of a run, and announces the run until Close. Workers get the setup, and make
// a Player of it. The first rollout waits for the first worker, for the time wait at most. The function say
// gets sentences for the user.
func NewLearner(conn *nats.Conn, a Announcement, setup []byte, wait time.Duration, say func(string)) (*Learner, error) {
	if !ValidID(a.Run) {
		return nil, fmt.Errorf("the run %q has no valid id", a.Run)
	}
	if len(setup) > pieceSize {
		return nil, fmt.Errorf("the settings of the run have %d bytes, want %d at most to spread its acting", len(setup), pieceSize)
	}
	l := &Learner{say: say, conn: conn, weights: NewBroadcaster(conn, a.Run), workers: map[string]*worker{}, came: make(chan struct{}), wait: wait, usual: sayInterval}
	collect, err := conn.Subscribe(collectSubject(a.Run), l.hear)
	if err != nil {
		return nil, err
	}
	answer, err := conn.Subscribe(setupSubject(a.Run), func(m *nats.Msg) { m.Respond(setup) })
	if err != nil {
		return nil, err
	}
	l.subs = []*nats.Subscription{collect, answer}
	l.stop = Announce(conn, a)
	return l, collect.SetPendingLimits(-1, maxPendingResults)
}

// Close says that the run has ended, and receives no more results.
func (l *Learner) Close() error {
	l.stop()
	var all []error
	for _, s := range l.subs {
		all = append(all, s.Unsubscribe())
	}
	return errors.Join(all...)
}

// Counts returns what the Learner has counted.
func (l *Learner) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

// Collect lets workers play a rollout: see agents.Collector. It returns false if no worker is there, if a worker
// cannot play a part, or if the weights or a state are too long to be sent.
func (l *Learner) Collect(weights []byte, states [][]byte, accept func(part int, result []byte) error) bool {
	if l.wait > 0 {
		timer := time.NewTimer(l.wait)
		select {
		case <-l.came:
		case <-timer.C:
		}
		l.wait = 0
	}
	if slices.ContainsFunc(append(states[:len(states):len(states)], weights), func(b []byte) bool { return len(b) > maxPayload }) {
		return false
	}
	r := l.begin(weights, states, accept)
	if r == nil {
		return false
	}
	tick := time.NewTicker(lookInterval)
	defer tick.Stop()
	for {
		select {
		case <-r.ended:
			return !r.failed
		case <-tick.C:
			l.look(r)
		}
	}
}

// begin begins a rollout. It returns nil if no worker is there.
func (l *Learner) begin(weights []byte, states [][]byte, accept func(part int, result []byte) error) *rollout {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.number++
	n := l.present(now)
	if n == 0 {
		l.turn(true, false, "no worker acts for this run yet, so it plays here; rlrun work --hub URL starts a worker")
		return nil
	}
	l.turn(false, n > l.most, fmt.Sprintf("workers act for this run: %d", n))
	l.most = max(l.most, n)
	r := &rollout{states: states, accept: accept, parts: make([]part, len(states)), left: len(states), ended: make(chan struct{}), began: now, said: now.Add(l.usual - sayInterval)}
	l.rollout = r
	l.weights.Send(l.number, weights) // an error means that the hub is away; workers then ask for them
	r.resend = weights
	l.serve(now)
	return r
}

// turn notes whether the run plays alone, and says the text if this has changed, or if more is true.
func (l *Learner) turn(alone, more bool, text string) {
	if l.number == 1 || l.alone != alone || more {
		l.say(text)
	}
	l.alone = alone
}

// present returns the number of workers that are there. It forgets the others.
func (l *Learner) present(now time.Time) int {
	for name, w := range l.workers {
		if now.Sub(w.heard) > silence {
			delete(l.workers, name)
		}
	}
	return len(l.workers)
}

// look gives parts again that are out for too long, and gives the rollout up if no worker is there.
func (l *Learner) look(r *rollout) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rollout != r {
		return
	}
	now := time.Now()
	if l.present(now) == 0 {
		l.turn(true, false, fmt.Sprintf("no worker answers any more, so iteration %d plays here", l.number))
		l.end(true)
		return
	}
	l.serve(now)
	if now.Sub(r.said) > sayInterval {
		r.said = now
		l.say(l.waiting(r))
	}
}

// waiting returns a sentence that says what is waited for.
func (l *Learner) waiting(r *rollout) string {
	var parts []string
	for i, p := range r.parts {
		switch {
		case p.accepted:
		case p.given.IsZero():
			parts = append(parts, fmt.Sprintf("part %d (no worker is free)", i))
		default:
			parts = append(parts, fmt.Sprintf("part %d (%s)", i, p.to))
		}
	}
	return fmt.Sprintf("iteration %d waits for %s", l.number, strings.Join(parts, ", "))
}

// end ends the rollout.
func (l *Learner) end(failed bool) {
	r := l.rollout
	l.rollout, r.failed = nil, failed
	if !failed {
		l.stats.Rollouts++
		l.usual = max(silence, 3*time.Since(r.began))
	}
	close(r.ended)
}

// hear handles a message of a worker.
func (l *Learner) hear(m *nats.Msg) {
	f, err := decodeFrame(m.Data)
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.workers[f.name]
	if err != nil || f.name == "" || w == nil && len(l.workers) == maxWorkers {
		l.stats.Bad++
		return
	}
	now := time.Now()
	if w == nil {
		w = &worker{name: f.name, last: -1}
		l.workers[f.name] = w
		l.anybody.Do(func() { close(l.came) })
	}
	w.heard = now
	switch f.kind {
	case resultFrame:
		if whole, complete := w.pieces.add(&f); complete {
			l.take(w, &f, whole, now)
		}
	case failedFrame:
		delete(l.workers, f.name)
		l.say(fmt.Sprintf("%s cannot play part %d: %s", w.name, f.part, f.payload))
		if l.rollout != nil && f.number == l.number {
			l.end(true) // the same error comes here if it is the environment's
		}
		return
	case askFrame, busyFrame:
	default:
		l.stats.Bad++
		return
	}
	if w.reply = m.Reply; w.reply != "" {
		w.asked, w.lacks = now, f.have == 0
		l.serve(now)
	}
}

// take takes a result, unless it is an old one, or there already.
func (l *Learner) take(w *worker, f *frame, result []byte, now time.Time) {
	r := l.rollout
	if w.last = int(f.part); r == nil || f.number != l.number || int(f.part) >= len(r.parts) || r.parts[f.part].accepted {
		return
	}
	p := &r.parts[f.part]
	if err := r.accept(int(f.part), result); err != nil {
		if l.stats.Bad++; p.to == w.name {
			p.given = time.Time{}
		}
		return
	}
	p.accepted = true
	if !p.given.IsZero() {
		l.times = append(l.times[max(0, len(l.times)-maxTimes+1):], now.Sub(p.given))
	}
	if r.left--; r.left == 0 {
		l.end(false)
	}
}

// serve gives parts to the workers that wait.
func (l *Learner) serve(now time.Time) {
	if l.rollout == nil {
		return
	}
	var waiting []*worker
	for _, w := range l.workers {
		if w.reply != "" && now.Sub(w.asked) < askInterval*3/4 { // others may have given up
			waiting = append(waiting, w)
		}
	}
	slices.SortFunc(waiting, func(a, b *worker) int { return strings.Compare(a.name, b.name) })
	for _, w := range waiting {
		if i := l.next(w, now); i >= 0 {
			l.give(w, i, now)
		}
	}
}

// next returns the part that worker w gets: the one that it has played last, else one that nobody has, else
// the one that is out the longest, if it is out for too long. It returns -1 if there is none.
func (l *Learner) next(w *worker, now time.Time) int {
	r := l.rollout
	free := func(i int) bool { return !r.parts[i].accepted && r.parts[i].given.IsZero() }
	if 0 <= w.last && w.last < len(r.parts) && free(w.last) {
		return w.last
	}
	best := -1
	for i, p := range r.parts {
		if !p.accepted && (best < 0 || p.given.Before(r.parts[best].given)) {
			best = i
		}
	}
	if best >= 0 && !free(best) && now.Sub(r.parts[best].given) <= l.patience() {
		return -1
	}
	return best
}

// patience returns the time after which a part is given to another worker too: twice the median of the
// latest times, and 200 ms at least.
func (l *Learner) patience() time.Duration {
	if len(l.times) == 0 {
		return firstPatience
	}
	sorted := slices.Sorted(slices.Values(l.times))
	return max(leastPatience, 2*sorted[len(sorted)/2])
}

// give gives part i to worker w.
func (l *Learner) give(w *worker, i int, now time.Time) {
	r := l.rollout
	p := &r.parts[i]
	if !p.given.IsZero() {
		l.stats.Again++
	}
	p.given, p.to = now, w.name
	if w.lacks {
		frame{kind: weightsFrame, number: l.number, payload: r.resend}.send(l.conn, w.reply, "", &l.buffer)
	}
	frame{kind: taskFrame, number: l.number, part: uint32(i), payload: r.states[i]}.send(l.conn, w.reply, "", &l.buffer)
	w.reply = "" // if this does not arrive, the worker asks again
}

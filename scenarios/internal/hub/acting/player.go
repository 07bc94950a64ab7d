package acting

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// A Player plays parts of rollouts: an agents.Actor.
type Player interface {
	// WeightsSize returns the length of the weights [bytes].
	WeightsSize() int

	// SetWeights sets the weights with which Play acts.
	SetWeights(weights []byte) error

	// Play plays a part that begins with the given state, and returns the result, which is valid until
	// the next call. It returns an error soon after ctx has ended.
	Play(ctx context.Context, part int, state []byte) (result []byte, err error)
}

// Setup asks the learner of a run for what a worker needs to act in it.
func Setup(ctx context.Context, conn *nats.Conn, run string) ([]byte, error) {
	m, err := conn.RequestWithContext(ctx, setupSubject(run), nil)
	if err != nil {
		return nil, err
	}
	return m.Data, nil
}

// weightsTimeout is the time that a worker waits for the pieces of weights that have not come, before it asks
// for them.
const weightsTimeout = 1500 * time.Millisecond

// An acting is a worker that acts in a run.
type acting struct {
	conn    *nats.Conn
	run     string
	name    string
	player  Player
	weights *Weights
	inbox   string
	tasks   chan task
	nobody  chan struct{} // gets an element when there is no learner

	loaded uint64 // version of the player's weights
	buffer []byte

	mu     sync.Mutex
	pieces assembler // state that is coming in pieces
}

// A task is a part to play.
type task struct {
	number uint64 // version of the weights
	part   int
	state  []byte
}

// errLate is the error of a task whose weights did not come, or are old.
var errLate = errors.New("the weights are not there")

// Act plays parts of a run until ctx ends. It returns an error if the player cannot play: the learner then
// plays the part itself. The name must be another one for each Act at the same time.
func Act(ctx context.Context, conn *nats.Conn, run, name string, p Player) (err error) {
	a := &acting{conn: conn, run: run, name: name, player: p, inbox: conn.NewInbox(), tasks: make(chan task, 1), nobody: make(chan struct{}, 1)}
	if a.weights, err = ReceiveWeights(conn, run, p.WeightsSize()); err != nil {
		return err
	}
	defer a.weights.Close()
	sub, err := conn.Subscribe(a.inbox, a.hear)
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	if err := sub.SetPendingLimits(-1, maxPendingWeights+2*p.WeightsSize()); err != nil {
		return err
	}
	request := frame{kind: askFrame}
	for ctx.Err() == nil {
		request.name = name
		request.send(conn, collectSubject(run), a.inbox, &a.buffer) // an error means that the hub is away
		request = frame{kind: askFrame, have: a.loaded}
		t, ok := a.wait(ctx)
		if !ok {
			continue
		}
		result, err := a.play(ctx, &t)
		switch {
		case err == nil:
			request = frame{kind: resultFrame, have: a.loaded, number: t.number, part: uint32(t.part), payload: result}
		case errors.Is(err, errLate):
			request.have = 0 // wants the weights themselves
		case ctx.Err() != nil:
		default:
			text := err.Error()
			failed := frame{kind: failedFrame, name: name, number: t.number, part: uint32(t.part), payload: []byte(text[:min(len(text), 1000)])}
			failed.send(conn, collectSubject(run), "", &a.buffer)
			return err
		}
	}
	return nil
}

// hear handles a message of the learner.
func (a *acting) hear(m *nats.Msg) {
	if len(m.Data) == 0 && m.Header.Get("Status") == "503" {
		select {
		case a.nobody <- struct{}{}:
		default:
		}
		return
	}
	f, err := decodeFrame(m.Data)
	switch {
	case err != nil:
	case f.kind == weightsFrame:
		a.weights.add(&f)
	case f.kind == taskFrame:
		a.mu.Lock()
		state, complete := a.pieces.add(&f)
		a.mu.Unlock()
		if !complete {
			return
		}
		select { // the newest task replaces one that came too late
		case <-a.tasks:
		default:
		}
		select {
		case a.tasks <- task{f.number, int(f.part), state}:
		default:
		}
	}
}

// wait waits for a task. It returns false if there is none for some time.
func (a *acting) wait(ctx context.Context) (t task, ok bool) {
	timer := time.NewTimer(askInterval)
	defer timer.Stop()
	select {
	case t = <-a.tasks:
		return t, true
	case <-a.nobody:
		timer.Reset(100 * time.Millisecond)
	case <-ctx.Done():
		return t, false
	case <-timer.C:
		return t, false
	}
	select {
	case t = <-a.tasks:
		return t, true
	case <-ctx.Done():
	case <-timer.C:
	}
	return t, false
}

// play plays a part, and says meanwhile that it is busy.
func (a *acting) play(ctx context.Context, t *task) ([]byte, error) {
	version, weights := a.weights.Wait(ctx, t.number, weightsTimeout)
	if version != t.number {
		return nil, fmt.Errorf("version %d instead of %d: %w", version, t.number, errLate)
	}
	done := make(chan struct{})
	var saying sync.WaitGroup
	saying.Go(func() {
		tick := time.NewTicker(busyInterval)
		defer tick.Stop()
		var buffer []byte
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				frame{kind: busyFrame, name: a.name}.send(a.conn, collectSubject(a.run), "", &buffer)
			}
		}
	})
	defer saying.Wait()
	defer close(done)
	if a.loaded != version {
		if err := a.player.SetWeights(weights); err != nil {
			return nil, err
		}
		a.loaded = version
	}
	result, err := a.player.Play(ctx, t.part, t.state)
	if err == nil && len(result) > maxPayload {
		err = fmt.Errorf("its result has %d bytes, want %d at most", len(result), maxPayload)
	}
	return result, err
}

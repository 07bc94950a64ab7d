package trajectories

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
)

// A Player plays trajectories: an agents.Player.
type Player interface {
	WeightsSize() int // length of the weights [bytes]
	Bytes() bool      // whether most of a trajectory is images

	// SetWeights sets a version of the weights.
	SetWeights(version int, weights []byte) error

	// Play plays a trajectory, which is valid until the next call.
	Play() ([]byte, error)
}

// Join asks the learner of a run for the number of a new player, and for the settings of the run.
func Join(ctx context.Context, l *link.Link, run string) (id int, setup []byte, err error) {
	m, err := l.Conn.RequestWithContext(ctx, joinSubject(run), nil)
	if err != nil {
		return 0, nil, err
	}
	if len(m.Data) < 4 {
		return 0, nil, errMessage
	}
	return int(binary.LittleEndian.Uint32(m.Data) & (1<<31 - 1)), m.Data[4:], nil
}

// fullCode is the error code of a stream that is full.
const fullCode = 10077

// publishTime is the time in which the hub must acknowledge a trajectory.
const publishTime = 3 * time.Second

// An actor is a player that sends its trajectories to a learner.
type actor struct {
	link    *link.Link
	run     string
	player  Player
	weights *acting.Weights
	loaded  uint64 // version of the player's weights
	refused int    // refusals that the learner does not know yet
	buffer  []byte
}

// Act plays trajectories for a run until ctx ends. It returns an error if the player cannot play. The
// number of refusals says how often the stream was full.
func Act(ctx context.Context, l *link.Link, run string, p Player) error {
	w, err := acting.ReceiveWeights(l.Conn, run, p.WeightsSize())
	if err != nil {
		return err
	}
	defer w.Close()
	a := &actor{link: l, run: run, player: p, weights: w}
	for ctx.Err() == nil {
		if err := a.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// step plays a trajectory with the newest weights, and sends it.
func (a *actor) step(ctx context.Context) error {
	version, weights := a.weights.Wait(ctx, max(1, a.loaded), time.Second)
	if version == 0 {
		return nil // there are none yet
	}
	if version != a.loaded {
		if err := a.player.SetWeights(int(version)-1, weights); err != nil {
			return err
		}
		a.loaded = version
	}
	data, err := a.player.Play()
	if err == nil {
		a.buffer, err = appendMessage(a.buffer[:0], data, a.refused, a.player.Bytes())
	}
	if err != nil {
		return err
	}
	a.send(ctx)
	return nil
}

// send publishes the trajectory until the stream has it, or ctx ends. A full stream makes it wait for a
// few milliseconds, always as long: else an actor that was refused often would come last. A
// publication without an answer is repeated, and the learner ignores what comes twice.
func (a *actor) send(ctx context.Context) {
	for ctx.Err() == nil {
		try, cancel := a.link.Try(ctx, publishTime)
		_, err := a.link.JS.Publish(try, streamSubject(a.run), a.buffer, jetstream.WithRetryAttempts(0))
		cancel()
		if err == nil {
			a.refused = 0
			return
		}
		wait := time.Duration(5+7*a.refused%16) * time.Millisecond
		if api, ok := errors.AsType[*jetstream.APIError](err); ok && api.ErrorCode == fullCode {
			a.refused++
			binary.LittleEndian.PutUint32(a.buffer[1:], uint32(a.refused))
		} else {
			wait = 100 * time.Millisecond // the hub is away, or the stream is not there yet
		}
		link.Wait(ctx, wait)
	}
}

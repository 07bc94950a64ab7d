package acting

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// A Load is a number of rollouts whose parts have given sizes, for measurements.
type Load struct {
	Workers  int
	Parts    int
	Weights  int           // length of the weights [bytes]
	State    int           // length of a part's state [bytes]
	Result   int           // length of a part's result [bytes]
	Cost     time.Duration // time that a worker waits for each part, in place of playing
	Rollouts int
}

// Measure lets workers in this process play the rollouts of a load, through the hub to which connect
// connects. It returns the time of each rollout, the shortest first.
func Measure(ctx context.Context, connect func() (*nats.Conn, error), m Load) (times []time.Duration, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	conn, err := connect()
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	run := fmt.Sprintf("measure-%d", time.Now().UnixNano())
	l, err := NewLearner(conn, Announcement{Run: run}, nil, time.Minute, func(string) {})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	for i := range m.Workers {
		conn, err := connect()
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		working.Go(func() { Act(ctx, conn, run, fmt.Sprintf("worker-%d", i), &standIn{load: m}) })
	}
	if err := l.attend(ctx, m.Workers); err != nil {
		return nil, err
	}
	weights, states := make([]byte, m.Weights), slices.Repeat([][]byte{make([]byte, m.State)}, m.Parts)
	for range m.Rollouts {
		from := time.Now()
		if !l.Collect(weights, states, func(int, []byte) error { return nil }) {
			return nil, errors.New("no worker plays")
		}
		times = append(times, time.Since(from))
	}
	slices.Sort(times)
	return times, nil
}

// attend waits until n workers are there.
func (l *Learner) attend(ctx context.Context, n int) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		l.mu.Lock()
		there := len(l.workers)
		l.mu.Unlock()
		if there >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// A standIn is a Player that plays nothing.
type standIn struct {
	load   Load
	result []byte
	owed   time.Duration // wait that is missing
}

// WeightsSize returns the length of the weights.
func (s *standIn) WeightsSize() int { return s.load.Weights }

// SetWeights does nothing.
func (s *standIn) SetWeights([]byte) error { return nil }

// Play waits. A wait is longer than asked for, so that the next one is shorter.
func (s *standIn) Play(context.Context, int, []byte) ([]byte, error) {
	if s.result == nil {
		s.result = make([]byte, s.load.Result)
	}
	if s.owed += s.load.Cost; s.owed > 0 {
		from := time.Now()
		time.Sleep(s.owed)
		s.owed -= time.Since(from)
	}
	return s.result, nil
}

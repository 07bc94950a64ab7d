package hub

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// measureActing measures rollouts of 8 parts whose workers are in this process: the time that the hub adds to an
// iteration, and what more workers bring if a part takes 128 steps of a millisecond.
func measureActing(ctx context.Context, s *journal.Store, _ string) (all []Measurement, err error) {
	const parts, weights, state = 8, 40 << 10, 400
	connect := func() (*nats.Conn, error) { return nats.Connect(s.Link.Conn.ConnectedUrl()) }
	for _, m := range []struct {
		text string
		load acting.Load
	}{
		{"50 KB, 4 workers", acting.Load{Workers: 4, Result: 50_000, Rollouts: 300}},
		{"900 KB, 4 workers", acting.Load{Workers: 4, Result: 900_000, Rollouts: 50}},
		{"128 ms, 1 worker", acting.Load{Workers: 1, Result: 4_000, Cost: 128 * time.Millisecond, Rollouts: 2}},
		{"128 ms, 8 workers", acting.Load{Workers: 8, Result: 4_000, Cost: 128 * time.Millisecond, Rollouts: 10}},
	} {
		m.load.Parts, m.load.Weights, m.load.State = parts, weights, state
		took, err := acting.Measure(ctx, connect, m.load)
		if err != nil {
			return nil, err
		}
		all = append(all, NewMeasurement(fmt.Sprintf("rollout of %d parts of %s", parts, m.text), int64(parts*m.load.Result), took))
	}
	return all, nil
}

package run

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/agents"
)

// clockInterval is the time between checkpoints of a run whose CheckpointEvery is 0.
const clockInterval = 10 * time.Second

// checkpoints is the observer that saves a run from time to time.
type checkpoints struct {
	store   *agents.Checkpoint
	steps   int       // of the latest checkpoint
	at      time.Time // of the latest checkpoint
	failing bool      // the latest could not be written
}

func checkpointsIn(dir string) checkpoints {
	return checkpoints{store: agents.NewCheckpoint(filepath.Join(dir, checkpoint))}
}

// startInterval counts steps and time from here.
func (c *checkpoints) startInterval(steps int) { c.steps, c.at = steps, time.Now() }

// Observe writes a checkpoint if it is due. Training goes on without one that cannot be
// written, which is a Trouble: of several failures in a row only the first.
func (c *checkpoints) Observe(_ context.Context, r *Run, st *Status) error {
	due := time.Since(c.at) >= clockInterval
	if every := r.CheckpointEvery; every > 0 {
		due = st.Steps/every > c.steps/every
	}
	if !due {
		return nil
	}
	before := c.failing
	err := r.save()
	c.steps, c.at, c.failing = st.Steps, time.Now(), err != nil
	if err == nil || before {
		return nil
	}
	st.Trouble = fmt.Errorf("no checkpoint after %d steps: %w; training goes on", st.Steps, err)
	return r.owned()
}

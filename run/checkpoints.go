package run

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/agents"
)

// clockInterval is the time between two checkpoints if CheckpointEvery is 0.
const clockInterval = 10 * time.Second

// checkpoints is the Observer that writes the checkpoints of a run.
type checkpoints struct {
	store   *agents.Checkpoint
	steps   int       // training steps at the latest checkpoint
	at      time.Time // time of the latest checkpoint
	failing bool      // whether the latest checkpoint could not be written
}

func checkpointsIn(dir string) checkpoints {
	return checkpoints{store: agents.NewCheckpoint(filepath.Join(dir, checkpoint))}
}

// startInterval starts a new checkpoint interval at the given step.
func (c *checkpoints) startInterval(steps int) { c.steps, c.at = steps, time.Now() }

// Observe writes a checkpoint if it is due. If the write fails, training continues and st.Trouble
// has the error. If several checkpoints fail in a row, only the first error is reported.
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
	st.Trouble = fmt.Errorf("no checkpoint after %d steps: %w; training continues", st.Steps, err)
	return r.owned()
}

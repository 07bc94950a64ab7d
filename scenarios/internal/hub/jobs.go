package hub

import (
	"context"

	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// A JobInfo is the state of a job.
type JobInfo struct {
	ID       string `json:"job"`
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	State    string `json:"state"`  // waiting, training, finished, failed or cancelled
	Steps    int    `json:"steps"`  // training steps of the latest checkpoint
	Total    int    `json:"total"`  // training steps of the whole run
	Worker   string `json:"worker"` // worker that trains it, or has trained it last; "" before the first
	Version
	Error string `json:"error,omitempty"`
	Ended bool   `json:"-"` // whether the job is finished, failed or cancelled
}

// Jobs returns the state of all jobs of a hub, sorted by id.
func Jobs(ctx context.Context, s *journal.Store) ([]JobInfo, error) {
	ids, err := s.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var all []JobInfo
	for _, id := range ids {
		e, _, err := s.Last(ctx, id)
		if err != nil {
			return nil, err
		}
		if e == nil {
			continue // it has just been removed
		}
		j := e.Job
		all = append(all, JobInfo{
			ID: j.ID, Scenario: j.Name, Seed: j.Seed, State: stateOf(e.Kind), Steps: e.Steps, Total: j.Steps,
			Worker: e.Worker(), Version: Version{j.Code, j.Kernels}, Error: e.Error, Ended: e.Kind.Ended(),
		})
	}
	return all, nil
}

// stateOf returns the state of a job by the kind of its last entry.
func stateOf(k journal.Kind) string {
	switch k {
	case journal.Claim, journal.Commit:
		return "training"
	case journal.Done:
		return "finished"
	case journal.Failed:
		return "failed"
	case journal.Cancel:
		return "cancelled"
	}
	return "waiting"
}

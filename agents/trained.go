package agents

import (
	"cmp"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// trained is what an off-policy agent's gradient steps change, and what takes them.
type trained struct {
	params  []*tape.Param
	opts    []*optim.Optimizer
	tapes   []*tape.Tape // of the losses
	sharers []nn.Sharer  // networks that several cores can learn or infer
}

// share has several cores do the work.
func (t *trained) share(cores *parallel.Pool) {
	for _, tape := range t.tapes {
		tape.Share(cores)
	}
	for _, opt := range t.opts {
		opt.Share(cores)
	}
	for _, s := range t.sharers {
		s.Share(cores)
	}
}

// setRate sets the learning rate.
func (t *trained) setRate(rate float64) {
	for _, opt := range t.opts {
		opt.Rate = float32(rate)
	}
}

// check returns an error where learning has broken the networks.
func (t *trained) check(s *Stats) error {
	var err error
	for _, tape := range t.tapes {
		err = cmp.Or(err, tape.Err())
	}
	return cmp.Or(err, checkFinite(t.params, s.Steps(), s.peak))
}

// State visits the optimisers.
func (t *trained) State(s *state.State) {
	for _, opt := range t.opts {
		opt.State(s)
	}
}

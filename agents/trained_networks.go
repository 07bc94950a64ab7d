package agents

import (
	"cmp"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// trainedNetworks has the parameters that an off-policy agent learns, with the optimisers and
// tapes of its gradient steps.
type trainedNetworks struct {
	params  []*tape.Param
	opts    []*optim.Optimizer
	tapes   []*tape.Tape // tapes on which the losses are computed
	sharers []nn.Sharer  // networks that can use several cores
}

// share lets the tapes, optimisers and networks use the cores of a pool.
func (t *trainedNetworks) share(cores *parallel.Pool) {
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

// setLearningRate sets the learning rate of every optimiser.
func (t *trainedNetworks) setLearningRate(rate float64) {
	for _, opt := range t.opts {
		opt.Rate = float32(rate)
	}
}

// check returns an error if a tape has an error or a parameter is not finite.
func (t *trainedNetworks) check(s *Stats) error {
	var err error
	for _, tape := range t.tapes {
		err = cmp.Or(err, tape.Err())
	}
	return cmp.Or(err, checkFinite(t.params, s.Steps(), s.maxAbsReward))
}

// State saves or loads the optimisers. The agent itself saves or loads the parameters.
func (t *trainedNetworks) State(s *state.State) {
	for _, opt := range t.opts {
		opt.State(s)
	}
}

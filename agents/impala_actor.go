package agents

import (
	"errors"
	"sync/atomic"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// An impalaActor plays trajectories with its own copy of the policy.
type impalaActor struct {
	actorBase
	collector collector
	model     *policy.ActorCritic
}

var _ actor = (*impalaActor)(nil)

// newIMPALAActor returns actor i, with environments made by mk and a copy of the policy model.
func newIMPALAActor(mk env.Maker, c *IMPALAConfig, i int, model *policy.ActorCritic) (*impalaActor, error) {
	w := new(impalaActor)
	w.player = &w.collector.player
	if _, err := w.collector.makeEnvs(mk, c.Seed, i*c.NEnvs, c.NEnvs); err != nil {
		return nil, errors.Join(err, closeVector(w.vec))
	}
	w.model = model.Clone().(*policy.ActorCritic)
	w.tensors = w.model.Tensors()
	w.collector.allocate(w.model)
	w.shape = w.shapeOf(w.vec.Spec(), c.NSteps, model.Spec().Memory)
	return w, nil
}

func (w *impalaActor) base() *actorBase { return &w.actorBase }

// loaded does nothing: the tensors are all that the policy needs.
func (w *impalaActor) loaded() {}

// begin starts a trajectory.
func (w *impalaActor) begin(t *Trajectory) { t.Begin(w.obs, w.mask, w.player.first) }

// play continues a trajectory.
func (w *impalaActor) play(t *Trajectory, stop *atomic.Bool) error {
	for !t.complete() {
		if stop.Load() {
			return nil
		}
		if err := w.collector.collectStep(w.model, t, t.t); err != nil {
			return stepError(err, w.model.Params(), w.actionCount*w.vec.Len(), w.stats.maxAbsReward)
		}
	}
	w.collector.endRollout(w.model, t)
	w.stats.reset()
	return nil
}

// State saves or loads the environments and the memory of the policy.
func (w *impalaActor) State(s *state.State) { w.collector.State(s) }

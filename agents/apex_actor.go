package agents

import (
	"sync/atomic"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

// An apexActor is an off-policy agent that acts and does not learn. Its replay buffer has the steps
// of one trajectory, for their first priorities.
type apexActor struct {
	actorBase
	agent  distributable
	batch  *replay.Batch // all steps of the trajectory
	played playback
}

var _ actor = (*apexActor)(nil)

// newApexActor returns an actor that acts as agent does, in trajectories of the given steps.
func newApexActor(agent distributable, steps int) *apexActor {
	o := agent.part()
	w := &apexActor{agent: agent, batch: o.experience.batch}
	w.player, w.tensors = &o.play, agent.weights()
	w.shape = o.play.shapeOf(o.play.vec.Spec(), steps, 0)
	return w
}

func (w *apexActor) base() *actorBase { return &w.actorBase }

// loaded lets the target networks follow.
func (w *apexActor) loaded() { w.agent.copyTargets() }

// begin starts a trajectory.
func (w *apexActor) begin(t *Trajectory) { t.Begin(w.obs, w.mask, w.first) }

// play continues a trajectory. At its end it computes the first priorities.
func (w *apexActor) play(t *Trajectory, stop *atomic.Bool) error {
	o := w.agent.part()
	for !t.complete() {
		if stop.Load() {
			return nil
		}
		res, err := o.takeStep(w.agent)
		if err != nil {
			return err
		}
		t.Add(o.raw, nil, res)
		o.recordStep(res)
		w.agent.afterStep(res)
	}
	w.prioritize(t)
	o.play.stats.Report(nil) // forgets the ended episodes, which the learner counts
	return nil
}

// prioritize computes the TD errors of the n-step returns of t, by the actor's own networks.
func (w *apexActor) prioritize(t *Trajectory) {
	m := &w.agent.part().experience
	w.played.begin(t)
	obs, mask, _ := w.played.obs()
	m.ring.Restart(obs, mask)
	for w.played.step < t.t {
		act, _, res := w.played.next()
		m.buffer.Add(act, res)
	}
	for j := range w.batch.Index {
		w.batch.Index[j], w.batch.Weight[j] = m.ring.Row(j), 1
	}
	m.buffer.View.Fetch(m.buffer.Store, w.batch)
	copy(t.priority, w.agent.tdErrors(w.batch))
}

// State saves or loads the environments, the normaliser of rewards, and the exploration noise.
func (w *apexActor) State(s *state.State) {
	o := w.agent.part()
	s.All(&o.play, o.scale)
	w.agent.noiseState(s)
}

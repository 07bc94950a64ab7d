package agents

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// State saves or loads the actors, the queue and the published weights.
func (f *fleet) State(s *state.State) {
	s.Section("fleet", 1)
	s.Floats("fleet/weights", f.weights)
	version := f.version + 1
	s.Int("fleet/version", &version, math.MaxInt32)
	f.version = version - 1
	s.Int("fleet/refusals", &f.refusals, state.MaxCount)
	f.lag.State(s)
	for _, a := range f.actors {
		f.actorState(s, a)
	}
	f.listState(s, "fleet/queue", &f.queue, f.c.QueueDepth+len(f.actors))
	if f.script != nil {
		f.scriptState(s)
	}
}

// actorState saves or loads an actor with its weights and the trajectory that it has begun.
func (f *fleet) actorState(s *state.State, a actor) {
	b := a.base()
	s.Section("actor", 1)
	s.Int("actor/number", &b.number, state.MaxCount)
	version := b.version + 1
	s.Int("actor/version", &version, math.MaxInt32)
	b.version = version - 1
	for _, p := range b.tensors {
		s.Floats("actor/"+p.Name, p.Value)
	}
	a.State(s)
	if s.Loading() {
		a.loaded()
	}
	begun := b.current != nil
	s.Bool("actor/begun", &begun)
	if s.Loading() {
		if b.current = nil; begun && s.Err() == nil {
			b.current = newTrajectory(b.shape)
		}
	}
	if b.current != nil {
		b.current.State(s)
	}
}

// listState saves or loads a list of at most limit trajectories.
func (f *fleet) listState(s *state.State, name string, list *[]*Trajectory, limit int) {
	n := len(*list)
	s.Int(name, &n, limit)
	if s.Loading() {
		*list = (*list)[:0]
		for range n {
			*list = append(*list, newTrajectory(f.shape))
		}
	}
	for _, t := range *list {
		if s.Err() == nil {
			t.State(s)
		}
	}
}

// playScript lets each actor play the trajectories that it played with the current weights in the
// run that the script is of.
func (f *fleet) playScript() error {
	f.stop.Store(false)
	f.cores.Run(&f.site, len(f.actors), (*scriptJob)(f))
	return f.err
}

// scriptJob is the parallel.Job in which each actor plays its trajectories of a script.
type scriptJob fleet

// Do plays the trajectories of actor i.
func (f *scriptJob) Do(i int) {
	s, a := f.script, f.actors[i]
	for b := a.base(); b.number < len(s.versions[i]) && s.versions[i][b.number] == f.version; b.number++ {
		(*fleet)(f).next(a)
		if err := (*fleet)(f).play(a); err != nil {
			f.mu.Lock()
			f.err = err
			f.mu.Unlock()
			return
		}
		s.made[i], b.current = append(s.made[i], b.current), nil
	}
}

// scriptState saves or loads the place in the script.
func (f *fleet) scriptState(s *state.State) {
	s.Int("script/at", &f.script.at, len(f.script.entries))
	for i := range f.script.made {
		f.listState(s, "script/made", &f.script.made[i], len(f.script.entries))
	}
}

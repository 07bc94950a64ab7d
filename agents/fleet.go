package agents

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Source is the actors of a learner that play elsewhere.
type Source interface {
	// Publish sends weights to the actors, as Player.SetWeights takes them. The version counts the
	// calls, from 0. The caller keeps the slice.
	Publish(version int, weights []byte)

	// Take returns the next trajectory, as Player.Play returns it, and how often actors were
	// refused since the last call. It waits for some time, and then returns nil.
	Take() (trajectory []byte, refused int)
}

// A fleet is the actors of a learner, the queue of their complete trajectories, and the weights
// that the learner has published. Between start and end, actors play in their own goroutines. A
// full queue makes them wait.
type fleet struct {
	c       Acting
	actors  []actor
	shape   trajectoryShape
	learned []*tape.Param // tensors of the learner whose values are published
	cores   *parallel.Pool
	site    parallel.Site
	script  *script // order of an earlier run; nil: a new order
	source  Source  // actors elsewhere; nil: the actors are here

	mu       sync.Mutex // guards the fields below while actors run
	changed  sync.Cond  // the queue or err has changed, or the actors must stop
	queue    []*Trajectory
	waiting  []*actorBase  // actors that wait for a place in the queue, in order
	free     []*Trajectory // trajectories for reuse
	weights  []float32     // latest published weights, tensor after tensor
	version  int           // number of publications
	err      error         // first error of an actor
	refusals int           // how often an actor found the queue full
	stop     atomic.Bool
	running  sync.WaitGroup

	lag    lags
	last   map[int]int // number of the latest trajectory of each actor that was taken
	log    []Learned   // trajectories that the learner has used since the last call of Learned
	played playback

	encoded []byte // scratch: weights for a Source
	turn    int    // actor that plays next while no trajectories come from a Source
}

// newFleet returns a fleet of n actors, made by the function mk. In turns they play on at most the
// given number of cores. If only is not 0, actor only-1 is the only one that is made. learned are the tensors of the learner whose values the actors need.
func newFleet(c Acting, n, only, cores int, learned []*tape.Param, mk func(i int) (actor, error)) (*fleet, error) {
	f := &fleet{c: c, learned: learned, cores: parallel.New(cores), last: map[int]int{}, version: -1}
	f.changed.L = &f.mu
	size := 0
	for _, p := range learned {
		size += len(p.Value)
	}
	f.weights = make([]float32, size)
	for i := range n {
		if only > 0 && i != only-1 {
			continue
		}
		a, err := mk(i)
		if err != nil {
			return f, err
		}
		a.base().index, a.base().version = i, -1
		f.actors = append(f.actors, a)
	}
	f.shape = f.actors[0].base().shape
	if c.ReplayLog != "" {
		var err error
		if f.script, err = readScript(c.ReplayLog, n); err != nil {
			return f, fmt.Errorf("replay_log: %w", err)
		}
	}
	return f, nil
}

// begin publishes the first weights, and starts the actors if they do not wait for turns.
func (f *fleet) begin() error {
	if f.version < 0 {
		if err := f.publish(); err != nil {
			return err
		}
	}
	if f.c.Ordered || f.script != nil || f.source != nil {
		f.cores.Start()
		return nil
	}
	f.stop.Store(false)
	for _, a := range f.actors {
		f.running.Go(func() { f.run(a) })
	}
	return nil
}

// end stops the actors, which keep what they have begun.
func (f *fleet) end() {
	f.cores.Stop()
	f.mu.Lock()
	f.stop.Store(true)
	f.changed.Broadcast()
	f.mu.Unlock()
	f.running.Wait()
}

// run lets an actor play trajectories until the fleet stops.
func (f *fleet) run(a actor) {
	for b := a.base(); !f.stop.Load(); {
		if b.current == nil {
			f.next(a)
		}
		if err := f.play(a); err != nil {
			f.mu.Lock()
			f.err = errors.Join(f.err, err)
			f.changed.Broadcast()
			f.mu.Unlock()
			return
		}
		if b.current.complete() {
			f.put(b)
			runtime.Gosched() // an actor that is suspended in the middle of a trajectory plays with old weights
		}
	}
}

// next gives an actor the latest weights and an empty trajectory.
func (f *fleet) next(a actor) {
	b := a.base()
	f.mu.Lock()
	fresh := b.version != f.version
	if fresh {
		b.version = f.version
		load(b.tensors, f.weights)
	}
	f.mu.Unlock()
	if fresh {
		a.loaded()
	}
	b.current = f.blank()
	a.begin(b.current)
}

// blank returns a trajectory without content.
func (f *fleet) blank() *Trajectory {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := len(f.free) - 1
	if last < 0 {
		return newTrajectory(f.shape)
	}
	t := f.free[last]
	f.free = f.free[:last]
	return t
}

// load sets the tensors to weights, tensor after tensor.
func load(tensors []*tape.Param, weights []float32) {
	for _, p := range tensors {
		weights = weights[copy(p.Value, weights):]
	}
}

// play continues an actor's trajectory until it is complete or the fleet stops. It returns a panic
// as an error.
func (f *fleet) play(a actor) (err error) {
	b := a.base()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("an actor in %s, after %d steps: %w", b.vec.Spec().ID, b.actionCount*b.vec.Len(), parallel.Recovered(p))
		}
	}()
	t := b.current
	if !t.complete() {
		err = a.play(t, &f.stop)
	}
	if err == nil && t.complete() {
		t.Actor, t.Number, t.Version = b.index, b.number, b.version
	}
	return err
}

// put adds an actor's complete trajectory to the queue. While the queue is full it waits, unless the
// fleet stops. The actor that has waited longest comes first, so that no trajectory gets old while
// others pass it.
func (f *fleet) put(b *actorBase) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.queue) >= f.c.QueueDepth {
		f.refusals++
	}
	f.waiting = append(f.waiting, b)
	for (len(f.queue) >= f.c.QueueDepth || f.waiting[0] != b) && !f.stop.Load() {
		f.changed.Wait()
	}
	i := slices.Index(f.waiting, b)
	f.waiting = slices.Delete(f.waiting, i, i+1)
	if len(f.queue) < f.c.QueueDepth {
		f.queue, b.current = append(f.queue, b.current), nil
		b.number++
	}
	f.changed.Broadcast()
}

// take returns the next trajectory to learn from. The learner gives it back by release.
func (f *fleet) take() (*Trajectory, error) {
	switch {
	case f.source != nil:
		return f.takeFrom(f.source)
	case f.script != nil:
		return f.script.take()
	case f.c.Ordered && len(f.queue) == 0:
		if err := f.round(); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) == 0 && f.err == nil {
		f.changed.Wait()
	}
	if f.err != nil {
		return nil, f.err
	}
	t := f.queue[0]
	f.queue = append(f.queue[:0], f.queue[1:]...)
	f.changed.Broadcast()
	return t, nil
}

// takeFrom returns the next trajectory of actors elsewhere. If none comes, an actor of this program
// plays one, so that the run goes on.
func (f *fleet) takeFrom(s Source) (*Trajectory, error) {
	for {
		data, refused := s.Take()
		f.refusals += refused
		if data == nil {
			break
		}
		t := f.blank()
		if err := t.decode(data); err != nil || t.Actor < len(f.actors) || t.Version > f.version {
			f.lag.dropped++
			f.release(t)
			continue
		}
		return t, nil
	}
	a := f.actors[f.turn]
	f.turn = (f.turn + 1) % len(f.actors)
	f.stop.Store(false)
	f.next(a)
	if err := f.play(a); err != nil {
		return nil, err
	}
	b := a.base()
	t := b.current
	b.current = nil
	b.number++
	return t, nil
}

// release gives a trajectory back, for reuse.
func (f *fleet) release(t *Trajectory) {
	f.mu.Lock()
	f.free = append(f.free, t)
	f.mu.Unlock()
}

// publish gives the learner's current weights to the actors, as the next version.
func (f *fleet) publish() error {
	f.mu.Lock()
	f.version++
	weights := f.weights
	for _, p := range f.learned {
		weights = weights[copy(weights, p.Value):]
	}
	f.mu.Unlock()
	switch {
	case f.source != nil:
		f.encoded = appendFloats(f.encoded[:0], f.weights)
		f.source.Publish(f.version, f.encoded)
	case f.script != nil:
		return f.playScript()
	}
	return nil
}

// round lets each actor play a trajectory with the current weights, and adds the trajectories to
// the queue in the order of the actors.
func (f *fleet) round() error {
	f.stop.Store(false)
	for _, a := range f.actors {
		f.next(a)
	}
	f.cores.Run(&f.site, len(f.actors), (*roundJob)(f))
	if f.err != nil {
		return f.err
	}
	for _, a := range f.actors {
		b := a.base()
		f.queue, b.current = append(f.queue, b.current), nil
		b.number++
	}
	return nil
}

// roundJob is the parallel.Job in which each actor plays a trajectory.
type roundJob fleet

// Do plays a trajectory with actor i.
func (f *roundJob) Do(i int) {
	if err := (*fleet)(f).play(f.actors[i]); err != nil {
		f.mu.Lock()
		f.err = errors.Join(f.err, err)
		f.mu.Unlock()
	}
}

// accept returns whether the learner should learn from a trajectory whose lag is at most maxLag
// versions, and counts it if not. A trajectory that came before is not even counted as steps.
func (f *fleet) accept(t *Trajectory, maxLag int) (fresh, first bool) {
	if last, ok := f.last[t.Actor]; ok && t.Number <= last {
		f.lag.doubles++
		return false, false
	}
	f.last[t.Actor] = t.Number
	if f.version-t.Version > maxLag {
		f.lag.dropped++
		return false, true
	}
	return true, true
}

// use counts a trajectory from which the learner learns, and logs the update that is the first with
// it. Trajectories that are played in turns need no log.
func (f *fleet) use(t *Trajectory, update int) {
	f.lag.add(f.version - t.Version)
	f.note(t, update)
}

// note logs the use of a trajectory: see Learned.
func (f *fleet) note(t *Trajectory, update int) {
	if !f.c.Ordered {
		f.log = append(f.log, Learned{update, t.Actor, t.Number, t.Version})
	}
}

// Close closes the actors' environments.
func (f *fleet) Close() error {
	if f == nil {
		return nil
	}
	var all []error
	for _, a := range f.actors {
		all = append(all, a.base().Close())
	}
	return errors.Join(all...)
}

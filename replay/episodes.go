package replay

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Longest bounds an episode that is kept whole, in steps.
const Longest = 1 << 20

// Episodes are whole episodes of N environments: those that have ended, one after another,
// and those that are running.
type Episodes struct {
	Count     int       // episodes that have ended
	Return    []float32 // [K] discounted return from each of their steps on
	Value     []float32 // [K] V of each observation; written by the agent
	Advantage []float32 // [K] written by the agent

	done    trace     // the steps of episodes that have ended, [K]
	running []trace   // [N]
	width   int       // numbers in a row of actions
	choices int       // M; 0 without masks
	row     []float32 // scratch: an observation
	scratch []float32 // observations as floats
	batch   Minibatch // of Rows
}

// A trace is steps one after another.
type trace struct {
	obs         rows
	act, reward []float32
	mask        []bool
}

// NewEpisodes returns Episodes of n environments, which have masks or not. There is room for
// a number of ended episodes, if the length of an episode is known and moderate.
func NewEpisodes(spec env.Spec, n, ended int, masked bool) *Episodes {
	const most = 1 << 22 // floats
	e := &Episodes{running: make([]trace, n), width: spec.Act.Size(), row: make([]float32, spec.Obs.Size())}
	if masked {
		l := layoutOf(spec.Act)
		e.choices = l.MaskSize()
	}
	each, all := spec.MaxSteps, spec.MaxSteps*(ended+n)
	if all*(spec.Obs.Size()+e.width+e.choices) > most {
		each, all = 0, 0
	}
	for i := range e.running {
		e.running[i] = e.newTrace(spec, each)
	}
	e.done = e.newTrace(spec, all)
	e.Return, e.Value, e.Advantage = make([]float32, 0, all), make([]float32, 0, all), make([]float32, 0, all)
	return e
}

// newTrace returns an empty trace with room for n steps.
func (e *Episodes) newTrace(spec env.Spec, n int) trace {
	t := trace{newRows(spec.Obs, n), make([]float32, 0, n*e.width), make([]float32, 0, n), make([]bool, 0, n*e.choices)}
	t.obs.clear()
	return t
}

// clear forgets all steps, and keeps their memory.
func (t *trace) clear() {
	t.obs.clear()
	t.act, t.reward, t.mask = t.act[:0], t.reward[:0], t.mask[:0]
}

// Clear forgets the episodes that have ended.
func (e *Episodes) Clear() {
	e.done.clear()
	e.Count, e.Return, e.Value, e.Advantage = 0, e.Return[:0], e.Value[:0], e.Advantage[:0]
}

// Len returns the number of steps of the episodes that have ended.
func (e *Episodes) Len() int { return len(e.Return) }

// Show keeps what the environments show before a step: observations [N, O], and the masks
// [N, M].
func (e *Episodes) Show(obs []float32, mask []bool) {
	o, m := len(e.row), e.choices
	for i := range e.running {
		t := &e.running[i]
		t.obs.add(obs[i*o : (i+1)*o])
		t.mask = append(t.mask, mask[i*m:(i+1)*m]...)
	}
}

// Add keeps one step of every environment: the actions [N, A], and the rewards [N]. It
// returns an error if an episode is longer than Longest.
func (e *Episodes) Add(act, reward []float32) error {
	for i := range e.running {
		t := &e.running[i]
		t.act = append(t.act, act[i*e.width:(i+1)*e.width]...)
		if t.reward = append(t.reward, reward[i]); len(t.reward) > Longest {
			return fmt.Errorf("an episode has not ended after %d steps; the wrapper max_steps sets a limit", Longest)
		}
	}
	return nil
}

// End moves the episode of environment i to those that have ended. Its returns are
// G_t = r_t + γ G_{t+1}, where the last G is what comes after the last step.
func (e *Episodes) End(i int, last, gamma float32) {
	t := &e.running[i]
	from := len(e.Return)
	e.Return = append(e.Return, t.reward...)
	g, ret := last, e.Return[from:]
	for k := len(ret) - 1; k >= 0; k-- {
		g = ret[k] + float32(gamma*g)
		ret[k] = g
	}
	for k := range t.reward {
		t.obs.get(e.row, k)
		e.done.obs.add(e.row)
	}
	e.done.act, e.done.mask = append(e.done.act, t.act...), append(e.done.mask, t.mask...)
	e.Count++
	t.clear()
}

// Values returns the slices Value and Advantage with an element for each step, to be
// written.
func (e *Episodes) Values() (value, advantage []float32) {
	n := e.Len()
	e.Value, e.Advantage = slices.Grow(e.Value[:0], n)[:n], slices.Grow(e.Advantage[:0], n)[:n]
	return e.Value, e.Advantage
}

// Rows returns the steps from … to-1 of the episodes that have ended, until it is called
// again. The columns are the Episodes' own, but for observations that are stored as
// bytes. There are no log-probabilities.
func (e *Episodes) Rows(from, to int) *Minibatch {
	b := &e.batch
	*b = Minibatch{
		Obs: e.done.obs.view(&e.scratch, from, to), Act: e.done.act[from*e.width : to*e.width],
		Value: e.Value[from:to], Advantage: e.Advantage[from:to], Return: e.Return[from:to],
	}
	if e.choices > 0 {
		b.Mask = e.done.mask[from*e.choices : to*e.choices]
	}
	return b
}

// State visits the running episodes. It is for between two batches, when there are none
// that have ended.
func (e *Episodes) State(s *state.State) {
	s.Section("episodes", 1)
	for i := range e.running {
		t := &e.running[i]
		var obs []float32
		if !s.Loading() {
			obs = t.obs.view(&e.scratch, 0, t.obs.n)
		}
		state.Slice(s, "observations", &obs, Longest*len(e.row))
		state.Slice(s, "rewards", &t.reward, Longest)
		state.Slice(s, "actions", &t.act, Longest*e.width)
		state.Slice(s, "masks", &t.mask, Longest*e.choices)
		n := len(t.reward)
		if len(obs) != n*len(e.row) || len(t.act) != n*e.width || len(t.mask) != n*e.choices {
			s.Fail(fmt.Errorf("replay: %d rewards, %d observations and %d actions of an episode", n, len(obs)/len(e.row), len(t.act)/e.width))
			return
		}
		if s.Loading() {
			t.obs.clear()
			for k := range n {
				t.obs.add(obs[k*len(e.row) : (k+1)*len(e.row)])
			}
		}
	}
}

package replay

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// MaxEpisodeSteps is the largest length of an episode in Episodes.
const MaxEpisodeSteps = 1 << 20

// Episodes stores whole episodes of N environments. It has the K steps of all ended episodes, one
// episode after the other, and the steps of the running episodes. Agents that learn from whole
// episodes use it, for example REINFORCE.
type Episodes struct {
	Count     int       // number of ended episodes
	Return    []float32 // [K] discounted return after each step of the ended episodes, the step's reward included
	Value     []float32 // [K] V of each observation; the agent writes it
	Advantage []float32 // [K] advantages; the agent writes them

	ended   trace     // [K] steps of the ended episodes
	lengths []int     // [Count] number of steps of each ended episode
	running []trace   // [N] steps of the running episodes
	width   int       // A, floats of an action
	choices int       // M, length of a mask row; 0 without masks
	row     []float32 // scratch: one observation
	scratch []float32 // scratch: observations as floats
	batch   Minibatch // the Minibatch that Rows and Sequences return
	lanes   lanes     // scratch of Sequences
}

// A trace is a sequence of steps.
type trace struct {
	obs         rows // observation before each step
	act, reward []float32
	mask        []bool // allowed actions before each step
}

// NewEpisodes returns empty Episodes of n environments. masked is whether the environments have
// masks. If episodes have a time limit, NewEpisodes allocates memory in advance for the given
// number of ended episodes, but not if the memory would be too large.
func NewEpisodes(spec env.Spec, n, ended int, masked bool) *Episodes {
	const maxFloats = 1 << 22 // largest memory that is allocated in advance [floats]
	e := &Episodes{running: make([]trace, n), width: spec.Act.Size(), row: make([]float32, spec.Obs.Size())}
	if masked {
		l := layoutOf(spec.Act)
		e.choices = l.MaskSize()
	}
	each, all := spec.MaxSteps, spec.MaxSteps*(ended+n)
	if all*(spec.Obs.Size()+e.width+e.choices) > maxFloats {
		each, all = 0, 0
	}
	for i := range e.running {
		e.running[i] = e.newTrace(spec, each)
	}
	e.ended = e.newTrace(spec, all)
	e.Return, e.Value, e.Advantage = make([]float32, 0, all), make([]float32, 0, all), make([]float32, 0, all)
	return e
}

// newTrace returns an empty trace with memory for n steps of an environment with the given spec.
func (e *Episodes) newTrace(spec env.Spec, n int) trace {
	t := trace{newObservations(spec, 1, n), make([]float32, 0, n*e.width), make([]float32, 0, n), make([]bool, 0, n*e.choices)}
	t.obs.clear()
	return t
}

// clear removes all steps and keeps their memory for reuse.
func (t *trace) clear() {
	t.obs.clear()
	t.act, t.reward, t.mask = t.act[:0], t.reward[:0], t.mask[:0]
}

// Clear removes the ended episodes and keeps the running episodes.
func (e *Episodes) Clear() {
	e.ended.clear()
	e.Count, e.Return, e.Value, e.Advantage, e.lengths = 0, e.Return[:0], e.Value[:0], e.Advantage[:0], e.lengths[:0]
}

// Len returns the number of steps of all ended episodes.
func (e *Episodes) Len() int { return len(e.Return) }

// Observe stores the observations [N, O] and masks [N, M] before an environment step.
func (e *Episodes) Observe(obs []float32, mask []bool) {
	o, m := len(e.row), e.choices
	for i := range e.running {
		t := &e.running[i]
		t.obs.append(obs[i*o : (i+1)*o])
		t.mask = append(t.mask, mask[i*m:(i+1)*m]...)
	}
}

// Add stores one step of every environment: the actions act [N, A] and the rewards reward [N]. It
// is an error if an episode is longer than MaxEpisodeSteps.
func (e *Episodes) Add(act, reward []float32) error {
	for i := range e.running {
		t := &e.running[i]
		t.act = append(t.act, act[i*e.width:(i+1)*e.width]...)
		if t.reward = append(t.reward, reward[i]); len(t.reward) > MaxEpisodeSteps {
			return fmt.Errorf("an episode has not ended after %d steps; the wrapper max_steps sets a limit", MaxEpisodeSteps)
		}
	}
	return nil
}

// End moves the running episode of environment i to the ended episodes. It computes the returns
// G_t = r_t + γ G_{t+1} of the episode. After the last step, G is the argument bootstrap: 0 if
// the episode was terminated, or the value of the final observation if it was truncated.
func (e *Episodes) End(i int, bootstrap, gamma float32) {
	t := &e.running[i]
	from := len(e.Return)
	e.Return = append(e.Return, t.reward...)
	g, ret := bootstrap, e.Return[from:]
	for k := len(ret) - 1; k >= 0; k-- {
		g = ret[k] + float32(gamma*g)
		ret[k] = g
	}
	for k := range t.reward {
		t.obs.get(e.row, k)
		e.ended.obs.append(e.row)
	}
	e.ended.act, e.ended.mask = append(e.ended.act, t.act...), append(e.ended.mask, t.mask...)
	e.Count, e.lengths = e.Count+1, append(e.lengths, len(ret))
	t.clear()
}

// Values returns the slices Value and Advantage [K], which the agent must fill.
func (e *Episodes) Values() (value, advantage []float32) {
	n := e.Len()
	e.Value, e.Advantage = slices.Grow(e.Value[:0], n)[:n], slices.Grow(e.Advantage[:0], n)[:n]
	return e.Value, e.Advantage
}

// Rows returns steps [from, to) of the ended episodes, without log-probabilities. The Minibatch
// is valid until the next call. It uses the slices of e, except for observations that are stored
// as bytes.
func (e *Episodes) Rows(from, to int) *Minibatch {
	b := &e.batch
	*b = Minibatch{
		Obs: e.ended.obs.view(&e.scratch, from, to), Act: e.ended.act[from*e.width : to*e.width],
		Value: e.Value[from:to], Advantage: e.Advantage[from:to], Return: e.Return[from:to],
	}
	if e.choices > 0 {
		b.Mask = e.ended.mask[from*e.choices : to*e.choices]
	}
	return b
}

// State saves or loads the running episodes. Call it only if there are no ended episodes.
func (e *Episodes) State(s *state.State) {
	s.Section("episodes", 1)
	for i := range e.running {
		t := &e.running[i]
		var obs []float32
		if !s.Loading() {
			obs = t.obs.view(&e.scratch, 0, t.obs.n)
		}
		state.Slice(s, "observations", &obs, MaxEpisodeSteps*len(e.row))
		state.Slice(s, "rewards", &t.reward, MaxEpisodeSteps)
		state.Slice(s, "actions", &t.act, MaxEpisodeSteps*e.width)
		state.Slice(s, "masks", &t.mask, MaxEpisodeSteps*e.choices)
		n := len(t.reward)
		if len(obs) != n*len(e.row) || len(t.act) != n*e.width || len(t.mask) != n*e.choices {
			s.Fail(fmt.Errorf("replay: an episode has %d rewards, %d observations and %d actions, want equal numbers", n, len(obs)/len(e.row), len(t.act)/e.width))
			return
		}
		if s.Loading() {
			t.obs.clear()
			for k := range n {
				t.obs.append(obs[k*len(e.row) : (k+1)*len(e.row)])
			}
		}
	}
}

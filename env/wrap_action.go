package env

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// A StickyAction repeats the previous action with probability P, in place of the given action.
// Machado et al. 2018, "Revisiting the Arcade Learning Environment", arXiv:1709.06009, section
// 5.2.
type StickyAction struct {
	Env
	P          float64
	rng        Rand
	lastAction []float32 // [A] action of the latest step
	hasLast    int       // 1 after the first step of an episode, else 0
}

var _ Wrapper = (*StickyAction)(nil)

// NewStickyAction returns e with actions that repeat with probability p.
func NewStickyAction(e Env, p float64) *StickyAction {
	return &StickyAction{Env: e, P: p, lastAction: make([]float32, e.Spec().Act.Size())}
}

// Unwrap returns the wrapped environment.
func (w *StickyAction) Unwrap() Env { return w.Env }

// Reset begins an episode. The first action of an episode is never replaced.
func (w *StickyAction) Reset(seed uint64, obs []float32) {
	w.rng.Seed(Split(seed, 0))
	w.hasLast = 0
	clear(w.lastAction)
	w.Env.Reset(Split(seed, 1), obs)
}

// Step steps the wrapped environment with act or with the previous action.
func (w *StickyAction) Step(act, obs []float32) Outcome {
	if w.hasLast == 0 || w.rng.Float64() >= w.P {
		copy(w.lastAction, act)
		w.hasLast = 1
	}
	return w.Env.Step(w.lastAction, obs)
}

// State saves or loads the generator, the previous action and the wrapped environment.
func (w *StickyAction) State(s *state.State) {
	w.rng.State(s)
	s.Floats("sticky/last", w.lastAction)
	s.Int("sticky/held", &w.hasLast, 1)
	StateOf(w.Env, s)
}

// A RandomAction takes a random action with probability p, in place of the given action.
type RandomAction struct {
	baseWrapper
	p       float64
	rng     Rand
	sampler *rand.Rand // takes its numbers from rng
	space   Space
	action  []float32 // [A] scratch
}

var _ Wrapper = (*RandomAction)(nil)

// NewRandomAction returns e with actions that are replaced with probability p by an action that is
// sampled from the action space. Where e masks actions, the sampled action may be one that is not allowed.
func NewRandomAction(e Env, p float64) (*RandomAction, error) {
	if !(0 <= p && p <= 1) {
		return nil, fmt.Errorf("env: RandomAction with probability %v, want 0 … 1", p)
	}
	space := e.Spec().Act
	w := &RandomAction{baseWrapper: baseWrapper{Env: e}, p: p, space: space, action: make([]float32, space.Size())}
	w.sampler = rand.New(w.rng.Source())
	return w, nil
}

// Reset begins an episode.
func (w *RandomAction) Reset(seed uint64, obs []float32) {
	w.rng.Seed(Split(seed, 0))
	w.Env.Reset(Split(seed, 1), obs)
}

// Step steps the wrapped environment with act or with a random action.
func (w *RandomAction) Step(act, obs []float32) Outcome {
	if w.rng.Float64() < w.p {
		w.space.Sample(w.sampler, w.action)
		act = w.action
	}
	return w.Env.Step(act, obs)
}

// State saves or loads the generator and the wrapped environment.
func (w *RandomAction) State(s *state.State) {
	w.rng.State(s)
	StateOf(w.Env, s)
}

// A ClipAction accepts actions without bounds and clips them to the Box of the wrapped
// environment.
type ClipAction struct {
	baseWrapper
	box     Box // action space of the wrapped environment
	clipped []float32
}

var _ Wrapper = (*ClipAction)(nil)

// NewClipAction returns e with clipped actions. The action space of e must be a Box.
func NewClipAction(e Env) (*ClipAction, error) {
	box, err := boxOf("ClipAction", "actions", e.Spec().Act)
	return &ClipAction{baseWrapper{Env: e, act: unbounded(box)}, box, make([]float32, len(box.Low))}, err
}

// unbounded returns a Box like b with infinite bounds.
func unbounded(b Box) Box {
	n, inf := len(b.Low), float32(math.Inf(1))
	return Box{Low: slices.Repeat([]float32{-inf}, n), High: slices.Repeat([]float32{inf}, n), Shape: b.Shape, Names: b.Names}
}

// Step clips the action and steps the wrapped environment.
func (w *ClipAction) Step(act, obs []float32) Outcome {
	for i, a := range act {
		w.clipped[i] = min(max(a, w.box.Low[i]), w.box.High[i])
	}
	return w.Env.Step(w.clipped, obs)
}

// A RescaleAction maps actions linearly from [low, high] to the bounds of the wrapped
// environment.
type RescaleAction struct {
	baseWrapper
	low, high float32
	box       Box // action space of the wrapped environment
	rescaled  []float32
}

var _ Wrapper = (*RescaleAction)(nil)

// NewRescaleAction returns e with actions in [low, high]. The action space of e must be a Box
// with finite bounds.
func NewRescaleAction(e Env, low, high float32) (*RescaleAction, error) {
	box, err := boxOf("RescaleAction", "actions", e.Spec().Act)
	if err == nil {
		err = checkBounded("RescaleAction", box)
	}
	if err == nil && !(low < high && high-low <= math.MaxFloat32) {
		err = fmt.Errorf("env: RescaleAction to %v … %v, want two numbers, the lower one first", low, high)
	}
	n := len(box.Low)
	space := Box{Low: slices.Repeat([]float32{low}, n), High: slices.Repeat([]float32{high}, n), Shape: box.Shape, Names: box.Names}
	return &RescaleAction{baseWrapper{Env: e, act: space}, low, high, box, make([]float32, n)}, err
}

// Step rescales the action and steps the wrapped environment.
func (w *RescaleAction) Step(act, obs []float32) Outcome {
	for i, a := range act {
		low, high := float64(w.box.Low[i]), float64(w.box.High[i])
		fraction := (float64(a) - float64(w.low)) / (float64(w.high) - float64(w.low))
		w.rescaled[i] = float32(low + float64(fraction*(high-low)))
	}
	return w.Env.Step(w.rescaled, obs)
}

// A DiscretizeAction divides the range of each action element into bins. It takes the middle of
// the chosen bin.
type DiscretizeAction struct {
	baseWrapper
	bins   int
	box    Box // action space of the wrapped environment
	middle []float32
}

var _ Wrapper = (*DiscretizeAction)(nil)

// maxCells is the largest number of values that a discretised space may have.
const maxCells = 1 << 20

// NewDiscretizeAction returns e with Discrete actions. The action space of e must be a Box with
// finite bounds. An action's index is a number with the base bins, where digit i is the bin of
// element i. The digit of element 0 is the most significant.
func NewDiscretizeAction(e Env, bins int) (*DiscretizeAction, error) {
	box, err := boxOf("DiscretizeAction", "actions", e.Spec().Act)
	if err == nil {
		err = checkBounded("DiscretizeAction", box)
	}
	total := 0
	if err == nil {
		total, err = countCells("DiscretizeAction", bins, len(box.Low), 1)
	}
	return &DiscretizeAction{baseWrapper{Env: e, act: Discrete{total}}, bins, box, make([]float32, len(box.Low))}, err
}

// countCells returns factor · binsⁿ. It returns an error if the number is above maxCells.
func countCells(wrapper string, bins, n, factor int) (int, error) {
	total := factor
	for range n {
		if bins < 1 || bins > maxCells || total < 1 || total > maxCells {
			break
		}
		total *= bins
	}
	if bins < 1 || bins > maxCells || total < 1 || total > maxCells {
		return 0, fmt.Errorf("env: %s into %d bins for each of %d elements, want 1 bin or more, and at most %d cells in total", wrapper, bins, n, maxCells)
	}
	return total, nil
}

// Step steps the wrapped environment with the middle of the action's bins.
func (w *DiscretizeAction) Step(act, obs []float32) Outcome {
	index := int(act[0])
	for i := len(w.middle) - 1; i >= 0; i-- {
		low, high := float64(w.box.Low[i]), float64(w.box.High[i])
		fraction := (float64(index%w.bins) + 0.5) / float64(w.bins)
		w.middle[i] = float32(low + float64(fraction*(high-low)))
		index /= w.bins
	}
	return w.Env.Step(w.middle, obs)
}

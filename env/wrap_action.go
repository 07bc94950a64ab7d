package env

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// StickyAction repeats the previous action with probability P instead of the
// one given. Machado et al. 2018, "Revisiting the Arcade Learning Environment",
// arXiv:1709.06009, section 5.2.
type StickyAction struct {
	Env
	P    float64
	rng  Rand
	last []float32 // the action taken last, [A]
	held int       // 1 once there is one
}

var _ Wrapper = (*StickyAction)(nil)

// NewStickyAction returns e with actions that stick with probability p.
func NewStickyAction(e Env, p float64) *StickyAction {
	return &StickyAction{Env: e, P: p, last: make([]float32, e.Spec().Act.Size())}
}

// Unwrap returns the environment within.
func (w *StickyAction) Unwrap() Env { return w.Env }

// Reset starts an episode in which there is nothing to repeat yet.
func (w *StickyAction) Reset(seed uint64, obs []float32) {
	w.rng.Seed(Split(seed, 0))
	w.held = 0
	clear(w.last)
	w.Env.Reset(Split(seed, 1), obs)
}

// Step gives the environment within act, or the action before it.
func (w *StickyAction) Step(act, obs []float32) Outcome {
	if w.held == 0 || w.rng.Float64() >= w.P {
		copy(w.last, act)
		w.held = 1
	}
	return w.Env.Step(w.last, obs)
}

// State visits the generator, the previous action and the environment within.
func (w *StickyAction) State(s *state.State) {
	w.rng.State(s)
	s.Floats("sticky/last", w.last)
	s.Int("sticky/held", &w.held, 1)
	StateOf(w.Env, s)
}

// ClipAction brings actions into the Box that the environment within has, and
// takes any.
type ClipAction struct {
	within
	box     Box // the environment's
	clipped []float32
}

var _ Wrapper = (*ClipAction)(nil)

// NewClipAction returns e with clipped actions. The action space of e must be a Box.
func NewClipAction(e Env) (*ClipAction, error) {
	box, err := boxOf("ClipAction", "actions", e.Spec().Act)
	return &ClipAction{within{Env: e, act: unbounded(box)}, box, make([]float32, len(box.Low))}, err
}

// unbounded returns a Box without its bounds.
func unbounded(b Box) Box {
	n, inf := len(b.Low), float32(math.Inf(1))
	return Box{Low: slices.Repeat([]float32{-inf}, n), High: slices.Repeat([]float32{inf}, n), Shape: b.Shape, Names: b.Names}
}

// Step clips the action.
func (w *ClipAction) Step(act, obs []float32) Outcome {
	for i, a := range act {
		w.clipped[i] = min(max(a, w.box.Low[i]), w.box.High[i])
	}
	return w.Env.Step(w.clipped, obs)
}

// RescaleAction stretches actions between two numbers to the bounds that the
// environment within has.
type RescaleAction struct {
	within
	low, high float32
	box       Box // the environment's
	rescaled  []float32
}

var _ Wrapper = (*RescaleAction)(nil)

// NewRescaleAction returns e with actions between low and high in place of those
// of its Box, which has bounds.
func NewRescaleAction(e Env, low, high float32) (*RescaleAction, error) {
	box, err := boxOf("RescaleAction", "actions", e.Spec().Act)
	if err == nil {
		err = bounded("RescaleAction", box)
	}
	if err == nil && !(low < high && high-low <= math.MaxFloat32) {
		err = fmt.Errorf("env: RescaleAction to %v … %v, want two numbers, the lower one first", low, high)
	}
	n := len(box.Low)
	space := Box{Low: slices.Repeat([]float32{low}, n), High: slices.Repeat([]float32{high}, n), Shape: box.Shape, Names: box.Names}
	return &RescaleAction{within{Env: e, act: space}, low, high, box, make([]float32, n)}, err
}

// Step rescales the action.
func (w *RescaleAction) Step(act, obs []float32) Outcome {
	for i, a := range act {
		low, high := float64(w.box.Low[i]), float64(w.box.High[i])
		share := (float64(a) - float64(w.low)) / (float64(w.high) - float64(w.low))
		w.rescaled[i] = float32(low + float64(share*(high-low)))
	}
	return w.Env.Step(w.rescaled, obs)
}

// DiscretizeAction has a number of bins for each element of an action. It takes the middle
// of the chosen bin.
type DiscretizeAction struct {
	within
	bins   int
	box    Box // the environment's
	middle []float32
}

var _ Wrapper = (*DiscretizeAction)(nil)

// maxCells bounds what a discretisation may come to.
const maxCells = 1 << 20

// NewDiscretizeAction returns e with Discrete actions: element i of its Box, with
// bounds, is digit i of the action's index in base bins, the first the highest.
func NewDiscretizeAction(e Env, bins int) (*DiscretizeAction, error) {
	box, err := boxOf("DiscretizeAction", "actions", e.Spec().Act)
	if err == nil {
		err = bounded("DiscretizeAction", box)
	}
	all := 0
	if err == nil {
		all, err = cells("DiscretizeAction", bins, len(box.Low), 1)
	}
	return &DiscretizeAction{within{Env: e, act: Discrete{all}}, bins, box, make([]float32, len(box.Low))}, err
}

// cells is times binsⁿ.
func cells(wrapper string, bins, n, times int) (int, error) {
	all := times
	for range n {
		if bins < 1 || bins > maxCells || all < 1 || all > maxCells {
			break
		}
		all *= bins
	}
	if bins < 1 || bins > maxCells || all < 1 || all > maxCells {
		return 0, fmt.Errorf("env: %s into %d for each of %d elements, want 1 or more, and no more than %d in all", wrapper, bins, n, maxCells)
	}
	return all, nil
}

// Step takes the middle of the action's bins.
func (w *DiscretizeAction) Step(act, obs []float32) Outcome {
	index := int(act[0])
	for i := len(w.middle) - 1; i >= 0; i-- {
		low, high := float64(w.box.Low[i]), float64(w.box.High[i])
		share := (float64(index%w.bins) + 0.5) / float64(w.bins)
		w.middle[i] = float32(low + float64(share*(high-low)))
		index /= w.bins
	}
	return w.Env.Step(w.middle, obs)
}

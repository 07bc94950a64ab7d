package grid

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Tabular is an Env whose model is an MDP. Its optimum can be computed, and so can the value of
// a policy that acts on its observations.
type Tabular interface {
	env.Env

	// Model returns the MDP that the environment plays. The caller must not change it.
	Model() *MDP

	// ObserveState writes the observation of state s of the model. Two states may have the same
	// observation.
	ObserveState(s int, obs []float32)
}

// A Table is an environment that plays an MDP. At the start of an episode, and at each step with
// more than one possible transition, it samples a uniform number u and takes the first transition
// whose cumulative probability is above u, as Gymnasium does.
type Table struct {
	game *game // nil before build
	s    int   // current state
	rng  env.Rand
}

// A game is an MDP as a Table plays it. Copies of a Table share it, so that the memory of many
// environments is small.
type game struct {
	padded   []paddedOutcomes // [S·A] outcomes of each state-action pair; nil if a pair has more than three outcomes, if there are more than maxPadded pairs, or after SetDraws
	actions  int              // number of actions A
	start    *landing         // the start; nil if there are several
	indexObs bool             // observations are indices
	view     view
	first    []int32   // [S·A+2] for each state-action pair, the index of its first outcome in the slice to; then the index of the first start; then len(to)
	to       []landing // outcomes of all state-action pairs, then the starts
	spec     env.Spec
	model    *MDP
}

// A paddedOutcomes is up to three outcomes, padded to four with the first outcome. If rounding
// leaves every cumulative probability below the sampled number, the result is the padding.
type paddedOutcomes [4]landing

// A landing is a Transition as Step uses it.
type landing struct {
	cumulative float64 // sum of the probabilities of this outcome and the outcomes before it
	reward     float64
	next       int32
	index      float32 // observation of the next state, if observations are indices
	end        bool
	certain    bool // there is no other outcome
}

var (
	_ env.Snapshotter = (*Table)(nil)
	_ env.Physics     = (*Table)(nil)
	_ env.DrawSetter  = (*Table)(nil)
	_ Tabular         = (*Table)(nil)
	_ env.Copier      = (*Table)(nil)
)

// NewTable returns an environment that plays m. Its observation is the index of the state. It
// sets the spaces in spec.
func NewTable(spec env.Spec, m *MDP) (*Table, error) {
	t := new(Table)
	return t, t.build(spec, m, view{observation: Index, sizes: []int{m.States}})
}

// build initialises t, so that it plays m with the observations of v.
func (t *Table) build(spec env.Spec, m *MDP, v view) error {
	if err := m.Validate(); err != nil {
		return err
	}
	v.states = m.States - v.hiddenStates
	if err := v.validate(); err != nil {
		return err
	}
	spec.Obs, spec.Act = v.space(), env.Discrete{N: m.Actions}
	g := &game{spec: spec, model: m, view: v, actions: m.Actions, indexObs: v.observation == Index, first: make([]int32, 0, len(m.Outcomes)+2)}
	for _, outcomes := range m.Outcomes {
		g.addOutcomes(outcomes)
	}
	starts := make([]Transition, 0, m.States)
	for s, p := range m.Start {
		if p > 0 {
			starts = append(starts, Transition{Probability: p, Next: s})
		}
	}
	g.addOutcomes(starts)
	g.first = append(g.first, int32(len(g.to)))
	if len(m.Outcomes) <= maxPadded {
		g.padded = g.padOutcomes(len(m.Outcomes))
	}
	if len(starts) == 1 {
		g.start = &g.to[len(g.to)-1]
	}
	*t = Table{game: g, s: starts[0].Next}
	return nil
}

// maxPadded is the largest number of state-action pairs for which the field padded is used. With
// more pairs, the larger memory costs more time than the padding saves.
const maxPadded = 1 << 18

// padOutcomes returns the paddedOutcomes of the first n state-action pairs, or nil if a pair has
// more than three outcomes.
func (g *game) padOutcomes(n int) []paddedOutcomes {
	all := make([]paddedOutcomes, n)
	for i := range all {
		to := g.to[g.first[i]:g.first[i+1]]
		if len(to) > 3 {
			return nil
		}
		for k := range all[i] {
			if all[i][k] = to[0]; k < len(to) {
				all[i][k] = to[k]
			} else {
				all[i][k].cumulative = math.Inf(1)
			}
		}
	}
	return all
}

// addOutcomes appends the outcomes of one state-action pair to g.to.
func (g *game) addOutcomes(outcomes []Transition) {
	g.first = append(g.first, int32(len(g.to)))
	sum := 0.0
	for _, o := range outcomes {
		sum += o.Probability
		g.to = append(g.to, landing{sum, o.Reward, int32(o.Next), float32(g.shownState(o.Next)), o.Terminal, len(outcomes) == 1})
	}
}

// Spec returns the spaces, the time limit and the threshold.
func (t *Table) Spec() env.Spec {
	if t.game == nil {
		return env.Spec{} // the options have not been validated
	}
	return t.game.spec
}

// Model returns the MDP that t plays. The caller must not change it.
func (t *Table) Model() *MDP { return t.game.model }

// Reset samples the state where the episode begins.
func (t *Table) Reset(seed uint64, obs []float32) {
	t.rng.Seed(seed)
	start := t.game.start
	if start == nil {
		start = t.sampleOutcome(len(t.game.first) - 2)
	}
	t.enter(start, obs)
}

// Step takes an action. With paddedOutcomes it has no branch that the processor could mispredict.
func (t *Table) Step(act, obs []float32) env.Outcome {
	g := t.game
	pair := t.s*g.actions + int(act[0])
	var o *landing
	switch {
	case pair >= len(g.padded):
		o = t.sampleOutcome(pair)
	case g.padded[pair][0].certain:
		o = &g.padded[pair][0]
	default: // the number is that of Rand.Float64, which the compiler would not inline
		o = g.padded[pair].outcome(float64(t.rng.Source().Uint64()<<11>>11) / (1 << 53))
	}
	t.enter(o, obs)
	return env.Outcome{Reward: o.reward, Terminated: o.end}
}

// enter goes to the next state of an outcome and writes its observation.
func (t *Table) enter(o *landing, obs []float32) {
	if t.s = int(o.next); t.game.indexObs {
		obs[0] = o.index
	} else {
		t.ObserveState(t.s, obs)
	}
}

// outcome returns the first outcome whose cumulative probability is above u.
func (p *paddedOutcomes) outcome(u float64) *landing {
	return &p[(oneIf(p[0].cumulative <= u)+oneIf(p[1].cumulative <= u)+oneIf(p[2].cumulative <= u))&3]
}

// oneIf returns 1 if b is true, otherwise 0.
func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sampleOutcome samples an outcome of a state-action pair. If rounding leaves the sum of the
// probabilities below the sampled number, it returns the first outcome, as Gymnasium does.
func (t *Table) sampleOutcome(pair int) *landing {
	to := t.game.to[t.game.first[pair]:t.game.first[pair+1]]
	if len(to) == 1 {
		return &to[0]
	}
	u := t.rng.Float64()
	i := 0
	if len(to) > 16 {
		i = searchOutcome(to, u)
	} else {
		for j := range to {
			if to[j].cumulative <= u {
				i++
			}
		}
	}
	if i == len(to) {
		i = 0
	}
	return &to[i]
}

// searchOutcome returns the index of the first outcome with cumulative > u.
func searchOutcome(to []landing, u float64) int {
	low, high := 0, len(to)
	for low < high {
		if mid := (low + high) / 2; to[mid].cumulative <= u {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// Observe writes the observation of the current state.
func (t *Table) Observe(obs []float32) { t.ObserveState(t.s, obs) }

// shownState returns the first state that has the same observation as state s.
func (g *game) shownState(s int) int {
	if s >= g.view.states {
		s -= g.view.states
	}
	return s
}

// ObserveState writes the observation of state s.
func (t *Table) ObserveState(s int, obs []float32) {
	if s = t.game.shownState(s); t.game.indexObs {
		obs[0] = float32(s)
	} else {
		t.game.view.write(s, obs)
	}
}

// State saves or loads the current state and the generator.
func (t *Table) State(s *state.State) {
	s.Int("table", &t.s, t.game.model.States-1)
	t.rng.State(s)
}

// SetDraws gives the uniform number for the next Reset or Step.
func (t *Table) SetDraws(u []float64) error {
	if t.game.padded != nil { // only sampleOutcome uses the given numbers
		g := *t.game
		g.padded, t.game = nil, &g
	}
	return t.rng.SetDraws(u)
}

// Physics appends the index of the state.
func (t *Table) Physics(dst []float64) []float64 { return append(dst, float64(t.s%t.game.view.states)) }

// SetPhysics sets the index of the state.
func (t *Table) SetPhysics(x []float64) error {
	if len(x) != 1 {
		return fmt.Errorf("grid: %s has 1 state variable, not %d", t.game.spec.ID, len(x))
	}
	if s := int(x[0]); float64(s) != x[0] || s < 0 || s >= t.game.view.states {
		return fmt.Errorf("grid: state %v, want a whole number, 0 … %d", x[0], t.game.view.states-1)
	}
	t.s = int(x[0])
	return nil
}

// Copy returns a Table with the same options, which shares the model.
func (t *Table) Copy() env.Env {
	copied := *t
	return &copied
}

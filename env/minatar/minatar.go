// Package minatar has the five games of MinAtar: Asterix, Breakout, Freeway, Seaquest and Space
// Invaders, on fields of 10×10 cells. Young and Tian 2019, "MinAtar: an Atari-inspired testbed for
// thorough and reproducible reinforcement learning experiments", arXiv:1903.03176. They agree, step by
// step, with version 1.0.15 of the authors' program.
//
// Register adds them to a Registry, as in ExampleRegister: MinAtar/Breakout-v0 with all six actions, and
// MinAtar/Breakout-v1 with the actions that have an effect; the other games alike. All can be saved
// (env.Snapshotter), their state and their random numbers can be set (env.Physics, env.DrawSetter), and
// they draw themselves in the window (render.Scene).
package minatar

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Register adds the games to r, each in two versions.
func Register(r env.Registry) {
	for _, t := range titles() {
		for version := range 2 {
			r[t.id(version)] = env.Entry(func() *game { return newGame(t, version) })
		}
	}
}

// A title is one of the games.
type title struct {
	name    string       // name in ids: "Breakout"
	planes  []look       // [C] the planes of the observation, with their looks in a picture
	sheets  [2]int       // the planes from … to-1 that have many cells: see picture
	minimal []action     // the actions of version 1
	rules   func() rules // makes the rules
}

// titles returns the games in alphabetical order.
func titles() []title {
	return []title{asterixTitle(), breakoutTitle(), freewayTitle(), seaquestTitle(), spaceInvadersTitle()}
}

// id returns the id of a version.
func (t title) id(version int) string { return fmt.Sprintf("MinAtar/%s-v%d", t.name, version) }

// An action is what the player does in a step.
type action int

// The actions of version 0, in the original's order.
const (
	noop action = iota
	left
	up
	right
	down
	fire
	numActions
)

// dx returns by how many columns an action moves the player, and dy by how many rows. They have no branch
// that the processor could mispredict.
func (a action) dx() int { return oneIf(a == right) - oneIf(a == left) }
func (a action) dy() int { return oneIf(a == down) - oneIf(a == up) }

// oneIf returns 1 if b is true, otherwise 0.
func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// within returns the number of low, …, high that is nearest to x.
func within(x, low, high int) int { return min(max(x, low), high) }

// The rules of a game are its state, and how the state changes.
type rules interface {
	start(d *draws)                                                    // begins an episode
	step(a action, ramping bool, d *draws) (reward int, terminal bool) // plays a step
	observe(p *picture)                                                // writes the planes of the observation
	fields(r *record)                                                  // writes or reads the state, in the order of the original's variables
}

// A game is Asterix, Breakout, Freeway, Seaquest or Space Invaders on a field of 10×10 cells. An observation
// has the planes of the game, [10, 10, C]: 0 or 1 for each row, column and plane. There is no time limit.
//
// With the probability sticky_action_prob, the action of the step before is repeated in place of the new
// one. The action that a repeated step hands on is the repeated one. An episode begins with no action to
// repeat but 0, so it depends only on its seed and its actions; the original program keeps the last
// action of the episode before.
type game struct {
	StickyActionProb  float64 `yaml:"sticky_action_prob"` // probability that a step repeats the action of the step before, 0 … 1
	DifficultyRamping bool    `yaml:"difficulty_ramping"` // true: the game becomes faster with time or success; Breakout and Freeway never do

	rules    rules
	actions  []action // the actions, by their numbers
	last     action   // the action of the step before
	terminal bool     // the episode is over
	replaced bool     // the state was set since the observation that was written last
	draws    draws
	picture  picture // the observation that was written last
	title    title
	spec     env.Spec
	drawn    []float32 // memory for an observation that is drawn, or that nobody asked for
	all      []int32   // the indices of an observation
}

var (
	_ env.Snapshotter = (*game)(nil)
	_ env.Physics     = (*game)(nil)
	_ env.DrawSetter  = (*game)(nil)
	_ env.Measured    = (*game)(nil)
	_ env.Updater     = (*game)(nil)
)

// newGame returns a version of a game with the default options: version 0 has all six actions, version 1
// those that have an effect.
func newGame(t title, version int) *game {
	g := &game{StickyActionProb: 0.1, DifficultyRamping: true, title: t, actions: t.minimal, rules: t.rules(), picture: newPicture(t)}
	if version == 0 {
		g.actions = []action{noop, left, up, right, down, fire}
	}
	n := cells * len(t.planes)
	g.spec = env.Spec{ID: t.id(version), Obs: env.MultiBinary{N: n, Shape: []int{side, side, len(t.planes)}}, Act: env.Discrete{N: len(g.actions)}}
	g.drawn, g.all = make([]float32, n), make([]int32, n)
	for k := range g.all {
		g.all[k] = int32(k)
	}
	g.begin(0)
	g.Observe(g.drawn)
	return g
}

// Validate returns an error if an option is not possible.
func (g *game) Validate() error {
	if !(0 <= g.StickyActionProb && g.StickyActionProb <= 1) {
		return fmt.Errorf("sticky_action_prob %v, want a probability, 0 … 1", g.StickyActionProb)
	}
	return nil
}

// Spec returns the spaces. There is no time limit and no threshold.
func (g *game) Spec() env.Spec { return g.spec }

// Reset begins an episode.
func (g *game) Reset(seed uint64, obs []float32) {
	g.begin(seed)
	g.Observe(obs)
}

// begin begins an episode.
func (g *game) begin(seed uint64) {
	g.draws.Seed(seed)
	g.terminal, g.last = false, noop
	g.rules.start(&g.draws)
}

// Step plays a step and writes the observation.
func (g *game) Step(act, obs []float32) env.Outcome {
	out := g.play(act)
	g.Observe(obs)
	return out
}

// play plays a step. After the end of an episode it only draws the random number of the sticky action,
// as the original does.
func (g *game) play(act []float32) env.Outcome {
	a := g.actions[int(act[0])]
	if g.draws.uniform() < g.StickyActionProb {
		a = g.last
	}
	g.last = a
	if g.terminal {
		return env.Outcome{Terminated: true}
	}
	reward, terminal := g.rules.step(a, g.DifficultyRamping, &g.draws)
	g.terminal = terminal
	return env.Outcome{Reward: float64(reward), Terminated: terminal}
}

// Update plays a step, and writes the changes of the observation.
func (g *game) Update(act, obs []float32) (out env.Outcome, changed []int32) {
	out = g.play(act)
	return out, g.updatePicture(obs)
}

// Restart begins an episode, and writes the changes of the observation.
func (g *game) Restart(seed uint64, obs []float32) (changed []int32) {
	g.begin(seed)
	return g.updatePicture(obs)
}

// updatePicture writes the changes of the observation to obs, and returns their indices. After a state was
// set, it writes all.
func (g *game) updatePicture(obs []float32) []int32 {
	if g.replaced {
		g.Observe(obs)
		return g.all
	}
	g.picture.begin(obs)
	g.rules.observe(&g.picture)
	return g.picture.end()
}

// Observe writes the observation of the current state to obs.
func (g *game) Observe(obs []float32) {
	g.picture.begin(obs)
	g.rules.observe(&g.picture)
	g.picture.end()
	g.picture.fill(obs)
	g.replaced = false
}

// SetDraws gives the random numbers of the next Reset or Step in the order of the game: uniform numbers,
// and whole numbers for choices. Each step begins with the uniform number of the sticky action.
func (g *game) SetDraws(x []float64) error { return g.draws.set(x) }

// Measures returns "level" for a game that becomes faster: how often it has.
func (g *game) Measures() []string {
	if _, ok := g.rules.(leveled); ok {
		return []string{"level"}
	}
	return nil
}

// Measure writes the level.
func (g *game) Measure(dst []float64) {
	if l, ok := g.rules.(leveled); ok {
		dst[0] = float64(l.level())
	}
}

// A leveled game becomes faster from level to level.
type leveled interface{ level() int }

// Physics appends the state: whether the episode is over, the action of the step before, and the
// variables of the game.
func (g *game) Physics(dst []float64) []float64 {
	r := record{x: dst}
	g.fields(&r)
	return r.x
}

// SetPhysics sets the state, which has the numbers of Physics. It returns an error if a number is not
// possible.
func (g *game) SetPhysics(x []float64) error {
	before := g.Physics(nil)
	if err := g.read(x); err != nil {
		if g.read(before) != nil {
			panic("minatar: a state that cannot be set again")
		}
		return err
	}
	return nil
}

// read reads the state from x.
func (g *game) read(x []float64) error {
	r := record{x: x, reads: true}
	g.fields(&r)
	err := r.end()
	if err == nil {
		g.Observe(g.drawn)
		g.replaced = true
	}
	return err
}

// fields writes or reads the state.
func (g *game) fields(r *record) {
	r.truth("the end of the episode", &g.terminal)
	whole(r, "the last action", &g.last, 0, int(numActions)-1)
	g.rules.fields(r)
}

// maxNumbers is the largest number of variables of a state: five full lists of Seaquest, and some more.
const maxNumbers = 8192

// State saves or loads the state and the random generator.
func (g *game) State(s *state.State) {
	x := g.Physics(nil)
	state.Slice(s, "minatar", &x, maxNumbers)
	g.draws.State(s)
	if s.Loading() && s.Err() == nil {
		s.Fail(g.SetPhysics(slices.Clone(x)))
	}
}

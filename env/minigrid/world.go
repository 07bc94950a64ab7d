// Package minigrid has the grid worlds of MiniGrid (Chevalier-Boisvert et al. 2023, "Minigrid &
// Miniworld: modular & customizable reinforcement learning environments for goal-oriented tasks",
// arXiv:2306.13831), as version 3.2.0 plays them: an agent sees the 7×7 squares ahead of it, and walks,
// carries objects and opens doors to do what a mission says.
//
// Register adds all of them to a Registry, as in ExampleRegister. Every environment is a World with a
// task of its own. A step of a World is MiniGrid's, number by number. Resets are
// our own: the layouts have the distribution of MiniGrid's layouts.
package minigrid

import (
	"cmp"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A World is an environment of MiniGrid.
//
// Observation: a Dict of
//   - image [7, 7, 3], bytes: the type, the colour and the state of each square in view. Row i, column j
//     is the square i-3 to the right of the agent and 6-j ahead of it. The agent's own square shows what it
//     carries. Squares behind walls and closed doors are 0, 0, 0;
//   - direction: where the agent looks: right 0, down 1, left 2, up 3;
//   - mission: a number for each word, as Vocabulary has them, and 0 after the last word.
//
// Actions: turn left 0, turn right 1, go forward 2, pick up 3, drop 4, toggle 5, done 6. In
// Dynamic-Obstacles, only the first three.
//
// The reward of success is 1 - 0.9·steps/max_steps, and ends the episode. All other rewards are 0, but
// for -1 at a collision in Dynamic-Obstacles.
type World struct {
	MaxSteps int `yaml:"max_steps"`       // time limit in steps, on which rewards depend; 0: MiniGrid's own
	ViewSize int `yaml:"agent_view_size"` // width and height of the agent's view in squares, an odd number

	task  task
	rules rules
	spec  env.Spec
	grid
	agent
	steps      int       // steps taken in the episode
	limit      int       // time limit of the episode, at most rules.maxSteps
	seeThrough bool      // walls and doors do not hide what is behind them
	goal       []int     // [len(rules.numbers)] the task's numbers in this episode, for example the colour of the object to fetch
	succeeded  bool      // the episode ended with success
	words      mission   // mission in words
	seen       []Cell    // [ViewSize·ViewSize] scratch: the agent's view
	physics    []float64 // scratch: the state, for State
	rng        env.Rand
	draws      []float64 // numbers from SetDraws that are not used yet
}

// An agent is where the agent is and what it holds.
type agent struct {
	X, Y     int
	Dir      Direction
	Carrying Cell // what the agent carries, or 0
}

// A task is the rules of a family of environments. Its methods do not change it.
type task interface {
	// rules returns what does not change from episode to episode.
	rules() rules

	// generate makes the layout of an episode: the squares, the agent and w.goal. When it is called,
	// the grid is empty with walls along the edge, and the agent is nowhere. It returns false to begin
	// again.
	generate(w *World) bool

	// step takes an action. Most tasks call w.act first.
	step(w *World, a action) env.Outcome
}

// The rules of a task are the facts that do not change from episode to episode.
type rules struct {
	width, height int
	maxSteps      int
	seeThrough    bool     // walls and doors do not hide what is behind them
	actions       int      // number of actions: all of them, or turns and forward
	draws         bool     // a step samples squares: see SetDraws
	numbers       []number // what each number of w.goal means
	missions      []string // texts of the mission: see newMission
}

var (
	_ env.Snapshotter = (*World)(nil)
	_ env.Physics     = (*World)(nil)
	_ env.DrawSetter  = (*World)(nil)
	_ env.Measured    = (*World)(nil)
	_ env.Instructed  = (*World)(nil)
)

// newWorld returns the environment of a task.
func newWorld(id string, t task) *World {
	return &World{ViewSize: 7, task: t, spec: env.Spec{ID: id}}
}

// Validate makes the grid. It returns an error if an option is not possible.
func (w *World) Validate() error {
	const most = 1 << 20
	switch {
	case w.MaxSteps < 0 || w.MaxSteps > most:
		return fmt.Errorf("max_steps %d, want 1 … %d, or 0 for MiniGrid's own limit", w.MaxSteps, most)
	case w.ViewSize < 3 || w.ViewSize > maxView || w.ViewSize%2 == 0:
		return fmt.Errorf("agent_view_size %d, want an odd number, 3 … %d", w.ViewSize, maxView)
	}
	w.build()
	return nil
}

// build makes everything that does not change from episode to episode.
func (w *World) build() {
	w.rules = w.task.rules()
	w.rules.maxSteps = cmp.Or(w.MaxSteps, w.rules.maxSteps)
	r := &w.rules
	w.grid = newGrid(r.width, r.height, w.ViewSize)
	w.goal = make([]int, len(r.numbers))
	w.words = newMission(r)
	w.seen = make([]Cell, w.ViewSize*w.ViewSize)
	w.limit, w.seeThrough = r.maxSteps, r.seeThrough
	w.spec = env.Spec{
		ID: w.spec.ID, Act: env.Discrete{N: r.actions}, MaxSteps: r.maxSteps,
		Obs: env.Dict{
			{Name: "image", Space: env.Image{H: w.ViewSize, W: w.ViewSize, C: 3}},
			{Name: "direction", Space: env.Discrete{N: 4}},
			{Name: "mission", Space: w.words.space()},
		},
	}
}

// Spec returns the spaces and the time limit.
func (w *World) Spec() env.Spec { return w.spec }

// Reset begins an episode with a random layout.
func (w *World) Reset(seed uint64, obs []float32) {
	w.rng.Seed(seed)
	w.steps, w.limit, w.seeThrough, w.succeeded = 0, w.rules.maxSteps, w.rules.seeThrough, false
	for {
		w.clear()
		w.agent = agent{X: -1, Y: -1}
		if w.task.generate(w) {
			break
		}
	}
	w.words.choose(w.goal)
	w.Observe(obs)
}

// Step takes an action.
func (w *World) Step(act, obs []float32) env.Outcome {
	w.steps++
	out := w.task.step(w, action(act[0]))
	out.Truncated, w.succeeded = w.steps >= w.limit, out.Reward > 0
	w.Observe(obs)
	return out
}

// Observe writes the image, the direction and the mission.
func (w *World) Observe(obs []float32) {
	w.view(w.seen, w.ViewSize, &w.agent, w.seeThrough)
	image := obs[:3*len(w.seen)]
	for i, c := range w.seen {
		*(*[3]float32)(image[3*i:]) = pixels[c&visibleBits]
	}
	obs = obs[len(image):]
	obs[0] = float32(w.Dir)
	copy(obs[1:], w.words.numbers)
}

// pixels has the type, the colour and the state of each cell.
var pixels = func() (all [visibleBits + 1][3]float32) {
	for i := range all {
		c := Cell(i)
		all[i] = [3]float32{float32(c.Type()), float32(c.Color()), float32(c.State())}
	}
	return all
}()

// Mission returns the mission as a text. It is empty in Playground.
func (w *World) Mission() string { return w.words.String() }

// Measures returns the name of the metric: success.
func (*World) Measures() []string { return []string{"success"} }

// Measure writes 1 if the episode ended with success, otherwise 0.
func (w *World) Measure(dst []float64) {
	dst[0] = 0
	if w.succeeded {
		dst[0] = 1
	}
}

// State saves or loads the state of the episode and the generator.
func (w *World) State(s *state.State) {
	s.Section("minigrid", 1)
	if w.physics == nil {
		w.physics = make([]float64, 0, header+len(w.goal)+w.W*w.H)
	}
	w.physics = w.Physics(w.physics[:0])
	s.Doubles("world", w.physics)
	if s.Loading() && s.Err() == nil {
		s.Fail(w.SetPhysics(w.physics))
	}
	w.rng.State(s)
}

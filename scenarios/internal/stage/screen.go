// Package stage contains the content of rlrun's window: an episode that a policy, a person or
// a recording plays, panels with the policy's actions and values, and the progress of
// training. It draws on images and does not depend on a window, so tests need no display.
//
// New makes a Screen from a Config. The window calls Screen.Update with the pressed keys at
// every tick, and Screen.Draw when the picture has changed. During training a Training passes
// new policies and metrics from the training goroutine to the Screen.
package stage

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// ticks is the number of calls of Update per second.
const ticks = 30

// A Config describes the content of a window. One of Policy, Actions and Controls must be set: it
// chooses who plays.
type Config struct {
	Player   *episode.Player
	Seed     func(episode int) uint64                              // seed of each episode, from 0
	Policy   policy.Policy                                         // policy that plays; Training replaces it by newer ones
	Training *Training                                             // training to show; nil for a trained policy, a person or a recording
	Know     func(policy.Policy) (values []float32, actions []int) // value and action of every state, for maps; may be nil
	Sampled  bool                                                  // sample actions, instead of the most likely action
	Actions  func(episode int) [][]float32                         // actions of recorded episodes
	Episodes int                                                   // number of recorded episodes
	Controls []render.Control                                      // keys of a person who plays
	Leave    func(*episode.Player) error                           // called at the end of each episode that was played; may be nil
	Dark     bool                                                  // use the dark theme
}

// A Screen is the content of a window. Only one goroutine at a time may use it, except Close.
type Screen struct {
	Config
	number  int // number of the current episode, from 0
	policy  policy.Policy
	rng     []rand.PCG // [1] random generator of sampled actions
	act     []float32
	memory  memory    // what the policy remembers of the episode
	values  []float64 // V at each step of the episode; NaN for unknown
	axis    axis      // axis of values
	returns curve     // returns of the watched episodes

	scores    []float32 // scores of the actions for the current observation
	options   []option  // rows of the panel of actions
	decimals  int       // decimals of the scores; it only grows within an episode
	textWidth float32   // width of the largest text in the panel so far, in units of the font size

	paused, help bool
	panels       map[string]bool  // visible panels, by their keys
	actions      []render.Control // actions that the digits take while paused
	speed        int              // number of doublings of the environment's own steps per second; negative for halvings
	due          float64          // number of steps to take at the next tick
	hold         int              // ticks until the next episode begins
	pressed      *render.Control  // control that was pressed since the last step
	held         []string         // keys that are held down
	message      string
	messageTicks int   // ticks until the message disappears
	savePicture  bool  // save the next picture to a file
	err          error // error that ended the episode

	opened chan struct{}
	closed atomic.Bool
}

var _ raster.Screen = (*Screen)(nil)

// New returns a Screen at the start of its first episode.
func New(c Config) (*Screen, error) {
	s := &Screen{Config: c, policy: c.Policy, opened: make(chan struct{}), act: make([]float32, c.Player.Spec.Act.Size())}
	s.actions = c.Player.Controls()
	s.panels = map[string]bool{"b": c.Policy != nil, "v": c.Policy != nil, "c": c.Actions == nil, "i": c.Training != nil, "m": true}
	if c.Policy != nil {
		s.memory = newMemory(c.Policy.Spec().Memory)
		s.scores = make([]float32, c.Policy.Spec().Scores)
		s.options = options(c.Policy.Spec(), s.actions)
	}
	s.updateStates()
	s.startEpisode(0)
	return s, s.err
}

// Opened returns a channel that is closed when the window has opened.
func (s *Screen) Opened() <-chan struct{} { return s.opened }

// Close makes the window close. Any goroutine may call it.
func (s *Screen) Close() { s.closed.Store(true) }

// Ticks returns the number of calls of Update per second.
func (s *Screen) Ticks() int { return ticks }

// Update executes the commands of the pressed keys, and takes the steps that are due.
func (s *Screen) Update(pressed, held []string) (changed, done bool) {
	defer s.addEpisode()
	select {
	case <-s.opened:
	default:
		close(s.opened)
		changed = true
	}
	if !slices.Equal(held, s.held) {
		s.held, changed = slices.Clone(held), true
	}
	for _, key := range pressed {
		s.press(key)
		changed = true
	}
	if s.messageTicks > 0 {
		if s.messageTicks--; s.messageTicks == 0 {
			s.message, changed = "", true
		}
	}
	if t := s.Training; t != nil && t.hasChanged() {
		changed = true
		if p := t.newest(); p != nil {
			s.usePolicy(p)
			s.updateStates()
		}
	}
	moved := s.err == nil && !s.paused && s.advance()
	return changed || moved, s.closed.Load()
}

// Leaves calls Config.Leave for the last episode. Call it when the window has closed.
func (s *Screen) Leaves() error { return s.leave() }

// leave calls Config.Leave for the current episode, if it has a step.
func (s *Screen) leave() error {
	if s.Leave == nil || s.Player.Last() == 0 {
		return nil
	}
	return s.Leave(s.Player)
}

// startEpisode ends the current episode and starts the episode with this number.
func (s *Screen) startEpisode(number int) {
	if s.err = s.leave(); s.err != nil {
		return
	}
	s.number, s.due, s.hold, s.pressed = number, 0, 0, nil
	seed := s.Seed(number)
	s.rng = make([]rand.PCG, 1)
	policy.SeedEpisode(&s.rng[0], seed)
	s.values, s.axis, s.decimals = s.values[:0], s.axis.next(), 0
	s.err = s.Player.Reset(seed)
	s.memory.begin()
	s.addValue()
}

// updateStates asks the policy for the value and the action of every state, which maps show.
func (s *Screen) updateStates() {
	if s.Know != nil && s.policy != nil {
		s.Player.Values, s.Player.Best = s.Know(s.policy)
	}
}

// addValue appends the value of the current observation to s.values. A terminal state has no value.
func (s *Screen) addValue() {
	if s.policy == nil || s.err != nil || s.Player.Terminated {
		return
	}
	var x [1]float32
	if !s.policy.Spec().Values {
		s.observe()
		return
	}
	s.ask(nil, policy.Out{Value: x[:]})
	s.values = s.values[:min(len(s.values), s.Player.Steps)]
	for len(s.values) < s.Player.Steps {
		s.values = append(s.values, math.NaN()) // earlier steps, played by a policy without values
	}
	s.values = append(s.values, float64(x[0]))
	s.axis.add(float64(x[0]))
}

// maxTickTime is the longest time of one tick for taking steps.
const maxTickTime = 10 * time.Millisecond

// advance takes the steps that are due, or begins the next episode. It reports whether the
// picture has changed.
func (s *Screen) advance() (moved bool) {
	if s.Player.Done() {
		if s.hold--; s.hold > 0 || s.Actions != nil && s.number+1 >= s.Episodes {
			return false
		}
		s.startEpisode(s.number + 1)
		return true
	}
	if s.pressed != nil {
		s.due = 1
	} else {
		s.due += s.stepsPerSecond() / ticks
	}
	for start := time.Now(); s.due >= 1 && !s.Player.Done() && s.err == nil; s.due-- {
		act := s.nextAction()
		if act == nil {
			s.due = 0
			return moved
		}
		s.take(act)
		moved = true
		if time.Since(start) > maxTickTime {
			s.due = 0
			return moved
		}
	}
	return moved
}

// nextAction returns the next action of the person, of the recording or of the policy. It
// returns nil if there is no action at this time.
func (s *Screen) nextAction() []float32 {
	p := s.Player
	switch {
	case s.Controls != nil:
		return s.personAction()
	case s.Actions != nil:
		if acts := s.Actions(s.number); p.Steps < len(acts) {
			return acts[p.Steps]
		}
		return nil
	case s.Sampled:
		s.ask(s.rng, policy.Out{Act: s.act})
	default:
		s.ask(nil, policy.Out{Act: s.act})
	}
	return s.act
}

// personAction returns the action of the key that was pressed, or of a key that is held down.
// Without a key it returns the action that does nothing, or nil if there is no such action. Keys for
// actions of numbers can be held together.
func (s *Screen) personAction() []float32 {
	pressed := s.pressed
	s.pressed = nil
	var noKey, held []float32
	for i := range s.Controls {
		switch c := &s.Controls[i]; {
		case c.Key == "":
			noKey = c.Act
		case held == nil && slices.Contains(s.held, c.Key):
			held = c.Act
		}
	}
	switch _, numbers := s.Player.Spec.Act.(env.Box); {
	case noKey != nil && numbers:
		return s.combinedAction(noKey, pressed)
	case pressed != nil:
		return pressed.Act
	case held != nil:
		return held
	}
	return noKey
}

// combinedAction returns the action of the pressed key, which may be nil, and of all held keys together: of each
// number the value that differs most from that of the action rest.
func (s *Screen) combinedAction(rest []float32, pressed *render.Control) []float32 {
	copy(s.act, rest)
	for i := range s.Controls {
		c := &s.Controls[i]
		if c != pressed && !slices.Contains(s.held, c.Key) {
			continue
		}
		for k, x := range c.Act {
			if d, most := x-rest[k], s.act[k]-rest[k]; d*d > most*most {
				s.act[k] = x
			}
		}
	}
	return s.act
}

// take takes one step with an action.
func (s *Screen) take(act []float32) {
	if s.err = s.Player.Step(act); s.err != nil {
		return
	}
	s.memory.advance()
	s.addValue()
	if s.Player.Done() {
		s.returns.add(s.Player.Return)
		s.hold = ticks
		if s.speed > 3 {
			s.hold = ticks / 10
		}
	}
}

// stepsPerSecond returns the number of steps per second at the current speed. At the speed fastest
// it is practically infinite.
func (s *Screen) stepsPerSecond() float64 {
	if s.speed >= fastest {
		return 1e9
	}
	pace := float64(s.Player.Pace())
	for range s.speed {
		pace *= 2
	}
	for range -s.speed {
		pace /= 2
	}
	return pace
}

// Package stage is what a window shows, and what its keys do: an episode that is
// played by a policy, a person or a file, and beside it what the policy makes of it
// and how training goes. It draws on images, and knows of no window.
package stage

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// ticks is how many times a second Update is to be called.
const ticks = 30

// Config is what there is to be shown. Of Policy, Actions and Controls one says
// who plays.
type Config struct {
	Player   *episode.Player
	Seed     func(episode int) uint64
	Policy   policy.Policy                                         // plays, at first
	Training *Training                                             // has newer policies; nil where nothing is trained
	Know     func(policy.Policy) (values []float32, actions []int) // of every state; nil for a person
	Sampled  bool                                                  // actions are drawn, not the likeliest
	Actions  func(episode int) [][]float32                         // were recorded
	Episodes int                                                   // that were recorded
	Controls []render.Control                                      // a person has
	Leave    func(*episode.Player) error                           // is told of each episode that a person leaves; nil tells nobody
	Dark     bool
}

// A Screen is what a window shows. One goroutine at a time may use it, but for
// Close.
type Screen struct {
	Config
	number  int // of the episode, from 0
	policy  policy.Policy
	rng     []rand.PCG // [1]
	act     []float32
	values  []float64 // V at each step of the episode; NaN for unknown
	axis    axis      // axis of values
	returns curve

	scores   []float32 // scores of the actions for the current observation
	options  []option  // rows of the panel of actions
	decimals int       // decimals of the scores; it does not fall within an episode
	widest   float32   // widest text in the panel so far, in letters

	paused, help bool
	overlays     map[string]bool
	choices      []render.Control // while paused, the actions that digits take
	speed        int              // steps a second are those that suit the eye, doubled so many times
	due          float64          // steps to be taken
	hold         int              // ticks until the next episode
	tap          *render.Control  // was pressed just now
	held         []string
	message      string
	fades        int // ticks until the message goes
	shoot        bool
	broken       error // why the episode cannot go on

	opened chan struct{}
	closed atomic.Bool
}

var _ raster.Screen = (*Screen)(nil)

// New returns a Screen whose first episode has begun.
func New(c Config) (*Screen, error) {
	s := &Screen{Config: c, policy: c.Policy, opened: make(chan struct{}), act: make([]float32, c.Player.Spec.Act.Size())}
	s.choices = c.Player.Controls()
	s.overlays = map[string]bool{"b": c.Policy != nil, "v": c.Policy != nil, "c": c.Actions == nil, "i": c.Training != nil}
	if c.Policy != nil {
		s.scores = make([]float32, c.Policy.Spec().Scores)
		s.options = options(c.Policy.Spec(), s.choices)
	}
	s.know()
	s.begin(0)
	return s, s.broken
}

// Opened is closed when the window is there.
func (s *Screen) Opened() <-chan struct{} { return s.opened }

// Close makes the window close. Any goroutine may call it.
func (s *Screen) Close() { s.closed.Store(true) }

// Ticks is how many times a second Update is to be called.
func (s *Screen) Ticks() int { return ticks }

// Update carries out keys, and plays on.
func (s *Screen) Update(pressed, held []string) (changed, done bool) {
	defer s.name()
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
	if s.fades > 0 {
		if s.fades--; s.fades == 0 {
			s.message, changed = "", true
		}
	}
	if t := s.Training; t != nil && t.fresh() {
		changed = true
		if p := t.newest(); p != nil {
			s.policy = p
			s.know()
		}
	}
	moved := s.broken == nil && !s.paused && s.advance()
	return changed || moved, s.closed.Load()
}

// Leaves is to be called when the window has closed.
func (s *Screen) Leaves() error { return s.leave() }

// leave is the end of an episode that is looked at.
func (s *Screen) leave() error {
	if s.Leave == nil || s.Player.Last() == 0 {
		return nil
	}
	return s.Leave(s.Player)
}

// begin starts an episode.
func (s *Screen) begin(number int) {
	if s.broken = s.leave(); s.broken != nil {
		return
	}
	s.number, s.due, s.hold, s.tap = number, 0, 0, nil
	seed := s.Seed(number)
	s.rng = make([]rand.PCG, 1)
	policy.SeedEpisode(&s.rng[0], seed)
	s.values, s.axis, s.decimals = s.values[:0], s.axis.next(), 0
	s.broken = s.Player.Reset(seed)
	s.value()
}

// know asks the policy what it makes of every state.
func (s *Screen) know() {
	if s.Know != nil && s.policy != nil {
		s.Player.Values, s.Player.Best = s.Know(s.policy)
	}
}

// value appends the value of the current observation. A terminal state has no value.
func (s *Screen) value() {
	if s.policy == nil || !s.policy.Spec().Values || s.broken != nil || s.Player.Terminated {
		return
	}
	var x [1]float32
	s.policy.Act(policy.In{Obs: s.Player.Obs, Mask: s.Player.Mask}, policy.Out{Value: x[:]})
	s.values = s.values[:min(len(s.values), s.Player.Steps)]
	for len(s.values) < s.Player.Steps {
		s.values = append(s.values, math.NaN()) // steps of policies without values
	}
	s.values = append(s.values, float64(x[0]))
	s.axis.add(float64(x[0]))
}

// budget bounds the time that a tick may take steps for.
const budget = 10 * time.Millisecond

// advance takes the steps that are due.
func (s *Screen) advance() (moved bool) {
	if s.Player.Done() {
		if s.hold--; s.hold > 0 || s.Actions != nil && s.number+1 >= s.Episodes {
			return false
		}
		s.begin(s.number + 1)
		return true
	}
	if s.tap != nil {
		s.due = 1
	} else {
		s.due += s.rate() / ticks
	}
	for start := time.Now(); s.due >= 1 && !s.Player.Done() && s.broken == nil; s.due-- {
		act := s.next()
		if act == nil {
			s.due = 0
			return moved
		}
		s.take(act)
		moved = true
		if time.Since(start) > budget {
			s.due = 0
			return moved
		}
	}
	return moved
}

// next is the action of whoever plays; nil for none now.
func (s *Screen) next() []float32 {
	p := s.Player
	switch {
	case s.Controls != nil:
		return s.person()
	case s.Actions != nil:
		if acts := s.Actions(s.number); p.Steps < len(acts) {
			return acts[p.Steps]
		}
		return nil
	case s.Sampled:
		s.policy.Act(policy.In{Obs: p.Obs, Mask: p.Mask, Rand: s.rng}, policy.Out{Act: s.act})
	default:
		s.policy.Act(policy.In{Obs: p.Obs, Mask: p.Mask}, policy.Out{Act: s.act})
	}
	return s.act
}

// person is what a person does: the key just pressed, or held, or else nothing,
// where doing nothing is an action.
func (s *Screen) person() []float32 {
	if c := s.tap; c != nil {
		s.tap = nil
		return c.Act
	}
	var rest []float32
	for i := range s.Controls {
		switch c := &s.Controls[i]; {
		case c.Key == "":
			rest = c.Act
		case slices.Contains(s.held, c.Key):
			return c.Act
		}
	}
	return rest
}

// take takes an action.
func (s *Screen) take(act []float32) {
	if s.broken = s.Player.Step(act); s.broken != nil {
		return
	}
	s.value()
	if s.Player.Done() {
		s.returns.add(s.Player.Return)
		s.hold = ticks
		if s.speed > 3 {
			s.hold = ticks / 10
		}
	}
}

// rate is how many steps a second are taken: with fastest, as many as can be.
func (s *Screen) rate() float64 {
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

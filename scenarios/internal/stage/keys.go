package stage

import (
	"strconv"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// The slowest and the fastest speed. See Screen.speed.
const (
	slowest = -5
	fastest = 8
)

// A command is the effect of a key.
type command struct {
	key   string // key as Update receives it; "" for several keys, which press handles
	shown string // key as the help shows it
	help  string
	do    func(*Screen)
}

// commands returns the commands of all keys, in the order of the help.
func commands() []command {
	return []command{
		{"space", "Space", "pause or continue", func(s *Screen) { s.paused = !s.paused }},
		{".", ".", "one step forward", (*Screen).stepForward},
		{",", ",", "one step back", (*Screen).stepBack},
		{"", "1 2 3 …", "while paused: take another action", nil},
		{"-", "-", "slower", func(s *Screen) { s.changeSpeed(-1) }},
		{"+", "+", "faster", func(s *Screen) { s.changeSpeed(1) }},
		{"r", "R", "the same episode again", func(s *Screen) { s.startEpisode(s.number) }},
		{"n", "N", "the next episode", (*Screen).nextEpisode},
		{"g", "G", "sampled or greedy actions", (*Screen).toggleSampled},
		{"b", "B", "show or hide the actions", func(s *Screen) { s.toggle("b") }},
		{"v", "V", "show or hide the values", func(s *Screen) { s.toggle("v") }},
		{"c", "C", "show or hide the returns", func(s *Screen) { s.toggle("c") }},
		{"i", "I", "show or hide training", func(s *Screen) { s.toggle("i") }},
		{"m", "M", "show or hide image and memory", func(s *Screen) { s.toggle("m") }},
		{"t", "T", "dark or light theme", func(s *Screen) { s.Dark = !s.Dark }},
		{"p", "P", "save a picture as a file", func(s *Screen) { s.savePicture = true }},
		{"h", "H", "show or hide this help", func(s *Screen) { s.help = !s.help }},
		{"q", "Q", "close the window", (*Screen).Close},
	}
}

// aliases are other keys with the same effect.
var aliases = map[string]string{"left": ",", "right": ".", "up": "+", "down": "-", "=": "+", "?": "h"}

// press executes the command of a key. While a person plays, a key of the controls takes
// its action.
func (s *Screen) press(key string) {
	if !s.paused {
		for i := range s.Controls {
			if s.Controls[i].Key == key {
				s.pressed = &s.Controls[i]
				return
			}
		}
	}
	if other, ok := aliases[key]; ok {
		key = other
	}
	if n, err := strconv.Atoi(key); err == nil {
		s.takeInstead(n)
		return
	}
	for _, c := range commands() {
		if c.key == key {
			c.do(s)
		}
	}
}

// takeInstead takes the n-th action, counted from 1, at the current step. It does so only while
// the episode is paused.
func (s *Screen) takeInstead(n int) {
	if s.paused && n >= 1 && n <= len(s.actions) && !s.Player.Done() && s.err == nil {
		s.take(s.actions[n-1].Act)
	}
}

// stepForward pauses and moves one step forward: to the next step of the episode, or with a new
// action at its last step.
func (s *Screen) stepForward() {
	s.paused = true
	switch p := s.Player; {
	case s.err != nil:
	case p.Steps < p.Last():
		s.seek(p.Steps + 1)
	case !p.Done():
		if act := s.nextAction(); act != nil {
			s.take(act)
		}
	}
}

// stepBack pauses and moves one step back.
func (s *Screen) stepBack() {
	s.paused = true
	s.seek(s.Player.Steps - 1)
}

// changeSpeed adds doublings to the speed; negative ones make it slower.
func (s *Screen) changeSpeed(doublings int) {
	s.speed = min(max(s.speed+doublings, slowest), fastest)
	s.say(s.speedText())
}

// speedText returns the speed in words.
func (s *Screen) speedText() string {
	if s.speed >= fastest {
		return "as fast as possible"
	}
	return figure.Number(s.stepsPerSecond()) + " steps per second"
}

// nextEpisode begins the next episode, if there is one.
func (s *Screen) nextEpisode() {
	if s.Actions != nil && s.number+1 >= s.Episodes {
		s.say("this is the last episode")
		return
	}
	s.startEpisode(s.number + 1)
}

// toggleSampled switches between sampled and greedy actions.
func (s *Screen) toggleSampled() {
	if s.policy == nil {
		return
	}
	if s.Sampled = !s.Sampled; s.Sampled {
		s.say("actions are sampled")
	} else {
		s.say("actions are greedy")
	}
}

// toggle shows or hides a panel.
func (s *Screen) toggle(panel string) { s.panels[panel] = !s.panels[panel] }

// say shows a message for three seconds.
func (s *Screen) say(text string) { s.message, s.messageTicks = text, 3*ticks }

// keyLabels are the labels of keys without a character.
var keyLabels = map[string]string{"left": "←", "right": "→", "up": "↑", "down": "↓", "enter": "Enter", "backspace": "Bksp"}

// keyLabel returns the label of a control's key.
func keyLabel(c render.Control) string {
	if label, ok := keyLabels[c.Key]; ok {
		return label
	}
	return c.Key
}

package stage

import (
	"strconv"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// The slowest and the fastest speed.
const (
	slowest = -5
	fastest = 8
)

// A command is what a key does.
type command struct {
	key, shown, help string
	do               func(*Screen)
}

// commands are in the order that the help has them.
func commands() []command {
	return []command{
		{"space", "Space", "pause, and go on", func(s *Screen) { s.paused = !s.paused }},
		{".", ".", "one step on", (*Screen).forwards},
		{",", ",", "one step back", func(s *Screen) { s.back(1) }},
		{"", "1 2 3 …", "while paused: take this action instead", nil},
		{"-", "-", "slower", func(s *Screen) { s.faster(-1) }},
		{"+", "+", "faster", func(s *Screen) { s.faster(1) }},
		{"r", "R", "the episode again", func(s *Screen) { s.begin(s.number) }},
		{"n", "N", "the next episode", (*Screen).following},
		{"g", "G", "sampled actions, or greedy ones", (*Screen).sample},
		{"b", "B", "bars of the actions", func(s *Screen) { s.toggle("b") }},
		{"v", "V", "values along the episode", func(s *Screen) { s.toggle("v") }},
		{"c", "C", "curve of the returns", func(s *Screen) { s.toggle("c") }},
		{"i", "I", "figures of training", func(s *Screen) { s.toggle("i") }},
		{"t", "T", "dark, or light", func(s *Screen) { s.Dark = !s.Dark }},
		{"p", "P", "a picture, as a file", func(s *Screen) { s.shoot = true }},
		{"h", "H", "this help", func(s *Screen) { s.help = !s.help }},
		{"q", "Q", "close", (*Screen).Close},
	}
}

// aliases are other keys for the same.
var aliases = map[string]string{"left": ",", "right": ".", "up": "+", "down": "-", "=": "+", "?": "h"}

// press carries out a key.
func (s *Screen) press(key string) {
	if !s.paused {
		for i := range s.Controls {
			if s.Controls[i].Key == key {
				s.tap = &s.Controls[i]
				return
			}
		}
	}
	if other, ok := aliases[key]; ok {
		key = other
	}
	if n, err := strconv.Atoi(key); err == nil {
		s.choose(n)
		return
	}
	for _, c := range commands() {
		if c.key == key {
			c.do(s)
		}
	}
}

// choose takes the n-th action, from 1, while paused.
func (s *Screen) choose(n int) {
	if s.paused && n >= 1 && n <= len(s.choices) && !s.Player.Done() && s.broken == nil {
		s.take(s.choices[n-1].Act)
	}
}

// forwards pauses and takes a step: the one that was walked back over, or else a
// new one.
func (s *Screen) forwards() {
	s.paused = true
	switch p := s.Player; {
	case s.broken != nil:
	case p.Steps < p.Last():
		s.broken = p.Seek(p.Steps + 1)
	case !p.Done():
		if act := s.next(); act != nil {
			s.take(act)
		}
	}
}

// back pauses and walks back.
func (s *Screen) back(steps int) {
	s.paused = true
	s.broken = s.Player.Seek(s.Player.Steps - steps)
}

func (s *Screen) faster(by int) {
	s.speed = min(max(s.speed+by, slowest), fastest)
	s.say(s.speedText())
}

// speedText is the speed for a person.
func (s *Screen) speedText() string {
	if s.speed >= fastest {
		return "as fast as it can"
	}
	return figure.Number(s.rate()) + " steps a second"
}

// following goes on to the next episode, where there is one.
func (s *Screen) following() {
	if s.Actions != nil && s.number+1 >= s.Episodes {
		s.say("that was the last episode")
		return
	}
	s.begin(s.number + 1)
}

func (s *Screen) sample() {
	if s.policy == nil {
		return
	}
	if s.Sampled = !s.Sampled; s.Sampled {
		s.say("actions are sampled")
	} else {
		s.say("actions are greedy")
	}
}

func (s *Screen) toggle(overlay string) { s.overlays[overlay] = !s.overlays[overlay] }

// say shows a message for some seconds.
func (s *Screen) say(text string) { s.message, s.fades = text, 3*ticks }

// keySigns are how keys are shown to a person.
var keySigns = map[string]string{"left": "←", "right": "→", "up": "↑", "down": "↓", "enter": "Enter", "backspace": "Bksp"}

// sign is how the key of a control is shown.
func sign(c render.Control) string {
	if s, ok := keySigns[c.Key]; ok {
		return s
	}
	return c.Key
}

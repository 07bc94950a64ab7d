package stage

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// A memory is what the policy remembers of an episode, before and after the current observation. The
// policy may be asked about this observation several times, and each time starts from before.
type memory struct {
	before, after []float32 // [Spec.Memory]; empty for a policy without memory
	strip         *episode.Strip
}

// newMemory returns the memory of a policy that remembers size floats.
func newMemory(size int) memory {
	return memory{make([]float32, size), make([]float32, size), episode.NewStrip(size)}
}

// size returns the number of floats of the memory.
func (m *memory) size() int { return len(m.before) }

// begin begins an episode.
func (m *memory) begin() {
	if m.strip != nil {
		clear(m.before)
		m.strip.Clear()
	}
}

// advance moves on to the next observation.
func (m *memory) advance() { m.before, m.after = m.after, m.before }

// ask asks the policy about the current observation. With rng the policy samples its action.
func (s *Screen) ask(rng []rand.PCG, out policy.Out) {
	m, first := &s.memory, [1]bool{s.Player.Steps == 0}
	copy(m.after, m.before)
	s.policy.Act(policy.In{Obs: s.Player.Obs, Mask: s.Player.Mask, First: first[:], Memory: m.after, Rand: rng}, out)
	if m.size() > 0 {
		m.strip.Put(s.Player.Steps, m.after)
	}
}

// observe lets a policy with memory remember the current observation.
func (s *Screen) observe() {
	if s.policy != nil && s.memory.size() > 0 {
		s.ask(nil, policy.Out{})
	}
}

// usePolicy replaces the policy. If the new one has another memory, it sees the episode from its start.
func (s *Screen) usePolicy(p policy.Policy) {
	s.policy = p
	if n := p.Spec().Memory; n != s.memory.size() && s.err == nil {
		s.memory = newMemory(n)
		s.seeAgain(s.Player.Steps)
	}
}

// seek moves to a step of the episode. A policy with memory sees the episode again up to this step.
func (s *Screen) seek(step int) {
	p := s.Player
	if s.policy == nil || s.memory.size() == 0 {
		s.err = p.Seek(step)
		return
	}
	if step = min(max(step, 0), p.Last()); step < p.Steps {
		s.seeAgain(step)
		return
	}
	s.seeUntil(step)
}

// seeAgain lets the policy see the episode from its start up to a step.
func (s *Screen) seeAgain(step int) {
	if s.err = s.Player.Seek(0); s.err != nil {
		return
	}
	s.memory.begin()
	s.observe()
	s.seeUntil(step)
}

// seeUntil moves forward to a step of the episode, and lets the policy see each observation.
func (s *Screen) seeUntil(step int) {
	for s.Player.Steps < step {
		if s.err = s.Player.Seek(s.Player.Steps + 1); s.err != nil {
			return
		}
		s.memory.advance()
		s.observe()
	}
}

// sight draws the image that the policy sees.
func (s *Screen) sight(p *pane) {
	height := p.title("the policy sees", s.Player.ImageText())
	s.Player.DrawImage(p, 0, 0.6*p.u, p.w, height)
}

// memoryStrip draws the memory of the policy along the episode.
func (s *Screen) memoryStrip(p *pane) {
	height := p.title(s.memory.strip.Title(), "")
	s.memory.strip.Draw(p, 0, 0.6*p.u, p.w, height, s.Player.Steps, p.th)
}

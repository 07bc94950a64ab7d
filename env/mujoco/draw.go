package mujoco

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

// A picture draws a simulation. It has Data of its own, at the current state: the poses in those of
// the simulation belong to an earlier time, and drawing must not change them.
type picture struct {
	*mechanism.Drawing
	data *multibody.Data
}

// draw draws the current state. The first call makes the picture, and has arrange set its camera and
// colours.
func (s *simulation) draw(c render.Canvas, l render.Look, arrange func(d *mechanism.Drawing, m *multibody.Model)) {
	if s.picture == nil {
		s.picture = &picture{mechanism.New(s.model), s.model.NewData()}
		arrange(s.picture.Drawing, s.model)
	}
	data := s.picture.data
	copy(data.Qpos, s.data.Qpos)
	copy(data.Qvel, s.data.Qvel)
	copy(data.Ctrl, s.data.Ctrl)
	copy(data.Warmstart, s.data.Warmstart)
	data.Forward()
	s.picture.Draw(c, l, data)
}

// StepsPerSecond returns the steps in a second of the simulation, which is real time.
func (s *simulation) StepsPerSecond() int { return max(1, int(math.Round(1/s.dt))) }

// lighter is the shade of every second part of a robot.
const lighter = 0.16

// paint gives bodies a tone. Every second one is lighter.
func paint(d *mechanism.Drawing, m *multibody.Model, tone mechanism.Tone, bodies ...string) {
	for i, name := range bodies {
		d.Paint(m.Body(name), mechanism.Style{Tone: tone, Shade: lighter * float32(i%2)})
	}
}

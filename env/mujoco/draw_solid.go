package mujoco

import (
	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

var (
	_ render.Scene  = (*Ant)(nil)
	_ render.Tracer = (*Ant)(nil)
	_ render.Scene  = (*Humanoid)(nil)
	_ render.Tracer = (*Humanoid)(nil)
	_ render.Scene  = (*HumanoidStandup)(nil)
	_ render.Scene  = (*Pusher)(nil)
)

// Draw draws the ant in perspective, with its torques and the forces of the ground.
func (a *Ant) Draw(c render.Canvas, l render.Look) {
	a.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		torso := m.Body("torso")
		d.Camera = mechanism.Perspective(xyz(0, 0, 0.4), 2.8, 2).Following(torso, xyz(1, 1, 0))
		const partsOfLeg = 3
		for i := range m.NBody - 1 - torso {
			d.Paint(torso+1+i, mechanism.Style{Tone: mechanism.Orange, Shade: lighter * float32(i%partsOfLeg/2)})
		}
		paint(d, m, mechanism.Red, "torso")
		d.Torques = mechanism.Blue
	})
}

// Tip returns the position of the torso over the ground.
func (a *Ant) Tip() (x, y float32) { return float32(a.data.Qpos[0]), float32(a.data.Qpos[1]) }

// Draw draws the humanoid in perspective, with its torques and the forces of the ground.
func (h *Humanoid) Draw(c render.Canvas, l render.Look) {
	h.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Perspective(xyz(0, 0, 0.7), 1.8, 2.1).Following(m.Body("torso"), xyz(1, 1, 0))
		paintHumanoid(d, m)
	})
}

// Tip returns the position of the torso over the ground.
func (h *Humanoid) Tip() (x, y float32) { return float32(h.data.Qpos[0]), float32(h.data.Qpos[1]) }

// Draw draws the humanoid in perspective, with its torques and the forces of the ground.
func (h *HumanoidStandup) Draw(c render.Canvas, l render.Look) {
	h.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Perspective(xyz(0, 0, 0.55), 2.2, 1.7).Following(m.Body("torso"), xyz(1, 1, 0))
		paintHumanoid(d, m)
	})
}

// paintHumanoid sets the colours of a humanoid. Its left side is paler.
func paintHumanoid(d *mechanism.Drawing, m *multibody.Model) {
	for _, middle := range []string{"torso", "lwaist", "pelvis"} {
		paint(d, m, mechanism.Blue, middle)
	}
	for side, tone := range map[string]mechanism.Tone{"right": mechanism.Blue, "left": mechanism.Sky} {
		paint(d, m, tone, side+"_thigh", side+"_shin", side+"_foot")
		paint(d, m, tone, side+"_upper_arm", side+"_lower_arm")
	}
}

// Draw draws the arm in perspective, the object and its goal.
func (p *Pusher) Draw(c render.Canvas, l render.Look) {
	p.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Perspective(xyz(0.25, -0.3, -0.08), 1.7, 1)
		d.Camera.Azimuth, d.Camera.Elevation = multibody.Degrees(235), multibody.Degrees(-24)
		for i := m.Body("r_shoulder_lift_link"); i <= m.Body("tips_arm"); i++ {
			d.Paint(i, mechanism.Style{Tone: mechanism.Sky, Shade: -0.1 * float32(i%2)})
		}
		paint(d, m, mechanism.Blue, "r_shoulder_pan_link")
		paint(d, m, mechanism.Orange, "object")
		paint(d, m, mechanism.Red, "goal")
		for i := range m.Geoms() {
			switch g, _ := m.Geom(i); g.Name {
			case "e1", "e2":
				d.Styles[i] = mechanism.Style{Tone: mechanism.Soft, Shade: 0.7}
			case "e1p", "e2p":
				d.Styles[i] = mechanism.Style{Tone: mechanism.Ink, Shade: -0.8}
			}
		}
		d.Torques = mechanism.Red
	})
}

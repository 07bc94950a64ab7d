package mechanism

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
)

// shadow returns the colour of step k of 0 … shadowSteps-1 of a shadow, which grows darker.
func shadow(th *render.Theme, k int) color.RGBA {
	dark := color.RGBA{0, 0, 0, 255}
	if light := int(th.Paper.R)+int(th.Paper.G)+int(th.Paper.B) > 384; light {
		return render.Mix(th.Paper, dark, 0.115+0.05*float32(k))
	}
	return render.Mix(th.Paper, dark, 0.2+0.17*float32(k))
}

// shadowSteps is the number of shades of a shadow, from its outline inwards.
const shadowSteps = 3

// blur returns the radius that step k of a shadow adds to the radius of a solid at this height above
// the ground. Shadows of high solids are softer.
func blur(height float64, k int) float64 { return (1 - float64(k)) * (0.012 + 0.05*max(height, 0)) }

// shadows draws the shadows of all geoms on a plane, with the light from above.
func (d *Drawing) shadows(c render.Canvas, th *render.Theme, data *multibody.Data, p *floor) {
	for k := range shadowSteps {
		col := shadow(th, k)
		for i := range d.model.Geoms() {
			g, a, b, ok := d.ends(data, i)
			if !ok {
				continue
			}
			ax, ay, ah := p.local(a)
			bx, by, bh := p.local(b)
			ra, rb := g.Size[0]+blur(ah, k), g.Size[0]+blur(bh, k)
			if max(ah, bh) >= 0 && min(ra, rb) > 0 && d.footprint(p, ax, ay, ra, bx, by, rb) {
				c.Fill(d.xy, col)
			}
		}
	}
}

// footprint writes the projected outline of two discs in a plane, with the area between them, to
// d.xy. It returns false if a point is behind the camera.
func (d *Drawing) footprint(p *floor, ax, ay, ra, bx, by, rb float64) bool {
	d.xy = d.xy[:0]
	length := math.Hypot(bx-ax, by-ay)
	along, side := math.Atan2(by-ay, bx-ax), 0.0
	if length > math.Abs(ra-rb) {
		side = math.Acos((ra - rb) / length)
	} else if rb > ra {
		side = math.Pi
	}
	return d.edge(p, ax, ay, ra, along+side, along+2*math.Pi-side) && d.edge(p, bx, by, rb, along-side, along+side)
}

// edge appends the projected points of an arc in a plane to d.xy. It returns false if a point is
// behind the camera.
func (d *Drawing) edge(p *floor, x, y, r, from, to float64) bool {
	n := int((to - from) / (math.Pi / 8))
	if to == from {
		return true
	}
	for i := range n + 2 {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/float64(n+1))
		s := d.view.at(p.at(x+r*cos, y+r*sin))
		if s.scale == 0 {
			return false
		}
		d.xy = append(d.xy, s.x, s.y)
	}
	return true
}

// sideShadows draws the shadows on a level plane that is seen from the side, below its surface.
func (d *Drawing) sideShadows(c render.Canvas, th *render.Theme, data *multibody.Data, p *floor) {
	thick := 0.02 * d.Camera.Height
	y := float32(d.view.up.Dot(p.pos) - thick/2)
	for k := range shadowSteps {
		for i := range d.model.Geoms() {
			g, a, b, ok := d.ends(data, i)
			_, _, h := p.local(a.Add(b).Scale(0.5))
			r := float32(g.Size[0] + blur(h, k) - thick/2)
			if !ok || r <= 0 || h < 0 {
				continue
			}
			from, to := d.view.at(a).x, d.view.at(b).x
			d.xy = append(d.xy[:0], min(from, to)-r, y, max(from, to)+r, y)
			c.Line(d.xy, float32(thick), shadow(th, k))
		}
	}
}

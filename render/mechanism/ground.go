package mechanism

import (
	"math"
	"strconv"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
)

// ground draws the planes of the model: seen from the side as a line with marks of distance, from
// above as a grid, and in perspective as tiles that fade into the distance, with shadows on them.
func (d *Drawing) ground(c render.Canvas, th *render.Theme, data *multibody.Data) {
	d.floors = d.floors[:0]
	for i := range d.model.Geoms() {
		g, _ := d.model.Geom(i)
		if g.Shape != multibody.Plane || d.Hidden[i] {
			continue
		}
		p := floor{pos: data.GeomPos(i), rot: data.GeomRot(i)}
		switch facing := -d.view.forward.Dot(p.rot.Z); {
		case d.view.distance == 0 && math.Abs(facing) < 0.02:
			d.section(c, th, data, &p)
		case facing <= 0: // seen from below
		case d.view.distance == 0:
			d.grid(c, th, &p)
		default:
			d.floors = append(d.floors, p)
			d.tiles(c, th, &p)
			d.shadows(c, th, data, &p)
		}
	}
}

// A floor is a plane: a point, and axes of which Z is the normal.
type floor struct {
	pos multibody.Vec3
	rot multibody.Mat3
}

// local returns the coordinates of a point in the plane, and its height above it.
func (p *floor) local(q multibody.Vec3) (x, y, height float64) {
	q = p.rot.MulT(q.Sub(p.pos))
	return q.X, q.Y, q.Z
}

// at returns the point with these coordinates in the plane.
func (p *floor) at(x, y float64) multibody.Vec3 {
	return p.pos.AddScaled(p.rot.X, x).AddScaled(p.rot.Y, y)
}

// spacing returns the largest of 1, 2 and 5 times a power of ten that is at most length.
func spacing(length float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(length)))
	switch x := length / unit; {
	case x >= 5:
		return 5 * unit
	case x >= 2:
		return 2 * unit
	}
	return unit
}

// section draws a plane that is seen from the side: the ground below it, shadows, marks of distance
// that move past the robot, and its surface.
func (d *Drawing) section(c render.Canvas, th *render.Theme, data *multibody.Data, p *floor) {
	x0, y0, x1, _ := d.Camera.frame(&d.view)
	width, height := x1-x0, float32(d.Camera.Height)
	along, normal := d.view.forward.Cross(p.rot.Z), p.rot.Z
	dx, dy := float32(d.view.right.Dot(along)), float32(d.view.up.Dot(along))
	nx, ny := float32(d.view.right.Dot(normal)), float32(d.view.up.Dot(normal))
	middle := d.view.at(p.pos.AddScaled(along, d.view.center.Sub(p.pos).Dot(along)))
	const reach = 3 // in widths of the picture, for pictures that are wider than the frame
	ax, ay, bx, by := middle.x-reach*width*dx, middle.y-reach*width*dy, middle.x+reach*width*dx, middle.y+reach*width*dy
	deep := reach * (width + height)
	d.xy = append(d.xy[:0], ax, ay, bx, by, bx-deep*nx, by-deep*ny, ax-deep*nx, ay-deep*ny)
	c.Fill(d.xy, render.Mix(th.Paper, th.Faint, 0.55))
	if math.Abs(float64(dy)) < 1e-6 { // the plane is level
		d.scale(c, th, middle.y, deep)
		d.sideShadows(c, th, data, p)
		d.distances(c, th, x0, x1, middle.y, y0)
	}
	d.xy = append(d.xy[:0], ax, ay, bx, by)
	c.Line(d.xy, 0.008*height, th.Soft)
}

// farthest is the distance from the origin up to which marks and tiles are drawn, in units of their
// spacing. Farther ones would have no exact place.
const farthest = 1e6

// marks are texts of distances [m]. They are kept, because a new text is new memory.
type marks map[float64]string

// text returns the text of a distance.
func (m *marks) text(x float64) string {
	s, ok := (*m)[x]
	if !ok {
		const most = 1000
		if *m == nil || len(*m) == most {
			*m = marks{}
		}
		s = strconv.FormatFloat(x, 'f', -1, 64) + " m"
		(*m)[x] = s
	}
	return s
}

// marked calls draw for each whole number of units of the distance x that a picture can show, also
// one that is wider than the frame.
func (d *Drawing) marked(unit float64, draw func(i int, x float32)) {
	middle := d.view.right.Dot(d.view.center)
	if !(math.Abs(middle) < farthest*unit) {
		return
	}
	const reach = 1.5 // in widths of the picture
	first := int(math.Floor((middle - reach*d.Camera.Width) / unit))
	last := int(math.Ceil((middle + reach*d.Camera.Width) / unit))
	for i := first; i <= last; i++ {
		draw(i, float32(float64(i)*unit))
	}
}

// unit returns the distance between two texts of distances [m].
func (d *Drawing) unit() float64 { return spacing(d.Camera.Width / 2.4) }

// scale draws the ground below the line y in blocks of a unit of distance, and divides each unit into
// five parts.
func (d *Drawing) scale(c render.Canvas, th *render.Theme, y, deep float32) {
	unit, height := d.unit(), float32(d.Camera.Height)
	dark, tick := render.Mix(th.Paper, th.Faint, 0.95), render.Mix(th.Paper, th.Soft, 0.8)
	d.marked(unit, func(i int, x float32) {
		if i&1 == 0 {
			to := x + float32(unit)
			d.xy = append(d.xy[:0], x, y, to, y, to, y-deep, x, y-deep)
			c.Fill(d.xy, dark)
		}
	})
	d.marked(unit/5, func(i int, x float32) {
		length := 0.016 * height
		if i%5 == 0 {
			length *= 2
		}
		d.xy = append(d.xy[:0], x, y, x, y-length)
		c.Line(d.xy, 0.006*height, tick)
	})
}

// distances writes the distance of each unit below the line y, to the right of its mark. Texts are
// between x0 and x1, where every picture shows them, and above low.
func (d *Drawing) distances(c render.Canvas, th *render.Theme, x0, x1, y, low float32) {
	height := float32(d.Camera.Height)
	size, base := 0.045*height, y-0.095*height
	if base < low {
		return
	}
	unit := d.unit()
	d.marked(unit, func(i int, x float32) {
		if x < x0 || x > x1 {
			return
		}
		text := d.marks.text(math.Round(float64(i)*unit*1e6) / 1e6)
		if x += 0.4 * size; x+0.6*size*float32(len(text)) < x1 {
			c.Text(x, base, size, 0, text, th.Label())
		}
	})
}

// grid draws a plane that is seen from above as lines.
func (d *Drawing) grid(c render.Canvas, th *render.Theme, p *floor) {
	size := max(d.Camera.Width, d.Camera.Height)
	unit := spacing(size / 4)
	mx, my, _ := p.local(d.view.center)
	const reach = 1.6
	line := func(x0, y0, x1, y1 float64) {
		a, b := d.view.at(p.at(x0, y0)), d.view.at(p.at(x1, y1))
		d.xy = append(d.xy[:0], a.x, a.y, b.x, b.y)
		c.Line(d.xy, 0.006*float32(size), th.Faint)
	}
	n := int(reach * size / unit)
	for i := -n; i <= n; i++ {
		x, y := (math.Round(mx/unit)+float64(i))*unit, (math.Round(my/unit)+float64(i))*unit
		line(x, my-reach*size, x, my+reach*size)
		line(mx-reach*size, y, mx+reach*size, y)
	}
}

// tiles draws a plane in perspective as a chequered floor that fades into the paper.
func (d *Drawing) tiles(c render.Canvas, th *render.Theme, p *floor) {
	size := max(d.Camera.Width, d.Camera.Height)
	unit := spacing(size / 3)
	radius := 2.6 * size
	mx, my, _ := p.local(d.view.center)
	away := d.view.forward.AddScaled(p.rot.Z, -d.view.forward.Dot(p.rot.Z)) // along the floor, away from the camera
	fx, fy, _ := p.local(p.pos.Add(away.Scale(1 / max(away.Norm(), 1e-9))))
	mx, my = mx+0.6*size*fx, my+0.6*size*fy
	if !(max(math.Abs(mx), math.Abs(my)) < farthest*unit) {
		return
	}
	n := int(radius/unit) + 1
	ix, iy := int(math.Round(mx/unit)), int(math.Round(my/unit))
	for i := ix - n; i <= ix+n; i++ {
		for k := iy - n; k <= iy+n; k++ {
			if (i+k)&1 != 0 {
				continue
			}
			x, y := float64(i)*unit, float64(k)*unit
			far := math.Hypot(x+unit/2-mx, y+unit/2-my) / radius
			if far < 1 && d.quad(p, x, y, unit) {
				c.Fill(d.xy, render.Mix(th.Paper, th.Faint, float32(math.Ceil(10*(1-far*far))/10)))
			}
		}
	}
}

// quad writes the projected corners of a square in a plane to d.xy. It returns false if a corner is
// behind the camera.
func (d *Drawing) quad(p *floor, x, y, side float64) bool {
	d.xy = d.xy[:0]
	for _, corner := range [4][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 1}} {
		s := d.view.at(p.at(x+side*corner[0], y+side*corner[1]))
		if s.scale == 0 {
			return false
		}
		d.xy = append(d.xy, s.x, s.y)
	}
	return true
}

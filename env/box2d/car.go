package box2d

import (
	"math"
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/planar"
)

// Numbers of the car, in Gymnasium's names. Lengths of its parts are in fiftieths of a metre.
const (
	carSize           = 0.02
	enginePower       = 100000000 * carSize * carSize
	wheelInertia      = 4000 * carSize * carSize
	frictionLimit     = 1000000 * carSize * carSize // of a wheel on the road [N]
	wheelRadius       = 27.0
	wheelWidth        = 14.0
	stiffness         = 205000 * carSize * carSize // force for each m/s of slip
	steeringTorque    = 180 * 900 * carSize * carSize
	steeringAngle     = 0.4 // largest [rad]
	steeringSpeed     = 3.0 // largest [rad/s]
	brakeDeceleration = 15.0
	grassFriction     = 0.6 // share of frictionLimit
	lockingBrake      = 0.9 // from here on the wheels stand still
	gasRise           = 0.1 // largest rise of the gas in a step
	wheels            = 4
)

// wheelPlaces are the places of the wheels: front left, front right, rear left, rear right.
var wheelPlaces = [wheels][2]float64{{-55, 80}, {55, 80}, {-55, -82}, {55, -82}}

// hullParts are the corners of the car's hull.
var hullParts = [4][][2]float64{
	{{-60, 130}, {60, 130}, {60, 110}, {-60, 110}},
	{{-15, 120}, {15, 120}, {20, 20}, {-20, 20}},
	{{25, 20}, {50, -10}, {50, -40}, {20, -90}, {-20, -90}, {-50, -40}, {-50, -10}, {-25, 20}},
	{{-50, -120}, {50, -120}, {50, -90}, {-50, -90}},
}

// A wheel is a wheel of the car.
type wheel struct {
	body, joint int32
	gas         float64 // 0 … 1
	omega       float64 // angular velocity about its axle [rad/s]
	phase       float64 // angle about its axle
	tiles       int     // tiles under it
}

// A car has four wheels. The front wheels steer, and the rear wheels drive.
type car struct {
	hull   int32
	wheels [wheels]wheel
	steer  float64 // angle to which the front wheels turn, to the left [rad]
	brake  float64 // 0 … 1
	shapes [len(hullParts)]planar.Shape
	tyre   planar.Shape
	skids  skids
}

// newCar returns a car without bodies.
func newCar() (c car) {
	scaled := func(points [][2]float64) planar.Shape {
		var v []planar.Vec
		for _, p := range points {
			v = append(v, vec(p[0]*carSize, p[1]*carSize))
		}
		return mustShape(planar.Polygon(v...))
	}
	for i, points := range hullParts {
		c.shapes[i] = scaled(points)
	}
	c.tyre = scaled([][2]float64{{-wheelWidth, wheelRadius}, {wheelWidth, wheelRadius}, {wheelWidth, -wheelRadius}, {-wheelWidth, -wheelRadius}})
	return c
}

// build puts the car in the world, at a bend.
func (c *car) build(s *scene, at bend) {
	c.hull = s.addBody(planar.Dynamic, at.x, at.y, at.beta)
	for i := range c.shapes {
		s.addFixture(c.hull, c.shapes[i], planar.Material{Density: 1, Friction: 0.2, Category: 1, Mask: math.MaxUint16})
	}
	for i, p := range wheelPlaces {
		b := s.addBody(planar.Dynamic, at.x+float64(p[0]*carSize), at.y+float64(p[1]*carSize), at.beta)
		s.addFixture(b, c.tyre, planar.Material{Density: 0.1, Friction: 0.2, Category: 0x20, Mask: 1})
		c.wheels[i].joint = s.addJoint(planar.Revolute{
			A: c.hull, B: b, AnchorA: vec(p[0]*carSize, p[1]*carSize),
			Motor: true, MaxTorque: float32(steeringTorque), Limited: true, Lower: -steeringAngle, Upper: steeringAngle,
		})
		c.wheels[i].body = b
	}
}

// clear puts the car at rest, with straight wheels.
func (c *car) clear() {
	c.steer, c.brake = 0, 0
	c.wheels = [wheels]wheel{}
	c.skids.clear()
}

// control sets the steering, the gas and the brake. The gas rises slowly and falls at once.
func (c *car) control(steer, gas, brake float64) {
	c.steer, c.brake = -steer, brake
	gas = max(0, min(gas, 1))
	for i := 2; i < wheels; i++ {
		w := &c.wheels[i]
		w.gas += min(gas-w.gas, gasRise)
	}
}

// drive turns the wheels, and lets them push the car by their friction. It returns the fuel of the step.
func (c *car) drive(s *scene) (fuel float64) {
	const dt = 1.0 / fps
	for i := range c.wheels {
		w := &c.wheels[i]
		steer := 0.0
		if i < 2 {
			steer = c.steer
		}
		d := steer - float64(s.JointAngle(w.joint))
		s.Drive(w.joint, float32(float64(sign(d)*min(float64(50*math.Abs(d)), steeringSpeed))), float32(steeringTorque))
		limit := frictionLimit * grassFriction
		if w.tiles > 0 {
			limit = max(limit, frictionLimit*1.0)
		}
		w.spin(c.brake)
		fuel += float64(dt * enginePower * w.gas)
		b := s.Body(w.body)
		c.skids.note(i, b.Position(), w.push(b, limit) > 2*limit, w.tiles == 0)
	}
	return fuel
}

// spin turns a wheel by engine and brake.
func (w *wheel) spin(brake float64) {
	const dt = 1.0 / fps
	w.omega += dt * enginePower * w.gas / wheelInertia / (math.Abs(w.omega) + 5)
	if brake >= lockingBrake {
		w.omega = 0
	} else if brake > 0 {
		w.omega -= float64(sign(w.omega) * min(float64(brakeDeceleration*brake), math.Abs(w.omega)))
	}
	w.phase += float64(w.omega * dt)
}

// push applies the force of a wheel, against its slip and up to the limit of friction, and slows the
// wheel down by it. It returns the force that would end the slip.
func (w *wheel) push(b *planar.Body, limit float64) float64 {
	const dt, radius = 1.0 / fps, wheelRadius * carSize
	f, s, v := b.Direction(planar.Vec{Y: 1}), b.Direction(planar.Vec{X: 1}), b.Velocity()
	fx, fy, sx, sy, vx, vy := float64(f.X), float64(f.Y), float64(s.X), float64(s.Y), float64(v.X), float64(v.Y)
	forward, side := float64(fx*vx)+float64(fy*vy), float64(sx*vx)+float64(sy*vy)
	ff, fs := float64((-forward+float64(w.omega*radius))*stiffness), float64(-side*stiffness)
	force := norm(ff, fs)
	if force > limit {
		ff, fs = float64(ff/force*limit), float64(fs/force*limit)
	}
	w.omega -= dt * ff * radius / wheelInertia
	b.Push(vec(float64(fs*sx)+float64(ff*fx), float64(fs*sy)+float64(ff*fy)))
	return force
}

// State saves or loads the wheels, without their bodies.
func (c *car) State(s *state.State) {
	if s.Loading() {
		c.skids.clear()
	}
	s.Double("steer", &c.steer)
	s.Double("brake", &c.brake)
	for i := range c.wheels {
		w := &c.wheels[i]
		s.Double("gas", &w.gas)
		s.Double("omega", &w.omega)
		s.Double("phase", &w.phase)
		s.Int("tiles", &w.tiles, trackSteps)
	}
}

// numbers returns the numbers of State.
func (c *car) numbers() []float64 {
	x := []float64{c.steer, c.brake}
	for i := range c.wheels {
		x = append(x, c.wheels[i].gas, c.wheels[i].omega, c.wheels[i].phase)
	}
	return x
}

// bodies returns the hull and the wheels.
func (c *car) bodies() (all [1 + wheels]int32) {
	all[0] = c.hull
	for i := range c.wheels {
		all[1+i] = c.wheels[i].body
	}
	return all
}

// wheelOf returns the wheel that is a body, or -1.
func (c *car) wheelOf(body int32) int {
	return slices.IndexFunc(c.wheels[:], func(w wheel) bool { return w.body == body })
}

// corners returns points of a body, which are in fiftieths of a metre, in the world.
func corners(b *planar.Body, points ...[2]float64) (p polygonPoints) {
	at := b.Position()
	sin, cos := multibody.Sincos(float64(b.Angle()))
	for _, q := range points {
		x, y := float64(q[0]*carSize), float64(q[1]*carSize)
		p.add(float64(cos*x)-float64(sin*y)+float64(at.X), float64(sin*x)+float64(cos*y)+float64(at.Y))
	}
	return p
}

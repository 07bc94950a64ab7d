package box2d

import (
	"errors"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/planar"
)

// BipedalWalker is a robot with two legs that should walk to the right, over rough ground of 93 m. The
// reward of a step is the way, 130/30 for a metre, less 5 for each radian by which the hull leans more,
// and less the torques, 0.028 for each motor at full torque; so the whole way gives somewhat more than
// 300. The episode ends with -100 if the hull touches the ground or the walker goes back beyond the
// start, and at the end of the way. The time limit is 1600 steps of 1/50 s; a return of 300 counts as
// solved. Hardcore has stumps, stairs and pits, and a time limit of 2000 steps.
//
// Action: the direction and the torque of the motors of hip and knee of the first and of the second
// leg, of 80 N m.
// Observation: the hull's angle [rad], its angular velocity, in 25 rad/s, and its velocity, in 8.33 m/s and 12.5 m/s;
// for each leg the hip's angle [rad] and angular velocity, in 4 rad/s, the knee's angle plus 1 [rad] and angular
// velocity, in 6 rad/s, and whether the foot touches the ground; and the distances of the ground in ten directions,
// in parts of the lidar's reach of 5.33 m.
type BipedalWalker struct {
	Hardcore bool `yaml:"hardcore"` // there are stumps, stairs and pits

	draws
	ink
	world     scene
	terrain   terrain
	spec      env.Spec
	hullShape planar.Shape
	upper     planar.Shape
	lower     planar.Shape
	rays      [lidarRays][2]float64 // directions of the lidar, down and forward [m]
	hull      int32
	legs      [4]int32 // upper and lower part of the first leg, of the second leg
	joints    [4]int32 // hip and knee of the first leg, of the second leg

	touches    [2]bool // feet on the ground
	fell       bool
	finished   bool
	hasShaping bool
	shaping    float64
	lidar      [lidarRays]float32 // parts of the reach
	act        [4]float32         // latest action
}

// Numbers of BipedalWalker, in Gymnasium's names.
const (
	motorsTorque = 80.0
	speedHip     = 4.0
	speedKnee    = 6.0
	lidarRange   = 160 / scale
	lidarRays    = 10
	hipDown      = -8 / scale
	legWidth     = 8 / scale
	legHeight    = 34 / scale
	walkerRandom = 5.0 // largest push at the start [N]
	walkerStart  = terrainStep * startPad / 2
)

var (
	_ env.Snapshotter   = (*BipedalWalker)(nil)
	_ env.PhysicsReader = (*BipedalWalker)(nil)
	_ env.DrawSetter    = (*BipedalWalker)(nil)
	_ env.Clipper       = (*BipedalWalker)(nil)
	_ env.Measured      = (*BipedalWalker)(nil)
)

// errBlocks says that a state does not have whole blocks.
var errBlocks = errors.New("box2d: a terrain whose blocks do not have four corners each")

// NewBipedalWalker returns a BipedalWalker-v3.
func NewBipedalWalker() *BipedalWalker { return newWalker("BipedalWalker-v3", 1600, false) }

// NewBipedalWalkerHardcore returns a BipedalWalkerHardcore-v3.
func NewBipedalWalkerHardcore() *BipedalWalker {
	return newWalker("BipedalWalkerHardcore-v3", 2000, true)
}

func newWalker(id string, maxSteps int, hardcore bool) *BipedalWalker {
	w := &BipedalWalker{
		Hardcore:  hardcore,
		hullShape: polygon(scale, [2]float64{-30, 9}, [2]float64{6, 9}, [2]float64{34, 1}, [2]float64{34, -8}, [2]float64{-30, -8}),
		upper:     mustShape(planar.Box(float32(legWidth/2), float32(legHeight/2))),
		lower:     mustShape(planar.Box(float32(0.8*legWidth/2), float32(legHeight/2))),
		spec:      env.Spec{ID: id, Obs: walkerSpace(), Act: motorSpace(), MaxSteps: maxSteps, RewardThreshold: new(300.0)},
	}
	w.world.Grow(terrainLength + maxBlocks + 5)
	w.terrain.blocks = make([]float64, 0, 8*maxBlocks)
	for i := range w.rays {
		sin, cos := multibody.Sincos(1.5 * float64(i) / lidarRays)
		w.rays[i] = [2]float64{float64(sin * lidarRange), float64(cos * lidarRange)}
	}
	return w
}

// walkerSpace returns Gymnasium's observation space.
func walkerSpace() env.Space {
	const pi = math.Pi
	b := env.Box{
		Low:  []float32{-pi, -5, -5, -5, -pi, -5, -pi, -5, 0, -pi, -5, -pi, -5, 0},
		High: []float32{pi, 5, 5, 5, pi, 5, pi, 5, 5, pi, 5, pi, 5, 5},
		Names: []string{
			"hull angle", "hull angular velocity", "velocity x", "velocity y",
			"hip 1 angle", "hip 1 angular velocity", "knee 1 angle", "knee 1 angular velocity", "leg 1 touches",
			"hip 2 angle", "hip 2 angular velocity", "knee 2 angle", "knee 2 angular velocity", "leg 2 touches",
		},
	}
	for i := range lidarRays {
		b.Low, b.High = append(b.Low, -1), append(b.High, 1)
		b.Names = append(b.Names, "lidar "+string(rune('0'+i)))
	}
	return b
}

// motorSpace returns the action space.
func motorSpace() env.Space {
	b := env.NewBox(-1, 1, 4)
	b.Names = []string{"hip 1", "knee 1", "hip 2", "knee 2"}
	return b
}

// Spec returns the spaces, the time limit and the threshold.
func (w *BipedalWalker) Spec() env.Spec { return w.spec }

// ClipsActions marks the environment as a Clipper: the torques are clipped to ±1.
func (w *BipedalWalker) ClipsActions() {}

// Reset draws the terrain and a push, and takes a step without torques, as Gymnasium does.
func (w *BipedalWalker) Reset(seed uint64, obs []float32) {
	w.rng.Seed(seed)
	w.terrain.generate(&w.draws, w.Hardcore)
	w.touches, w.fell, w.finished, w.hasShaping = [2]bool{}, false, false, false
	check(w.build())
	w.world.Body(w.hull).Push(vec(w.uniform(-walkerRandom, walkerRandom), 0))
	w.act = [4]float32{}
	w.move()
	w.observe(obs)
}

// build makes the world on the terrain. It returns the first error.
func (w *BipedalWalker) build() error {
	w.world.begin(vec(0, -10))
	w.terrain.build(&w.world, planar.Material{Friction: 2.5, Category: 1, Mask: math.MaxUint16})
	const x0 = walkerStart
	var y0 float64 = terrainHeight + 2*legHeight
	w.hull = w.world.addBody(planar.Dynamic, x0, y0, 0)
	w.world.addFixture(w.hull, w.hullShape, planar.Material{Density: 5, Friction: 0.1, Category: 0x20, Mask: 1})
	leg := planar.Material{Density: 1, Friction: 0.2, Category: 0x20, Mask: 1}
	for k := range 2 {
		lean := 0.05 * float64(2*k-1) // the first leg leans to the left
		upper := w.world.addBody(planar.Dynamic, x0, y0-legHeight/2-hipDown, lean)
		w.world.addFixture(upper, w.upper, leg)
		w.joints[2*k] = w.world.addJoint(planar.Revolute{
			A: w.hull, B: upper, Reference: w.world.Body(upper).Angle(), AnchorA: vec(0, hipDown), AnchorB: vec(0, legHeight/2),
			Motor: true, MaxTorque: motorsTorque, Speed: float32(2*k - 1), Limited: true, Lower: -0.8, Upper: 1.1,
		})
		lower := w.world.addBody(planar.Dynamic, x0, y0-legHeight*3/2-hipDown, lean)
		w.world.addFixture(lower, w.lower, leg)
		w.joints[2*k+1] = w.world.addJoint(planar.Revolute{
			A: upper, B: lower, AnchorA: vec(0, -legHeight/2), AnchorB: vec(0, legHeight/2),
			Motor: true, MaxTorque: motorsTorque, Speed: 1, Limited: true, Lower: -1.6, Upper: -0.1,
		})
		w.legs[2*k], w.legs[2*k+1] = upper, lower
	}
	return w.world.err
}

// Step drives the motors for 1/50 s.
func (w *BipedalWalker) Step(act, obs []float32) env.Outcome {
	w.act = [4]float32(act)
	w.move()
	reward := float32(w.observe(obs)) // float32 from here on, as NumPy computes with float32 actions
	for _, a := range act {
		reward -= float32(float32(0.00035*motorsTorque) * float32(min(math.Abs(float64(a)), 1)))
	}
	x := w.world.Body(w.hull).Position().X
	out := env.Outcome{Reward: float64(reward)}
	if w.fell || x < 0 {
		out = env.Outcome{Reward: -100, Terminated: true}
	}
	if float64(x) > (terrainLength-terrainGrass)*terrainStep {
		out.Terminated, w.finished = true, true
	}
	return out
}

// move drives the motors by the latest action and moves the walker for a step.
func (w *BipedalWalker) move() {
	for i, a := range w.act {
		speed := speedHip
		if i%2 == 1 {
			speed = speedKnee
		}
		torque := float64(motorsTorque * min(math.Abs(float64(a)), 1))
		w.world.Drive(w.joints[i], float32(float64(speed*sign(float64(a)))), float32(torque))
	}
	w.world.advance()
	for _, e := range w.world.Events() {
		a, b := w.world.BodyOf(e.A), w.world.BodyOf(e.B)
		if e.Begin && has(a, b, w.hull) {
			w.fell = true
		}
		for i := range w.touches {
			if has(a, b, w.legs[2*i+1]) {
				w.touches[i] = e.Begin
			}
		}
	}
}

// observe writes the observation and returns the increase of the shaping.
func (w *BipedalWalker) observe(obs []float32) float64 {
	b := w.world.Body(w.hull)
	p, v := b.Position(), b.Velocity()
	angle := float64(b.Angle())
	obs[0] = float32(angle)
	obs[1] = float32(2 * float64(b.Spin()) / fps)
	obs[2] = float32(0.3 * float64(v.X) * (600 / scale) / fps)
	obs[3] = float32(0.3 * float64(v.Y) * (400 / scale) / fps)
	for k := range 2 {
		hip, knee := w.joints[2*k], w.joints[2*k+1]
		o := obs[4+5*k : 9+5*k]
		o[0] = float32(w.world.JointAngle(hip))
		o[1] = float32(float64(w.world.JointSpeed(hip)) / speedHip)
		o[2] = float32(float64(w.world.JointAngle(knee)) + 1)
		o[3] = float32(float64(w.world.JointSpeed(knee)) / speedKnee)
		o[4] = float32(oneIf(w.touches[k]))
	}
	var ends [lidarRays]planar.Vec
	for i, r := range w.rays {
		ends[i] = vec(float64(p.X)+r[0], float64(p.Y)-r[1])
	}
	w.world.Rays(p, ends[:], 1, w.lidar[:])
	copy(obs[14:], w.lidar[:])
	shaping := float64(130*float64(p.X))/scale - float64(5*math.Abs(angle))
	reward := 0.0
	if w.hasShaping {
		reward = shaping - w.shaping
	}
	w.shaping, w.hasShaping = shaping, true
	return reward
}

// Measures returns the names of the facts of an episode.
func (w *BipedalWalker) Measures() []string { return []string{"distance", "fell", "finished"} }

// Measure writes the way of the hull [m], whether the hull has touched the ground, and whether the walker
// has reached the end.
func (w *BipedalWalker) Measure(dst []float64) {
	dst[0], dst[1], dst[2] = float64(w.world.Body(w.hull).Position().X)-walkerStart, oneIf(w.fell), oneIf(w.finished)
}

// Physics appends the states of the hull, and of the upper and the lower part of each leg.
func (w *BipedalWalker) Physics(dst []float64) []float64 {
	return w.world.appendState(w.world.appendState(dst, w.hull), w.legs[:]...)
}

// State saves or loads the episode.
func (w *BipedalWalker) State(s *state.State) {
	s.Section("box2d/walker", 1)
	w.rng.State(s)
	w.terrain.State(s)
	flags := []bool{w.touches[0], w.touches[1], w.fell, w.finished, w.hasShaping}
	s.Bools("flags", flags)
	s.Double("shaping", &w.shaping)
	s.Floats("lidar", w.lidar[:])
	s.Floats("action", w.act[:])
	if s.Loading() {
		if s.Err() != nil {
			return
		}
		w.touches, w.fell, w.finished, w.hasShaping = [2]bool(flags), flags[2], flags[3], flags[4]
		s.Fail(errors.Join(checkNumbers(w.shaping), checkNumbers(w.lidar[:]...), checkNumbers(w.act[:]...), w.build()))
	}
	w.world.State(s)
}

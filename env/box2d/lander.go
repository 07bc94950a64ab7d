package box2d

import (
	"errors"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/planar"
)

// LunarLander is a spacecraft with two legs that should land on a pad, between two flags, and come to
// rest. It begins above the pad with a random push. The reward of a step is the increase of
//
//	-100 |position| - 100 |velocity| - 100 |angle| + 10 for each leg that touches the ground
//
// in units of the observation, less 0.3 for the main engine at full power and 0.03 for a side engine.
// The episode ends with -100 if the hull touches the ground or the lander leaves the picture to a
// side, and with 100 when it rests. The time limit is 1000 steps of 1/50 s; a return of 200 counts as
// solved.
//
// Action: nothing (0), the left engine (1), the main engine (2), the right engine (3). If
// continuous: the power of the main engine, which is off below 0 and between 50 % and 100 % above, and
// of the side engines, off between -0.5 and 0.5, the left one below.
// Observation: the position from the pad, in halves of the picture, 10 m and 6.67 m; the velocity, in 5 m/s
// and 7.5 m/s; the angle [rad]; the angular velocity, in 2.5 rad/s; and whether each leg touches the ground.
type LunarLander struct {
	Continuous      bool    `yaml:"continuous"`       // the engines' powers are numbers
	Gravity         float64 `yaml:"gravity"`          // vertical gravity, above -12 and below 0 [m/s²]
	EnableWind      bool    `yaml:"enable_wind"`      // there is wind and turbulence until a leg touches the ground
	WindPower       float64 `yaml:"wind_power"`       // largest force of the wind, 0 … 1000 [N]
	TurbulencePower float64 `yaml:"turbulence_power"` // largest torque of the turbulence, 0 … 1000 [N m]

	draws
	ink
	world     scene
	id        string
	threshold float64
	hullShape planar.Shape
	legShape  planar.Shape
	hull      int32
	legs      [2]int32

	heights         [landerChunks + 1]float64 // as drawn
	windAt, twistAt int                       // time of the wind and of the turbulence
	touches         [2]bool                   // legs on the ground
	crashed         bool
	landed          bool
	hasShaping      bool
	shaping         float64
	main, side      float64    // power of the engines in the latest step; side is negative for the left one
	spent           [2]float64 // power of the main engine and of the side engines, summed over the episode
}

// Numbers of LunarLander, in Gymnasium's names.
const (
	landerChunks    = 11
	landerWidth     = 600 / scale // of the picture [m]
	landerHeight    = 400 / scale
	mainEnginePower = 13.0
	sideEnginePower = 0.6
	initialRandom   = 1000.0 // largest component of the push at the start [N]
	legAway         = 20 / scale
	legDown         = 18 / scale
	legSpringTorque = 40.0
	sideEngineAway  = 12 / scale
	sideEngineUp    = 14 / scale
	mainEngineDown  = 4 / scale
	windRange       = 9999 // times of the wind begin between minus and plus this number
)

var (
	_ env.Snapshotter   = (*LunarLander)(nil)
	_ env.PhysicsReader = (*LunarLander)(nil)
	_ env.DrawSetter    = (*LunarLander)(nil)
	_ env.Clipper       = (*LunarLander)(nil)
	_ env.Measured      = (*LunarLander)(nil)
)

// NewLunarLander returns a LunarLander-v3.
func NewLunarLander() *LunarLander {
	return &LunarLander{
		Gravity: -10, WindPower: 15, TurbulencePower: 1.5, id: "LunarLander-v3", threshold: 200,
		hullShape: polygon(scale, [2]float64{-14, 17}, [2]float64{-17, 0}, [2]float64{-17, -10}, [2]float64{17, -10}, [2]float64{17, 0}, [2]float64{14, 17}),
		legShape:  mustShape(planar.Box(float32(2/scale), float32(8/scale))),
	}
}

// NewLunarLanderContinuous returns a LunarLanderContinuous-v3.
func NewLunarLanderContinuous() *LunarLander {
	l := NewLunarLander()
	l.Continuous, l.id = true, "LunarLanderContinuous-v3"
	return l
}

// Validate returns an error if an option is not possible.
func (l *LunarLander) Validate() error {
	const most = 1000 // far above Gymnasium's recommendations, 20 and 2
	switch {
	case !(-12 < l.Gravity && l.Gravity < 0):
		return fmt.Errorf("gravity %v, want a number above -12 and below 0", l.Gravity)
	case !(0 <= l.WindPower && l.WindPower <= most):
		return fmt.Errorf("wind_power %v, want a number, 0 … %d", l.WindPower, most)
	case !(0 <= l.TurbulencePower && l.TurbulencePower <= most):
		return fmt.Errorf("turbulence_power %v, want a number, 0 … %d", l.TurbulencePower, most)
	}
	return nil
}

// landerSpace is Gymnasium's observation space. A lander that flies up for long leaves it.
var landerSpace env.Space = env.Box{
	Low: []float32{-2.5, -2.5, -10, -10, -2 * math.Pi, -10, 0, 0}, High: []float32{2.5, 2.5, 10, 10, 2 * math.Pi, 10, 1, 1},
	Names: []string{"x", "y", "velocity x", "velocity y", "angle", "angular velocity", "left leg touches", "right leg touches"},
}

// enginesSpace is the space of continuous actions.
var enginesSpace env.Space = env.Box{Low: []float32{-1, -1}, High: []float32{1, 1}, Names: []string{"main engine", "side engines"}}

// Spec returns the spaces, the time limit and the threshold.
func (l *LunarLander) Spec() env.Spec {
	s := env.Spec{ID: l.id, Obs: landerSpace, Act: env.Discrete{N: 4}, MaxSteps: 1000, RewardThreshold: &l.threshold}
	if l.Continuous {
		s.Act = enginesSpace
	}
	return s
}

// ClipsActions marks the environment as a Clipper: the powers are clipped to ±1.
func (l *LunarLander) ClipsActions() {}

// Reset draws the ground and the push, and takes a step without engines, as Gymnasium does.
func (l *LunarLander) Reset(seed uint64, obs []float32) {
	l.rng.Seed(seed)
	for i := range l.heights {
		l.heights[i] = l.uniform(0, landerHeight/2)
	}
	fx, fy := l.uniform(-initialRandom, initialRandom), l.uniform(-initialRandom, initialRandom)
	if l.EnableWind {
		l.windAt, l.twistAt = l.integer(-windRange, windRange), l.integer(-windRange, windRange)
	}
	l.touches, l.crashed, l.landed, l.hasShaping, l.spent = [2]bool{}, false, false, false, [2]float64{}
	check(l.build())
	l.world.Body(l.hull).Push(vec(fx, fy))
	l.move(0, 0)
	l.observe(obs)
	l.spent = [2]float64{}
}

// build makes the world from the heights of the ground. It returns the first error.
func (l *LunarLander) build() error {
	l.world.begin(vec(0, l.Gravity))
	moon := l.world.addBody(planar.Static, 0, 0, 0)
	rock := planar.Material{Friction: 0.2, Category: 1, Mask: math.MaxUint16}
	l.world.addFixture(moon, l.world.shape(planar.Edge(vec(0, 0), vec(landerWidth, 0))), rock)
	rock.Friction = 0.1
	ground := l.ground()
	for i := range landerChunks - 1 {
		x0, x1 := landerWidth/(landerChunks-1)*float64(i), landerWidth/(landerChunks-1)*float64(i+1)
		l.world.addFixture(moon, l.world.shape(planar.Edge(vec(x0, ground[i]), vec(x1, ground[i+1]))), rock)
	}
	x0, y0 := landerWidth/2, float64(landerHeight)
	l.hull = l.world.addBody(planar.Dynamic, x0, y0, 0)
	l.world.addFixture(l.hull, l.hullShape, planar.Material{Density: 5, Friction: 0.1, Category: 0x10, Mask: 1})
	for k := range l.legs {
		side := float64(2*k - 1) // -1 is the left one
		leg := l.world.addBody(planar.Dynamic, x0-float64(side*legAway), y0, side*0.05)
		l.world.addFixture(leg, l.legShape, planar.Material{Density: 1, Friction: 0.2, Category: 0x20, Mask: 1})
		j := planar.Revolute{
			A: l.hull, B: leg, Reference: l.world.Body(leg).Angle(), AnchorB: vec(side*legAway, legDown),
			Motor: true, MaxTorque: legSpringTorque, Speed: float32(0.3 * side), Limited: true,
		}
		if k == 0 {
			j.Lower, j.Upper = float32(0.9-0.5), float32(0.9)
		} else {
			lower := -0.9
			j.Lower, j.Upper = float32(lower), float32(lower+0.5)
		}
		l.world.addJoint(j)
		l.legs[k] = leg
	}
	return l.world.err
}

// ground returns the heights of the ground's corners: the drawn ones, flat at the pad, each the mean of
// three. The first has the last as its neighbour, as height[-1] of Python's list.
func (l *LunarLander) ground() (smooth [landerChunks]float64) {
	y := l.heights
	const middle = landerChunks / 2
	for i := middle - 2; i <= middle+2; i++ {
		y[i] = landerHeight / 4
	}
	for i := range smooth {
		before := landerChunks
		if i > 0 {
			before = i - 1
		}
		smooth[i] = float64(0.33 * (y[before] + y[i] + y[i+1]))
	}
	return smooth
}

// Step lets the engines push and moves the lander for 1/50 s.
func (l *LunarLander) Step(act, obs []float32) env.Outcome {
	main, side := 0.0, 0.0
	if l.Continuous {
		a0, a1 := max(-1, min(float64(act[0]), 1)), max(-1, min(float64(act[1]), 1))
		if a0 > 0 {
			main = float64((a0 + 1) * 0.5)
		}
		if math.Abs(a1) > 0.5 {
			side = a1
		}
	} else {
		switch int(act[0]) {
		case 1:
			side = -1
		case 2:
			main = 1
		case 3:
			side = 1
		}
	}
	l.move(main, side)
	reward := l.observe(obs)
	reward -= float64(main * 0.30)
	reward -= float64(math.Abs(side) * 0.03)
	out := env.Outcome{Reward: reward}
	if x := l.world.Body(l.hull).Position().X; l.crashed || math.Abs((float64(x)-landerWidth/2)/(landerWidth/2)) >= 1 {
		out = env.Outcome{Reward: -100, Terminated: true}
	}
	if !l.world.Body(l.hull).Awake() { // also after a crash
		out = env.Outcome{Reward: 100, Terminated: true}
		l.landed = true
	}
	return out
}

// Measures returns the names of the facts of an episode.
func (l *LunarLander) Measures() []string {
	return []string{"landed", "crashed", "main_engine", "side_engines"}
}

// Measure writes whether the lander rests, whether its hull has touched the ground, and the steps with
// full power of the main engine and of the side engines.
func (l *LunarLander) Measure(dst []float64) {
	dst[0], dst[1], dst[2], dst[3] = oneIf(l.landed), oneIf(l.crashed), l.spent[0], l.spent[1]
}

// Physics appends the states of the hull, the left leg and the right leg.
func (l *LunarLander) Physics(dst []float64) []float64 {
	return l.world.appendState(dst, l.hull, l.legs[0], l.legs[1])
}

// State saves or loads the episode.
func (l *LunarLander) State(s *state.State) {
	s.Section("box2d/lander", 1)
	l.rng.State(s)
	s.Doubles("heights", l.heights[:])
	wind := []int64{int64(l.windAt), int64(l.twistAt)}
	s.Ints("wind", wind)
	flags := []bool{l.touches[0], l.touches[1], l.crashed, l.landed, l.hasShaping}
	s.Bools("flags", flags)
	numbers := []float64{l.shaping, l.main, l.side, l.spent[0], l.spent[1]}
	s.Doubles("numbers", numbers)
	if s.Loading() {
		if s.Err() != nil {
			return
		}
		l.windAt, l.twistAt = int(wind[0]), int(wind[1])
		l.touches, l.crashed, l.landed, l.hasShaping = [2]bool(flags), flags[2], flags[3], flags[4]
		l.shaping, l.main, l.side, l.spent = numbers[0], numbers[1], numbers[2], [2]float64(numbers[3:])
		s.Fail(errors.Join(checkNumbers(numbers...), l.build()))
	}
	l.world.State(s)
}

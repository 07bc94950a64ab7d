package box2d

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/planar"
)

// CarRacing is a car, seen from above, that should drive round a random track of about 300 tiles. Each
// new tile has the reward 1000/tiles, and each step -0.1; so a lap in 732 steps has a return of 926.8.
// The episode ends when all tiles are visited, when the car reaches the first tile after
// lap_complete_percent of them, and with -100 when it leaves the field. The time limit is 1000 steps of
// 1/50 s; a return of 900 counts as solved.
//
// Action: steering from left to right, gas and brake. If not continuous: nothing (0), right (1),
// left (2), gas (3), brake (4).
// Observation: a picture [96, 96, 3], red, green and blue of 0 … 255, with speed, the wheels' angular velocities, steering,
// angular velocity and the return below. It is drawn with smooth edges, and not as in Gymnasium with those
// of a larger window; nearly all bytes agree to 8 of 255.
type CarRacing struct {
	Continuous         bool    `yaml:"continuous"`           // actions are numbers
	LapCompletePercent float64 `yaml:"lap_complete_percent"` // share of the tiles, 0 … 1, after which the first tile ends a lap
	DomainRandomize    bool    `yaml:"domain_randomize"`     // the colours are random in each episode

	draws
	ink
	world     scene
	threshold float64
	car       car
	track     track
	picture   *picture
	look      carColors
	keepLook  bool // random colours stay as they are

	visited  []bool // [tiles]
	shaded   []bool // [tiles] tiles that nothing has touched, which are a little lighter
	count    int    // visited tiles
	newLap   bool   // the first tile was reached after enough others
	finished bool   // the episode ended with a lap
	reward   float64
	before   float64 // reward of the step before
	drawn    float64 // reward in the picture
	time     float64 // [s]
	fuel     float64 // of the episode
}

// carColors are the colours of the picture, 0 … 255.
type carColors struct{ road, field, grass [3]float64 }

// check returns an error if a number is not a colour.
func (c *carColors) check() error {
	for _, x := range slices.Concat(c.road[:], c.field[:], c.grass[:]) {
		if !(x >= 0 && x <= 255) {
			return fmt.Errorf("box2d: a state with the colour %v, want 0 … 255", x)
		}
	}
	return nil
}

var (
	_ env.Snapshotter   = (*CarRacing)(nil)
	_ env.PhysicsReader = (*CarRacing)(nil)
	_ env.DrawSetter    = (*CarRacing)(nil)
	_ env.Measured      = (*CarRacing)(nil)
	_ env.ResetOptioner = (*CarRacing)(nil)
)

// NewCarRacing returns a CarRacing-v3.
func NewCarRacing() *CarRacing {
	c := &CarRacing{
		Continuous: true, LapCompletePercent: 0.95, threshold: 900, car: newCar(), track: newTrack(), picture: new(picture),
		visited: make([]bool, 0, trackSteps), shaded: make([]bool, 0, trackSteps),
	}
	const usual = 400 // tiles
	c.world.Grow(usual)
	return c
}

// Validate returns an error if an option is not possible.
func (c *CarRacing) Validate() error {
	if !(0 <= c.LapCompletePercent && c.LapCompletePercent <= 1) {
		return fmt.Errorf("lap_complete_percent %v, want a share, 0 … 1", c.LapCompletePercent)
	}
	return nil
}

// carActions is the space of continuous actions.
var carActions env.Space = env.Box{Low: []float32{-1, 0, 0}, High: []float32{1, 1, 1}, Names: []string{"steering", "gas", "brake"}}

// Spec returns the spaces, the time limit and the threshold.
func (c *CarRacing) Spec() env.Spec {
	s := env.Spec{
		ID: "CarRacing-v3", Obs: env.Image{H: pictureSide, W: pictureSide, C: 3}, Act: env.Discrete{N: 5},
		MaxSteps: 1000, RewardThreshold: &c.threshold,
	}
	if c.Continuous {
		s.Act = carActions
	}
	return s
}

// Reset draws colours, if they are random, and a track, and takes a step without an action, as Gymnasium
// does.
func (c *CarRacing) Reset(seed uint64, obs []float32) {
	c.rng.Seed(seed)
	if !c.DomainRandomize {
		c.look = carColors{[3]float64{102, 102, 102}, [3]float64{102, 204, 102}, [3]float64{102, 230, 102}}
	} else if c.look == (carColors{}) || !c.keepLook {
		c.look.draw(&c.draws)
	}
	for !c.track.generate(&c.draws) {
	}
	c.visited, c.shaded = c.visited[:0], c.shaded[:0]
	for range c.track.bends {
		c.visited, c.shaded = append(c.visited, false), append(c.shaded, true)
	}
	c.car.clear()
	c.count, c.newLap, c.finished = 0, false, false
	c.reward, c.before, c.time, c.fuel = 0, 0, 0, 0
	check(c.build())
	c.move()
	c.fuel = 0
	c.observe(obs)
}

// SetResetOptions takes Gymnasium's option randomize. If it is false, random colours stay those of the
// episode before. Without domain_randomize it changes nothing.
func (c *CarRacing) SetResetOptions(options map[string]any) error {
	randomize := true
	for key, value := range options {
		x, ok := value.(bool)
		if key != "randomize" || !ok {
			return fmt.Errorf("%s is %v; want randomize, true or false", key, value)
		}
		randomize = x
	}
	c.keepLook = !randomize
	return nil
}

// draw draws random colours.
func (l *carColors) draw(d *draws) {
	for _, p := range [2]*[3]float64{&l.road, &l.field} {
		for i := range p {
			p[i] = d.uniform(0, 210)
		}
	}
	l.grass = l.field
	l.grass[d.integer(0, 3)] += 20
}

// build makes the world: a sensor for each tile, and then the car at the first tile. It returns the first error.
func (c *CarRacing) build() error {
	c.world.begin(planar.Vec{})
	road := planar.Material{Friction: 0.2, Category: 1, Mask: math.MaxUint16, Sensor: true}
	for i := range c.track.bends {
		q := c.track.tile(i)
		tile := c.world.shape(planar.Polygon(vec(q[0][0], q[0][1]), vec(q[1][0], q[1][1]), vec(q[2][0], q[2][1]), vec(q[3][0], q[3][1])))
		c.world.addFixture(c.world.addBody(planar.Static, 0, 0, 0), tile, road)
	}
	c.car.build(&c.world, c.track.bends[0])
	return c.world.err
}

// Step controls the car for 1/50 s.
func (c *CarRacing) Step(act, obs []float32) env.Outcome {
	if c.Continuous {
		c.car.control(float64(act[0]), float64(act[1]), float64(act[2]))
	} else {
		a := [5][3]float64{{}, {0.6, 0, 0}, {-0.6, 0, 0}, {0, 0.2, 0}, {0, 0, 0.8}}[int(act[0])]
		c.car.control(a[0], a[1], a[2])
	}
	c.move()
	c.observe(obs)
	c.reward -= 0.1
	out := env.Outcome{Reward: c.reward - c.before}
	c.before = c.reward
	if c.count == len(c.track.bends) || c.newLap {
		out.Terminated, c.finished = true, true
	}
	if p := c.world.Body(c.car.hull).Position(); math.Abs(float64(p.X)) > playfield || math.Abs(float64(p.Y)) > playfield {
		out, c.finished = env.Outcome{Reward: -100, Terminated: true}, false
	}
	return out
}

// move drives the car for a step, and visits tiles.
func (c *CarRacing) move() {
	c.fuel += c.car.drive(&c.world)
	c.world.advance()
	c.time += 1.0 / fps
	for _, e := range c.world.Events() {
		a, b := c.world.BodyOf(e.A), c.world.BodyOf(e.B)
		if a > b {
			a, b = b, a
		}
		if int(a) < len(c.track.bends) { // the bodies of the tiles come first
			c.touch(int(a), c.car.wheelOf(b), e.Begin)
		}
	}
	c.drawn = c.reward
}

// touch notes that a wheel, or the hull if it is -1, enters a tile or leaves it.
func (c *CarRacing) touch(tile, wheel int, begin bool) {
	c.shaded[tile] = false
	if wheel < 0 {
		return
	}
	w := &c.car.wheels[wheel]
	if !begin {
		w.tiles--
		return
	}
	w.tiles++
	if c.visited[tile] {
		return
	}
	n := float64(len(c.track.bends))
	c.visited[tile] = true
	c.reward += 1000.0 / n
	c.count++
	if tile == 0 && float64(c.count)/n > c.LapCompletePercent {
		c.newLap = true
	}
}

// Measures returns the names of the facts of an episode.
func (c *CarRacing) Measures() []string {
	return []string{"tiles_visited", "lap_finished", "fuel_spent"}
}

// Measure writes the share of the tiles that were visited, whether the lap is finished, and the fuel.
func (c *CarRacing) Measure(dst []float64) {
	dst[0], dst[1], dst[2] = float64(c.count)/float64(max(1, len(c.track.bends))), oneIf(c.finished), c.fuel
}

// Physics appends the states of the hull and of the wheels: front left, front right, rear left, rear
// right.
func (c *CarRacing) Physics(dst []float64) []float64 {
	bodies := c.car.bodies()
	return c.world.appendState(dst, bodies[:]...)
}

// State saves or loads the episode.
func (c *CarRacing) State(s *state.State) {
	s.Section("box2d/car", 1)
	c.rng.State(s)
	c.track.State(s)
	n := len(c.track.bends)
	if s.Loading() {
		c.visited, c.shaded = c.visited[:0], c.shaded[:0]
		for range n {
			c.visited, c.shaded = append(c.visited, false), append(c.shaded, false)
		}
	}
	s.Bools("visited", c.visited)
	s.Bools("shaded", c.shaded)
	s.Int("count", &c.count, n)
	s.Bool("new_lap", &c.newLap)
	s.Bool("finished", &c.finished)
	numbers := []float64{c.reward, c.before, c.drawn, c.time, c.fuel}
	s.Doubles("numbers", numbers)
	for _, p := range [3]*[3]float64{&c.look.road, &c.look.field, &c.look.grass} {
		s.Doubles("color", p[:])
	}
	c.car.State(s)
	if s.Loading() {
		if s.Err() != nil {
			return
		}
		c.reward, c.before, c.drawn, c.time, c.fuel = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
		s.Fail(errors.Join(checkNumbers(numbers...), checkNumbers(c.car.numbers()...), c.look.check(), c.build()))
	}
	c.world.State(s)
}

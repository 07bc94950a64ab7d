package box2d

import (
	"errors"
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/multibody"
)

// Numbers of the track, in Gymnasium's names.
const (
	trackScale      = 6.0
	trackRadius     = 900 / trackScale
	playfield       = 2000 / trackScale // half the side of the field [m]
	trackDetailStep = 21 / trackScale   // length of a tile
	trackTurnRate   = 0.31              // largest bend from tile to tile [rad]
	trackWidth      = 40 / trackScale   // half the width of the track
	borderWidth     = 8 / trackScale
	borderMinCount  = 4 // bends on end before there is a border
	checkpoints     = 12
	trackSteps      = 2500
	trackStart      = 1.5 * trackRadius
	startAlpha      = 2 * math.Pi * -0.5 / checkpoints // angle at which a lap begins
)

// A bend is a point of the track.
type bend struct {
	alpha float64 // angle of the place, seen from the middle of the field [rad]
	beta  float64 // direction of the tile's edge
	x, y  float64 // [m]
}

// A quad is four corners.
type quad [4][2]float64

// A track is a closed way of tiles.
type track struct {
	bends  []bend // one for each tile
	border []bool // tiles with a border
	way    []bend // memory of generate
	at     [checkpoints]bend
}

// newTrack returns a track with memory for any way.
func newTrack() track {
	return track{way: make([]bend, 0, trackSteps), bends: make([]bend, 0, trackSteps), border: make([]bool, 0, trackSteps)}
}

// generate draws checkpoints and lays a way along them. It returns false if the way does not close.
func (t *track) generate(d *draws) bool {
	for i := range t.at {
		a := float64(2*math.Pi*float64(i)/checkpoints) + d.uniform(0, 2*math.Pi*1/checkpoints)
		r := d.uniform(trackRadius/3, trackRadius)
		switch i {
		case 0:
			a, r = 0, trackStart
		case checkpoints - 1:
			a, r = 2*math.Pi*float64(i)/checkpoints, trackStart
		}
		sin, cos := multibody.Sincos(a)
		t.at[i] = bend{alpha: a, x: float64(r * cos), y: float64(r * sin)}
	}
	t.lay()
	return t.cut()
}

// A pathfinder walks from checkpoint to checkpoint.
type pathfinder struct {
	x, y, beta float64
	target     int  // number of the checkpoint, over all laps
	laps       int  // passes of angle 0
	below      bool // the angle has been below 0 since
}

// lay walks for some laps, in steps of equal length, and turns towards the checkpoints.
func (t *track) lay() {
	const laps = 5
	p := pathfinder{x: trackStart}
	t.way = t.way[:0]
	for range trackSteps {
		alpha := p.aim(&t.at)
		t.way = append(t.way, p.walk(alpha, t.at[p.target%checkpoints]))
		if p.laps == laps {
			return
		}
	}
}

// aim returns the angle of the place, and chooses the next checkpoint ahead. The angle may be some
// turns below 0.
func (p *pathfinder) aim(at *[checkpoints]bend) float64 {
	alpha := math.Atan2(p.y, p.x)
	if p.below && alpha > 0 {
		p.laps++
		p.below = false
	}
	if alpha < 0 {
		p.below = true
		alpha += 2 * math.Pi
	}
	for {
		if alpha <= at[p.target%checkpoints].alpha {
			return alpha
		}
		if p.target++; p.target%checkpoints == 0 {
			alpha -= 2 * math.Pi
		}
	}
}

// walk takes a step, and turns towards a checkpoint. It returns the bend.
func (p *pathfinder) walk(alpha float64, to bend) bend {
	ry, rx := multibody.Sincos(p.beta)
	projection := float64(rx*(to.x-p.x)) + float64(ry*(to.y-p.y)) // of the way to the checkpoint, on the tile's edge
	for p.beta-alpha > 1.5*math.Pi {
		p.beta -= 2 * math.Pi
	}
	for p.beta-alpha < -1.5*math.Pi {
		p.beta += 2 * math.Pi
	}
	before := p.beta
	projection = float64(projection * trackScale)
	turn := min(trackTurnRate, math.Abs(float64(0.001*projection)))
	if projection > 0.3 {
		p.beta -= turn
	}
	if projection < -0.3 {
		p.beta += turn
	}
	p.x += float64(-ry * trackDetailStep)
	p.y += float64(rx * trackDetailStep)
	return bend{alpha, float64(before*0.5) + float64(p.beta*0.5), p.x, p.y}
}

// cut keeps the last full lap of the way. It returns false if there is no lap, or if its ends are too far
// apart.
func (t *track) cut() bool {
	first, end := -1, -1
	for i := len(t.way) - 1; first < 0; i-- {
		if i <= 0 {
			return false
		}
		if t.way[i].alpha > startAlpha && t.way[i-1].alpha <= startAlpha {
			if end < 0 {
				end = i
			} else {
				first = i
			}
		}
	}
	lap := t.way[first : end-1]
	if len(lap) < borderMinCount {
		return false
	}
	a, b := lap[0], lap[len(lap)-1]
	sin, cos := multibody.Sincos(a.beta)
	if norm(cos*(a.x-b.x), sin*(a.y-b.y)) > trackDetailStep {
		return false
	}
	t.bends = append(t.bends[:0], lap...)
	t.findBorders()
	return true
}

// findBorders marks the tiles with a border: where four bends on end turn sharply to the same side, and
// the three tiles before.
func (t *track) findBorders() {
	n := len(t.bends)
	t.border = t.border[:0]
	for i := range t.bends {
		side, sharp := 0.0, true
		for k := range borderMinCount {
			d := t.turn((i - k + n) % n)
			sharp = sharp && math.Abs(d) > trackTurnRate*0.2
			side += sign(d)
		}
		t.border = append(t.border, sharp && math.Abs(side) == borderMinCount)
	}
	for i := range t.border { // in Gymnasium's order, in which marks of the first tiles go on from the last
		for k := range borderMinCount {
			j := (i - k + n) % n
			t.border[j] = t.border[j] || t.border[i]
		}
	}
}

// before returns the bend before bend i.
func (t *track) before(i int) *bend { return &t.bends[(i+len(t.bends)-1)%len(t.bends)] }

// turn returns by how much the track turns at tile i [rad].
func (t *track) turn(i int) float64 { return t.bends[i].beta - t.before(i).beta }

// tile returns the corners of tile i.
func (t *track) tile(i int) quad { return t.strip(i, -trackWidth, trackWidth) }

// edge returns the corners of the border of tile i.
func (t *track) edge(i int) quad {
	side := -sign(t.turn(i))
	return t.strip(i, side*trackWidth, side*(trackWidth+borderWidth))
}

// strip returns the corners of a part of tile i, between two distances from its middle.
func (t *track) strip(i int, from, to float64) quad {
	a, b := &t.bends[i], t.before(i)
	sa, ca := multibody.Sincos(a.beta)
	sb, cb := multibody.Sincos(b.beta)
	return quad{
		{a.x + float64(from*ca), a.y + float64(from*sa)}, {a.x + float64(to*ca), a.y + float64(to*sa)},
		{b.x + float64(to*cb), b.y + float64(to*sb)}, {b.x + float64(from*cb), b.y + float64(from*sb)},
	}
}

// errTrack says that a state has no track.
var errTrack = errors.New("box2d: a track of fewer than 4 or of broken tiles")

// State saves or loads the track.
func (t *track) State(s *state.State) {
	numbers := make([]float64, 0, 4*len(t.bends))
	for _, b := range t.bends {
		numbers = append(numbers, b.alpha, b.beta, b.x, b.y)
	}
	state.Slice(s, "track", &numbers, 4*trackSteps)
	if !s.Loading() || s.Err() != nil {
		return
	}
	if len(numbers)%4 != 0 || len(numbers) < 4*borderMinCount {
		s.Fail(errTrack)
		return
	}
	t.bends = t.bends[:0]
	for x := numbers; len(x) > 0; x = x[4:] {
		t.bends = append(t.bends, bend{x[0], x[1], x[2], x[3]})
	}
	t.findBorders()
}

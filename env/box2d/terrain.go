package box2d

import (
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/planar"
)

// Numbers of the terrain, in Gymnasium's names.
const (
	terrainStep   = 14 / scale // between two points [m]
	terrainLength = 200        // points
	terrainHeight = 400 / scale / 4
	terrainGrass  = 10 // points after the end of the way
	startPad      = 20 // flat points at the start
)

// A ground is a kind of terrain. Hardcore has all of them, in the order of Gymnasium's
// numbers.
type ground int

const (
	grass ground = iota
	stump
	stairs
	pit
	grounds
)

// A terrain is the way of BipedalWalker: a line with a point every 14/30 m, and in Hardcore blocks
// on it.
type terrain struct {
	y      [terrainLength]float64 // heights [m]
	blocks []float64              // 8 numbers each: the corners
}

// A terrainMaker draws a terrain, point by point.
type terrainMaker struct {
	*terrain
	*draws
	now     ground
	first   bool // the first point of the ground
	counter int  // points that are left of it
	height  float64
	slope   float64
	base    float64 // height at which pit or stairs begin
	steps   int     // of stairs
	width   int     // points of a step
	rise    int     // of stairs: 1 up, -1 down
}

// generate draws the random numbers of the terrain, and makes it. It draws in Gymnasium's order.
func (t *terrain) generate(d *draws, hardcore bool) {
	t.blocks = t.blocks[:0]
	m := terrainMaker{terrain: t, draws: d, counter: startPad, height: terrainHeight}
	for i := range t.y {
		m.point(i)
		t.y[i] = m.height
		m.first = false
		if m.counter--; m.counter > 0 {
			continue
		}
		m.counter = m.integer(startPad/4, startPad/2)
		if m.now == grass && hardcore {
			m.now = ground(m.integer(int(stump), int(grounds)))
		} else {
			m.now = grass
		}
		m.first = true
	}
	const clouds, corners = terrainLength / 20, 5 // which Gymnasium draws after the terrain
	for range clouds {
		d.uniform(0, terrainLength)
		for range 2 * corners {
			d.uniform(0, 5*terrainStep)
		}
	}
}

// point computes the height at point i.
func (m *terrainMaker) point(i int) {
	x := float64(float64(i) * terrainStep)
	switch {
	case m.now == grass && !m.first:
		m.slope = float64(0.8*m.slope) + float64(0.01*sign(terrainHeight-m.height))
		if i > startPad {
			m.slope += m.uniform(-1, 1) / scale
		}
		m.height += m.slope
	case m.now == stump && m.first:
		m.counter = m.integer(1, 3)
		size := float64(float64(m.counter) * terrainStep)
		m.block(x, m.height, x+size, m.height+size)
	case m.now == stairs && m.first:
		m.startStairs(x)
	case m.now == stairs:
		done := float64(m.steps*m.width-m.counter-m.rise) / float64(m.width)
		m.height = m.base + float64(float64(done*float64(m.rise))*terrainStep)
	case m.now == pit && m.first:
		m.counter = m.integer(3, 5)
		for _, offset := range [2]float64{0, float64(terrainStep * float64(m.counter))} {
			m.add(x+offset, m.height, x+terrainStep+offset, m.height, x+terrainStep+offset, m.height-pitDepth, x+offset, m.height-pitDepth)
		}
		m.counter += 2
		m.base = m.height
	case m.now == pit:
		m.height = m.base
		if m.counter > 1 {
			m.height -= pitDepth
		}
	}
}

// maxBlocks is a number that blocks hardly reach: two for each of the shortest pits, with the shortest
// grass between them.
const maxBlocks = 2 * terrainLength / (startPad/4 + 5)

// pitDepth is the depth of a pit [m].
const pitDepth = 4 * terrainStep

// startStairs draws stairs that begin at x.
func (m *terrainMaker) startStairs(x float64) {
	m.rise = -1
	if m.uniform(0, 1) > 0.5 {
		m.rise = 1
	}
	m.width, m.steps = m.integer(4, 5), m.integer(3, 5)
	m.base = m.height
	for s := range m.steps {
		x1, x2 := x+float64(float64(s*m.width)*terrainStep), x+float64(float64((1+s)*m.width)*terrainStep)
		y1, y2 := m.height+float64(float64(s*m.rise)*terrainStep), m.height+float64(float64(-1+s*m.rise)*terrainStep)
		m.block(x1, y1, x2, y2)
	}
	m.counter = m.steps * m.width
}

// block adds a rectangle.
func (m *terrainMaker) block(x1, y1, x2, y2 float64) { m.add(x1, y1, x2, y1, x2, y2, x1, y2) }

// add adds a block with four corners.
func (m *terrainMaker) add(corners ...float64) { m.blocks = append(m.blocks, corners...) }

// build adds the terrain to a world: the blocks and then the line, each a body of its own.
func (t *terrain) build(s *scene, m planar.Material) {
	for q := t.blocks; len(q) > 0; q = q[8:] {
		shape := s.shape(planar.Polygon(vec(q[0], q[1]), vec(q[2], q[3]), vec(q[4], q[5]), vec(q[6], q[7])))
		s.addFixture(s.addBody(planar.Static, 0, 0, 0), shape, m)
	}
	for i := range terrainLength - 1 {
		x1, x2 := float64(float64(i)*terrainStep), float64(float64(i+1)*terrainStep)
		shape := s.shape(planar.Edge(vec(x1, t.y[i]), vec(x2, t.y[i+1])))
		s.addFixture(s.addBody(planar.Static, 0, 0, 0), shape, m)
	}
}

// State saves or loads the terrain.
func (t *terrain) State(s *state.State) {
	s.Doubles("terrain", t.y[:])
	state.Slice(s, "blocks", &t.blocks, 8*terrainLength)
	if s.Loading() && len(t.blocks)%8 != 0 {
		s.Fail(errBlocks)
	}
}

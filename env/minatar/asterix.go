package minatar

import "math/bits"

// asterix is the game Asterix: gold and enemies cross the field in rows 1 … 8. The reward is 1 for gold. The
// episode ends when the player meets an enemy. With ramping, more things come, and faster, every 102 steps.
//
// Planes: player, enemies, trails (the cell behind a thing), gold.
type asterix struct {
	x, y                   int
	spawnSpeed, spawnTimer int // steps between two new things, and to the next one
	moveSpeed, moveTimer   int // steps between two moves of the things, and to the next one
	rampTimer, rampIndex   int // steps to the next level, and the number of levels so far
	things                 [side - 2]goods
	moved                  uint8 // bit i: thing i has changed since the last observe
}

// A goods is gold or an enemy. Number i is in row i+1.
type goods struct {
	present     bool
	x           int
	right, gold bool // it moves to the right; it is gold
}

// asterixTitle returns the game Asterix.
func asterixTitle() title {
	return title{
		name:    "Asterix",
		planes:  []look{{"player", player}, {"enemy", enemy}, {"trail", trail}, {"gold", gold}},
		minimal: []action{noop, left, up, right, down},
		rules:   func() rules { return &asterix{} },
	}
}

// The speeds of a new episode, and the steps between two levels.
const (
	asterixSpawnSpeed = 10
	asterixMoveSpeed  = 5
	asterixRamp       = 100
)

// allThings is the bits of all things.
const allThings = 1<<(side-2) - 1

// start begins with the player in the middle of an empty field.
func (g *asterix) start(*draws) {
	*g = asterix{
		x: 5, y: 5, spawnSpeed: asterixSpawnSpeed, spawnTimer: asterixSpawnSpeed,
		moveSpeed: asterixMoveSpeed, moveTimer: asterixMoveSpeed, rampTimer: asterixRamp, moved: allThings,
	}
}

// step brings a new thing, moves the player, then the things.
func (g *asterix) step(a action, ramping bool, d *draws) (reward int, terminal bool) {
	if g.spawnTimer == 0 {
		g.spawn(d)
		g.spawnTimer = g.spawnSpeed
	}
	g.x, g.y = within(g.x+a.dx(), 0, side-1), within(g.y+a.dy(), 1, side-2)
	meets := func() {
		if t := &g.things[g.y-1]; t.present && t.x == g.x {
			if t.gold {
				reward++
				*t = goods{}
				g.moved |= 1 << (g.y - 1)
			} else {
				terminal = true
			}
		}
	}
	meets()
	if g.moveTimer == 0 {
		g.moveTimer = g.moveSpeed
		g.moveThings()
		meets()
	}
	g.spawnTimer--
	g.moveTimer--
	if ramping {
		g.ramp()
	}
	return reward, terminal
}

// spawn brings a thing into a free row, if there is one.
func (g *asterix) spawn(d *draws) {
	t := goods{present: true, right: d.uniform() < 0.5, gold: d.uniform() < 1.0/3}
	if !t.right {
		t.x = side - 1
	}
	free := 0
	for i := range g.things {
		if !g.things[i].present {
			free++
		}
	}
	if free == 0 {
		return
	}
	k := d.whole(0, free-1)
	for i := range g.things {
		if g.things[i].present {
			continue
		}
		if k == 0 {
			g.things[i] = t
			g.moved |= 1 << i
			return
		}
		k--
	}
}

// moveThings moves all things by a cell. Those that leave the field are gone.
func (g *asterix) moveThings() {
	for i := range g.things {
		t := &g.things[i]
		if !t.present {
			continue
		}
		g.moved |= 1 << i
		if t.x += ahead(t.right); !inside(t.x) {
			*t = goods{}
		}
	}
}

// ahead returns the step of a thing that moves to the right or to the left.
func ahead(right bool) int {
	if right {
		return 1
	}
	return -1
}

// ramp makes the game faster when it is time.
func (g *asterix) ramp() {
	switch {
	case g.spawnSpeed <= 1 && g.moveSpeed <= 1:
	case g.rampTimer >= 0:
		g.rampTimer--
	default:
		if g.rampIndex%2 == 1 {
			g.moveSpeed = max(g.moveSpeed-1, 1)
		}
		g.spawnSpeed = max(g.spawnSpeed-1, 1)
		g.rampIndex++
		g.rampTimer = asterixRamp
	}
}

// level returns how often the game has become faster.
func (g *asterix) level() int { return g.rampIndex }

// observe writes the planes.
func (g *asterix) observe(p *picture) {
	p.move(0, 0, g.y, g.x)
	for ; g.moved != 0; g.moved &= g.moved - 1 {
		i := bits.TrailingZeros8(g.moved)
		g.things[i].show(p, i)
	}
}

// show shows thing i and its trail.
func (t *goods) show(p *picture, i int) {
	body, tail := 1+2*i, 2+2*i
	p.hide(tail)
	if !t.present {
		p.hide(body)
		return
	}
	kind := 1
	if t.gold {
		kind = 3
	}
	p.move(body, kind, i+1, t.x)
	if back := t.x - ahead(t.right); inside(back) {
		p.move(tail, 2, i+1, back)
	}
}

// fields writes or reads the state.
func (g *asterix) fields(r *record) {
	g.moved = allThings
	whole(r, "the player's column", &g.x, 0, side-1)
	whole(r, "the player's row", &g.y, 1, side-2)
	whole(r, "the spawn speed", &g.spawnSpeed, 1, maxCount)
	whole(r, "the spawn timer", &g.spawnTimer, 0, maxCount)
	whole(r, "the move speed", &g.moveSpeed, 1, maxCount)
	whole(r, "the move timer", &g.moveTimer, 0, maxCount)
	whole(r, "the ramp timer", &g.rampTimer, -1, maxCount)
	whole(r, "the ramp index", &g.rampIndex, 0, maxCount)
	for i := range g.things {
		t := &g.things[i]
		r.truth("the presence of a thing", &t.present)
		whole(r, "a thing's column", &t.x, 0, side-1)
		r.truth("a thing's direction", &t.right)
		r.truth("a thing's gold", &t.gold)
	}
}

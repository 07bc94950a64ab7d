package minatar

import "errors"

// spaceInvaders is the game Space Invaders: a cannon shoots at aliens, which come nearer and shoot back. The
// reward is 1 for each alien. The episode ends when a bullet or an alien hits the cannon, or the aliens are
// at the ground. When all aliens are shot, there are new ones, which with ramping are faster.
//
// Planes: cannon, aliens, aliens while they move to the left, aliens while they move to the right, bullets of
// the cannon, bullets of the aliens.
type spaceInvaders struct {
	x            int // column of the cannon
	dir          int // direction of the aliens: -1 or 1
	moveInterval int // largest number of steps between two moves of the aliens
	moveTimer    int // steps to the next move of the aliens
	alienShot    int // steps to the next shot of the aliens
	rampIndex    int // number of levels so far
	shotTimer    int // steps to the next shot of the cannon
	aliens       plane
	friendly     plane // bullets of the cannon
	hostile      plane // bullets of the aliens
}

// spaceInvadersTitle returns the game Space Invaders.
func spaceInvadersTitle() title {
	return title{
		name: "SpaceInvaders",
		planes: []look{
			{"cannon", player}, {"alien", enemy}, {"to the left", hidden}, {"to the right", hidden}, {"bullet", friend}, {"alien's bullet", shot},
		},
		sheets:  [2]int{1, 6},
		minimal: []action{noop, left, right, fire},
		rules:   func() rules { return &spaceInvaders{} },
	}
}

const (
	alienMoveInterval    = 12
	minAlienMoveInterval = 6
	alienShotInterval    = 10
	shotInterval         = 5 // steps between two shots of the player, also in Seaquest
)

// fleet returns the aliens of a new level: rows 0 … 3, columns 2 … 7.
func fleet() plane {
	const row = 1<<8 - 1<<2
	return plane{row | row<<side | row<<(2*side) | row<<(3*side)}
}

// start begins with the cannon in the middle.
func (s *spaceInvaders) start(*draws) {
	*s = spaceInvaders{x: 5, dir: -1, moveInterval: alienMoveInterval, moveTimer: alienMoveInterval, alienShot: alienShotInterval, aliens: fleet()}
}

// step moves the cannon or shoots, and moves bullets and aliens.
func (s *spaceInvaders) step(a action, ramping bool, _ *draws) (reward int, terminal bool) {
	if a == fire && s.shotTimer == 0 {
		s.friendly.add(s.cannon())
		s.shotTimer = shotInterval
	}
	s.x = within(s.x+a.dx(), 0, side-1)
	s.friendly, s.hostile = s.friendly.earlier(side), s.hostile.later(side)
	terminal = s.hostile.has(s.cannon()) || s.aliens.has(s.cannon())
	if s.moveTimer == 0 {
		s.moveTimer = min(s.aliens.count(), s.moveInterval)
		landed := s.moveAliens()
		terminal = terminal || landed || s.aliens.has(s.cannon())
	}
	if s.alienShot == 0 {
		s.alienShot = alienShotInterval
		if at, ok := s.nearestAlien(); ok {
			s.hostile.add(at)
		}
	}
	hit := s.aliens.and(s.friendly)
	s.aliens, s.friendly = s.aliens.without(hit), s.friendly.without(hit)
	s.shotTimer = max(s.shotTimer-1, 0)
	s.moveTimer--
	s.alienShot--
	if s.aliens.empty() {
		if ramping && s.moveInterval > minAlienMoveInterval {
			s.moveInterval--
			s.rampIndex++
		}
		s.aliens = fleet()
	}
	return hit.count(), terminal
}

// cannon returns the cell of the cannon.
func (s *spaceInvaders) cannon() int { return cell(side-1, s.x) }

// moveAliens moves the aliens by a column, or, at a side, by a row down, and then they turn. It reports
// whether an alien was in the last row then; it comes back in the first.
func (s *spaceInvaders) moveAliens() (landed bool) {
	const lastRow = side * (side - 1)
	edge := 0
	if s.dir > 0 {
		edge = side - 1
	}
	if at := s.aliens.and(column(edge)); !at.empty() {
		s.dir = -s.dir
		last := s.aliens.earlier(lastRow / 2).earlier(lastRow / 2)
		s.aliens = s.aliens.later(side)
		s.aliens[0] |= last[0]
		return !last.empty()
	}
	if s.dir > 0 {
		s.aliens = s.aliens.later(1)
	} else {
		s.aliens = s.aliens.earlier(1)
	}
	return false
}

// nearestAlien returns the cell of the lowest alien in the column that is nearest to the cannon, the left
// one of two.
func (s *spaceInvaders) nearestAlien() (at int, ok bool) {
	for d := range side {
		for _, x := range [2]int{s.x - d, s.x + d} {
			for y := side - 1; y >= 0 && inside(x); y-- {
				if s.aliens.has(cell(y, x)) {
					return cell(y, x), true
				}
			}
		}
	}
	return 0, false
}

// level returns how often the game has become faster.
func (s *spaceInvaders) level() int { return s.rampIndex }

// observe writes the planes.
func (s *spaceInvaders) observe(p *picture) {
	p.move(0, 0, side-1, s.x)
	sheets := p.sheets[:5]
	sheets[0].now, sheets[1].now, sheets[2].now, sheets[3].now, sheets[4].now = s.aliens, plane{}, plane{}, s.friendly, s.hostile
	if s.dir < 0 {
		sheets[1].now = s.aliens
	} else {
		sheets[2].now = s.aliens
	}
}

// fields writes or reads the state.
func (s *spaceInvaders) fields(r *record) {
	whole(r, "the cannon's column", &s.x, 0, side-1)
	whole(r, "the aliens' direction", &s.dir, -1, 1)
	whole(r, "the aliens' interval", &s.moveInterval, 0, maxCount)
	whole(r, "the aliens' move timer", &s.moveTimer, -maxCount, maxCount)
	whole(r, "the aliens' shot timer", &s.alienShot, 0, maxCount)
	whole(r, "the ramp index", &s.rampIndex, 0, maxCount)
	whole(r, "the shot timer", &s.shotTimer, 0, maxCount)
	r.plane("an alien", &s.aliens)
	r.plane("a bullet", &s.friendly)
	r.plane("an alien's bullet", &s.hostile)
	if r.reads && s.dir == 0 {
		r.fail(errNoDirection)
	}
}

var errNoDirection = errors.New("minatar: the aliens' direction is never 0, want -1 or 1")

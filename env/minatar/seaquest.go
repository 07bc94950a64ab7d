package minatar

// seaquest is the game Seaquest: a submarine collects divers, shoots fish and submarines, and must come up
// for air. The reward is 1 for a hit, and for coming up with six divers one for each lit cell of the oxygen
// gauge. The episode ends when something hits the submarine, when the oxygen is used up, or when it comes up
// without a diver. With ramping, each coming up makes the game faster.
//
// Coming up costs a diver, also when six have just left: the number of divers aboard is then -1, as in the
// original program.
//
// Planes: front and back of the submarine, its bullets, trails (the cells behind fish, submarines and
// divers), bullets of the enemy, fish, submarines of the enemy, the oxygen gauge and the divers aboard (both
// in the last row), divers.
type seaquest struct {
	oxygen, aboard           int32 // the divers are aboard
	x, y                     int8
	right, surface           bool  // it faces right; it has come up
	moveSpeed                int8  // steps between two moves of an enemy, less one
	moved                    bool  // a fish, a submarine or a diver has changed since the last observe
	spawnSpeed, spawnTimer   int32 // steps between two enemies, and to the next one
	diverTimer, shotTimer    int32 // steps to the next diver, and to the next shot
	rampIndex                int32 // number of levels so far
	gauges                   gauges
	friendly, hostile        school
	fish, submarines, divers school
}

// A gauges is the numbers in the last row of the picture, as observe has written them last.
type gauges struct{ oxygen, aboard int32 }

// A school is a list of things that swim or fly, in the original's order.
type school []swimmer

// A swimmer is a diver, a fish, a submarine of the enemy or a bullet. Two swimmers with equal fields are the
// same one for the original, which removes the first of them from its list.
type swimmer struct {
	x, y  int8
	right bool // it moves to the right
	timer int8 // steps to its next move; 0 for bullets
	shot  int8 // steps to its next shot; 0 but for submarines
}

// seaquestTitle returns the game Seaquest.
func seaquestTitle() title {
	return title{
		name: "Seaquest",
		planes: []look{
			{"front", player}, {"back", tail}, {"bullet", friend}, {"trail", trail}, {"enemy's bullet", shot}, {"fish", enemy}, {"submarine", danger},
			{"oxygen", gauge}, {"divers aboard", aboard}, {"diver", gold},
		},
		sheets:  [2]int{7, 9},
		minimal: []action{noop, left, up, right, down, fire},
		rules: func() rules {
			s := &seaquest{}
			for _, list := range s.lists() {
				*list = make(school, 0, 64)
			}
			return s
		},
	}
}

const (
	maxOxygen         = 200
	maxAboard         = 6
	seaquestSpawn     = 20 // steps between two enemies at the start
	seaquestMove      = 5  // steps between two moves of an enemy at the start, less one
	minSeaquestMove   = 2
	diverInterval     = 30 // steps between two divers
	diverMoveInterval = 5  // steps between two moves of a diver, less one
	enemyShotInterval = 10 // steps between two shots of a submarine, less one
	gaugeCells        = 10
)

// start begins with the submarine at the surface, and nothing else.
func (s *seaquest) start(*draws) {
	for _, list := range s.lists() {
		*list = (*list)[:0]
	}
	s.oxygen, s.aboard, s.x, s.y, s.right, s.surface = maxOxygen, 0, 5, 0, false, true
	s.spawnSpeed, s.spawnTimer, s.diverTimer = seaquestSpawn, seaquestSpawn, diverInterval
	s.moveSpeed, s.rampIndex, s.shotTimer = seaquestMove, 0, 0
	s.moved = true
}

// lists returns the lists in the order of the state.
func (s *seaquest) lists() [5]*school {
	return [5]*school{&s.friendly, &s.hostile, &s.fish, &s.submarines, &s.divers}
}

// step brings enemies and divers, moves the submarine, and then everything else.
func (s *seaquest) step(a action, ramping bool, d *draws) (reward int, terminal bool) {
	if s.spawnTimer == 0 {
		s.spawnEnemy(d)
		s.spawnTimer = s.spawnSpeed
		s.moved = true
	}
	if s.diverTimer == 0 {
		s.divers = append(s.divers, newSwimmer(d.uniform() < 0.5, d, diverMoveInterval, 0))
		s.diverTimer = diverInterval
		s.moved = true
	}
	s.act(a)
	if len(s.friendly) > 0 {
		reward = s.moveBullets()
	}
	if len(s.divers) > 0 {
		s.moveDivers()
	}
	if len(s.submarines) > 0 {
		hits, hit := s.moveSubmarines()
		reward, terminal = reward+hits, hit
	}
	if len(s.hostile) > 0 {
		terminal = s.moveHostile() || terminal
	}
	if len(s.fish) > 0 {
		hits, hit := s.moveFish()
		reward, terminal = reward+hits, hit || terminal
	}
	s.spawnTimer, s.diverTimer, s.shotTimer = max(s.spawnTimer-1, 0), max(s.diverTimer-1, 0), max(s.shotTimer-1, 0)
	bonus, drowned := s.breathe(ramping)
	return reward + bonus, terminal || drowned
}

// newSwimmer returns a swimmer at the side from which it comes, in a random row.
func newSwimmer(right bool, d *draws, timer, shot int8) swimmer {
	w := swimmer{right: right, timer: timer, shot: shot}
	if !right {
		w.x = side - 1
	}
	w.y = int8(d.whole(1, side-2))
	return w
}

// spawnEnemy brings a fish or a submarine, unless another one in its row moves the other way.
func (s *seaquest) spawnEnemy(d *draws) {
	right, submarine := d.uniform() < 0.5, d.uniform() < 1.0/3
	w := newSwimmer(right, d, s.moveSpeed, 0)
	if s.fish.meets(w) || s.submarines.meets(w) {
		return
	}
	if submarine {
		w.shot = enemyShotInterval
		s.submarines = append(s.submarines, w)
	} else {
		s.fish = append(s.fish, w)
	}
}

// meets reports whether a swimmer of the list is in the row of w and moves the other way.
func (l school) meets(w swimmer) bool {
	for i := range l {
		if l[i].y == w.y && l[i].right != w.right {
			return true
		}
	}
	return false
}

// act shoots or moves the submarine.
func (s *seaquest) act(a action) {
	if a == fire && s.shotTimer == 0 {
		s.friendly = append(s.friendly, swimmer{x: s.x, y: s.y, right: s.right})
		s.shotTimer = shotInterval
	}
	dx := a.dx()
	s.right = oneIf(dx > 0)|oneIf(s.right)&oneIf(dx == 0) == 1
	s.x, s.y = int8(within(int(s.x)+dx, 0, side-1)), int8(within(int(s.y)+a.dy(), 0, side-2))
}

// breathe uses oxygen, or comes up. It reports whether the oxygen is used up, or the submarine comes up
// without a diver.
func (s *seaquest) breathe(ramping bool) (reward int, drowned bool) {
	drowned = s.oxygen <= 0
	switch {
	case s.y > 0:
		s.oxygen--
		s.surface = false
	case s.surface:
	case s.aboard == 0:
		return 0, true
	default:
		reward = s.comeUp(ramping)
	}
	return reward, drowned
}

// comeUp fills the oxygen and returns the reward for six divers.
func (s *seaquest) comeUp(ramping bool) (reward int) {
	s.surface = true
	if s.aboard == maxAboard {
		s.aboard = 0
		reward = int(s.gauge())
	}
	s.oxygen = maxOxygen
	s.aboard--
	if !ramping || s.spawnSpeed <= 1 && s.moveSpeed <= minSeaquestMove {
		return reward
	}
	if s.rampIndex%2 == 1 {
		s.moveSpeed = max(s.moveSpeed-1, minSeaquestMove)
	}
	s.spawnSpeed = max(s.spawnSpeed-1, 1)
	s.rampIndex++
	return reward
}

// gauge returns the number of lit cells of the oxygen gauge.
func (s *seaquest) gauge() int32 { return gaugeCells * max(s.oxygen, 0) / maxOxygen }

// level returns how often the game has become faster.
func (s *seaquest) level() int { return int(s.rampIndex) }

// observe writes the planes.
func (s *seaquest) observe(p *picture) {
	x, y := int(s.x), int(s.y)
	p.move(0, 0, y, x)
	p.move(1, 1, y, x-ahead(s.right))
	if len(p.crowds[bullets])+len(s.friendly)+len(s.hostile) > 0 {
		p.disperse(bullets)
		s.friendly.join(p, bullets, 2)
		s.hostile.join(p, bullets, 4)
	}
	if s.moved {
		p.disperse(swimmers)
		s.fish.join(p, swimmers, 5)
		s.submarines.join(p, swimmers, 6)
		s.divers.join(p, swimmers, 9)
		s.fish.joinTrails(p)
		s.submarines.joinTrails(p)
		s.divers.joinTrails(p)
		s.moved = false
	}
	if s.gauges != (gauges{s.gauge(), s.aboard}) {
		s.gauges = gauges{s.gauge(), s.aboard}
		p.sheets[0].now, p.sheets[1].now = lastRow(0, int(s.gauges.oxygen)), lastRow(int(side-1-s.aboard), side-1)
	}
}

// The crowds of the picture.
const (
	bullets = iota
	swimmers
)

// join adds the cells of the list to a crowd, in plane c.
func (l school) join(p *picture, crowd, c int) {
	for i := range l {
		p.join(crowd, c, int(l[i].y), int(l[i].x))
	}
}

// joinTrails adds the cells behind the swimmers of the list to their crowd.
func (l school) joinTrails(p *picture) {
	for i := range l {
		if back := int(l[i].x) - ahead(l[i].right); inside(back) {
			p.join(swimmers, 3, int(l[i].y), back)
		}
	}
}

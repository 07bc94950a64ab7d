package minatar

import "errors"

// The original goes through its lists from the last element to the first, and removes elements on the way.
// An index that counts down does the same. It removes the first element that equals the one that it
// wants to remove: usually this one, and otherwise an earlier one with the same fields, so that this
// one comes once more.

// remove removes the first swimmer that equals w. It reports whether that was number i.
func (l *school) remove(i int, w swimmer) (removed bool) {
	for k := range *l {
		if (*l)[k] == w {
			*l = append((*l)[:k], (*l)[k+1:]...)
			return k == i
		}
	}
	return false
}

// at returns the number of the first swimmer in column x of row y, or -1.
func (l school) at(x, y int8) int {
	for i := range l {
		if l[i].x == x && l[i].y == y {
			return i
		}
	}
	return -1
}

// removeAt removes the first swimmer in column x of row y. It reports whether there is one.
func (l *school) removeAt(x, y int8) bool {
	i := l.at(x, y)
	if i >= 0 {
		*l = append((*l)[:i], (*l)[i+1:]...)
	}
	return i >= 0
}

// hits reports whether the swimmer is in the cell of the submarine.
func (s *seaquest) hits(w *swimmer) bool { return w.x == s.x && w.y == s.y }

// swim moves the swimmer by a cell and reports whether it is still in the field.
func (w *swimmer) swim() bool {
	w.x += int8(ahead(w.right))
	return inside(w.x)
}

// moveBullets moves the bullets of the submarine. The reward is 1 for each fish or submarine that is hit.
func (s *seaquest) moveBullets() (reward int) {
	for i := len(s.friendly) - 1; i >= 0; i-- {
		b := &s.friendly[i]
		switch {
		case !b.swim():
			s.friendly.remove(i, *b)
		case s.fish.removeAt(b.x, b.y) || s.submarines.removeAt(b.x, b.y):
			s.friendly.remove(i, *b)
			reward++
		}
	}
	return reward
}

// moveDivers moves the divers. Those who meet the submarine come aboard, six at most.
func (s *seaquest) moveDivers() {
	for i := len(s.divers) - 1; i >= 0; i-- {
		w := &s.divers[i]
		switch {
		case s.hits(w) && s.aboard < maxAboard:
			s.divers.remove(i, *w)
			s.aboard++
		case w.timer > 0:
			w.timer--
		default:
			w.timer = diverMoveInterval
			if !w.swim() {
				s.divers.remove(i, *w)
			} else if s.hits(w) && s.aboard < maxAboard {
				s.divers.remove(i, *w)
				s.aboard++
			}
		}
	}
}

// moveEnemy moves swimmer i of a list of enemies when it is time. It returns 1 if it swims into a bullet,
// whether it hits the submarine, and the swimmer after its move, with its number, or -1 if it is gone.
func (s *seaquest) moveEnemy(list *school, i int) (reward int, hit bool, w swimmer, at int) {
	p := &(*list)[i]
	hit = s.hits(p)
	if p.timer > 0 {
		p.timer--
		return 0, hit, *p, i
	}
	p.timer = s.moveSpeed
	gone := false
	switch {
	case !p.swim():
		gone = true
	case s.hits(p):
		hit = true
	case s.friendly.removeAt(p.x, p.y):
		gone, reward = true, 1
	}
	w = *p
	switch {
	case !gone:
		return reward, hit, w, i
	case list.remove(i, w):
		return reward, hit, w, -1
	}
	return reward, hit, w, i - 1
}

// moveFish moves the fish. It returns the number of fish that swim into bullets, and whether one hits the
// submarine.
func (s *seaquest) moveFish() (reward int, terminal bool) {
	for i := len(s.fish) - 1; i >= 0; i-- {
		r, hit, _, _ := s.moveEnemy(&s.fish, i)
		reward, terminal = reward+r, terminal || hit
	}
	return reward, terminal
}

// moveSubmarines moves the submarines of the enemy like moveFish, and lets them shoot. One that is gone in
// this step still shoots.
func (s *seaquest) moveSubmarines() (reward int, terminal bool) {
	for i := len(s.submarines) - 1; i >= 0; i-- {
		r, hit, w, at := s.moveEnemy(&s.submarines, i)
		reward, terminal = reward+r, terminal || hit
		if w.shot == 0 {
			w.shot = enemyShotInterval
			s.hostile = append(s.hostile, swimmer{x: w.x, y: w.y, right: w.right})
		} else {
			w.shot--
		}
		if at >= 0 {
			s.submarines[at] = w
		}
	}
	return reward, terminal
}

// moveHostile moves the bullets of the enemy. It reports whether one hits the submarine.
func (s *seaquest) moveHostile() (terminal bool) {
	for i := len(s.hostile) - 1; i >= 0; i-- {
		b := &s.hostile[i]
		terminal = terminal || s.hits(b)
		if !b.swim() {
			s.hostile.remove(i, *b)
		} else {
			terminal = terminal || s.hits(b)
		}
	}
	return terminal
}

// fields writes or reads the state.
func (s *seaquest) fields(r *record) {
	whole(r, "the oxygen", &s.oxygen, -maxCount, maxOxygen)
	whole(r, "the number of divers aboard", &s.aboard, -maxCount, maxAboard)
	whole(r, "the submarine's column", &s.x, 0, side-1)
	whole(r, "the submarine's row", &s.y, 0, side-2)
	r.truth("the submarine's direction", &s.right)
	r.truth("the surface", &s.surface)
	whole(r, "the spawn speed", &s.spawnSpeed, 0, maxCount)
	whole(r, "the spawn timer", &s.spawnTimer, 0, maxCount)
	whole(r, "the divers' timer", &s.diverTimer, 0, maxCount)
	whole(r, "the move speed", &s.moveSpeed, 0, maxTimer)
	whole(r, "the ramp index", &s.rampIndex, 0, maxCount)
	whole(r, "the shot timer", &s.shotTimer, 0, maxCount)
	for k, list := range s.lists() {
		n := r.length("the length of a list", len(*list))
		if r.reads {
			*list = append((*list)[:0], make(school, n)...)
		}
		for i := range *list {
			(*list)[i].fields(r, k >= 2, k == 3)
		}
	}
	if back := s.x - int8(ahead(s.right)); r.reads && !inside(back) {
		r.fail(errBack)
	}
}

// fields writes or reads the state of a swimmer. The arguments say whether it has timers.
func (w *swimmer) fields(r *record, timer, shot bool) {
	whole(r, "a column in a list", &w.x, 0, side-1)
	whole(r, "a row in a list", &w.y, 0, side-1)
	r.truth("a direction in a list", &w.right)
	if timer {
		whole(r, "a move timer in a list", &w.timer, 0, maxTimer)
	}
	if shot {
		whole(r, "a shot timer in a list", &w.shot, 0, maxTimer)
	}
}

// maxTimer is the largest timer of a swimmer in a state that is set.
const maxTimer = 100

var errBack = errors.New("minatar: the back of the submarine is never outside the field")

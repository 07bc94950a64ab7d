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
			s.moved = true
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
			s.moved = true
		case w.timer > 0:
			w.timer--
		default:
			w.timer = diverMoveInterval
			s.moved = true
			if !w.swim() {
				s.divers.remove(i, *w)
			} else if s.hits(w) && s.aboard < maxAboard {
				s.divers.remove(i, *w)
				s.aboard++
			}
		}
	}
}

// moveFish moves the fish. It returns the number of fish that swim into bullets, and whether one hits the
// submarine.
func (s *seaquest) moveFish() (reward int, terminal bool) {
	for i := len(s.fish) - 1; i >= 0; i-- {
		w := &s.fish[i]
		terminal = terminal || s.hits(w)
		if w.timer > 0 {
			w.timer--
			continue
		}
		r, hit, _ := s.moveEnemy(&s.fish, i, w)
		reward, terminal = reward+r, terminal || hit
	}
	return reward, terminal
}

// moveSubmarines moves the submarines of the enemy like moveFish, and lets them shoot. One that is gone in
// this step still shoots.
func (s *seaquest) moveSubmarines() (reward int, terminal bool) {
	for i := len(s.submarines) - 1; i >= 0; i-- {
		w, at := s.submarines[i], i
		terminal = terminal || s.hits(&w)
		if w.timer > 0 {
			w.timer--
		} else {
			r, hit, k := s.moveEnemy(&s.submarines, i, &w)
			reward, terminal, at = reward+r, terminal || hit, k
		}
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

// moveEnemy moves w, number i of a list of enemies, by a cell. It returns 1 if it swims into a bullet,
// whether it hits the submarine, and its number afterwards, or -1 if it is gone.
func (s *seaquest) moveEnemy(list *school, i int, w *swimmer) (reward int, hit bool, at int) {
	w.timer = s.moveSpeed
	inField := w.swim()
	(*list)[i] = *w
	s.moved = true
	switch {
	case !inField:
	case s.hits(w):
		return 0, true, i
	case s.friendly.removeAt(w.x, w.y):
		reward = 1
	default:
		return 0, false, i
	}
	if list.remove(i, *w) {
		return reward, false, -1
	}
	return reward, false, i - 1
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
	s.moved = true
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

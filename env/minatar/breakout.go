package minatar

// breakout is the game Breakout: a paddle keeps a ball in the field, and the ball breaks bricks. The reward
// is 1 for each brick. The episode ends when the ball falls. When all bricks are broken and the ball comes
// down, there is a new wall.
//
// Planes: paddle, ball, trail (the cell of the ball one step before), bricks.
type breakout struct {
	y, x, dir    int   // ball; dir is one of upLeft, …
	paddle       int   // column
	strike       bool  // the ball has broken a brick, and flies through others until it meets none
	lastY, lastX int   // ball, one step before
	bricks       plane // bricks that are left
}

// breakoutTitle returns the game Breakout.
func breakoutTitle() title {
	return title{
		name:    "Breakout",
		planes:  []look{{"paddle", player}, {"ball", friend}, {"trail", trail}, {"brick", brick}},
		sheets:  [2]int{3, 4},
		minimal: []action{noop, left, right},
		rules:   func() rules { return &breakout{} },
	}
}

// The directions of the ball.
const (
	upLeft = iota
	upRight
	downRight
	downLeft
)

// wall returns the bricks of rows 1 … 3.
func wall() plane { return plane{1<<(4*side) - 1<<side} }

// start begins with the ball in one of the upper corners.
func (b *breakout) start(d *draws) {
	*b = breakout{y: 3, dir: downRight, paddle: 4, bricks: wall()}
	if d.whole(0, 1) == 1 {
		b.x, b.dir = side-1, downLeft
	}
	b.lastY, b.lastX = b.y, b.x
}

// flipX returns the direction of a ball that bounces off a side, flipY off a floor or a ceiling.
func flipX(dir int) int { return dir ^ 1 }
func flipY(dir int) int { return 3 - dir }

// step moves the paddle, then the ball.
func (b *breakout) step(a action, _ bool, _ *draws) (reward int, terminal bool) {
	b.paddle = within(b.paddle+a.dx(), 0, side-1)
	b.lastY, b.lastX = b.y, b.x
	x := b.x - 1 + 2*oneIf(b.dir == upRight || b.dir == downRight)
	y := b.y - 1 + 2*oneIf(b.dir >= downRight)
	if !inside(x) {
		x, b.dir = min(max(x, 0), side-1), flipX(b.dir)
	}
	through := false // the ball is in a brick
	switch {
	case y < 0:
		y, b.dir = 0, flipY(b.dir)
	case b.bricks.has(cell(y, x)):
		if through = true; !b.strike {
			reward = 1
			b.bricks.remove(cell(y, x))
			b.strike, y, b.dir = true, b.lastY, flipY(b.dir)
		}
	case y >= side-1:
		y, terminal = b.atFloor(x)
	}
	b.strike = b.strike && through
	b.x, b.y = x, y
	return reward, terminal
}

// atFloor returns the row of a ball that comes down to the last row, in column x, and whether the paddle
// misses it. If there are no bricks, it makes a new wall.
func (b *breakout) atFloor(x int) (y int, missed bool) {
	if b.bricks.empty() {
		b.bricks = wall()
	}
	switch b.paddle {
	case b.x:
		b.dir = flipY(b.dir)
	case x:
		b.dir = flipX(flipY(b.dir))
	default:
		return side - 1, true
	}
	return b.lastY, false
}

// observe writes the planes.
func (b *breakout) observe(p *picture) {
	p.move(0, 0, side-1, b.paddle)
	p.move(1, 1, b.y, b.x)
	p.move(2, 2, b.lastY, b.lastX)
	p.sheets[0].now = b.bricks
}

// fields writes or reads the state.
func (b *breakout) fields(r *record) {
	whole(r, "the ball's row", &b.y, 0, side-1)
	whole(r, "the ball's column", &b.x, 0, side-1)
	whole(r, "the ball's direction", &b.dir, upLeft, downLeft)
	whole(r, "the paddle's column", &b.paddle, 0, side-1)
	r.truth("the strike", &b.strike)
	whole(r, "the trail's row", &b.lastY, 0, side-1)
	whole(r, "the trail's column", &b.lastX, 0, side-1)
	r.plane("a brick", &b.bricks)
}

package minigrid

import (
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// dynamicObstacles is a room with balls that move at random, and that the agent must not touch:
// Dynamic-Obstacles. The numbers of the task are the x and the y of each ball, in the order in which
// they move.
type dynamicObstacles struct {
	size      int
	obstacles int
	random    bool // the agent begins anywhere
}

// rules returns the sizes.
func (t dynamicObstacles) rules() rules {
	r := rules{
		width: t.size, height: t.size, maxSteps: 4 * t.size * t.size, seeThrough: true, actions: int(forward) + 1, draws: true,
		missions: []string{"get to the green goal square"},
	}
	for range t.obstacles {
		r.numbers = append(r.numbers, xNumber, yNumber)
	}
	return r
}

// generate puts the goal into its corner, the agent into the other or anywhere, and the balls anywhere.
func (t dynamicObstacles) generate(w *World) bool {
	w.set(w.W-2, w.H-2, greenGoal)
	w.start(t.random)
	for i := range t.obstacles {
		w.goal[2*i], w.goal[2*i+1] = w.place(w.all(), Blue.Of(Ball))
	}
	return true
}

// step moves the obstacles and then takes the action. Walking where something stood before the
// obstacles moved is a collision, which ends the episode with the reward -1.
func (t dynamicObstacles) step(w *World, a action) env.Outcome {
	x, y := w.front()
	ahead := w.At(x, y)
	blocked := ahead != Empty && ahead.Type() != Goal
	for i := range t.obstacles {
		w.moveObstacle(w.goal[2*i:][:2])
	}
	out := w.act(a)
	if a == forward && blocked {
		return env.Outcome{Reward: -1, Terminated: true}
	}
	return out
}

// moveObstacle moves the ball at the square at = [x, y] to a random free square within one column and one row.
// After 101 tries, it stays.
func (w *World) moveObstacle(at []int) {
	const tries = 101
	left, top := max(at[0]-1, 0), max(at[1]-1, 0)
	around := rect{left, top, min(left+3, w.W) - left, min(top+3, w.H) - top}
	for range tries {
		x, y := w.candidate(around)
		if w.At(x, y) == Empty && (x != w.X || y != w.Y) {
			w.set(x, y, w.At(at[0], at[1]))
			w.set(at[0], at[1], Empty)
			at[0], at[1] = x, y
			return
		}
	}
}

// candidate returns a random square of r: the next one from SetDraws if one is left, otherwise a uniformly
// sampled one.
func (w *World) candidate(r rect) (x, y int) {
	if len(w.draws) == 0 {
		return w.between(r.x, r.x+r.w), w.between(r.y, r.y+r.h)
	}
	x, y = int(w.draws[0]), int(w.draws[1])
	w.draws = w.draws[2:]
	if x < r.x || x >= r.x+r.w || y < r.y || y >= r.y+r.h {
		env.Fail(fmt.Errorf("draws: an obstacle cannot try (%d, %d), want x from %d to %d and y from %d to %d", x, y, r.x, r.x+r.w-1, r.y, r.y+r.h-1))
	}
	return x, y
}

// check returns an error if there is no ball on a square of an obstacle, or two obstacles have the same square.
func (t dynamicObstacles) check(w *World, goal, codes []float64) error {
	for i := 0; i < len(goal); i += 2 {
		c, _ := cellOf(codes[int(goal[i+1])*w.W+int(goal[i])])
		if c.Type() != Ball {
			return fmt.Errorf("obstacle %d is at (%v, %v), where there is no ball", i/2+1, goal[i], goal[i+1])
		}
		for k := 0; k < i; k += 2 {
			if goal[k] == goal[i] && goal[k+1] == goal[i+1] {
				return errors.New("two obstacles are on one square, want each on its own")
			}
		}
	}
	return nil
}

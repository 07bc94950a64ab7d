// Package catch is an environment: a ball falls, and a paddle catches it.
package catch

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// Balls is the number of balls in an episode.
const Balls = 10

// Catch is a board with a paddle at its bottom, which moves left (0), stays (1) or moves
// right (2). A caught ball gives a reward of 1, a lost ball -1. Observation: column and row
// of the ball, column of the paddle, each from 0 to 1.
type Catch struct {
	Rows    int `yaml:"rows"`    // rows of the board
	Columns int `yaml:"columns"` // columns of the board

	row, column, paddle, balls int
	rng                        env.Rand
}

func New() *Catch { return &Catch{Rows: 10, Columns: 7} }

// Validate is called with the options that a scenario gives.
func (c *Catch) Validate() error {
	if c.Rows < 2 || c.Columns < 2 {
		return fmt.Errorf("a board of %d rows and %d columns, want 2 or more of each", c.Rows, c.Columns)
	}
	return nil
}

func (c *Catch) Spec() env.Spec {
	return env.Spec{ID: "example/Catch-v0", Obs: env.NewBox(0, 1, 3), Act: env.Discrete{N: 3}, RewardThreshold: new(9.0)}
}

func (c *Catch) Reset(seed uint64, obs []float32) {
	c.rng.Seed(seed)
	c.paddle, c.balls = c.Columns/2, 0
	c.drop()
	c.observe(obs)
}

func (c *Catch) Step(act, obs []float32) (out env.Outcome) {
	c.paddle = min(max(c.paddle+int(act[0])-1, 0), c.Columns-1)
	if c.row++; c.row == c.Rows-1 {
		out.Reward = -1
		if c.column == c.paddle {
			out.Reward = 1
		}
		c.balls++
		out.Terminated = c.balls == Balls
		c.drop()
	}
	c.observe(obs)
	return out
}

func (c *Catch) drop() { c.row, c.column = 0, int(c.rng.Float64()*float64(c.Columns)) }

func (c *Catch) observe(obs []float32) {
	obs[0], obs[1] = float32(c.column)/float32(c.Columns-1), float32(c.row)/float32(c.Rows-1)
	obs[2] = float32(c.paddle) / float32(c.Columns-1)
}

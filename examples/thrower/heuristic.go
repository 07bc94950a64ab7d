package thrower

import "github.com/rlrun/rlrun/env"

var _ env.Demonstrator = (*Thrower)(nil)

// Heuristic returns a policy that is written by hand, for play, eval and record with --heuristic.
func (t *Thrower) Heuristic() env.Heuristic { return steady{} }

// A steady throws with the same speed of the motor all the time: the farther the flag, the faster.
type steady struct{}

// Memory returns 0: the action depends on the observation alone.
func (steady) Memory() int { return 0 }

// Act writes the action for an observation. The numbers were found by trying.
func (steady) Act(obs, _, act []float32) {
	metres := 30 * obs[0]
	act[0] = min(max((metres-9)/46, -1), 1)
}

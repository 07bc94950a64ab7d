package box2d

import "github.com/rlrun/rlrun/env"

var _ env.Demonstrator = (*LunarLander)(nil)

// Heuristic returns Gymnasium's heuristic, which mostly lands on the pad.
func (l *LunarLander) Heuristic() env.Heuristic { return landing{l.Continuous} }

// A landing is Gymnasium's heuristic for LunarLander, in NumPy's float32: a proportional and derivative
// controller of the angle and of the height.
type landing struct{ continuous bool }

// Memory returns 0: the action depends on the observation alone.
func (landing) Memory() int { return 0 }

// Act writes the action for an observation.
func (h landing) Act(obs, _, act []float32) {
	x, y, vx, vy, angle, spin := obs[0], obs[1], obs[2], obs[3], obs[4], obs[5]
	target := clip(float32(x*0.5)+vx, 0.4) // angle that points the lander to the pad [rad]
	turn := float32((target-angle)*0.5) - spin
	lift := float32((float32(0.55*abs(x))-y)*0.5) - float32(vy*0.5)
	if obs[6] != 0 || obs[7] != 0 {
		turn, lift = 0, -float32(vy*0.5)
	}
	if h.continuous {
		act[0], act[1] = clip(float32(lift*20)-1, 1), clip(-float32(turn*20), 1)
		return
	}
	act[0] = 0
	switch {
	case lift > abs(turn) && lift > 0.05:
		act[0] = 2
	case turn < -0.05:
		act[0] = 3
	case turn > 0.05:
		act[0] = 1
	}
}

// clip returns x clipped to ±bound.
func clip(x, bound float32) float32 { return max(-bound, min(x, bound)) }

// abs returns |x|.
func abs(x float32) float32 { return max(x, -x) }

package box2d

import "github.com/rlrun/rlrun/env"

var _ env.Demonstrator = (*BipedalWalker)(nil)

// Heuristic returns Gymnasium's heuristic, which mostly walks to the end of a terrain without obstacles.
func (w *BipedalWalker) Heuristic() env.Heuristic { return gait{} }

// A gait is Gymnasium's heuristic for BipedalWalker, in NumPy's float32: a state machine over the two
// legs, with proportional and derivative controllers of their joints.
type gait struct{}

// The elements of a gait's memory.
const (
	gaitStarted = iota // 1 after the first action, which is 0
	gaitPhase          // a phase of the gait
	gaitMoving         // leg that moves, 0 or 1; the other one supports
	gaitKnee           // target of the supporting knee [rad]
	gaitMemory
)

// The phases of a gait.
const (
	standing   = iota // on the supporting leg
	putting           // the other one down
	pushingOff        // with the supporting leg
)

// Memory returns the number of floats that a gait remembers.
func (gait) Memory() int { return gaitMemory }

// Act writes the action for an observation.
func (gait) Act(obs, memory, act []float32) {
	if memory[gaitStarted] == 0 {
		memory[gaitStarted], memory[gaitKnee] = 1, kneeBent
		clear(act)
		return
	}
	hip, knee := advanceGait(obs, memory)
	for k := range 2 {
		leg := obs[4+5*k:] // angle and angular velocity of the hip, of the knee, and whether the foot touches
		var h, n float32
		if hip[k] != 0 {
			h = float32(0.9*(hip[k]-leg[0])) - float32(0.25*leg[1])
		}
		if knee[k] != 0 {
			n = float32(4*(knee[k]-leg[2])) - float32(0.25*leg[3])
		}
		h -= float32(0.9*(0-obs[0])) - float32(1.5*obs[1]) // keeps the head up
		n -= float32(15 * obs[3])                          // damps jumps
		act[2*k], act[2*k+1] = clip(float32(0.5*h), 1), clip(float32(0.5*n), 1)
	}
}

// kneeBent is the largest target of the supporting knee [rad].
const kneeBent = 0.1

// advanceGait updates the memory of a gait. It returns the targets of the angles of each leg's hip and knee [rad]; 0
// is no target.
func advanceGait(obs, memory []float32) (hip, knee [2]float32) {
	const speed = 0.29
	m := int(memory[gaitMoving])
	o := 1 - m
	moving, supporting := obs[4+5*m:], obs[4+5*o:]
	if memory[gaitPhase] == standing {
		hip[m], knee[m] = 1.1, -0.6
		memory[gaitKnee] += 0.03
		if obs[2] > speed {
			memory[gaitKnee] += 0.03
		}
		memory[gaitKnee] = min(memory[gaitKnee], kneeBent)
		knee[o] = memory[gaitKnee]
		if supporting[0] < 0.10 {
			memory[gaitPhase] = putting
		}
	}
	if memory[gaitPhase] == putting {
		hip[m], knee[m], knee[o] = 0.1, kneeBent, memory[gaitKnee]
		if moving[4] != 0 {
			memory[gaitPhase] = pushingOff
			memory[gaitKnee] = min(moving[2], kneeBent)
		}
	}
	if memory[gaitPhase] == pushingOff {
		knee[m], knee[o] = memory[gaitKnee], 1
		if supporting[2] > 0.88 || obs[2] > 1.2*speed {
			memory[gaitPhase], memory[gaitMoving] = standing, float32(o)
		}
	}
	return hip, knee
}

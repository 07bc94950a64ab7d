// Package box2d has the Box2D tasks of Gymnasium on the physics of package planar, without Box2D:
// LunarLander, BipedalWalker and CarRacing. They agree with Gymnasium's on the Python package Box2D
// 2.3.10: with the same random numbers and actions, they have the same float32 states, observations
// and rewards. Only CarRacing's pictures are drawn in another way, and differ a little.
//
// Register adds all of them to a Registry. Each is also a type with options, made for example by
// NewLunarLander. All of them can be saved (env.Snapshotter), repeat given random numbers
// (env.DrawSetter), and draw themselves in the window (render.Scene). Their physical state can be read
// (env.PhysicsReader) but not set, because positions and velocities are not all of it: the next step
// also depends on contacts, on impulses of the step before, and on which bodies sleep.
package box2d

import "github.com/rlrun/rlrun/env"

// Register adds the Box2D tasks to r.
func Register(r env.Registry) {
	r["LunarLander-v3"] = env.Entry(NewLunarLander)
	r["LunarLanderContinuous-v3"] = env.Entry(NewLunarLanderContinuous)
	r["BipedalWalker-v3"] = env.Entry(NewBipedalWalker)
	r["BipedalWalkerHardcore-v3"] = env.Entry(NewBipedalWalkerHardcore)
	r["CarRacing-v3"] = env.Entry(NewCarRacing)
}

package grid

import "github.com/rlrun/rlrun/env"

// Register adds the environments of this package to r.
func Register(r env.Registry) {
	r["FrozenLake-v1"] = env.Entry(newFrozenLake)
	r["FrozenLake8x8-v1"] = env.Entry(newFrozenLake8x8)
	r["CliffWalking-v1"] = env.Entry(newCliffWalking)
	r["CliffWalkingSlippery-v1"] = env.Entry(newCliffWalkingSlippery)
	r["Taxi-v4"] = env.Entry(newTaxi)
	r["Blackjack-v1"] = env.Entry(newBlackjack)
	r["GridWorld-v0"] = env.Entry(newGridWorld)
	r["Gridworld4x4-v0"] = env.Entry(newSmall)
	r["WindyGridworld-v0"] = env.Entry(newWindy)
	r["DynaMaze-v0"] = env.Entry(newDynaMaze)
	r["RandomWalk-v0"] = env.Entry(newRandomWalk)
}

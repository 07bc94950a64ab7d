package mujoco

import "github.com/rlrun/rlrun/env"

// Register adds the MuJoCo tasks to r.
func Register(r env.Registry) {
	r["Ant-v5"] = env.Entry(newAnt)
	r["Humanoid-v5"] = env.Entry(newHumanoid)
	r["HumanoidStandup-v5"] = env.Entry(newHumanoidStandup)
	r["Pusher-v5"] = env.Entry(newPusher)
	r["InvertedPendulum-v5"] = env.Entry(newInvertedPendulum)
	r["InvertedDoublePendulum-v5"] = env.Entry(newInvertedDoublePendulum)
	r["Reacher-v5"] = env.Entry(newReacher)
	r["Swimmer-v5"] = env.Entry(newSwimmer)
	r["Hopper-v5"] = env.Entry(newHopper)
	r["HalfCheetah-v5"] = env.Entry(newHalfCheetah)
	r["Walker2d-v5"] = env.Entry(newWalker2d)
}

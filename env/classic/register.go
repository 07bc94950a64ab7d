package classic

import "github.com/rlrun/rlrun/env"

// Register adds the classic-control environments to r.
func Register(r env.Registry) {
	r["CartPole-v0"] = env.Entry(NewCartPoleV0)
	r["CartPole-v1"] = env.Entry(NewCartPole)
	r["MountainCar-v0"] = env.Entry(NewMountainCar)
	r["MountainCarContinuous-v0"] = env.Entry(NewMountainCarContinuous)
	r["Pendulum-v1"] = env.Entry(NewPendulum)
	r["Acrobot-v1"] = env.Entry(NewAcrobot)
	r["CartPoleNoVel-v1"] = env.Entry(NewCartPoleNoVel)
	r["PendulumNoVel-v1"] = env.Entry(NewPendulumNoVel)
}

package multibody_test

import (
	"fmt"
	"log"

	"github.com/rlrun/rlrun/multibody"
)

// A rod of 1 m swings about its upper end. Its period for small angles is 2π·√(2L/3g) = 1.638 s, so that
// after half of it, at 0.819 s, the rod is on the other side.
func Example() {
	hinge := multibody.DefaultJoint().Hinge("pivot", multibody.Vec3{Y: 1})
	rod := multibody.DefaultGeom().CapsuleBetween(multibody.Vec3{}, multibody.Vec3{Z: -1}, 0.001)

	b := multibody.NewBuilder()
	b.Timestep, b.Integrator = 0.001, multibody.RK4
	b.World.Bodies = []multibody.Body{{Name: "rod", Joints: []multibody.Joint{hinge}, Geoms: []multibody.Geom{rod}}}
	model, err := b.Build()
	if err != nil {
		log.Fatal(err)
	}

	data := model.NewData()
	data.Qpos[0] = 0.1
	for range 819 {
		if err := data.Step(); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%.3f s: %.3f rad\n", data.Time, data.Qpos[0])
	// Output: 0.819 s: -0.100 rad
}

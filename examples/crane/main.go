// Program crane simulates a crane with a load, described in Go.
package main

import (
	"fmt"
	"log"

	"github.com/rlrun/rlrun/multibody"
)

// crane returns a trolley on a rail, 3 m above the floor, from which a load hangs.
func crane() *multibody.Builder {
	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	trolley := joint.Slide("rail", multibody.Vec3{X: 1}).Between(-2, 2)
	trolley.Damping = 5 // [N s/m]
	rope := geom.CapsuleBetween(multibody.Vec3{}, multibody.Vec3{Z: -1.5}, 0.01)
	load := geom.Named("load").Sphere(multibody.Vec3{Z: -1.5}, 0.1)
	b := multibody.NewBuilder()
	b.World.Geoms = []multibody.Geom{geom.Plane(multibody.Vec3{})}
	b.World.Bodies = []multibody.Body{{
		Name: "trolley", Pos: multibody.Vec3{Z: 3}, Joints: []multibody.Joint{trolley},
		Geoms: []multibody.Geom{geom.Box(multibody.Vec3{}, multibody.Quat{}, multibody.Vec3{X: 0.2, Y: 0.1, Z: 0.05})},
		Bodies: []multibody.Body{{
			Name: "rope", Joints: []multibody.Joint{joint.Hinge("hook", multibody.Vec3{Y: 1})},
			Geoms: []multibody.Geom{rope, load}, Sites: []multibody.Site{{Name: "load", Pos: multibody.Vec3{Z: -1.5}}},
		}},
	}}
	b.Actuators = []multibody.Actuator{multibody.Position("rail", 200, 50, -2, 2)}
	return b
}

func main() {
	model, err := crane().Build()
	if err != nil {
		log.Fatal(err)
	}
	data := model.NewData()
	data.Ctrl[0] = 1 // the trolley's target [m]
	for range 4 {
		for range 250 {
			if err := data.Step(); err != nil {
				log.Fatal(err)
			}
		}
		at := data.SitePos(model.Site("load"))
		fmt.Printf("%.1f s: trolley at %.2f m, load at %.2f, %.2f m\n", data.Time, data.Qpos[0], at.X, at.Z)
	}
}

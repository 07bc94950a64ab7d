// Program catapult throws a ball with an arm that a motor turns.
package main

import (
	"fmt"
	"log"
	"math"

	"github.com/rlrun/rlrun/planar"
)

// must returns v, or ends the program.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// catapult puts the ground (body 0), the arm on its hinge (body 1) and the ball (body 2) in a world.
func catapult() *planar.World {
	w := planar.NewWorld(planar.Vec{Y: -10})
	wood := planar.Material{Density: 1, Friction: 0.5, Restitution: 0.3, Category: 1, Mask: math.MaxUint16}
	add := func(kind planar.Kind, x, y float32, shape planar.Shape) int32 {
		body := must(w.AddBody(kind, planar.Vec{X: x, Y: y}, 0))
		must(w.AddFixture(body, shape, wood))
		return body
	}
	ground := add(planar.Static, 0, 0, must(planar.Edge(planar.Vec{X: -20}, planar.Vec{X: 60})))
	arm := add(planar.Dynamic, 0, 1, must(planar.Box(2, 0.1)))
	add(planar.Dynamic, -1.7, 1.4, must(planar.Circle(planar.Vec{}, 0.25)))
	must(w.AddJoint(planar.Revolute{
		A: ground, B: arm, AnchorA: planar.Vec{Y: 1}, Limited: true, Lower: -1, Upper: 0.3,
		Motor: true, Speed: -12, MaxTorque: 500,
	}))
	return w
}

func main() {
	w := catapult()
	const ball = 2
	for step := 1; step <= 290; step++ {
		if err := w.Step(1.0/60, 8, 3); err != nil {
			log.Fatal(err)
		}
		for _, e := range w.Events() {
			if w.BodyOf(e.B) == ball {
				at := w.Body(ball).Position()
				fmt.Printf("%.2f s: ball at %.1f, %.1f m; touches body %d: %v\n", float64(step)/60, at.X, at.Y, w.BodyOf(e.A), e.Begin)
			}
		}
	}
}

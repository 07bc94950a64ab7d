package planar_test

import (
	"fmt"
	"log"

	"github.com/rlrun/rlrun/planar"
)

// must returns v, or ends the program.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// A ball falls 5 m to the ground, which takes it √(2·5/10) = 1 s.
func Example() {
	w := planar.NewWorld(planar.Vec{Y: -10})
	rubber := planar.Material{Density: 1, Restitution: 0.5, Category: 1, Mask: 1}
	ground := must(w.AddBody(planar.Static, planar.Vec{}, 0))
	must(w.AddFixture(ground, must(planar.Edge(planar.Vec{X: -10}, planar.Vec{X: 10})), rubber))
	ball := must(w.AddBody(planar.Dynamic, planar.Vec{Y: 5.1}, 0))
	must(w.AddFixture(ball, must(planar.Circle(planar.Vec{}, 0.1)), rubber))

	const dt = 1.0 / 100
	for step := 1; step <= 150; step++ {
		if err := w.Step(dt, 8, 3); err != nil {
			log.Fatal(err)
		}
		for _, e := range w.Events() {
			if e.Begin {
				fmt.Printf("%.2f s: the ball touches the ground and goes up with %.1f m/s\n", float64(step)*dt, w.Body(ball).Velocity().Y)
			}
		}
	}
	// Output: 1.00 s: the ball touches the ground and goes up with 5.0 m/s
}

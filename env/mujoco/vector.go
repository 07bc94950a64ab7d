package mujoco

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
)

// xyz returns a vector.
func xyz(x, y, z float64) multibody.Vec3 { return multibody.Vec3{X: x, Y: y, Z: z} }

// aboutY returns the rotation about the y axis by an angle [rad].
func aboutY(angle float64) multibody.Quat {
	sin, cos := multibody.Sincos(angle / 2)
	return multibody.Quat{W: cos, Y: sin}
}

// norm returns the length of the vector (x, y).
func norm(x, y float64) float64 { return math.Sqrt(float64(x*x) + float64(y*y)) }

// sumSquares returns the sum of the squares of act.
func sumSquares(act []float32) (sum float64) {
	for _, a := range act {
		sum += float64(float64(a) * float64(a))
	}
	return sum
}

// squareSum returns the sum of the squares of x.
func squareSum(x []float64) (sum float64) {
	for _, v := range x {
		sum += float64(v * v)
	}
	return sum
}

package multibody

import "math"

// A JointType says how a joint lets its body move.
type JointType uint8

// The joint types. A free joint must be the only joint of a child of the world.
const (
	Hinge JointType = iota // turns about an axis [rad]
	Slide                  // moves along an axis [m]
	Free                   // moves and turns freely: a position and a unit quaternion, with linear velocity in world axes and angular velocity in body axes
)

// A Joint moves a body against its parent. Lengths are in m for slides and in rad for hinges.
type Joint struct {
	Name      string
	Type      JointType
	Pos       Vec3       // a point on a hinge's axis, in the body's frame [m]
	Axis      Vec3       // direction of the axis in the body's frame
	Limited   bool       // Range holds
	Range     [2]float64 // smallest and largest position [rad or m]
	Margin    float64    // distance from a limit at which it begins to act [rad or m]
	Ref       float64    // position in the pose that the Builder describes [rad or m]
	SpringRef float64    // position at which the spring is at rest [rad or m]
	Stiffness float64    // of the spring [N m/rad or N/m]
	Damping   float64    // [N m s/rad or N s/m]
	Armature  float64    // inertia of the motor's rotor, added to the diagonal of the inertia matrix [kg m² or kg]
	Softness  Softness   // how soft the limits are
}

// DefaultJoint returns a hinge about the z axis with MuJoCo's default values.
func DefaultJoint() Joint { return Joint{Axis: Vec3{0, 0, 1}, Softness: DefaultSoftness()} }

// Hinge returns j as a hinge about an axis through the origin of the body's frame.
func (j Joint) Hinge(name string, axis Vec3) Joint {
	j.Name, j.Type, j.Axis = name, Hinge, axis
	return j
}

// Slide returns j as a slide along an axis.
func (j Joint) Slide(name string, axis Vec3) Joint {
	j.Name, j.Type, j.Axis = name, Slide, axis
	return j
}

// Free returns j as a free joint.
func (j Joint) Free(name string) Joint {
	j.Name, j.Type, j.Limited = name, Free, false
	return j
}

// Between returns j with limits [rad or m].
func (j Joint) Between(low, high float64) Joint {
	j.Limited, j.Range = true, [2]float64{low, high}
	return j
}

// Degrees returns an angle of x degrees in radians.
func Degrees(x float64) float64 { return float64(x * (math.Pi / 180)) }

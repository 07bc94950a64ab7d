package multibody

// A Shape is the form of a Geom.
type Shape uint8

// The shapes, in the order in which MuJoCo sorts the geoms of a pair.
const (
	Plane     Shape = iota // through the Geom's position, z upwards; infinite
	Sphere                 // Size: radius
	Capsule                // Size: radius, half length of the axis, along z
	Cylinder               // Size: radius, half length of the axis, along z
	Ellipsoid              // Size: half lengths along x, y and z; has mass, but cannot touch
	Box                    // Size: half lengths along x, y and z; has mass, but cannot touch
)

// String returns the name of the shape, for example "capsule".
func (s Shape) String() string {
	if int(s) < len(shapeNames) {
		return shapeNames[s]
	}
	return "unknown shape"
}

// shapeNames has the names of the shapes, as in MJCF files.
var shapeNames = [...]string{"plane", "sphere", "capsule", "cylinder", "ellipsoid", "box"}

// A Geom is a shape that is part of a body: it can touch other geoms, and has mass.
type Geom struct {
	Name        string
	Shape       Shape
	Pos         Vec3       // in the body's frame [m]
	Rot         Quat       // in the body's frame; the zero Quat means no rotation
	Size        [3]float64 // [m]; see Shape. Of a Plane: half lengths, for drawing only
	Density     float64    // [kg/m³]
	Contype     int        // bits of the groups to which the geom belongs
	Conaffinity int        // bits of the groups which the geom can touch
	Condim      int        // 1: contacts without friction, 3: with sliding friction
	Friction    [3]float64 // coefficients for sliding, and for torsion and rolling, which are not simulated
	Margin      float64    // distance at which a contact begins [m]; margins of two geoms add up
	Mix         float64    // weight of this geom's Softness in a contact: solmix
	Priority    int        // the geom with the greater Priority sets Condim, Friction and Softness of a contact; equal ones mix
	Softness    Softness   // how soft contacts are
	Color       [4]float64 // red, green, blue, opacity, from 0 to 1; without effect on the motion
}

// DefaultGeom returns a Geom with MuJoCo's default values and no size.
func DefaultGeom() Geom {
	return Geom{Shape: Sphere, Density: 1000, Contype: 1, Conaffinity: 1, Condim: 3, Friction: [3]float64{1, 0.005, 0.0001},
		Mix: 1, Softness: DefaultSoftness(), Color: [4]float64{0.5, 0.5, 0.5, 1}}
}

// Named returns g with a name.
func (g Geom) Named(name string) Geom {
	g.Name = name
	return g
}

// Plane returns g as an infinite plane through pos, with its normal along z.
func (g Geom) Plane(pos Vec3) Geom {
	g.Shape, g.Pos = Plane, pos
	return g
}

// Sphere returns g as a sphere.
func (g Geom) Sphere(pos Vec3, radius float64) Geom {
	g.Shape, g.Pos, g.Size = Sphere, pos, [3]float64{radius}
	return g
}

// Capsule returns g as a capsule whose axis is the z axis of its frame.
func (g Geom) Capsule(pos Vec3, rot Quat, radius, halfLength float64) Geom {
	g.Shape, g.Pos, g.Rot, g.Size = Capsule, pos, rot, [3]float64{radius, halfLength}
	return g
}

// CapsuleBetween returns g as a capsule with an axis between two points.
func (g Geom) CapsuleBetween(from, to Vec3, radius float64) Geom {
	g.Shape = Capsule
	return g.between(from, to, radius)
}

// Cylinder returns g as a cylinder whose axis is the z axis of its frame.
func (g Geom) Cylinder(pos Vec3, rot Quat, radius, halfLength float64) Geom {
	g.Shape, g.Pos, g.Rot, g.Size = Cylinder, pos, rot, [3]float64{radius, halfLength}
	return g
}

// CylinderBetween returns g as a cylinder with an axis between two points.
func (g Geom) CylinderBetween(from, to Vec3, radius float64) Geom {
	g.Shape = Cylinder
	return g.between(from, to, radius)
}

// Ellipsoid returns g as an ellipsoid with the given half lengths. It has mass, but cannot touch other
// geoms.
func (g Geom) Ellipsoid(pos Vec3, rot Quat, half Vec3) Geom {
	g.Shape, g.Pos, g.Rot, g.Size = Ellipsoid, pos, rot, [3]float64{half.X, half.Y, half.Z}
	g.Contype, g.Conaffinity = 0, 0
	return g
}

// Box returns g as a box with the given half lengths. It has mass, but cannot touch other geoms.
func (g Geom) Box(pos Vec3, rot Quat, half Vec3) Geom {
	g.Shape, g.Pos, g.Rot, g.Size = Box, pos, rot, [3]float64{half.X, half.Y, half.Z}
	g.Contype, g.Conaffinity = 0, 0
	return g
}

// between returns g with its axis between two points. As in MuJoCo, z points from the second point
// to the first.
func (g Geom) between(from, to Vec3, radius float64) Geom {
	direction, length := from.Sub(to).unit()
	g.Pos, g.Rot, g.Size = from.Add(to).Scale(0.5), alignZ(direction), [3]float64{radius, length / 2}
	return g
}

// WithMass returns g with the density at which it has the given mass [kg].
func (g Geom) WithMass(mass float64) Geom {
	g.Density = mass / g.volume()
	return g
}

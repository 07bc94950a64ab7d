package multibody

// A Builder describes a mechanism: options, the world with its tree of bodies, and actuators.
// Build makes a Model from it. LoadMJCF makes a Builder from a file.
//
// A Builder is data, so a model can be written as a Go literal:
//
//	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
//	b := multibody.NewBuilder()
//	b.World.Bodies = []multibody.Body{{
//		Name:   "pole",
//		Joints: []multibody.Joint{joint.Hinge("hinge", multibody.Vec3{Y: 1})},
//		Geoms:  []multibody.Geom{geom.CapsuleBetween(multibody.Vec3{}, multibody.Vec3{Z: 0.6}, 0.05)},
//	}}
//	model, err := b.Build()
type Builder struct {
	Options
	World     Body       // the fixed world; its Joints must be empty
	Actuators []Actuator // in the order of Data.Ctrl
	TotalMass float64    // mass of all bodies together [kg], to which masses and inertias are scaled; 0 leaves them

	// Exclude has pairs of names of bodies whose geoms never touch. The world's name is "world".
	Exclude [][2]string
}

// Options are the constants of a simulation.
type Options struct {
	Timestep   float64 // [s]
	Gravity    Vec3    // [m/s²]
	Integrator Integrator
	Solver     Solver
	Iterations int     // largest number of iterations of the Solver in an evaluation
	Tolerance  float64 // smallest relative improvement for which the Solver continues
	Density    float64 // of the medium [kg/m³]; 0 means no drag by density
	Viscosity  float64 // of the medium [Pa s]; 0 means no drag by viscosity

	ExplicitDamping bool // Euler takes the damping of joints from the start of the step, which is less stable: MuJoCo's eulerdamp="disable"
}

// NewBuilder returns a Builder with MuJoCo's default options and an empty world.
func NewBuilder() *Builder {
	return &Builder{Options: Options{
		Timestep: 0.002, Gravity: Vec3{0, 0, -9.81}, Integrator: Euler, Solver: Newton, Iterations: 100, Tolerance: 1e-8,
	}}
}

// A Body is a rigid body, with the bodies that hang from it.
type Body struct {
	Name     string
	Pos      Vec3      // in the frame of the parent [m]
	Rot      Quat      // in the frame of the parent; the zero Quat means no rotation
	Inertial *Inertial // nil: mass and inertia follow from the Geoms
	Joints   []Joint   // by which the body moves against its parent, in order; none: it is welded to the parent
	Geoms    []Geom
	Sites    []Site
	Bodies   []Body
}

// An Inertial is the mass of a body and its distribution.
type Inertial struct {
	Pos     Vec3    // centre of mass in the body's frame [m]
	Rot     Quat    // principal axes in the body's frame; the zero Quat means no rotation
	Mass    float64 // [kg]
	Moments Vec3    // principal moments of inertia [kg m²]
}

// A Site is a named point of a body.
type Site struct {
	Name string
	Pos  Vec3 // in the body's frame [m]
}

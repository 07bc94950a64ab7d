package multibody

import "sync/atomic"

// Constants of MuJoCo: mjMINVAL, mjMINMU, mjMINIMP, mjMAXIMP, and the default of ls_iterations.
const (
	minVal  = 1e-15  // smallest denominator
	minMu   = 1e-5   // smallest friction coefficient
	minImp  = 1e-4   // smallest impedance
	maxImp  = 0.9999 // largest impedance
	maxIter = 50     // largest number of evaluations in one line search
)

// An Integrator is a method to advance the state by one time step.
type Integrator int

// The integrators.
const (
	Euler Integrator = iota // semi-implicit Euler, with implicit damping of joints: one evaluation in a step
	RK4                     // Runge-Kutta of fourth order: four evaluations in a step
)

// A Solver is a method to find the forces of limits and contacts.
type Solver int

// The solvers.
const (
	Newton Solver = iota // finds the exact minimum
	PGS                  // projected Gauss-Seidel, which improves the forces by sweeps
)

// A body is a rigid body, with its parent and children in the order of Model.bodies: depth first.
type body struct {
	parent, root           int32
	firstJoint, jointCount int32
	firstDof, dofCount     int32
	free                   bool
	hasRot                 bool // turned against its parent
	axisym                 bool // the two first moments are equal: the tensor needs one axis only
	pos                    Vec3 // in the frame of the parent
	rot                    Mat3
	quat                   Quat
	center                 Vec3 // centre of mass
	principalQuat          Quat // principal axes
	principalRot           Mat3
	mass                   float64
	inertia                Vec3    // principal moments
	box                    Vec3    // sides of the box of equal inertia, for the fluid
	invMass, invInertia    float64 // inverse weights in the initial pose
	inertial               *Inertial
	link                   int32 // that it belongs to
	place                  frame // in the frame of its link
}

// A joint is a Joint with its place in the state. Small numbers come first, next to the numbers of the
// Joint that are read with them, so that they share cache lines.
type joint struct {
	axisCode     int8 // ±1, ±2, ±3: along an axis of the body; 0: general
	hasPos       bool // its axis does not pass through the origin of the body's frame
	body, qposAt int32
	dofAt        int32
	Joint
	sol       softness
	invWeight float64
}

// A dof is a degree of freedom: one number of Qvel. Its parent is the dof before it on the way to the
// root, or -1.
type dof struct {
	parent, body      int32
	row, rowSize      int32 // its row of the inertia matrix
	armature, damping float64
}

// A geom is a Geom with its mass and its place in a body. What collide reads comes first, in few
// cache lines.
type geom struct {
	body, link   int32
	rbound       float64 // radius of the sphere about the centre that contains the geom; 0 for shapes that cannot touch
	size         Vec3
	center, axis Vec3 // its centre and its z axis in the frame of the link
	Geom
	quat    Quat // Geom.Rot as a unit quaternion
	rot     Mat3
	mass    float64
	inertia Vec3 // moments about the axes of the geom's frame
}

// A pair is two geoms that may touch, with the parameters of their contacts.
type pair struct {
	g1, g2    int32 // geoms, the one with the smaller Shape first
	b1, b2    int32 // their bodies
	dim       int32 // rows of a contact: 1, or 3 with friction
	margin    float64
	bound     float64    // largest distance of the centres at which the geoms may have a contact
	mu        [2]float64 // coefficients of sliding friction along the tangents
	invWeight float64    // sum of the inverse weights of the bodies
	sol       softness
	chain     []int32   // dofs that move one geom against the other, descending
	sign      []float64 // of each dof of the chain: -1 if it moves the first geom
	tree      bool      // the chain is one path up the tree
}

// A motor is an Actuator with the place of its joint in the state.
type motor struct {
	Actuator
	dof, qposAt int32
}

// Model is a mechanism, with everything that does not change in a simulation. It can be shared between
// goroutines. Its fields are for reading only.
type Model struct {
	NQ, NV, NU, NBody int // numbers of positions, velocities, controls, and bodies with the world, which is body 0
	Options
	Qpos0 []float64 // positions in the initial pose, [NQ]

	bodies         []body
	joints         []joint
	dofs           []dof
	geoms          []geom
	active         []int32 // geoms that can touch another
	pairs          []pair
	slack          float64 // of nearList [m]; 0 if its list has all pairs
	motors         []motor
	springs        []spring
	limits         []int32 // joints with limits
	massMatrixSize int
	ancestors      []int32       // the dof of each entry of a row of M
	ancestorRows   []ancestorRow // the same dofs with their rows, which factor reads together
	bodyNames      map[string]int
	scale          float64                      // 1 / (mean diagonal entry of M × NV), by which solvers measure an improvement
	order          []atomic.Pointer[keptOrders] // of PGS, by the number of edges
	damped         bool                         // Euler takes the damping of joints from the end of the step
	sites          []site
	siteNames      map[string]int
	planar         *planarModel // nil: the spatial equations are used
	links          []link
	trees          []tree
	drags          []drag

	maxConstraints int // constraints with all limits and contacts active
	maxJacobian    int // numbers in the Jacobian of all contacts
}

// An ancestorRow is the dof of an entry of a row of M, and where that dof's row begins.
type ancestorRow struct{ dof, row int32 }

// A spring pulls a joint with one dof towards a position.
type spring struct {
	dof, qposAt     int32
	stiffness, rest float64
}

// A site is a point of a body.
type site struct {
	body int32
	pos  Vec3
}

// Body returns the index of the named body, or -1 if there is none.
func (m *Model) Body(name string) int {
	if i, ok := m.bodyNames[name]; ok {
		return i
	}
	return -1
}

// Mass returns the mass of body i [kg].
func (m *Model) Mass(i int) float64 { return m.bodies[i].mass }

// Site returns the index of the named site, or -1 if there is none.
func (m *Model) Site(name string) int {
	if i, ok := m.siteNames[name]; ok {
		return i
	}
	return -1
}

// Geoms returns the number of geoms.
func (m *Model) Geoms() int { return len(m.geoms) }

// Geom returns the description of geom i, and the index of its body.
func (m *Model) Geom(i int) (g Geom, body int) { return m.geoms[i].Geom, int(m.geoms[i].body) }

// StateSize returns the number of floats of Data.State.
func (m *Model) StateSize() int { return 1 + m.NQ + 2*m.NV }

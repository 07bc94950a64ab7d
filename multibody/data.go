package multibody

import "fmt"

// A frame is the pose of a body in the world.
type frame struct {
	pos Vec3
	rot Mat3
}

// Data is one simulation of a Model: its state, and what the last evaluation computed from a state.
// Different Data of one Model can be used by different goroutines.
type Data struct {
	m *Model

	// The state. A caller may set it between steps.
	Time      float64   // [s]
	Qpos      []float64 // positions of the joints [m, rad, or of a free joint: position and quaternion]; [NQ]
	Qvel      []float64 // velocities [m/s or rad/s], [NV]
	Warmstart []float64 // accelerations at which the solver starts, [NV]; PGS depends on them, Newton to rounding

	// Ctrl has the controls of the actuators, [NU]. The caller sets them, and steps keep them.
	Ctrl []float64

	// Results of the last evaluation, which is not always at the state above: see Step. The Data
	// overwrites them in the next evaluation.
	Qacc            []float64 // accelerations [m/s² or rad/s²], [NV]
	ActuatorForce   []float64 // forces of the actuators on the joints [N or N m], [NV]
	ConstraintForce []float64 // forces of limits and contacts on the joints [N or N m], [NV]
	Contacts        []Contact
	Iterations      int // iterations of the Solver

	// Positions: frames of links, tree centres of bodies, points and axes of joints, of geoms.
	frames      []frame
	treeCenters []Vec3 // centre of mass of the tree of each body
	anchor      []Vec3 // a point of each joint's axis
	axis        []Vec3 // direction of each joint's axis
	turns       []turn // of each hinge
	gpos, gaxis []Vec3 // centre and z axis of each geom that can touch another
	near        nearList
	links       []linkState
	dofMotions  []Spatial // motion of a body at velocity 1 of each dof
	planar      *planarData

	// Forces and inertias in coordinates of the dofs. A matrix has the layout of Model.ancestors.
	massMatrix, factored, hessian []float64
	bias                          []float64 // forces that inertia, gravity and the medium need at acceleration 0
	smooth                        []float64 // all forces but the constraints'
	halfAcc                       []float64 // L⁻ᵀ of forces, from which finishSolve finds accelerations

	// The constraint problem.
	massAcc, massStep []float64 // M·Qacc and M·step
	step              []float64 // accelerations of a Newton step, then their difference to Qacc
	dense             []float64 // [NV, NV] Hessian of constraints between branches of a tree
	constraints       []constraint
	jacobian          []float64 // rows of all constraints: see constraint.jacobianAt
	allTree           bool      // each constraint depends on one path up a tree only
	pgs               pgsData

	// The integrators.
	q0, v0            []float64 // positions and velocities at the start of a step
	acc               []float64 // accelerations with implicit damping
	dq, rate          []float64 // of a stage of RK4: the rate that led to it, and its own
	meanRate, meanAcc []float64 // weighted means over the stages
}

// A linkState has the quantities of a link in an evaluation, in the frame of its tree.
type linkState struct {
	center       Vec3    // centre of mass, in the world
	inertia      Inertia // at first of the link alone, in the end with all links that hang from it
	velocity     Spatial
	acceleration Spatial // at joint accelerations 0, seen from a frame that falls freely
	force        Spatial // that the link, and in the end also all links that hang from it, need for this acceleration
}

// NewData returns a simulation of m, at rest in the initial pose. It makes every buffer that an
// evaluation needs, except those of the PGS solver, which grow with the number of contacts.
func (m *Model) NewData() *Data {
	nv, nb, nj, ng := m.NV, m.NBody, len(m.joints), len(m.geoms)
	d := &Data{m: m,
		frames: make([]frame, len(m.links)), treeCenters: make([]Vec3, nb), anchor: make([]Vec3, nj), axis: make([]Vec3, nj), turns: make([]turn, nj),
		gpos: make([]Vec3, ng), gaxis: make([]Vec3, ng),
		links: make([]linkState, len(m.links)), dofMotions: make([]Spatial, nv),
		Contacts: make([]Contact, 0, m.maxConstraints), constraints: make([]constraint, 0, m.maxConstraints),
		jacobian: make([]float64, m.maxJacobian+2*len(m.limits)),
	}
	for _, p := range []*[]float64{&d.Qpos, &d.q0} {
		*p = make([]float64, m.NQ)
	}
	vectors := []*[]float64{&d.Qvel, &d.Warmstart, &d.Qacc, &d.ActuatorForce, &d.ConstraintForce, &d.bias, &d.smooth,
		&d.halfAcc, &d.massAcc, &d.massStep, &d.step, &d.v0, &d.acc, &d.dq, &d.rate, &d.meanRate, &d.meanAcc}
	arena := make([]float64, len(vectors)*nv) // one piece, which caches well
	for i, p := range vectors {
		*p = arena[i*nv : (i+1)*nv : (i+1)*nv]
	}
	for _, p := range []*[]float64{&d.massMatrix, &d.factored, &d.hessian} {
		*p = make([]float64, m.massMatrixSize)
	}
	d.Ctrl, d.dense = make([]float64, m.NU), make([]float64, nv*nv)
	d.frames[0].rot, d.near = identity, m.newNearList()
	if m.planar != nil {
		d.planar = m.planar.newData()
	}
	d.Reset()
	return d
}

// Model returns the Model of d.
func (d *Data) Model() *Model { return d.m }

// Reset sets the state to the initial pose, at rest, and the controls to 0. Results of the last
// evaluation stay until the next one.
func (d *Data) Reset() {
	copy(d.Qpos, d.m.Qpos0)
	clear(d.Qvel)
	clear(d.Warmstart)
	clear(d.Ctrl)
	d.Time = 0
}

// State appends the state to dst and returns the longer slice: time, Qpos, Qvel and Warmstart, of
// Model.StateSize numbers. A Data with the same state and controls continues with the same bits.
func (d *Data) State(dst []float64) []float64 {
	dst = append(dst, d.Time)
	dst = append(dst, d.Qpos...)
	dst = append(dst, d.Qvel...)
	return append(dst, d.Warmstart...)
}

// SetState copies the state from a slice that State has returned for the same Model. It panics if the slice
// has not StateSize numbers.
func (d *Data) SetState(src []float64) {
	if n := d.m.StateSize(); len(src) != n {
		panic(fmt.Sprintf("multibody: a state of %d numbers, want %d", len(src), n))
	}
	d.Time = src[0]
	src = src[1:]
	src = src[copy(d.Qpos, src):]
	src = src[copy(d.Qvel, src):]
	copy(d.Warmstart, src)
}

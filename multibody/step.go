package multibody

import (
	"fmt"
	"math"
)

// maxState is the largest position, velocity and acceleration of a state that Step accepts, as
// MuJoCo's mjMAXVAL.
const maxState = 1e10

// Step advances the state by one time step. As in MuJoCo, the poses of bodies, contacts and forces
// afterwards are not those of the new state, but those of the last evaluation: at the start of the step
// for Euler, at the last stage for RK4. Forward computes those of the new state.
//
// Step returns an error if a position, a velocity or an acceleration is then not a number, or above 1e10.
// Such a state is of no use.
func (d *Data) Step() error {
	if d.m.Integrator == RK4 {
		d.stepRK4()
	} else {
		d.stepEuler()
	}
	d.Time += d.m.Timestep
	copy(d.Warmstart, d.Qacc)
	return d.badState()
}

// badState returns an error if a position, a velocity or an acceleration is not a number, or above maxState.
func (d *Data) badState() error {
	if err := d.badNumber("position", d.Qpos); err != nil {
		return err
	}
	if err := d.badNumber("velocity", d.Qvel); err != nil {
		return err
	}
	return d.badNumber("acceleration", d.Qacc)
}

// badNumber returns an error if a number of xs is not a number, or above maxState.
func (d *Data) badNumber(what string, xs []float64) error {
	limit := math.Float64bits(maxState)
	for i, x := range xs {
		if math.Float64bits(math.Abs(x)) > limit { // bits of positive numbers are in their order, and NaN is above all
			return fmt.Errorf("multibody: %s %d is %v at %.4g s, want a number from -1e10 to 1e10: the simulation is unstable",
				what, i, x, d.Time)
		}
	}
	return nil
}

// Forward evaluates accelerations, forces, contacts and poses at the state. It does not change the state.
//
//	M(q)·a + bias(q, v) = passive + actuators + Jᵀf
//
// Its parts are MuJoCo's (Computation, "Forward dynamics"). Other than in MuJoCo, a quaternion is
// normalised where it is used only, and stays in Qpos as the caller has set it until the next step.
func (d *Data) Forward() {
	if d.planar != nil {
		d.planarPosition()
		d.planarVelocity()
		d.planarInverseDynamics()
	} else {
		d.position()
		d.velocity()
		d.inverseDynamics()
	}
	d.passive()
	d.actuate()
	d.collide()
	d.solveConstraints()
}

// stepEuler advances by MuJoCo's semi-implicit Euler method: first the velocity, then the position
// with the new velocity. The damping of joints is implicit, so that stiff dampers stay stable
// (Computation, "Numerical integration"):
//
//	(M + h·D)·a = smooth + Jᵀf
//	v += h·a
//	q += h·v
func (d *Data) stepEuler() {
	m, h := d.m, d.m.Timestep
	d.Forward()
	a := d.Qacc
	if m.damped {
		copy(d.hessian, d.massMatrix)
		for i := range m.dofs {
			d.hessian[m.dofs[i].row] += float64(h * m.dofs[i].damping)
		}
		a = d.acc
		for i := range a {
			a[i] = d.smooth[i] + d.ConstraintForce[i]
		}
		m.factor(d.hessian, d.hessian, a)
		m.finishSolve(a, d.hessian)
	}
	for i := range d.Qvel {
		d.Qvel[i] += float64(h * a[i])
	}
	m.integrate(d.Qpos, d.Qpos, d.Qvel, h)
}

// stepRK4 advances by the classical Runge-Kutta method of fourth order. From the evaluation at stage s-1,
// stage s is at
//
//	q_s = q_0 ⊕ c_s·h·v_{s-1}   v_s = v_0 + c_s·h·a_{s-1},   c = 0, 1/2, 1/2, 1
//
// and the step takes the mean of the velocities and accelerations with the weights 1/6, 1/3, 1/3, 1/6. ⊕
// is integrate, which turns quaternions. The velocity of a stage is the rate at which positions move as
// seen from the start of the step, as Munthe-Kaas requires: see rotationRates.
func (d *Data) stepRK4() {
	const third, sixth = 1.0 / 3, 1.0 / 6
	m, h := d.m, d.m.Timestep
	copy(d.q0, d.Qpos)
	copy(d.v0, d.Qvel)
	d.Forward()
	for i, a := range d.Qacc {
		v := d.v0[i]
		d.rate[i], d.meanRate[i], d.meanAcc[i] = v, float64(sixth*v), float64(sixth*a)
	}
	for s := range 3 {
		c, weight := 0.5, third
		if s == 2 {
			c, weight = 1, sixth
		}
		for i, a := range d.Qacc {
			d.dq[i] = float64(c * d.rate[i])
			d.Qvel[i] = d.v0[i] + float64(h*float64(c*a))
		}
		m.integrate(d.Qpos, d.q0, d.dq, h)
		d.startFromHere()
		d.Forward()
		copy(d.rate, d.Qvel)
		m.rotationRates(d.rate, d.dq, h)
		for i, a := range d.Qacc {
			d.meanRate[i] += float64(weight * d.rate[i])
			d.meanAcc[i] += float64(weight * a)
		}
	}
	for i, v := range d.v0 {
		d.Qvel[i] = v + float64(h*d.meanAcc[i])
	}
	m.integrate(d.Qpos, d.q0, d.meanRate, h)
}

// rotationRates replaces the angular velocities ω of free joints in v, which are seen in frames that have
// turned by θ = h·dq since the start of the step, by the rates of the rotation vectors θ that lead there from
// the start. Without them RK4 would add angular velocities of different frames, and be of second order
// (Munthe-Kaas 1998, "Runge-Kutta methods on Lie groups"):
//
//	θ' = ω + ½ θ×ω + (1 - (θ/2)·cot(θ/2))/θ² · θ×(θ×ω)
//
// For angles below 1e-4 the last factor is 1/12, its limit.
func (m *Model) rotationRates(v, dq []float64, h float64) {
	if m.NQ == m.NV {
		return // no free joints
	}
	for i := range m.joints {
		j := &m.joints[i]
		if j.Type != Free {
			continue
		}
		k := j.dofAt + 3
		w, r := Vec3{v[k], v[k+1], v[k+2]}, Vec3{dq[k], dq[k+1], dq[k+2]}.Scale(h)
		factor := 1.0 / 12
		if n := r.Norm(); n > 1e-4 {
			s, c := sincos(0.5 * n)
			factor = (1 - float64(0.5*n)*c/s) / float64(n*n)
		}
		x := r.Cross(w)
		w = w.AddScaled(x, 0.5).AddScaled(r.Cross(x), factor)
		v[k], v[k+1], v[k+2] = w.X, w.Y, w.Z
	}
}

// integrate sets q to the positions from, moved by h·v. The quaternion of a free joint, whose angular
// velocity ω is in the frame of the body, becomes from·exp(h·ω/2), normalised. q may be from.
func (m *Model) integrate(q, from, v []float64, h float64) {
	if m.NQ == m.NV { // no free joints
		for i, x := range from {
			q[i] = x + float64(h*v[i])
		}
		return
	}
	for i := range m.joints {
		j := &m.joints[i]
		a, b := j.qposAt, j.dofAt
		if j.Type != Free {
			q[a] = from[a] + float64(h*v[b])
			continue
		}
		q, from, v := q[a:][:7], from[a:][:7], v[b:][:6]
		for k := range 3 {
			q[k] = from[k] + float64(h*v[k])
		}
		axis, speed := Vec3{v[3], v[4], v[5]}.unit()
		r := Quat{from[3], from[4], from[5], from[6]}.Mul(axisAngle(axis, h*speed)).unit()
		q[3], q[4], q[5], q[6] = r.W, r.X, r.Y, r.Z
	}
}

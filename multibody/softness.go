package multibody

// A Softness says how soft a limit or a contact is, as MuJoCo's solref and solimp:
// https://mujoco.readthedocs.io/en/stable/modeling.html#solver-parameters.
type Softness struct {
	Ref [2]float64 // time constant [s] and damping ratio; or, if not positive, minus stiffness and minus damping
	Imp [5]float64 // impedance at 0 and at the width, width [m or rad], midpoint, power
}

// DefaultSoftness returns MuJoCo's default Softness.
func DefaultSoftness() Softness {
	return Softness{Ref: [2]float64{0.02, 1}, Imp: [5]float64{0.9, 0.95, 0.001, 0.5, 2}}
}

// A softness is a Softness as the constraints use it. A limit or a contact that is violated by r gets the
// acceleration -b·v - k·d(r)·r, with the velocity v of its violation and the impedance d.
type softness struct {
	k, b            float64 // stiffness [1/s²] and damping [1/s]
	dmin, dmax      float64 // impedance without violation, and from the width on
	width           float64 // violation at which the impedance is dmax [m or rad]
	midpoint, power float64 // of the curve between them: see impedance
}

// newSoftness returns c for a simulation with the time step dt. MuJoCo's documentation, "Solver
// parameters", Reference: with the time constant T and the damping ratio ζ,
//
//	b = 2/(dmax·T),  k = 1/(dmax·T·ζ)²
//
// where T is at least two time steps. A negative c.Ref has -k·dmax² and -b·dmax instead.
func newSoftness(c Softness, dt float64) softness {
	ref, imp := c.Ref, c.Imp
	clamp := func(x float64) float64 { return min(maxImp, max(minImp, x)) }
	s := softness{dmin: clamp(imp[0]), dmax: clamp(imp[1]), width: max(0, imp[2]), midpoint: clamp(imp[3]), power: max(1, imp[4])}
	if ref[0] > 0 {
		t := max(ref[0], 2*dt)
		s.k = 1 / max(minVal, s.dmax*s.dmax*t*t*ref[1]*ref[1])
		s.b = 2 / max(minVal, s.dmax*t)
	} else {
		s.k = -ref[0] / max(minVal, s.dmax*s.dmax)
		s.b = -ref[1] / max(minVal, s.dmax)
	}
	return s
}

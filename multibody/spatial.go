package multibody

// Spatial is a motion (angular [rad/s] and linear velocity [m/s]) or a wrench (torque [N m] and force [N]) of
// a body, in the frame of its tree: along world axes, about the centre of mass of the tree. A tree is a child
// of the world with all bodies that hang from it. MuJoCo uses this frame ("c-frame") because numbers stay small
// however far a tree moves from the world's origin.
type Spatial struct{ Angular, Linear Vec3 }

// Inertia is the inertia of a rigid body in the frame of its tree: see Spatial.
type Inertia struct {
	XX, YY, ZZ, XY, XZ, YZ float64 // tensor about the origin of the frame [kg m²]
	H                      Vec3    // mass times the centre of mass [kg m]
	M                      float64 // mass [kg]
}

// add adds the inertia b.
func (a *Inertia) add(b *Inertia) {
	a.XX += b.XX
	a.YY += b.YY
	a.ZZ += b.ZZ
	a.XY += b.XY
	a.XZ += b.XZ
	a.YZ += b.YZ
	a.H = a.H.Add(b.H)
	a.M += b.M
}

// shift sets a to the inertia of a body with the given tensor about its centre of mass, which is in a,
// about a point from which the centre of mass is at o (the parallel axis theorem).
func (a *Inertia) shift(mass float64, o Vec3) {
	h := o.Scale(mass)
	a.XX += float64(h.Y*o.Y) + float64(h.Z*o.Z)
	a.YY += float64(h.X*o.X) + float64(h.Z*o.Z)
	a.ZZ += float64(h.X*o.X) + float64(h.Y*o.Y)
	a.XY -= float64(h.X * o.Y)
	a.XZ -= float64(h.X * o.Z)
	a.YZ -= float64(h.Y * o.Z)
	a.H, a.M = h, mass
}

// momentum returns the momentum of a motion with the angular velocity w and the linear velocity l. It
// takes and returns vectors, because a Spatial is too large for registers.
//
//	angular: I·w + h×l
//	linear:  m·l + w×h
func (a *Inertia) momentum(w, l Vec3) (angular, linear Vec3) {
	h := a.H
	angular = Vec3{
		float64(a.XX*w.X) + float64(a.XY*w.Y) + float64(a.XZ*w.Z) + float64(h.Y*l.Z) - float64(h.Z*l.Y),
		float64(a.XY*w.X) + float64(a.YY*w.Y) + float64(a.YZ*w.Z) + float64(h.Z*l.X) - float64(h.X*l.Z),
		float64(a.XZ*w.X) + float64(a.YZ*w.Y) + float64(a.ZZ*w.Z) + float64(h.X*l.Y) - float64(h.Y*l.X),
	}
	linear = Vec3{
		float64(a.M*l.X) + float64(w.Y*h.Z) - float64(w.Z*h.Y),
		float64(a.M*l.Y) + float64(w.Z*h.X) - float64(w.X*h.Z),
		float64(a.M*l.Z) + float64(w.X*h.Y) - float64(w.Y*h.X),
	}
	return angular, linear
}

// dot returns the scalar product of a motion and a wrench: the power.
func (a *Spatial) dot(angular, linear Vec3) float64 {
	return a.Angular.Dot(angular) + a.Linear.Dot(linear)
}

// addScaled adds s·b.
func (a *Spatial) addScaled(b *Spatial, s float64) {
	a.Angular = a.Angular.AddScaled(b.Angular, s)
	a.Linear = a.Linear.AddScaled(b.Linear, s)
}

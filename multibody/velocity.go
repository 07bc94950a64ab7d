package multibody

// velocity computes velocity, acceleration and force of each link, parents first: the first half of the
// recursive Newton-Euler algorithm at joint accelerations 0 (Featherstone 2008, "The Recursive
// Newton-Euler Algorithm"; MuJoCo, Computation, "Inertia and bias"). For a link with the
// inertia I and the motions s of its dofs, from v = (w, l) and a of its parent:
//
//	a += (v×s)·q̇,  v += s·q̇,  for one dof after the other
//	force = I·a + v×*(I·v) - drag
//
// where × of a motion and a motion, and ×* of a motion and a momentum p = (pw, pl), are
//
//	v×s  = (w×sw, w×sl + l×sw)
//	v×*p = (w×pw + l×pl, w×pl)
//
// Gravity is an acceleration of the world upwards, so that no link needs another force.
func (d *Data) velocity() {
	m := d.m
	d.links[0].acceleration.Linear = m.Gravity.Scale(-1)
	for n := 1; n < len(m.links); n++ {
		link, s := &m.links[n], &d.links[n]
		parent := &d.links[link.parent]
		w, l := parent.velocity.Angular, parent.velocity.Linear
		aw, al := parent.acceleration.Angular, parent.acceleration.Linear
		k, end := link.firstDof, link.firstDof+link.dofCount
		if link.free { // all three turns are about axes of the body, with the velocity before them
			q := d.Qvel[k:][:6]
			l = l.Add(Vec3{q[0], q[1], q[2]})
			w0, l0 := w, l
			for t := range int32(3) {
				x, q := &d.dofMotions[k+3+t], q[3+t]
				aw = aw.AddScaled(w0.Cross(x.Angular), q)
				al = al.AddScaled(w0.Cross(x.Linear).Add(l0.Cross(x.Angular)), q)
				w, l = w.AddScaled(x.Angular, q), l.AddScaled(x.Linear, q)
			}
			k = end
		}
		for ; k < end; k++ {
			x, q := &d.dofMotions[k], d.Qvel[k]
			aw = aw.AddScaled(w.Cross(x.Angular), q)
			al = al.AddScaled(w.Cross(x.Linear).Add(l.Cross(x.Angular)), q)
			w, l = w.AddScaled(x.Angular, q), l.AddScaled(x.Linear, q)
		}
		s.velocity.Angular, s.velocity.Linear = w, l
		s.acceleration.Angular, s.acceleration.Linear = aw, al
		fw, fl := s.inertia.momentum(aw, al)
		pw, pl := s.inertia.momentum(w, l)
		s.force.Angular, s.force.Linear = fw.Add(w.Cross(pw)).Add(l.Cross(pl)), fl.Add(w.Cross(pl))
	}
	d.addDrag()
}

// passive sets smooth to the forces of dampers and springs, less the bias.
func (d *Data) passive() {
	m := d.m
	for i := range m.dofs {
		d.smooth[i] = float64(-m.dofs[i].damping*d.Qvel[i]) - d.bias[i]
	}
	for i := range m.springs {
		s := &m.springs[i]
		d.smooth[s.dof] -= float64(s.stiffness * (d.Qpos[s.qposAt] - s.rest))
	}
}

// actuate computes the forces of the actuators, and adds them to smooth: see Actuator.
func (d *Data) actuate() {
	m := d.m
	clear(d.ActuatorForce)
	for i := range m.motors {
		a := &m.motors[i]
		control := d.Ctrl[i]
		if a.Limited {
			control = limited(control, &a.Range)
		}
		f := float64(a.Gain * control)
		if a.Bias != [3]float64{} {
			f += a.Bias[0] + float64(a.Bias[1]*a.Gear*d.Qpos[a.qposAt]) + float64(a.Bias[2]*a.Gear*d.Qvel[a.dof])
		}
		if a.ForceLimited {
			f = limited(f, &a.ForceRange)
		}
		d.ActuatorForce[a.dof] += float64(a.Gear * f)
	}
	for i, f := range d.ActuatorForce {
		d.smooth[i] += f
	}
}

// limited returns x limited to a range. The built-in min and max are slower.
func limited(x float64, r *[2]float64) float64 {
	if x < r[0] {
		return r[0]
	}
	if x > r[1] {
		return r[1]
	}
	return x
}

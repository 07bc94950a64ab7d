package planar

// staysApart reports whether a moving shape b certainly keeps so far from a static shape a in this
// step that impact would find no touch: some face of a has all of b in front of it at both ends of the
// step, by more than the vertices' ways can bend. It saves most of the calls of impact.
func staysApart(fa *fixture, a *Body, fb *fixture, b *Body) bool {
	sa, sb := &fa.shape, &fb.shape
	turn := b.sweep.a - b.sweep.a0
	bend := mul(mul(mul(fb.reach, turn), turn), 0.125)
	need := max(linearSlop, sa.radius+sb.radius-threeSlops) + impactTolerance + 0.001 + bend
	x, x0 := relative(&a.xf, &b.xf), relative(&a.xf, &b.xf0)
	if sa.kind == edge {
		return staysOffEdge(sa, sb, &x, &x0, need)
	}
	for k := range sa.n {
		n, v := sa.normal[k&7], sa.v[k&7]
		least := largest
		for i := range sb.n {
			least = min(least, dot(n, x.apply(sb.v[i&7]).sub(v)), dot(n, x0.apply(sb.v[i&7]).sub(v)))
		}
		if least > need {
			return true
		}
	}
	return false
}

// staysOffEdge is staysApart of an edge: its two sides, and beyond its two ends. Transforms x and x0 map b to
// the edge at the end and at the start of the step.
func staysOffEdge(sa, sb *Shape, x, x0 *transform, need float32) bool {
	low, high, front, back := largest, -largest, largest, -largest
	e := sa.v[1].sub(sa.v[0])
	size := e.length()
	n := e.right()
	for i := range sb.n {
		p, q := x.apply(sb.v[i&7]).sub(sa.v[0]), x0.apply(sb.v[i&7]).sub(sa.v[0])
		s, t := dot(n, p), dot(n, q)
		low, high = min(low, s, t), max(high, s, t)
		s, t = dot(e, p), dot(e, q)
		front, back = min(front, s, t), max(back, s, t)
	}
	need = mul(need, size)
	return low > need || -high > need || front-mul(size, size) > need || -back > need
}

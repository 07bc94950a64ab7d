package box2d

// widen moves the sides of a polygon out, as pygame's drawing does: it fills whole pixels, whose centres
// are the corners, and then smooths the edge. A side that is steep moves by half a pixel to the side,
// another one up or down. Side i is that from corner i to the next.
func widen(out *clipped, p []pixelPoint, fixed uint) {
	n := len(p)
	var normals [maxCorners]pixelPoint
	var area float32
	for i, q := range p {
		r := p[0]
		if i+1 < n {
			r = p[i+1]
		}
		normals[i] = pixelPoint{r.y - q.y, q.x - r.x}
		area += float32(q.x*r.y) - float32(q.y*r.x)
	}
	orientation := float32(0.5)
	if area < 0 {
		orientation = -0.5
	}
	before, moved := normals[n-1], float32(orientation*largerComponent(normals[n-1]))
	if fixed>>(n-1)&1 == 1 {
		moved = 0
	}
	for i, q := range p {
		next, by := normals[i], float32(orientation*largerComponent(normals[i]))
		if fixed>>i&1 == 1 {
			by = 0
		}
		d := moveCorner(before, next, moved, by)
		out[i] = pixelPoint{q.x + d.x, q.y + d.y}
		before, moved = next, by
	}
}

// largerComponent returns the larger component of a normal.
func largerComponent(n pixelPoint) float32 { return max(n.x, -n.x, n.y, -n.y) }

// moveCorner returns the move of a corner whose two sides move by a and b along their normals.
func moveCorner(n, m pixelPoint, a, b float32) pixelPoint {
	const blunt, most = 0.2, 1.5
	det := float32(n.x*m.y) - float32(n.y*m.x)
	nn, mm := float32(n.x*n.x)+float32(n.y*n.y), float32(m.x*m.x)+float32(m.y*m.y)
	if float32(det*det) <= float32(blunt*blunt*float32(nn*mm)) { // nearly one line, or a side without a length
		var d pixelPoint
		if nn > 0 {
			d = pixelPoint{float32(n.x*a) / nn, float32(n.y*a) / nn}
		}
		if mm > 0 {
			e := pixelPoint{float32(m.x*b) / mm, float32(m.y*b) / mm}
			if nn == 0 {
				return e
			}
			d = pixelPoint{(d.x + e.x) / 2, (d.y + e.y) / 2}
		}
		return d
	}
	x, y := (float32(a*m.y)-float32(b*n.y))/det, (float32(b*n.x)-float32(a*m.x))/det
	return pixelPoint{max(-most, min(x, most)), max(-most, min(y, most))}
}

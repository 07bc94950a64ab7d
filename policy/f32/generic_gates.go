package f32

// This file has a step of recurrent layers in plain Go, for one row of n units.

func lstmGatesGeneric(gates, h, c, before []float32, n int) {
	for j := range n {
		i, f, g, o := sigmoid(gates[j]), sigmoid(gates[n+j]), tanh(gates[2*n+j]), sigmoid(gates[3*n+j])
		gates[j], gates[n+j], gates[2*n+j], gates[3*n+j] = i, f, g, o
		c[j] = float32(f*before[j]) + float32(i*g)
		h[j] = o * tanh(c[j])
	}
}

func lstmGatesGradGeneric(dgates, gates, dh, dc, c, before []float32, n int) {
	for j := range n {
		i, f, g, o, t := gates[j], gates[n+j], gates[2*n+j], gates[3*n+j], tanh(c[j])
		dgates[3*n+j] = dh[j] * t * (o - float32(o*o))
		d := float32(dh[j]*o*(1-float32(t*t))) + dc[j]
		dgates[n+j] = d * before[j] * (f - float32(f*f))
		dc[j] = d * f
		dgates[j] = d * g * (i - float32(i*i))
		dgates[2*n+j] = d * i * (1 - float32(g*g))
	}
}

func gruGatesGeneric(gates, parts, h, before []float32, n int) {
	for j := range n {
		r, z := sigmoid(gates[j]+parts[j]), sigmoid(gates[n+j]+parts[n+j])
		cell := tanh(gates[2*n+j] + float32(r*parts[2*n+j]))
		gates[j], gates[n+j], gates[2*n+j] = r, z, cell
		h[j] = float32(z*(before[j]-cell)) + cell
	}
}

func gruGatesGradGeneric(dgates, dparts, gates, part, dh, before []float32, n int) {
	for j := range n {
		r, z, cell, d := gates[j], gates[n+j], gates[2*n+j], dh[j]
		dz := d * (before[j] - cell) * (z - float32(z*z))
		dn := (d - float32(z*d)) * (1 - float32(cell*cell))
		dr := dn * part[j] * (r - float32(r*r))
		dgates[j], dgates[n+j], dgates[2*n+j] = dr, dz, dn
		dparts[j], dparts[n+j], dparts[2*n+j] = dr, dz, dn*r
		dh[j] = d * z
	}
}

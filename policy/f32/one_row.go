package f32

// The functions in this file compute a layer for one row: an agent acts on one observation at a
// time. A small layer takes a few nanoseconds, so there is little code before the assembly.

// DenseRow is Dense for one row: it sets y = act(x w + b).
func DenseRow(y, x, w, b []float32, act Activation) { active.denseOne(y, x, w, b, act) }

// LinearRow is Linear for one row: it sets y = act(x wᵀ + b).
func LinearRow(y, x, w, b []float32, act Activation) { active.linearOne(y, x, w, b, act) }

// denseRows computes dense, for any number of rows.
func (k *kernels) denseRows(y, x, w, b []float32, n, in, out int, act Activation) {
	if n == 1 {
		k.denseOne(y[:out], x[:in], w, b, act)
	} else {
		k.dense(y, x, w, b, n, in, out, act)
	}
}

// linearRows computes linear, for any number of rows.
func (k *kernels) linearRows(y, x, w, b []float32, n, in, out int, act Activation) {
	if n == 1 {
		k.linearOne(y[:out], x[:in], w, b, act)
	} else {
		k.linear(y, x, w, b, n, in, out, act)
	}
}

// denseOne computes dense for one row.
func (k *kernels) denseOne(y, x, w, b []float32, act Activation) {
	in, out := len(x), len(y)
	w, b = w[:in*out], b[:out]
	if k.denseRow == nil || out < k.minRow || in > maxDepth {
		k.dense(y, x, w, b, 1, in, out, act)
		return
	}
	k.denseRow(&y[0], &x[0], &w[0], &b[0], in, out, int(act))
	if act > TanhAct {
		k.activate[act](y, y)
	}
}

// linearOne computes linear for one row.
func (k *kernels) linearOne(y, x, w, b []float32, act Activation) {
	in, out := len(x), len(y)
	w, b = w[:in*out], b[:out]
	if k.narrow == nil {
		k.linear(y, x, w, b, 1, in, out, act)
		return
	}
	k.narrow(&y[0], &x[0], &w[0], &b[0], 1, in, out)
	if act != Identity {
		k.activate[act](y, y)
	}
}

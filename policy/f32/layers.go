package f32

// Dense sets y [n, out] = act(x w + b) for x [n, in], w [in, out] and b [out]. Keras has the same
// layout of w. The result for a row does not depend on the other rows or on n, bit for bit.
func Dense(y, x, w, b []float32, n, in, out int, act Activation) {
	active.denseRows(y[:n*out], x[:n*in], w[:in*out], b[:out], n, in, out, act)
}

// DenseInput adds Dense's gradient of the inputs x to dx [n, in]: dx += dy wᵀ. dy [n, out] is the
// gradient of x w + b, before the activation: see LayerGrad. If add is false, it sets dx instead,
// to the same bits as if dx had been zeros.
func DenseInput(dx, dy, w []float32, n, in, out int, add bool) {
	active.denseInput(dx[:n*in], dy[:n*out], w[:in*out], n, in, out, add)
}

// DenseWeight adds rows [from, to) of Dense's gradient of w to these rows of dw [in, out]: dw +=
// xᵀ dy. Sums are over the n rows of the batch, in the order of the rows.
func DenseWeight(dw, x, dy []float32, n, in, out, from, to int) {
	active.denseWeight(dw[:in*out], x[:n*in], dy[:n*out], n, in, out, from, to)
}

// Linear sets y [n, out] = act(x wᵀ + b) for x [n, in], w [out, in] and b [out]. PyTorch has the
// same layout of w. The result for a row does not depend on the other rows or on n, bit for bit.
func Linear(y, x, w, b []float32, n, in, out int, act Activation) {
	active.linearRows(y[:n*out], x[:n*in], w[:in*out], b[:out], n, in, out, act)
}

// LinearInput adds Linear's gradient of the inputs x to dx [n, in]: dx += dy w. dy [n, out] is
// the gradient of x wᵀ + b, before the activation: see LayerGrad. If add is false, it sets dx
// instead, to the same bits as if dx had been zeros.
func LinearInput(dx, dy, w []float32, n, in, out int, add bool) {
	active.linearInput(dx[:n*in], dy[:n*out], w[:in*out], n, in, out, add)
}

// LinearWeight adds rows [from, to) of Linear's gradient of w to these rows of dw [out, in]: dw
// += dyᵀ x. Sums are over the n rows of the batch, in the order of the rows.
func LinearWeight(dw, x, dy []float32, n, in, out, from, to int) {
	active.linearWeight(dw[:in*out], x[:n*in], dy[:n*out], n, in, out, from, to)
}

package f32

// An Activation is an activation function that a layer's loop computes together with the
// matrix product.
type Activation uint8

const (
	Identity    Activation = iota // x
	ReLUAct                       // max(x, 0)
	TanhAct                       // tanh x
	activations                   // number of activations
)

// Dense sets y [n, out] = act(x [n, in] w + b) for w [in, out] and b [out]. This is Keras's
// layout. The result for a row does not depend on the other rows or on n, bit for bit.
func Dense(y, x, w, b []float32, n, in, out int, act Activation) {
	active.dense(y[:n*out], x[:n*in], w[:in*out], b[:out], n, in, out, act)
}

// DenseInput adds Dense's gradient for x to dx: dx [n, in] += dy [n, out] wᵀ. dy is the
// gradient for x w + b, before the activation: see LayerGrad.
func DenseInput(dx, dy, w []float32, n, in, out int) {
	active.denseInput(dx[:n*in], dy[:n*out], w[:in*out], n, in, out)
}

// DenseWeight adds Dense's gradient for w to the rows [from, to) of dw [in, out]:
// dw += xᵀ dy. Sums run over the n rows of the batch in their order.
func DenseWeight(dw, x, dy []float32, n, in, out, from, to int) {
	active.denseWeight(dw[:in*out], x[:n*in], dy[:n*out], n, in, out, from, to)
}

// Linear sets y [n, out] = act(x [n, in] wᵀ + b) for w [out, in] and b [out]. This is
// PyTorch's layout. The result for a row does not depend on the other rows or on n, bit
// for bit.
func Linear(y, x, w, b []float32, n, in, out int, act Activation) {
	active.linear(y[:n*out], x[:n*in], w[:in*out], b[:out], n, in, out, act)
}

// LinearInput adds Linear's gradient for x to dx: dx [n, in] += dy [n, out] w. dy is the
// gradient for x wᵀ + b, before the activation: see LayerGrad.
func LinearInput(dx, dy, w []float32, n, in, out int) {
	active.linearInput(dx[:n*in], dy[:n*out], w[:in*out], n, in, out)
}

// LinearWeight adds Linear's gradient for w to the rows [from, to) of dw [out, in]:
// dw += dyᵀ x. Sums run over the n rows of the batch in their order.
func LinearWeight(dw, x, dy []float32, n, in, out, from, to int) {
	active.linearWeight(dw[:in*out], x[:n*in], dy[:n*out], n, in, out, from, to)
}

// LayerGrad replaces dy [n, out], the gradient for y = act(z), by the gradient for z, and
// adds the sum of its rows to db [out], the gradient of the bias.
func LayerGrad(dy, y, db []float32, n int, act Activation) {
	size := n * len(db)
	if n > 0 {
		active.layerGrad[act](dy[:size], y[:size], db, n)
	}
}

package f32

// An Activation is what follows a layer's sums within the same loop.
type Activation uint8

const (
	Identity    Activation = iota // the sums as they are
	ReLUAct                       // max(x, 0)
	TanhAct                       // tanh x
	activations                   // how many there are
)

// Dense sets y [n, out] = act(x [n, in] w + b) for w [in, out] and b [out],
// which is Keras's layout. A row's result does not depend on the rows beside
// it, nor on how many there are.
func Dense(y, x, w, b []float32, n, in, out int, act Activation) {
	active.dense(y[:n*out], x[:n*in], w[:in*out], b[:out], n, in, out, act)
}

// DenseInput adds Dense's gradient for x to dx: dx [n, in] += dy [n, out] wᵀ.
// dy is the gradient for x w + b: see LayerGrad.
func DenseInput(dx, dy, w []float32, n, in, out int) {
	active.denseInput(dx[:n*in], dy[:n*out], w[:in*out], n, in, out)
}

// DenseWeight adds Dense's gradient for the rows from … to-1 of w to those of
// dw [in, out]: dw += xᵀ dy, over the n rows in their order.
func DenseWeight(dw, x, dy []float32, n, in, out, from, to int) {
	active.denseWeight(dw[:in*out], x[:n*in], dy[:n*out], n, in, out, from, to)
}

// Linear sets y [n, out] = act(x [n, in] wᵀ + b) for w [out, in] and b [out],
// which is PyTorch's layout. A row's result does not depend on the rows beside
// it, nor on how many there are.
func Linear(y, x, w, b []float32, n, in, out int, act Activation) {
	active.linear(y[:n*out], x[:n*in], w[:in*out], b[:out], n, in, out, act)
}

// LinearInput adds Linear's gradient for x to dx: dx [n, in] += dy [n, out] w.
// dy is the gradient for x wᵀ + b: see LayerGrad.
func LinearInput(dx, dy, w []float32, n, in, out int) {
	active.linearInput(dx[:n*in], dy[:n*out], w[:in*out], n, in, out)
}

// LinearWeight adds Linear's gradient for the rows from … to-1 of w to those
// of dw [out, in]: dw += dyᵀ x, over the n rows in their order.
func LinearWeight(dw, x, dy []float32, n, in, out, from, to int) {
	active.linearWeight(dw[:in*out], x[:n*in], dy[:n*out], n, in, out, from, to)
}

// LayerGrad turns dy [n, out], the gradient for y = act(z), into that for z,
// and adds the sum of its rows to db [out], the gradient of the bias.
func LayerGrad(dy, y, db []float32, n int, act Activation) {
	size := n * len(db)
	if n > 0 {
		active.layerGrad[act](dy[:size], y[:size], db, n)
	}
}

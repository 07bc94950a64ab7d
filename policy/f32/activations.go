package f32

import "math"

// An Activation is an activation function of each element. Layers compute it together with the
// matrix product. The names and constants are those of PyTorch.
type Activation uint8

const (
	Identity     Activation = iota // x
	ReLUAct                        // max(x, 0)
	TanhAct                        // tanh x
	SigmoidAct                     // 1 / (1 + e⁻ˣ)
	ELUAct                         // x where x > 0, eˣ - 1 elsewhere; Clevert et al. 2016, arXiv:1511.07289, eq. 15 with α = 1
	SELUAct                        // λx where x > 0, λα(eˣ - 1) elsewhere; Klambauer et al. 2017, arXiv:1706.02515, eq. 2
	GELUAct                        // x Φ(x), with the normal distribution function Φ; Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2
	GELUTanhAct                    // x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), an approximation of GELU; ibid.
	LeakyReLUAct                   // x where x > 0, 0.01 x elsewhere
	SoftplusAct                    // log(1 + eˣ)
	SiLUAct                        // x / (1 + e⁻ˣ); Elfwing et al. 2018, arXiv:1702.03118, eq. 2
	MishAct                        // x tanh(log(1 + eˣ)); Misra 2020, arXiv:1908.08681, eq. 1
	HardtanhAct                    // min(max(x, -1), 1)
	HardswishAct                   // x min(max(x+3, 0), 6) / 6; Howard et al. 2019, arXiv:1905.02244, section 5.2
	activations                    // number of activations
)

// Activations returns all activations.
func Activations() []Activation {
	all := make([]Activation, activations)
	for i := range all {
		all[i] = Activation(i)
	}
	return all
}

// String returns the name of the activation in torch.nn.functional. The name of PyTorch's
// gelu(x, approximate="tanh") is gelu_tanh.
func (act Activation) String() string {
	return [activations]string{
		"identity", "relu", "tanh", "sigmoid", "elu", "selu", "gelu", "gelu_tanh", "leaky_relu",
		"softplus", "silu", "mish", "hardtanh", "hardswish",
	}[act]
}

// KeepsSlope reports whether the gradient of the activation is computed from its slope, the
// derivative, which ActivateSlope writes in the forward pass. The gradients of the other
// activations are computed from the result.
func (act Activation) KeepsSlope() bool { return genericActivateSlope[act] != nil }

// Activate sets dst = act(x).
func Activate(dst, x []float32, act Activation) { active.activate[act](dst, x[:len(dst)]) }

// ActivateSlope sets y = act(x) and slope = act'(x), the derivative, for an activation that keeps
// its slope. y has the same bits as from Activate. It may be the same slice as x.
func ActivateSlope(y, slope, x []float32, act Activation) {
	active.activateSlope[act](y, slope[:len(y)], x[:len(y)])
}

// ActivateGrad replaces dy, the gradient of y = act(x), by the gradient of x. kept is the slope if
// the activation keeps its slope, and y otherwise.
func ActivateGrad(dy, kept []float32, act Activation) {
	if act == Identity {
		return
	}
	const block = 1024 // few enough elements for the first-level cache
	s := getScratch()
	defer s.put()
	for n := 0; len(dy) > 0; dy, kept = dy[n:], kept[n:] {
		n = min(len(dy), block)
		active.layerGrad[act](dy[:n], kept[:n], s.floats[:n], 1) // the sums of the single rows are not used
	}
}

// LayerGrad replaces dy [n, out], the gradient of y = act(z), by the gradient of z. It also adds
// the sum of the rows of dy to db [out], the gradient of the bias. kept [n, out] is the slope if
// the activation keeps its slope, and y otherwise.
func LayerGrad(dy, kept, db []float32, n int, act Activation) {
	size := n * len(db)
	if n > 0 {
		active.layerGrad[act](dy[:size], kept[:size], db, n)
	}
}

// noFloor is the floor that changes no result.
var noFloor = float32(math.Inf(-1))

// floor returns the floor of a product with this activation: 0 for ReLU, and noFloor for the
// other activations, which are computed after the product.
func (act Activation) floor() float32 {
	if act == ReLUAct {
		return 0
	}
	return noFloor
}

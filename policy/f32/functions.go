package f32

// Exp sets dst = eˣ.
func Exp(dst, x []float32) { active.exp(dst, x[:len(dst)]) }

// Log sets dst = ln x.
func Log(dst, x []float32) { active.log(dst, x[:len(dst)]) }

// Tanh sets dst = tanh x.
func Tanh(dst, x []float32) { active.tanh(dst, x[:len(dst)]) }

// TanhGrad adds Tanh's gradient to dx: dx += dy (1 - y²). y is the result of Tanh and dy its
// gradient.
func TanhGrad(dx, dy, y []float32) { active.tanhGrad(dx, dy[:len(dx)], y[:len(dx)]) }

// Sigmoid sets dst = 1 / (1 + e⁻ˣ).
func Sigmoid(dst, x []float32) { active.sigmoid(dst, x[:len(dst)]) }

// SigmoidGrad adds Sigmoid's gradient to dx: dx += dy y (1 - y). y is the result of Sigmoid and
// dy its gradient.
func SigmoidGrad(dx, dy, y []float32) { active.sigmoidGrad(dx, dy[:len(dx)], y[:len(dx)]) }

// ReLUGrad adds ReLU's gradient to dx: dx += dy where y > 0. y is the result of ReLU and dy its
// gradient.
func ReLUGrad(dx, dy, y []float32) { active.reluGrad(dx, dy[:len(dx)], y[:len(dx)]) }

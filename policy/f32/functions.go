package f32

// Exp sets dst = eˣ.
func Exp(dst, x []float32) { active.exp(dst, x[:len(dst)]) }

// Log sets dst = ln x.
func Log(dst, x []float32) { active.log(dst, x[:len(dst)]) }

// Tanh sets dst = tanh x.
func Tanh(dst, x []float32) { active.tanh(dst, x[:len(dst)]) }

// TanhGrad adds Tanh's gradient to dx: dx += dy (1 - y²), where y is Tanh's result.
func TanhGrad(dx, dy, y []float32) { active.tanhGrad(dx, dy[:len(dx)], y[:len(dx)]) }

// Sigmoid sets dst = 1 / (1 + e⁻ˣ).
func Sigmoid(dst, x []float32) { active.sigmoid(dst, x[:len(dst)]) }

// SigmoidGrad adds Sigmoid's gradient to dx: dx += dy y (1 - y), where y is Sigmoid's
// result.
func SigmoidGrad(dx, dy, y []float32) { active.sigmoidGrad(dx, dy[:len(dx)], y[:len(dx)]) }

// ReLUGrad adds ReLU's gradient to dx: dx += dy where ReLU's result y is above 0.
func ReLUGrad(dx, dy, y []float32) { active.reluGrad(dx, dy[:len(dx)], y[:len(dx)]) }

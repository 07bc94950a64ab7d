package f32

// Exp sets dst = eˣ.
func Exp(dst, x []float32) { active.exp(dst, x[:len(dst)]) }

// Log sets dst = ln x.
func Log(dst, x []float32) { active.log(dst, x[:len(dst)]) }

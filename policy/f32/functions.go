package f32

// Exp sets dst = eˣ, and 0 where x < -87: no result is so small that arithmetic with it is slow.
func Exp(dst, x []float32) { active.exp(dst, x[:len(dst)]) }

// Log sets dst = ln x.
func Log(dst, x []float32) { active.log(dst, x[:len(dst)]) }

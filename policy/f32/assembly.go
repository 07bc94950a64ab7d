//go:build amd64 || arm64

package f32

//go:generate go run -C ../../tools ./kernels -pkg f32 -out ../policy/f32/kernels_amd64.s -stubs ../policy/f32/stubs_amd64.go
//go:generate go run -C ../../tools ./kernels -neon -pkg f32 -out ../policy/f32/kernels_arm64.s -stubs ../policy/f32/stubs_arm64.go

// inBlocks returns blocks(x[:n]) + rest(x[n:]), where n is the largest multiple of 16 that is at
// most len(x). It is for assembly functions that accept only multiples of 16.
func inBlocks(x []float32, blocks, rest func(x []float32) float64) float64 {
	n := len(x) &^ 15
	if n == 0 {
		return rest(x)
	}
	return blocks(x[:n]) + rest(x[n:])
}

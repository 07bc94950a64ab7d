//go:build !amd64 && !arm64

package f32

// available returns the kernels that this machine can run, the fastest last.
func available() []*kernels { return []*kernels{&generic} }

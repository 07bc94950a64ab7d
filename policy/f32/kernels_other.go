//go:build !amd64

package f32

// available lists the implementations that this machine can run, best last.
func available() []*kernels { return []*kernels{&generic} }

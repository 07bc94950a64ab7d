//go:build !linux && !darwin

package f32

import "testing"

// atEnd returns the memory of n numbers. This system does not have the function of guard_unix_test.go.
func atEnd(_ *testing.T, n int) []float32 { return make([]float32, n) }

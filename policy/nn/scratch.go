package nn

import (
	"sync"

	"github.com/rlrun/rlrun/policy/f32"
)

// A scratch lends temporary floats to the calls of a layer's Infer, which several cores may make at
// the same time. The zero scratch is ready for use.
type scratch = lender[float32]

// A lender lends temporary slices. The zero lender is ready for use.
type lender[T any] struct {
	mu   sync.Mutex
	free [][]T // slices that no call uses
}

// take returns n elements with arbitrary values. The caller must give them back.
func (s *lender[T]) take(n int) (lent []T) {
	s.mu.Lock()
	if last := len(s.free) - 1; last >= 0 {
		lent, s.free = s.free[last], s.free[:last]
	}
	s.mu.Unlock()
	return f32.Grow(lent, n)
}

// give takes back what take returned.
func (s *lender[T]) give(lent []T) {
	s.mu.Lock()
	s.free = append(s.free, lent)
	s.mu.Unlock()
}

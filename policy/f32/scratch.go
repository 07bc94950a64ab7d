package f32

import "sync/atomic"

// scratchSize is the number of floats that a product's packed panel, or the
// rows at once of a function of rows, may have: enough for a row as wide as a
// layer can be.
const scratchSize = 512 * 144

// A scratch is memory that one call uses and gives back.
type scratch [scratchSize]float32

// idle keeps what was given back, for as many goroutines as are likely. A
// sync.Pool would let go of it now and then.
var idle [16]atomic.Pointer[scratch]

func getScratch() *scratch {
	for i := range idle {
		if s := idle[i].Swap(nil); s != nil {
			return s
		}
	}
	return new(scratch)
}

func (s *scratch) put() {
	for i := range idle {
		if idle[i].CompareAndSwap(nil, s) {
			return
		}
	}
}

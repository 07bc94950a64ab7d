package f32

import "sync/atomic"

// scratchSize is the number of floats in a scratch. A packed panel of a matrix product fits into
// it, and a row of the widest layer, 65536 outputs.
const scratchSize = 512 * 144

// A scratch is temporary memory for the duration of one call.
type scratch [scratchSize]float32

// freeScratch keeps up to 16 scratches that are not in use. A sync.Pool would free them at
// garbage collections, and then the next call would allocate memory.
var freeScratch [16]atomic.Pointer[scratch]

// getScratch returns a scratch that no other call uses. Its elements are arbitrary.
func getScratch() *scratch {
	for i := range freeScratch {
		if s := freeScratch[i].Swap(nil); s != nil {
			return s
		}
	}
	return new(scratch)
}

// put adds s to freeScratch, for a later getScratch.
func (s *scratch) put() {
	for i := range freeScratch {
		if freeScratch[i].CompareAndSwap(nil, s) {
			return
		}
	}
}

package f32

import "sync/atomic"

// scratchSize is the number of floats in a scratch. It is enough for a packed panel of a
// matrix product, and for one row of the widest layer, 65536 outputs.
const scratchSize = 512 * 144

// A scratch is temporary memory for the duration of one call.
type scratch [scratchSize]float32

// freeScratch keeps scratches that are not in use, for up to 16 goroutines. A sync.Pool
// would free them at garbage collections, and the next call would allocate again.
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

// put returns s to freeScratch, for the next getScratch.
func (s *scratch) put() {
	for i := range freeScratch {
		if freeScratch[i].CompareAndSwap(nil, s) {
			return
		}
	}
}

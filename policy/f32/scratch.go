package f32

import (
	"sync"
	"sync/atomic"
)

// scratchSize is the number of floats in a scratch. A packed panel of a matrix product fits into
// it, and a row of the widest layer, 65536 outputs.
const scratchSize = 512 * 144

// A scratch is temporary memory for the duration of one call.
type scratch struct {
	floats [scratchSize]float32
	inUse  atomic.Bool
}

// scratches are up to 64 scratches, in use or not. recent has the scratches that each core used
// last: writing to memory that another core has in its cache takes ten times as long. A garbage
// collection empties it, and then get finds the scratches in all.
var scratches struct {
	recent sync.Pool
	all    [64]atomic.Pointer[scratch]
}

// getScratch returns a scratch that no other call uses. Its elements are arbitrary.
func getScratch() *scratch {
	if s, ok := scratches.recent.Get().(*scratch); ok && s.inUse.CompareAndSwap(false, true) {
		return s
	}
	for i := range scratches.all {
		if s := scratches.all[i].Load(); s != nil && s.inUse.CompareAndSwap(false, true) {
			return s
		}
	}
	s := new(scratch)
	s.inUse.Store(true)
	for i := range scratches.all {
		if scratches.all[i].CompareAndSwap(nil, s) {
			break
		}
	}
	return s
}

// put ends the use of s.
func (s *scratch) put() {
	s.inUse.Store(false)
	scratches.recent.Put(s)
}

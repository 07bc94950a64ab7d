package f32

import (
	"sync/atomic"
	"unsafe"
)

// scratchSize is the number of floats in a scratch. A packed panel of a matrix product fits into
// it, and a row of the widest layer, 65536 outputs.
const scratchSize = 512 * 144

// A scratch is temporary memory for the duration of one call.
type scratch [scratchSize]float32

// freeScratch keeps up to 64 scratches that are not in use. A sync.Pool would free them at
// garbage collections, and then the next call would allocate memory.
var freeScratch [64]atomic.Pointer[scratch]

// getScratch returns a scratch that no other call uses. Its elements are arbitrary. A goroutine
// mostly gets the same scratch again: writing to one that another core has in its cache takes ten
// times as long.
func getScratch() *scratch {
	first := firstScratch()
	for i := range freeScratch {
		if s := freeScratch[(first+i)%len(freeScratch)].Swap(nil); s != nil {
			return s
		}
	}
	return new(scratch)
}

// put adds s to freeScratch, for a later getScratch.
func (s *scratch) put() {
	first := firstScratch()
	for i := range freeScratch {
		if freeScratch[(first+i)%len(freeScratch)].CompareAndSwap(nil, s) {
			return
		}
	}
}

// firstScratch returns the index in freeScratch at which a goroutine begins to search. It is
// computed from the address of the goroutine's stack.
func firstScratch() int {
	var onStack byte
	stack := uint64(uintptr(unsafe.Pointer(&onStack))) >> 13
	return int(stack * 0x9e3779b97f4a7c15 >> 58)
}

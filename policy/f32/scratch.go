package f32

import "sync"

// scratchSize is the number of floats that a product's packed panel, or the
// rows at once of a function of rows, may have: enough for a row as wide as a
// layer can be.
const scratchSize = 512 * 144

// A scratch is memory that one call uses and gives back.
type scratch [scratchSize]float32

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func getScratch() *scratch { return scratches.Get().(*scratch) }

func (s *scratch) put() { scratches.Put(s) }

package minatar

import (
	"errors"
	"fmt"
)

// A record writes or reads the variables of a state, one after another, so that a game lists its
// variables once for both.
type record struct {
	x     []float64 // numbers written so far, or left to read
	reads bool
	err   error // first error of reading
}

// end returns the error of reading, also if numbers are left.
func (r *record) end() error {
	if r.err == nil && len(r.x) > 0 {
		r.err = fmt.Errorf("minatar: %d numbers too many in a state", len(r.x))
	}
	return r.err
}

// fail sets the error of reading if there is none yet.
func (r *record) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// errShort is the error for a state with too few numbers.
var errShort = errors.New("minatar: too few numbers in a state")

// whole writes or reads a whole number, low … high, with a name for errors.
func whole[T ~int | ~int8 | ~int32](r *record, name string, p *T, low, high int) {
	switch {
	case !r.reads:
		r.x = append(r.x, float64(*p))
	case r.err != nil:
	case len(r.x) == 0:
		r.err = errShort
	case !isWhole(r.x[0], low, high):
		r.err = fmt.Errorf("minatar: %s is never %v, want a whole number, %d … %d", name, r.x[0], low, high)
	default:
		*p, r.x = T(r.x[0]), r.x[1:]
	}
}

// truth writes or reads a truth value: 0 or 1.
func (r *record) truth(name string, p *bool) {
	v := 0
	if *p {
		v = 1
	}
	if whole(r, name, &v, 0, 1); r.reads {
		*p = v == 1
	}
}

// plane writes or reads the cells of a plane, row by row.
func (r *record) plane(name string, p *plane) {
	for i := range cells {
		v := p.has(i)
		if r.truth(name, &v); r.reads {
			p.put(i, v)
		}
	}
}

// length writes or reads the length of a list, 0 … maxList, which is n when writing.
func (r *record) length(name string, n int) int {
	if whole(r, name, &n, 0, maxList); r.err != nil {
		return 0
	}
	return n
}

// maxList is the largest length of a list in a state that is set.
const maxList = 200

// maxCount is the largest count in a state that is set.
const maxCount = 1 << 30

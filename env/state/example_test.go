package state_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
)

// A die has a random generator and remembers its last throw.
type die struct {
	src  rand.PCG
	last int
}

func (d *die) throw() int {
	d.last = 1 + rand.New(&d.src).IntN(6)
	return d.last
}

// State saves or loads each field once, for saving and for loading.
func (d *die) State(s *state.State) {
	s.PCG("src", &d.src)
	s.Int("last", &d.last, 6)
}

// A loaded copy throws the same numbers as the original.
func Example() {
	var a, b die
	a.src.Seed(1, 2)
	a.throw()

	var file bytes.Buffer
	if err := state.Save(&file, &a); err != nil {
		panic(err)
	}
	if err := state.Load(&file, &b); err != nil {
		panic(err)
	}
	fmt.Println(a.last == b.last, a.throw() == b.throw(), a.throw() == b.throw())
	// Output: true true true
}

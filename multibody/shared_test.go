package multibody

import (
	"slices"
	"sync"
	"testing"
)

// TestShared checks that simulations of one Model in several goroutines have the same bits. With PGS they
// share the orders of the sweeps, which the first of them computes.
func TestShared(t *testing.T) {
	for _, name := range []string{"heap.xml", "heap-pgs.xml", "gymnasium/hopper.xml"} {
		m := loadFile(t, name)
		states, errs := make([][]float64, 4), make([]error, 4)
		var group sync.WaitGroup
		for i := range states {
			group.Go(func() {
				d := m.NewData()
				for range 200 {
					errs[i] = d.Step()
				}
				states[i] = d.State(nil)
			})
		}
		group.Wait()
		for i, s := range states {
			if errs[i] != nil || !slices.Equal(s, states[0]) {
				t.Errorf("%s: simulation %d: %v, %v, want %v", name, i, errs[i], s, states[0])
			}
		}
	}
}

package supervised_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/supervised"
)

// losses are validation losses of eight epochs. The smallest one comes before the NaN.
var losses = []float64{3, 2, 2.5, 2, 1, math.NaN(), 1.5, 1.25}

// TestEarlyStopping checks the epoch in which training ends, and that Restore sets the weights of
// the best epoch. A second EarlyStopping is saved and loaded after each epoch, and must do the same.
func TestEarlyStopping(t *testing.T) {
	for _, tc := range []struct {
		patience, end, best int // epochs, from 1
		loss                float64
	}{{1, 3, 2, 2}, {2, 4, 2, 2}, {3, 8, 5, 1}, {4, 0, 5, 1}} {
		p := tape.NewVector("p", 1)
		one, two := supervised.NewEarlyStopping(tc.patience, []*tape.Param{p}), supervised.NewEarlyStopping(tc.patience, []*tape.Param{p})
		end := 0
		for i, loss := range losses {
			p.Value[0] = float32(i + 1)
			stop := one.Stop(loss)
			if resumed := two.Stop(loss); resumed != stop {
				t.Errorf("patience %d: Stop(%v) = %v resumed, %v uninterrupted", tc.patience, loss, resumed, stop)
			}
			if stop {
				end = i + 1
				break
			}
			var f bytes.Buffer
			if err := state.Save(&f, two); err != nil {
				t.Fatal(err)
			}
			two = supervised.NewEarlyStopping(tc.patience, []*tape.Param{p})
			if err := state.Load(&f, two); err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range []*supervised.EarlyStopping{one, two} {
			e.Restore()
			if best, loss := e.Best(); end != tc.end || best != tc.best || loss != tc.loss || p.Value[0] != float32(tc.best) {
				t.Errorf("patience %d: ends in epoch %d with the weights %v of epoch %d, loss %v, want %+v", tc.patience, end, p.Value[0], best, loss, tc)
			}
		}
	}
}

// TestRestoreStart checks that Restore without an epoch, or with NaN as its loss, sets the initial weights.
func TestRestoreStart(t *testing.T) {
	p := tape.NewVector("p", 1)
	p.Value[0] = 7
	e := supervised.NewEarlyStopping(1, []*tape.Param{p})
	p.Value[0] = 8
	if !e.Stop(math.NaN()) {
		t.Error("Stop(NaN) = false, want true with patience 1")
	}
	if e.Restore(); p.Value[0] != 7 {
		t.Errorf("Restore set %v, want 7", p.Value[0])
	}
	loss := 1.
	if n := testing.AllocsPerRun(10, func() { loss /= 2; e.Stop(loss); e.Restore() }); n != 0 {
		t.Errorf("Stop and Restore allocate %v times, want 0", n)
	}
}

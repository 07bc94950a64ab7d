package nn_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestBatchNormStatistics holds what training makes of the running averages, and
// what use makes of them, to PyTorch's. The norm stands behind a layer that does nothing.
func TestBatchNormStatistics(t *testing.T) {
	var layers []layer
	golden.Read(t, "testdata/layers.json.gz", &layers)
	seen := 0
	for _, l := range layers {
		isTrain := l.Name == "BatchNorm1d(4) train"
		if !isTrain && l.Name != "BatchNorm1d(4) eval" {
			continue
		}
		seen++
		m := newMLP(t, nn.MLPConfig{In: 4, Hidden: []int{4}, Activation: "relu", Norm: "batch"})
		p, unit := named(m), make([]float32, 16)
		for i := range 4 {
			unit[5*i] = 1
		}
		p["net.0.weight"].Import(unit)
		for name, v := range l.Params {
			copy(p["net.1."+name].Value, v)
		}
		tp, y := tape.New(), make([]float32, len(l.Output))
		got := y
		if isTrain {
			got = m.Forward(tp, tp.Const(l.Inputs[0], l.Rows)).Value
			for name, want := range l.StateAfter {
				golden.Near(t, l.Name+": "+name, p["net.1."+name].Value, want...)
			}
		} else {
			m.Infer(y, l.Inputs[0])
		}
		want := slices.Clone(l.Output)
		for i, v := range want {
			want[i] = max(v, 0)
		}
		golden.Near(t, l.Name, got, want...)
	}
	if seen != 4 {
		t.Errorf("%d cases, want 4", seen)
	}
}

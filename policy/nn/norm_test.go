package nn_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestBatchNormStatistics compares batch normalisation with PyTorch: the outputs and the new
// running averages in training, and the outputs at inference. The layer before it does nothing:
// its weight is the identity matrix.
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
		m := newMLP(t, 4, []int{4}, 0, nn.MLPOptions{Activation: "relu", Norm: "batch"})
		p, identity := byName(m), make([]float32, 16)
		for i := range 4 {
			identity[5*i] = 1
		}
		p["net.0.weight"].Import(identity)
		for name, v := range l.Params {
			copy(p["net.1."+name].Value, v)
		}
		tp, y := tape.New(), make([]float32, len(l.Output))
		got := y
		if isTrain {
			got = m.Forward(tp, tp.Const(l.Inputs[0], l.Rows), nn.Pass{Mode: nn.Training}).Value
			for name, want := range l.StateAfter {
				golden.Near(t, l.Name+": "+name, p["net.1."+name].Value, want...)
			}
		} else {
			m.Infer(y, l.Inputs[0], nn.Memory{})
			golden.Near(t, l.Name+" on the tape", m.Forward(tp, tp.Const(l.Inputs[0], l.Rows), nn.Pass{Mode: nn.Inference}).Value, floats64(y)...)
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

// TestBatchNormInference compares the gradients of batch normalisation at inference with
// PyTorch's eval mode, in which the running averages are constants.
func TestBatchNormInference(t *testing.T) {
	var layers []layer
	golden.Read(t, "testdata/layers.json.gz", &layers)
	for _, l := range layers {
		if l.Name != "BatchNorm1d(4) eval" {
			continue
		}
		m := build(t, nn.Plan{In: nn.Shape{4}, Layers: nn.Layers{{Kind: "batch_norm"}}})
		p := byName(m)
		for name, v := range l.Params {
			copy(p["net.0."+name].Value, v)
		}
		x, tp := tape.NewParam("x", l.Rows, 4), tape.New()
		copy(x.Value, l.Inputs[0])
		y := m.Forward(tp, tp.Param(x), nn.Pass{Mode: nn.Inference})
		golden.Near(t, l.Name, y.Value, l.Output...)
		y.Mul(tp.Const(l.Upstream, y.Rows)).Sum().Backward()
		golden.Near(t, "input's gradient", x.Grad, l.InputGrads...)
		for name, want := range l.ParamGrads {
			golden.Near(t, name+"'s gradient", p["net.0."+name].Grad, want...)
		}
		tp.Reset()
		in := tp.Param(x)
		tp.Freeze(true)
		clear(x.Grad)
		m.Forward(tp, in, nn.Pass{Mode: nn.Inference}).Mul(tp.Const(l.Upstream, y.Rows)).Sum().Backward()
		golden.Near(t, "input's gradient through a frozen norm", x.Grad, l.InputGrads...)
		for name, want := range l.ParamGrads {
			golden.Near(t, name+"'s gradient of a frozen norm", p["net.0."+name].Grad, want...) // a frozen tape adds no gradients
		}
	}
}

// floats64 returns x as float64s.
func floats64(x []float32) (y []float64) {
	for _, v := range x {
		y = append(y, float64(v))
	}
	return y
}

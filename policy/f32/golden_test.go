package f32_test

import (
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/f32"
)

// The reference numbers come from PyTorch: see testdata/README.md.

// A tensor has numbers and their shape.
type tensor struct {
	Shape  []int
	Values []float64
}

// An imageCase is the reference case of a convolution or a pool.
type imageCase struct {
	Name, DType             string
	Input, Output, Upstream tensor
	InputGrad               tensor            `json:"input_grad"`
	Params                  map[string]tensor // weight and bias
	ParamGrads              map[string]tensor `json:"param_grads"`
}

// float32s returns the numbers as float32.
func (x tensor) float32s() []float32 {
	v := make([]float32, len(x.Values))
	for i, w := range x.Values {
		v[i] = float32(w)
	}
	return v
}

// moved returns a tensor of shape [A, B, C, D] as [A, C, D, B], or as [C, D, B, A] if weights is true.
func (x tensor) moved(weights bool) tensor {
	a, b, hw := x.Shape[0], x.Shape[1], x.Shape[2]*x.Shape[3]
	y := make([]float64, len(x.Values))
	for i, v := range x.Values {
		n, c, p := i/hw/b, i/hw%b, i%hw
		if weights {
			y[(p*b+c)*a+n] = v
		} else {
			y[(n*hw+p)*b+c] = v
		}
	}
	return tensor{x.Shape, y}
}

// images returns a tensor of images [N, C, H, W] as [N, H, W, C].
func (x tensor) images() tensor { return x.moved(false) }

// TestGoldenConv compares convolutions with PyTorch.
func TestGoldenConv(t *testing.T) {
	for _, tc := range imageCases(t) {
		w, ok := tc.Params["weight"]
		if !ok {
			continue
		}
		in := tc.Input.Shape
		s := f32.ConvShape{H: in[2], W: in[3], C: in[1], KH: w.Shape[2], KW: w.Shape[3], Stride: 1, O: w.Shape[0]}
		if tc.Name == "Conv2d(2,4,k3,stride2,pad1)" {
			s.Stride, s.Pad = 2, 1
		}
		c, n, weight := f32.NewConv(s), in[0], w.moved(true).float32s()
		y, x, dy := make([]float32, n*c.Out()), tc.Input.images().float32s(), tc.Upstream.images().float32s()
		dx, dw, db := make([]float32, n*c.In()), make([]float32, len(weight)), make([]float32, s.O)
		panels, inputPanels := make([]float32, c.PanelsLen()), make([]float32, c.InputPanelsLen())
		c.Pack(panels, weight)
		c.PackInput(inputPanels, weight)
		c.Forward(y, x, panels, tc.Params["bias"].float32s(), 0, n, f32.Identity)
		c.Input(dx, dy, inputPanels, 0, n, true)
		c.Weight(dw, x, dy, n, 0, c.Terms())
		f32.LayerGrad(dy, y, db, n*c.OH*c.OW, f32.Identity)
		near(t, tc.Name+" "+tc.DType+": output", y, tc.Output.images().Values, 1e-5)
		near(t, tc.Name+" "+tc.DType+": input's gradient", dx, tc.InputGrad.images().Values, 1e-5)
		near(t, tc.Name+" "+tc.DType+": weight's gradient", dw, tc.ParamGrads["weight"].moved(true).Values, 1e-5)
		near(t, tc.Name+" "+tc.DType+": bias's gradient", db, tc.ParamGrads["bias"].Values, 1e-5)
	}
}

// TestGoldenPool compares pools with PyTorch.
func TestGoldenPool(t *testing.T) {
	pooled := 0
	for _, tc := range imageCases(t) {
		n, ch, h, w := tc.Input.Shape[0], tc.Input.Shape[1], tc.Input.Shape[2], tc.Input.Shape[3]
		p := f32.NewPool(h, w, ch, 2, 2, 0)
		if tc.Name == "AdaptiveAvgPool2d(1)" {
			p = f32.NewAdaptivePool(h, w, ch, 1, 1)
		}
		x, dy := tc.Input.images().float32s(), tc.Upstream.images().float32s()
		y, dx, which := make([]float32, n*p.Out()), make([]float32, n*p.In()), make([]int32, n*p.Out())
		switch tc.Name {
		case "MaxPool2d(2)":
			p.Max(y, which, x, 0, n)
			p.MaxGrad(dx, dy, which, 0, n, true)
		case "AvgPool2d(2)", "AdaptiveAvgPool2d(1)":
			p.Mean(y, x, 0, n)
			p.MeanGrad(dx, dy, 0, n, true)
		default:
			continue
		}
		pooled++
		near(t, tc.Name+" "+tc.DType+": output", y, tc.Output.images().Values, 1e-6)
		near(t, tc.Name+" "+tc.DType+": input's gradient", dx, tc.InputGrad.images().Values, 1e-6)
	}
	if pooled != 6 {
		t.Errorf("%d cases of pools, want 6", pooled)
	}
}

// imageCases returns the reference cases.
func imageCases(t *testing.T) (cases []imageCase) {
	golden.Read(t, "testdata/images.json.gz", &cases)
	if len(cases) != 10 {
		t.Errorf("%d cases, want 10", len(cases))
	}
	return cases
}

package nn_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// An imageCase is the reference case of a module of PyTorch for images, or of an embedding.
type imageCase struct {
	Name, DType     string
	Shape, Out      []int // [N, C, H, W]
	Input, Upstream []float32
	Output          []float64
	InputGrads      []float64 `json:"input_grads"`
	Params          map[string][]float32
	ParamGrads      map[string][]float64 `json:"param_grads"`
	StateAfter      map[string][]float64 `json:"state_after"`
}

// layers returns the layers of the case.
func (c imageCase) layers() nn.Layers {
	set := func(kv ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	name, _, _ := strings.Cut(c.Name, ":")
	return map[string]nn.Layers{
		"Conv2d(2,3,k3)":              {{Kind: "conv2d", Size: 3}},
		"Conv2d(2,4,k3,stride2,pad1)": {{Kind: "conv2d", Size: 4, Settings: set("kernel", 3.0, "stride", 2.0, "padding", 1.0)}},
		"MaxPool2d(2)":                {{Kind: "max_pool"}},
		"AvgPool2d(2)":                {{Kind: "avg_pool"}},
		"AdaptiveAvgPool2d(1)":        {{Kind: "adaptive_avg_pool", Size: 1}},
		"BatchNorm2d(2) train":        {{Kind: "batch_norm"}},
		"Embedding(6,3)":              {{Kind: "embedding", Size: 3, Settings: set("values", []float64{6, 6, 6})}},
		"NatureCNN tiny": {
			{Kind: "conv2d", Size: 2, Settings: set("kernel", 4.0, "stride", 2.0)}, {Kind: "relu"},
			{Kind: "conv2d", Size: 3}, {Kind: "relu"}, {Kind: "flatten"}, {Kind: "linear", Size: 4},
		},
	}[name]
}

// rows returns numbers with PyTorch's axes [N, C, H, W] as rows of images [H, W, C]. Other shapes
// stay as they are.
func rows[T any](x []T, shape []int) []T {
	if len(shape) != 4 {
		return x
	}
	n, c, pixels := shape[0], shape[1], shape[2]*shape[3]
	y := make([]T, len(x))
	for i := range n {
		for k := range c {
			for p := range pixels {
				y[(i*pixels+p)*c+k] = x[(i*c+k)*pixels+p]
			}
		}
	}
	return y
}

// TestImages checks the outputs and the gradients of layers for images against PyTorch, with the
// weights and the gradients in the layout of files. In an embedding all columns have a table of their own,
// in PyTorch one table.
func TestImages(t *testing.T) {
	var cases []imageCase
	golden.Read(t, "testdata/images.json.gz", &cases)
	for _, c := range cases {
		t.Run(c.Name+"/"+c.DType, func(t *testing.T) {
			in, n := nn.Shape(c.Shape[1:]), c.Shape[0]
			if len(in) == 3 {
				in = nn.Shape{in[1], in[2], in[0]}
			}
			m := build(t, nn.Plan{In: in, Layers: c.layers()})
			params := byName(m)
			for name, value := range c.Params {
				importRepeated(params[tensorName(c, name)], value)
			}
			x := tape.NewParam("x", n, in.Size())
			copy(x.Value, rows(c.Input, c.Shape))
			tp := tape.New()
			xv := tp.Param(x)
			if strings.HasPrefix(c.Name, "Embedding") {
				xv = tp.Const(x.Value, n)
			}
			y := m.Forward(tp, xv, nn.Pass{Mode: nn.Training})
			golden.Near(t, "output", y.Value, rows(c.Output, c.Out)...)
			y.Mul(tp.Const(rows(c.Upstream, c.Out), n)).Sum().Backward()
			if len(c.InputGrads) > 0 {
				golden.Near(t, "input's gradient", x.Grad, rows(c.InputGrads, c.Shape)...)
			}
			for name, want := range c.ParamGrads {
				p := params[tensorName(c, name)]
				grad, got := p.Clone(), make([]float32, len(p.Value))
				copy(grad.Value, p.Grad)
				grad.Export(got)
				golden.Near(t, name+"'s gradient", summed(got, len(want)), want...)
			}
			for name, want := range c.StateAfter {
				golden.Near(t, name, params[tensorName(c, name)].Value, want...)
			}
		})
	}
}

// tensorName returns the name of the network's tensor for a name in the case.
func tensorName(c imageCase, name string) string {
	if strings.HasPrefix(c.Name, "NatureCNN") {
		return "net." + name
	}
	return "net.0." + name
}

// importRepeated sets p to value, repeated as often as it fits.
func importRepeated(p *tape.Param, value []float32) {
	var all []float32
	for len(all) < len(p.Value) {
		all = append(all, value...)
	}
	p.Import(all)
}

// summed returns the sum of the parts of x that have n elements each.
func summed(x []float32, n int) []float32 {
	y := make([]float32, n)
	for i, v := range x {
		y[i%n] += v
	}
	return y
}

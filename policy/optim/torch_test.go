package optim_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// torchSettings are the Settings with the keys of testdata/torch.json.gz, which are PyTorch's.
type torchSettings struct {
	Betas                   []float64 `json:"betas"`
	Eps                     *float64  `json:"eps"`
	AMSGrad                 *bool     `json:"amsgrad"`
	Alpha                   *float64  `json:"alpha"`
	Centered                *bool     `json:"centered"`
	Momentum                *float64  `json:"momentum"`
	Dampening               *float64  `json:"dampening"`
	Nesterov                *bool     `json:"nesterov"`
	InitialAccumulatorValue *float64  `json:"initial_accumulator_value"`
	WeightDecay             *float64  `json:"weight_decay"`
}

// TestTorch compares each optimiser with recorded steps of PyTorch, with and without weight decay:
// see testdata/README.md.
func TestTorch(t *testing.T) {
	var file struct {
		Init  []float32
		Cases map[string]struct {
			Class    string
			Rate     float32
			Settings torchSettings
			After    [][]float64
		}
	}
	golden.Read(t, "testdata/torch.json.gz", &file)
	for name, c := range file.Cases {
		t.Run(name, func(t *testing.T) {
			w := tape.NewVector("w", len(file.Init))
			copy(w.Value, file.Init)
			o, err := optim.ByName(c.Class, optim.Settings(c.Settings), []*tape.Param{w})
			if err != nil {
				t.Fatal(err)
			}
			o.Rate = c.Rate
			for step, after := range c.After {
				for i, v := range w.Value {
					x := float64(i)
					w.Grad[i] = float32(math.Sin(3*float64(step)+x)*(1+x) - 0.25 + float64(v)/2)
				}
				o.Step()
				golden.Near(t, "w", w.Value, after...)
			}
		})
	}
}

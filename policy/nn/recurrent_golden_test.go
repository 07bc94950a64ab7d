package nn_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// A sequenceCase is the reference case of a module of PyTorch for sequences.
type sequenceCase struct {
	Name, DType string
	Shapes      [][]int     // shapes of the inputs
	Inputs      [][]float32 // x, and the states before the first step
	Outputs     [][]float64 // y, and the states after the last step
	Upstream    [][]float32 // gradients of the loss with respect to the outputs
	InputGrads  [][]float64 `json:"input_grads"`
	Params      map[string][]float32
	ParamGrads  map[string][]float64 `json:"param_grads"`
}

// sequenceCases returns the reference cases whose names begin with a prefix.
func sequenceCases(t *testing.T, prefix string) []sequenceCase {
	var all, some []sequenceCase
	golden.Read(t, "testdata/sequences.json.gz", &all)
	for _, c := range all {
		if strings.HasPrefix(c.Name, prefix) {
			some = append(some, c)
		}
	}
	if len(some) == 0 {
		t.Fatalf("no reference case is called %s…", prefix)
	}
	return some
}

// network returns the layer with the weights of the case.
func (c sequenceCase) network(t *testing.T, l nn.Layer) nn.Network {
	t.Helper()
	shape := c.Shapes[0]
	m := build(t, nn.Plan{In: nn.Shape{shape[len(shape)-1]}, Layers: nn.Layers{l}})
	params := byName(m)
	for name, value := range c.Params {
		params["net.0."+name].Import(value)
	}
	if len(params) != len(c.Params) {
		t.Fatalf("%d parameters, want %d", len(params), len(c.Params))
	}
	return m
}

// TestRecurrent checks the outputs and the states of recurrent layers against PyTorch.
func TestRecurrent(t *testing.T) {
	for prefix, kind := range map[string]string{"LSTM": "lstm", "GRU": "gru", "RNN tanh": "rnn"} {
		for _, c := range sequenceCases(t, prefix) {
			t.Run(c.Name+"/"+c.DType, func(t *testing.T) {
				m, steps, n := c.network(t, c.recurrent(kind)), c.Shapes[0][0], c.Shapes[0][1]
				memory := c.memory(m, n)
				past, tp := nn.NewMemory(memory, m.MemorySize()), tape.New()
				y := m.Forward(tp, tp.Const(c.Inputs[0], steps*n), nn.Pass{Steps: steps, Memory: past})
				golden.Near(t, "output", y.Value, c.Outputs[0]...)
				for s := range steps {
					m.Infer(make([]float32, n*4), c.Inputs[0][s*n*3:(s+1)*n*3], past)
				}
				states := len(c.Outputs) - 1 // h, and c of an LSTM
				for k, want := range c.Outputs[1:] {
					for row := range len(want) / 4 { // row i of layer row / n
						at := row%n*m.MemorySize() + (row/n*states+k)*4
						golden.Near(t, "state", memory[at:at+4], want[row*4:(row+1)*4]...)
					}
				}
			})
		}
	}
}

// TestRecurrentReference checks the gradients of recurrent layers against PyTorch. In PyTorch, the
// loss depends on the states after the last step, too; the layers do not record these states, so
// the reference adds the gradients by them.
func TestRecurrentReference(t *testing.T) {
	for prefix, kind := range map[string]string{"LSTM": "lstm", "GRU": "gru", "RNN tanh": "rnn"} {
		for _, c := range sequenceCases(t, prefix) {
			t.Run(c.Name+"/"+c.DType, func(t *testing.T) {
				m, steps, n := c.network(t, c.recurrent(kind)), c.Shapes[0][0], c.Shapes[0][1]
				memory := c.memory(m, n)
				x, tp := tape.NewParam("x", steps*n, 3), tape.New()
				copy(x.Value, c.Inputs[0])
				p := nn.Pass{Steps: steps, Memory: nn.NewMemory(memory, m.MemorySize())}
				m.Forward(tp, tp.Param(x), p).Mul(tp.Const(c.Upstream[0], steps*n)).Sum().Backward()
				r := newReference(m, kind, steps, n, 3, c.Inputs[0], nil)
				r.setMemory(memory)
				none, states := make([]float64, steps*n*4), c.upstreamStates()
				check := func(name string, grad []float32, value, want []float64) {
					for i, d := range r.gradient(value, none, states) {
						grad[i] += float32(d)
					}
					golden.Near(t, "gradient of "+name, grad, want...)
				}
				check("x", x.Grad, r.x, c.InputGrads[0])
				for _, p := range nn.Params(m) {
					name := strings.TrimPrefix(p.Name, "net.0.")
					check(name, exportedGrad(p), r.params[name], c.ParamGrads[name])
				}
			})
		}
	}
}

// recurrent returns the layer of the case.
func (c sequenceCase) recurrent(kind string) nn.Layer {
	l := nn.Layer{Kind: kind, Size: 4}
	if strings.Contains(c.Name, "num_layers=2") {
		l.Settings = map[string]any{"layers": 2.0}
	}
	return l
}

// memory returns the memory of n sequences before the first step of the case.
func (c sequenceCase) memory(m nn.Network, n int) []float32 {
	memory := make([]float32, n*m.MemorySize())
	for k, state := range c.Inputs[1:] {
		for i := range n {
			copy(memory[i*m.MemorySize()+k*4:], state[i*4:(i+1)*4])
		}
	}
	return memory
}

// upstreamStates returns the gradients of the loss with respect to the states after the last step,
// ordered as the states of a reference.
func (c sequenceCase) upstreamStates() (up []float64) {
	for row := range len(c.Upstream[1]) / 4 {
		for _, state := range c.Upstream[1:] {
			up = append(up, float64s(state[row*4:(row+1)*4])...)
		}
	}
	return up
}

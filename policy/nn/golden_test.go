package nn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// The reference numbers come from PyTorch: see testdata/README.md.

// A layer is the reference case of one operation on the tape.
type layer struct {
	Name, DType string
	Rows        int         // rows of each input
	Inputs      [][]float32 // x, and the targets of a loss
	Output      []float64
	Upstream    []float32            // gradient of the loss with respect to the output
	InputGrads  []float64            `json:"input_grads"`
	Params      map[string][]float32 // parameters of Linear and of the normalisation layers
	ParamGrads  map[string][]float64 `json:"param_grads"`
	StateAfter  map[string][]float64 `json:"state_after"` // running averages after the operation
}

// apply records the operation on the tape of x.
func (l layer) apply(x *tape.Var, params map[string]*tape.Param) *tape.Var {
	tp := x.Tape()
	if act, ok := torchActivations()[l.Name]; ok {
		return x.Activate(act)
	}
	switch l.Name {
	case "Linear(4,3)":
		return x.Linear(tp.Param(params["weight"]), tp.Param(params["bias"]), f32.Identity)
	case "LayerNorm(5)":
		return x.LayerNorm(tp.Param(params["weight"]), tp.Param(params["bias"]), 1e-5)
	case "BatchNorm1d(4) train":
		return x.BatchNorm(tp.Param(params["weight"]), tp.Param(params["bias"]), 1e-5)
	case "BatchNorm1d(4) eval":
		// y = (x - μ) w / σ + b
		mean, scale := tp.Const(l.Params["running_mean"], 1), make([]float32, 4)
		for i, v := range l.Params["running_var"] {
			scale[i] = float32(1 / math.Sqrt(float64(v)+1e-5))
		}
		return x.Sub(mean).Mul(tp.Const(scale, 1)).Mul(tp.Param(params["weight"])).Add(tp.Param(params["bias"]))
	case "loss:huber_loss(delta=.5)":
		return loss.Huber(x, tp.Const(l.Inputs[1], l.Rows), 0.5)
	case "loss:smooth_l1_loss(beta=1)":
		return loss.Huber(x, tp.Const(l.Inputs[1], l.Rows), 1)
	case "act:LogSoftmax":
		return x.LogSoftmax()
	case "act:Softmax":
		return x.LogSoftmax().Exp()
	case "loss:mse_loss":
		return loss.Squared(x, tp.Const(l.Inputs[1], l.Rows))
	case "loss:cross_entropy":
		return loss.CrossEntropy(x, l.Inputs[1])
	}
	panic("no operation called " + l.Name)
}

// torchActivations returns the activations by the names of their reference cases.
func torchActivations() map[string]f32.Activation {
	return map[string]f32.Activation{
		"act:ReLU": f32.ReLUAct, "act:Tanh": f32.TanhAct, "act:Sigmoid": f32.SigmoidAct, "act:ELU": f32.ELUAct,
		"act:SELU": f32.SELUAct, "act:GELU": f32.GELUAct, "act:GELU(tanh)": f32.GELUTanhAct, "act:LeakyReLU(.01)": f32.LeakyReLUAct,
		"act:Softplus": f32.SoftplusAct, "act:SiLU": f32.SiLUAct, "act:Mish": f32.MishAct, "act:Hardtanh": f32.HardtanhAct,
		"act:Hardswish": f32.HardswishAct,
	}
}

// TestLayers checks the output and the gradients of every operation against PyTorch.
func TestLayers(t *testing.T) {
	var layers []layer
	golden.Read(t, "testdata/layers.json.gz", &layers)
	for _, l := range layers {
		t.Run(l.Name+"/"+l.DType, func(t *testing.T) {
			x := tape.NewParam("x", l.Rows, len(l.Inputs[0])/l.Rows)
			copy(x.Value, l.Inputs[0])
			params := map[string]*tape.Param{}
			for name, v := range l.Params {
				rows := len(v) / min(len(v), x.Cols)
				params[name] = tape.NewParam(name, rows, len(v)/rows)
				copy(params[name].Value, v)
			}
			tp := tape.New()
			y := l.apply(tp.Param(x), params)
			golden.Near(t, "output", y.Value, l.Output...)
			n := float32(len(l.Upstream))
			y.Mul(tp.Const(l.Upstream, y.Rows)).Mean().Scale(n).Backward()
			golden.Near(t, "input's gradient", x.Grad, l.InputGrads...)
			for name, want := range l.ParamGrads {
				golden.Near(t, name+"'s gradient", params[name].Grad, want...)
			}
		})
	}
}

// An mlpCase is a reference case with one or two networks: a loss, its gradients, and ten steps
// of several optimisers.
type mlpCase struct {
	Loss, DType, Activation string
	Sizes                   []int
	Input                   []float32
	Outputs                 [][]float64
	Target                  []float32
	Init                    map[string][]float32
	Loss0, Norm             float64
	Grads0                  map[string][]float64
	Clipped                 struct {
		Most  float32
		Grads map[string][]float64
	}
	Optimizers map[string]struct {
		Class           string
		Rate            float32
		Kwargs          optim.Settings
		Losses          []float64
		After1, After10 map[string][]float64
	}

	// fields of the case ppo only
	Actions, Advantages, Returns []float32
	OldLogProb                   []float32 `json:"old_log_prob"`
	OldValues                    []float32 `json:"old_values"`
	ClipRange                    float32   `json:"clip_range"`
	ClipRangeVF                  float32   `json:"clip_range_vf"`
	VFCoef                       float32   `json:"vf_coef"`
	EntCoef                      float32   `json:"ent_coef"`
	Parts                        struct {
		Policy  float64   `json:"policy_loss"`
		Value   float64   `json:"value_loss"`
		Entropy float64   `json:"entropy_loss"`
		LogProb []float64 `json:"log_prob"`
		Ratio   []float64
	}
}

// networks returns the networks of the case. It also returns their parameters, by the names in
// the case.
func (c *mlpCase) networks(t *testing.T) (nets []nn.Network, params map[string]*tape.Param) {
	prefix, outs := []string{"net"}, c.Sizes[len(c.Sizes)-1:]
	hidden := c.Sizes[1 : len(c.Sizes)-1]
	if c.Loss == "ppo" {
		prefix, outs, hidden = []string{"pi", "vf"}, []int{3, 1}, c.Sizes[1:]
	}
	params = map[string]*tape.Param{}
	names := strings.NewReplacer("net.", "", "pi.4", "action_net", "vf.4", "value_net")
	for i, name := range prefix {
		plan := mlp(t, c.Sizes[0], hidden, outs[i], nn.MLPOptions{Activation: c.Activation, Gain: 1})
		m, err := nn.Native{}.Build(newRand(), name, plan)
		if err != nil {
			t.Fatal(err)
		}
		nets = append(nets, m)
		for _, p := range nn.Params(m) {
			params[names.Replace(p.Name)] = p
		}
	}
	if len(params) != len(c.Init) {
		t.Fatalf("%d parameters, want %d", len(params), len(c.Init))
	}
	return nets, params
}

// set sets the parameters to their initial values and their gradients to 0.
func (c *mlpCase) set(params map[string]*tape.Param) {
	for name, p := range params {
		if copy(p.Value, c.Init[name]) != len(p.Value) {
			panic(name)
		}
		clear(p.Grad)
	}
}

// objective records the loss for the outputs y of the networks, on the tape of y. If t is not
// nil, it also compares the parts of PPO's loss with the case.
func (c *mlpCase) objective(t *testing.T, y []*tape.Var) *tape.Var {
	tp := y[0].Tape()
	col := func(x []float32) *tape.Var { return tp.Const(x, len(x)) }
	switch c.Loss {
	case "mse":
		return loss.Squared(y[0], tp.Const(c.Target, y[0].Rows))
	case "cross_entropy":
		return loss.CrossEntropy(y[0], c.Target)
	case "huber":
		return loss.Huber(y[0], tp.Const(c.Target, y[0].Rows), 1)
	}
	head, _ := dist.NewHead(env.Discrete{N: 3}, 0)
	pi := head.Dist(y[0], nil, nil)
	logp, entropy := pi.LogProb(c.Actions), pi.Entropy().Mean()
	ratio := logp.Sub(col(c.OldLogProb)).Exp()
	clipped := loss.Clipped(ratio, col(normalized(c.Advantages)), c.ClipRange)
	value := loss.ClippedSquared(y[1], col(c.OldValues), col(c.Returns), c.ClipRangeVF)
	if t != nil {
		golden.Near(t, "log_prob", logp.Value, c.Parts.LogProb...)
		golden.Near(t, "ratio", ratio.Value, c.Parts.Ratio...)
		golden.Near(t, "policy_loss", clipped.Neg().Value, c.Parts.Policy)
		golden.Near(t, "value_loss", value.Value, c.Parts.Value)
		golden.Near(t, "entropy_loss", entropy.Neg().Value, c.Parts.Entropy)
	}
	return clipped.Neg().Add(value.Scale(c.VFCoef)).Sub(entropy.Scale(c.EntCoef))
}

// normalized returns (x - mean) / (standard deviation + 10⁻⁸). The variance is the sum of squares
// divided by n - 1.
func normalized(x []float32) []float32 {
	var mean, sum float64
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		sum += (float64(v) - mean) * (float64(v) - mean)
	}
	std, y := math.Sqrt(sum/float64(len(x)-1)), make([]float32, len(x))
	for i, v := range x {
		y[i] = float32((float64(v) - mean) / (std + 1e-8))
	}
	return y
}

// forward returns the networks' outputs for the input of the case.
func (c *mlpCase) forward(tp *tape.Tape, nets []nn.Network) (y []*tape.Var) {
	tp.Reset()
	x := tp.Const(c.Input, len(c.Input)/c.Sizes[0])
	for _, n := range nets {
		y = append(y, n.Forward(tp, x, nn.Pass{Mode: nn.Training}))
	}
	return y
}

// TestMLP checks outputs, losses, gradients and optimiser steps of whole networks against
// PyTorch.
func TestMLP(t *testing.T) {
	var cases []mlpCase
	golden.Read(t, "testdata/mlp.json.gz", &cases)
	for _, c := range cases {
		t.Run(c.Loss+"/"+c.DType, func(t *testing.T) {
			nets, params := c.networks(t)
			tp, ps := tape.New(), nn.Params(nets...)
			c.set(params)
			y := c.forward(tp, nets)
			for i, want := range c.Outputs {
				golden.Near(t, "output", y[i].Value, want...)
			}
			l := c.objective(t, y)
			golden.Near(t, "loss", l.Value, c.Loss0)
			l.Backward()
			norm := optim.Norm(ps)
			golden.Near(t, "norm", []float32{norm}, c.Norm)
			k := optim.ClipFactor(norm, c.Clipped.Most)
			for name, p := range params {
				golden.Near(t, name+"'s gradient", p.Grad, c.Grads0[name]...)
				for i := range p.Grad {
					p.Grad[i] *= k
				}
				golden.Near(t, name+"'s clipped gradient", p.Grad, c.Clipped.Grads[name]...)
			}
			for name, o := range c.Optimizers {
				c.set(params)
				opt, err := optim.ByName(o.Class, o.Kwargs, ps)
				if err != nil {
					t.Fatal(err)
				}
				opt.Rate = o.Rate
				for i, want := range o.Losses {
					l := c.objective(nil, c.forward(tp, nets))
					golden.Near(t, name+": loss", l.Value, want)
					l.Backward()
					if opt.Step(); i == 0 {
						nearAll(t, name+": after 1 step", params, o.After1)
					}
				}
				nearAll(t, name+": after 10 steps", params, o.After10)
			}
		})
	}
}

// nearAll compares the values of parameters with want, which has the expected values by name.
func nearAll(t *testing.T, what string, params map[string]*tape.Param, want map[string][]float64) {
	t.Helper()
	for name, p := range params {
		golden.Near(t, what+" "+name, p.Value, want[name]...)
	}
}

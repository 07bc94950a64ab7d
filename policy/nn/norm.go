package nn

import (
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// normEpsilon is added to variances, as in PyTorch.
const normEpsilon = 1e-5

// norms make what may stand between a layer's product and its activation.
func norms() map[string]func(name string, width int) step {
	return map[string]func(name string, width int) step{
		"none":  func(string, int) step { return nil },
		"layer": func(name string, width int) step { return &layerNorm{newScaling(name, width)} },
		"batch": func(name string, width int) step { return newBatchNorm(name, width) },
	}
}

// A scaling is what a norm learns.
type scaling struct{ weight, bias *tape.Param }

func newScaling(name string, width int) scaling {
	s := scaling{tape.NewVector(name+".weight", width), tape.NewVector(name+".bias", width)}
	f32.Fill(s.weight.Value, 1)
	return s
}

func (s scaling) params() []*tape.Param { return []*tape.Param{s.weight, s.bias} }
func (scaling) state(*state.State)      {}
func (s scaling) copy() scaling         { return scaling{s.weight.Clone(), s.bias.Clone()} }

// layerNorm normalises each row: see f32.LayerNorm.
type layerNorm struct{ scaling }

func (l *layerNorm) forward(t *tape.Tape, x *tape.Var) *tape.Var {
	return x.LayerNorm(t.Param(l.weight), t.Param(l.bias), normEpsilon)
}

func (l *layerNorm) infer(x []float32) {
	f32.LayerNorm(x, x, l.weight.Value, l.bias.Value, normEpsilon)
}

func (*layerNorm) buffers() []*tape.Param { return nil }
func (l *layerNorm) clone() step          { return &layerNorm{l.copy()} }

// batchNorm normalises each column: in training by the batch's mean and variance,
// in use by their running averages, which forward keeps: see f32.BatchNorm.
type batchNorm struct {
	scaling
	mean, variance *tape.Param
	batch          [2][]float32 // scratch: the mean and variance of a batch
}

// RunningVariance ends the names of running variances.
const RunningVariance = ".running_var"

// momentum is how far the running averages move towards a batch's, as in PyTorch.
const momentum = 0.1

func newBatchNorm(name string, width int) *batchNorm {
	b := &batchNorm{scaling: newScaling(name, width)}
	b.mean, b.variance = tape.NewVector(name+".running_mean", width), tape.NewVector(name+RunningVariance, width)
	f32.Fill(b.variance.Value, 1)
	b.batch = [2][]float32{make([]float32, width), make([]float32, width)}
	return b
}

func (b *batchNorm) forward(t *tape.Tape, x *tape.Var) *tape.Var {
	mean, variance := b.batch[0], b.batch[1]
	f32.Moments(mean, variance, x.Value)
	n := float32(x.Rows)
	f32.Affine(variance, n/max(n-1, 1), variance, 0) // the estimate of all rows' variance
	f32.Blend(b.mean.Value, mean, momentum)
	f32.Blend(b.variance.Value, variance, momentum)
	return x.BatchNorm(t.Param(b.weight), t.Param(b.bias), normEpsilon)
}

func (b *batchNorm) infer(x []float32) {
	f32.BatchNorm(x, x, b.mean.Value, b.variance.Value, b.weight.Value, b.bias.Value, normEpsilon)
}

func (b *batchNorm) buffers() []*tape.Param { return []*tape.Param{b.mean, b.variance} }

func (b *batchNorm) clone() step {
	c := newBatchNorm("", len(b.mean.Value))
	c.scaling, c.mean, c.variance = b.copy(), b.mean.Clone(), b.variance.Clone()
	return c
}

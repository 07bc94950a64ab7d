package nn

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// normEpsilon is added to variances before the square root, as in PyTorch.
const normEpsilon = 1e-5

// A scaling has the learned parameters of a normalisation layer: the outputs are weight times the
// normalised inputs, plus bias.
type scaling struct{ weight, bias *tape.Param }

// newScaling returns a scaling that does not change its inputs: all weights are 1 and all biases
// 0.
func newScaling(name string, width int) scaling {
	s := scaling{tape.NewVector(name+".weight", width), tape.NewVector(name+".bias", width)}
	f32.Fill(s.weight.Value, 1)
	return s
}

func (s scaling) clone() scaling        { return scaling{s.weight.Clone(), s.bias.Clone()} }
func (s scaling) params() []*tape.Param { return []*tape.Param{s.weight, s.bias} }

// MulAdds returns 0: a normalisation has no matrix product.
func (scaling) MulAdds() int { return 0 }

// layerNorm is the layer that normalises each row: see f32.LayerNorm. For images it has a weight and a
// bias for each number of an image, as PyTorch's LayerNorm over channels, height and width.
type layerNorm struct{ scaling }

// newLayerNorm is the Kind of layerNorm layers.
func newLayerNorm(_ *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	if err := Read(l).Err(); err != nil {
		return nil, nil, err
	}
	n := &layerNorm{newScaling(name, in.Size())}
	if len(in) == 3 {
		n.weight, n.bias = tape.NewImage(name+".weight", in[0], in[1], in[2]), tape.NewImage(name+".bias", in[0], in[1], in[2])
		f32.Fill(n.weight.Value, 1)
	}
	return n, in, nil
}

func (l *layerNorm) Forward(t *tape.Tape, x *tape.Var, _ Pass) *tape.Var {
	return x.LayerNorm(t.Param(l.weight), t.Param(l.bias), normEpsilon)
}

func (l *layerNorm) Infer(y, x []float32, _ Memory) {
	f32.LayerNorm(y, x, l.weight.Value, l.bias.Value, nil, normEpsilon)
}

func (*layerNorm) MemorySize() int                            { return 0 }
func (l *layerNorm) Tensors() (params, buffers []*tape.Param) { return l.params(), nil }
func (l *layerNorm) Clone() Network                           { return &layerNorm{l.clone()} }
func (*layerNorm) inPlace()                                   {}

// batchNorm is the layer that normalises each column, or each channel of images: see f32.BatchNorm. In training it
// uses the mean and variance of the batch, and updates their running averages. At
// inference it uses the running averages.
type batchNorm struct {
	scaling
	mean, variance *tape.Param  // running averages of each column's mean and variance
	batch          [2][]float32 // scratch: means and variances of the batch's columns
}

// RunningVariance is the suffix of the names of buffers with running variances.
const RunningVariance = ".running_var"

// momentum is the weight of the newest batch in the running averages, as in PyTorch.
const momentum = 0.1

// newBatchNorm is the Kind of batchNorm layers.
func newBatchNorm(_ *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	if err := Read(l).Err(); err != nil {
		return nil, nil, err
	}
	width := in.Size()
	if len(in) == 3 {
		width = in[2]
	}
	b := &batchNorm{scaling: newScaling(name, width)}
	b.mean, b.variance = tape.NewVector(name+".running_mean", width), tape.NewVector(name+RunningVariance, width)
	f32.Fill(b.variance.Value, 1)
	b.batch = [2][]float32{make([]float32, width), make([]float32, width)}
	return b, in, nil
}

func (b *batchNorm) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	if width := len(b.mean.Value); x.Cols != width { // images: each pixel is a row
		return b.Forward(t, x.Reshape(len(x.Value)/width, width), p).Reshape(x.Rows, x.Cols)
	}
	if p.Mode == Inference {
		return t.Record((*runningNorm)(b), x.Rows, x.Cols, x, t.Param(b.weight), t.Param(b.bias))
	}
	mean, variance := b.batch[0], b.batch[1]
	f32.Moments(mean, variance, x.Value)
	n := float32(x.Rows)
	f32.Affine(variance, n/max(n-1, 1), variance, 0) // f32.BatchNorm divides by n; the unbiased variance divides by n - 1
	f32.Blend(b.mean.Value, mean, momentum)
	f32.Blend(b.variance.Value, variance, momentum)
	return x.BatchNorm(t.Param(b.weight), t.Param(b.bias), normEpsilon)
}

func (b *batchNorm) Infer(y, x []float32, _ Memory) {
	f32.BatchNorm(y, x, b.mean.Value, b.variance.Value, b.weight.Value, b.bias.Value, normEpsilon)
}

func (*batchNorm) MemorySize() int { return 0 }

func (b *batchNorm) Tensors() (params, buffers []*tape.Param) {
	return b.params(), []*tape.Param{b.mean, b.variance}
}

func (b *batchNorm) Clone() Network {
	c := &batchNorm{scaling: b.clone(), mean: b.mean.Clone(), variance: b.variance.Clone()}
	c.batch = [2][]float32{make([]float32, len(b.batch[0])), make([]float32, len(b.batch[1]))}
	return c
}

func (*batchNorm) inPlace() {}

// runningNorm is a batchNorm at inference, as an operation on a tape. Its operands are x, the
// weight and the bias. The running averages are constants.
type runningNorm batchNorm

func (b *runningNorm) Forward(v *tape.Var) { (*batchNorm)(b).Infer(v.Value, v.In(0).Value, Memory{}) }

// Backward adds the gradients of the operands. With k = 1 / √(variance + ε), for each column: dx
// = dy w k, dw = Σ dy (x - mean) k, db = Σ dy.
func (b *runningNorm) Backward(v *tape.Var) {
	x, w, bias := v.In(0), v.In(1), v.In(2)
	for j, variance := range b.variance.Value {
		k, mean := float32(1/math.Sqrt(float64(variance)+normEpsilon)), b.mean.Value[j]
		var dw, db float64
		for i := j; i < len(v.Grad); i += v.Cols {
			g := v.Grad[i]
			dw += float64(g) * float64((x.Value[i]-mean)*k)
			db += float64(g)
			if x.Grad != nil {
				x.Grad[i] += float32(g * float32(w.Value[j]*k))
			}
		}
		if w.Grad != nil {
			w.Grad[j] += float32(dw)
		}
		if bias.Grad != nil {
			bias.Grad[j] += float32(db)
		}
	}
}

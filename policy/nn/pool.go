package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// poolLayer is a pool over windows of images: the largest number of each window, or the mean.
type poolLayer struct {
	pool   *f32.Pool // tables, which all copies of the layer share
	max    bool      // whether it is the largest number
	places lender[int32]
}

// newMaxPool is the Kind of max_pool layers.
func (b *planBuilder) newMaxPool(_ *rand.Rand, _ string, in Shape, l Layer) (Network, Shape, error) {
	return b.newPool(in, l, true)
}

// newAvgPool is the Kind of avg_pool layers.
func (b *planBuilder) newAvgPool(_ *rand.Rand, _ string, in Shape, l Layer) (Network, Shape, error) {
	return b.newPool(in, l, false)
}

// newPool returns the layer for max_pool or avg_pool.
func (b *planBuilder) newPool(in Shape, l Layer, max bool) (Network, Shape, error) {
	r := Read(l)
	k := r.Whole("kernel", 2, 1, maxWidth)
	stride, pad := r.Whole("stride", k, 1, maxWidth), r.Whole("padding", 0, 0, maxWidth)
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	if err := needImage(l.Kind, in); err != nil {
		return nil, nil, err
	}
	if err := f32.CheckPool(in[0], in[1], in[2], k, stride, pad); err != nil {
		return nil, nil, err
	}
	oh, ow := (in[0]+2*pad-k)/stride+1, (in[1]+2*pad-k)/stride+1
	if err := b.takePixels(oh*ow, oh*ow*in[2]); err != nil {
		return nil, nil, err
	}
	return &poolLayer{pool: f32.NewPool(in[0], in[1], in[2], k, stride, pad), max: max}, Shape{oh, ow, in[2]}, nil
}

// newAdaptivePool is the Kind of adaptive_avg_pool layers.
func (b *planBuilder) newAdaptivePool(_ *rand.Rand, _ string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	side := r.Outputs()
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	if err := needImage(l.Kind, in); err != nil {
		return nil, nil, err
	}
	if side > min(in[0], in[1]) {
		return nil, nil, fmt.Errorf("%s has the size %d, want the height and width of the outputs, at most those of the image %v", l.Kind, side, in)
	}
	return &poolLayer{pool: f32.NewAdaptivePool(in[0], in[1], in[2], side, side)}, Shape{side, side, in[2]}, nil
}

func (l *poolLayer) Forward(_ *tape.Tape, x *tape.Var, _ Pass) *tape.Var {
	if l.max {
		return x.MaxPool(l.pool)
	}
	return x.MeanPool(l.pool)
}

func (l *poolLayer) Infer(y, x []float32, _ Memory) {
	n := len(x) / l.pool.In()
	if !l.max {
		l.pool.Mean(y, x, 0, n)
		return
	}
	places := l.places.take(len(y))
	l.pool.Max(y, places, x, 0, n)
	l.places.give(places)
}

func (*poolLayer) Tensors() (params, buffers []*tape.Param) { return nil, nil }
func (l *poolLayer) Clone() Network                         { return &poolLayer{pool: l.pool, max: l.max} }
func (*poolLayer) MemorySize() int                          { return 0 }
func (*poolLayer) concurrent()                              {}
func (*poolLayer) rowWise()                                 {}

// flatten is the layer that makes a row of numbers of each image. The numbers stay as they lie in
// memory, the channels of a pixel next to each other. In PyTorch a flattened image has the pixels of a
// channel next to each other: see ordered.
type flatten struct{ shape Shape }

// newFlatten is the Kind of flatten layers.
func newFlatten(_ *rand.Rand, _ string, in Shape, l Layer) (Network, Shape, error) {
	return flatten{in}, Shape{in.Size()}, Read(l).Err()
}

func (flatten) Forward(_ *tape.Tape, x *tape.Var, _ Pass) *tape.Var { return x }
func (flatten) Infer(y, x []float32, _ Memory)                      { copyRows(y, x) }
func (flatten) Tensors() (params, buffers []*tape.Param)            { return nil, nil }
func (f flatten) Clone() Network                                    { return f }
func (flatten) MemorySize() int                                     { return 0 }
func (flatten) inPlace()                                            {}
func (flatten) rowWise()                                            {}

func (f flatten) inputOrder(order []int) []int {
	if len(f.shape) == 3 {
		return tape.ChannelsFirst(f.shape[0]*f.shape[1], f.shape[2])
	}
	return order
}

// copyRows copies x to y, unless they are the same memory.
func copyRows(y, x []float32) {
	if len(x) > 0 && &y[0] != &x[0] {
		copy(y, x)
	}
}

// embedding is the layer that looks up a learned vector for each choice, a whole number.
type embedding struct {
	table *tape.Param // [V, E] vectors of all values, those of the first choice first
	op    *tape.Embedding
}

// newEmbedding is the Kind of embedding layers.
func (b *planBuilder) newEmbedding(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	size, counts, init := r.Outputs(), r.Wholes("values", 1, MaxWeights), r.Text(initKey, "normal")
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	if len(in) != 1 || len(counts) != in[0] {
		return nil, nil, fmt.Errorf("%s has inputs of shape %v and %d numbers of values, want one for each input", l.Kind, in, len(counts))
	}
	e := &embedding{op: &tape.Embedding{}}
	rows := 0
	for _, n := range counts {
		e.op.First = append(e.op.First, rows)
		if rows += n; rows > b.left/size {
			return nil, nil, fmt.Errorf("%s of %v values and size %d %w", l.Kind, counts, size, errWeights)
		}
	}
	e.table = tape.NewParam(name+".weight", rows, size)
	switch init {
	case "normal":
		normal(rng, e.table, 1)
	case zeros:
	default:
		return nil, nil, fmt.Errorf("init %q, want normal", init)
	}
	return e, Shape{len(counts) * size}, nil
}

func (e *embedding) Forward(t *tape.Tape, x *tape.Var, _ Pass) *tape.Var {
	return x.Embed(t.Param(e.table), e.op)
}

func (e *embedding) Infer(y, x []float32, _ Memory) { e.op.Rows(y, x, e.table.Value, e.table.Cols) }

func (e *embedding) Tensors() (params, buffers []*tape.Param) {
	return []*tape.Param{e.table}, nil
}

// MulAdds returns 0: a look-up multiplies nothing.
func (*embedding) MulAdds() int     { return 0 }
func (e *embedding) Clone() Network { return &embedding{e.table.Clone(), e.op} }
func (*embedding) MemorySize() int  { return 0 }
func (*embedding) concurrent()      {}
func (*embedding) rowWise()         {}

package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// convLayer is a two-dimensional convolution of images, with an activation.
type convLayer struct {
	weight, bias *tape.Param
	shape        *f32.Conv      // tables, which all copies of the layer share
	act          f32.Activation // activation of the layer after it, computed together with this layer
	scratch      scratch        // packed weights
}

// newConv is the Kind of convolutions.
func (b *planBuilder) newConv(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	filters := r.Outputs()
	h, w := r.Pair("kernel", 3, 1, maxWidth)
	stride, pad := r.Whole("stride", 1, 1, maxWidth), r.Whole("padding", 0, 0, maxWidth)
	init, gain := r.Text(initKey, defaultInit), r.Number("gain", float64(defaultGain))
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	if err := needImage(l.Kind, in); err != nil {
		return nil, nil, err
	}
	shape := f32.ConvShape{H: in[0], W: in[1], C: in[2], KH: h, KW: w, Stride: stride, Pad: pad, O: filters}
	n, out, err := b.makeConv(name, shape)
	if err != nil {
		return nil, nil, err
	}
	initialise, err := initialisationOf(init)
	if err != nil {
		return nil, nil, err
	}
	n.initialise(rng, initialise, float32(gain))
	return n, out, nil
}

// makeConv returns a convolution whose weights and biases are 0, and the shape of its outputs.
func (b *planBuilder) makeConv(name string, s f32.ConvShape) (*convLayer, Shape, error) {
	if err := s.Check(); err != nil {
		return nil, nil, err
	}
	if s.KH*s.KW*s.C > (b.left-s.O)/s.O {
		return nil, nil, fmt.Errorf("conv2d of %d×%d×%d weights and %d filters %w", s.KH, s.KW, s.C, s.O, errWeights)
	}
	oh, ow := (s.H+2*s.Pad-s.KH)/s.Stride+1, (s.W+2*s.Pad-s.KW)/s.Stride+1
	if err := b.takePixels(s.H*s.W+oh*ow, oh*ow*s.O); err != nil {
		return nil, nil, err
	}
	n := &convLayer{
		weight: tape.NewKernel(name+".weight", s.KH, s.KW, s.C, s.O), bias: tape.NewVector(name+".bias", s.O), shape: f32.NewConv(s),
	}
	return n, Shape{oh, ow, s.O}, nil
}

// needImage returns an error if in is not the shape of an image.
func needImage(kind string, in Shape) error {
	if len(in) != 3 {
		return fmt.Errorf("%s has inputs of shape %v, want an image, as 84×84×4", kind, in)
	}
	return nil
}

// maxPixels is the largest number of pixels of a network, in the inputs and outputs of all
// convolutions and pools. Their tables have some numbers for each pixel.
const maxPixels = 1 << 21

// takePixels counts pixels of a layer with the given number of outputs. It returns an error if
// there are too many.
func (b *planBuilder) takePixels(pixels, outputs int) error {
	if outputs > maxRow {
		return fmt.Errorf("the outputs for one image are %d numbers, want %d at most", outputs, maxRow)
	}
	if b.pixels += pixels; b.pixels > maxPixels {
		return fmt.Errorf("the images of all layers have %d pixels, want %d at most", b.pixels, maxPixels)
	}
	return nil
}

// initialise sets the initial weights and biases.
func (l *convLayer) initialise(rng *rand.Rand, init initialisation, gain float32) {
	init(rng, &linear{weight: l.weight, bias: l.bias, in: l.shape.Terms(), out: l.shape.O * l.shape.KH * l.shape.KW}, gain)
}

func (l *convLayer) Forward(t *tape.Tape, x *tape.Var, _ Pass) *tape.Var {
	return x.Conv2d(l.shape, t.Param(l.weight), t.Param(l.bias), l.act)
}

func (l *convLayer) Infer(y, x []float32, _ Memory) {
	panels := l.scratch.take(l.shape.PanelsLen())
	l.shape.Pack(panels, l.weight.Value)
	l.shape.Forward(y, x, panels, l.bias.Value, 0, len(x)/l.shape.In(), l.act)
	l.scratch.give(panels)
}

func (l *convLayer) Tensors() (params, buffers []*tape.Param) {
	return []*tape.Param{l.weight, l.bias}, nil
}

func (l *convLayer) Clone() Network {
	return &convLayer{weight: l.weight.Clone(), bias: l.bias.Clone(), shape: l.shape, act: l.act}
}

// MulAdds returns the number of multiply-adds for one image.
func (l *convLayer) MulAdds() int  { return l.shape.Out() * l.shape.Terms() }
func (*convLayer) MemorySize() int { return 0 }
func (*convLayer) concurrent()     {}
func (*convLayer) rowWise()        {}

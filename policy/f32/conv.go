package f32

import "fmt"

// A ConvShape is the shape of a two-dimensional convolution. Images are [H, W, C], which is H rows of
// W pixels of C channels. Weights are [KH, KW, C, O]. The image gets a border of Pad zeros on each
// side. The batch is [N, H·W·C].
type ConvShape struct{ H, W, C, KH, KW, Stride, Pad, O int }

// Check returns an error if there is no such convolution: a number below 1, a kernel that is larger
// than the image with its border, or an image that is too large for the tables of Conv.
func (s ConvShape) Check() error {
	for _, v := range []struct {
		name string
		n    int
	}{{"height", s.H}, {"width", s.W}, {"channels", s.C}, {"kernel height", s.KH}, {"kernel width", s.KW}, {"stride", s.Stride}, {"filters", s.O}, {"padding", s.Pad + 1}} {
		if v.n < 1 || v.n > maxConvSide {
			return fmt.Errorf("a convolution of %d×%d×%d with a kernel of %d×%d, stride %d, padding %d and %d filters: want a %s between 1 and %d (padding from 0)",
				s.H, s.W, s.C, s.KH, s.KW, s.Stride, s.Pad, s.O, v.name, maxConvSide)
		}
	}
	h, w := s.H+2*s.Pad, s.W+2*s.Pad
	if s.KH > h || s.KW > w {
		return fmt.Errorf("a kernel of %d×%d is larger than the image of %d×%d with its border", s.KH, s.KW, h, w)
	}
	oh, ow := (h-s.KH)/s.Stride+1, (w-s.KW)/s.Stride+1
	if largest := max(countOf(h, w, s.C), countOf(oh, ow, s.O), countOf(s.KH, s.KW, s.C, s.O)); largest > maxConvFloats {
		return fmt.Errorf("a convolution of %d×%d×%d with a kernel of %d×%d and %d filters has %.0f numbers in an image or in its weights, want %d at most",
			s.H, s.W, s.C, s.KH, s.KW, s.O, largest, maxConvFloats)
	}
	if largest := max(countOf(s.KH, w, s.C), countOf(s.KH, ow+s.KW, s.O), float64(panelled(s.O))); largest > scratchSize {
		return fmt.Errorf("a convolution of %d×%d×%d with a kernel of %d×%d and %d filters has %.0f numbers in %d rows of an image, want %d at most",
			s.H, s.W, s.C, s.KH, s.KW, s.O, largest, s.KH, scratchSize)
	}
	return nil
}

// maxConvSide is the largest number of a ConvShape. maxConvFloats is the largest number of floats of
// an image or of the weights: distances in bytes are int32.
const (
	maxConvSide   = 1 << 16
	maxConvFloats = 1 << 28
)

// countOf returns the product of numbers, which may be too large for an int.
func countOf(numbers ...int) float64 {
	p := 1.0
	for _, n := range numbers {
		p *= float64(n)
	}
	return p
}

// A Conv has the tables that say where the numbers of a convolution lie. It does not change, and
// goroutines may share it.
//
// A convolution is a matrix product for each image, without a copy of the image: the rows are the
// pixels of the result, and the terms are the KH·KW·C numbers under the kernel. Tables say where the
// window of a pixel begins, and where a term lies in the window. Rows of images with a border are
// copied to scratch memory first.
type Conv struct {
	ConvShape
	OH, OW int // height and width of the result

	width   int         // width of the image with its border
	strip   int         // number of rows of the result that are computed at a time: the rows of the image under the kernel fit into a scratch
	pixels  []int32     // [OH·OW, 2]: window of the pixel, pixel of the result
	scatter []int32     // [OH·OW, 2]: pixel of the result, window of the pixel
	windows []int32     // [OH·OW]: window of the pixel
	terms   []int32     // [KH·KW·C]: term in the window
	taps    []int32     // [KH·KW·C, 2]: term in the window, row of the weights
	outputs []int32     // [O]: output in a pixel of the result
	gather  *gatherConv // not nil for stride 1 with as many pixels in the result as in the image
}

// A gatherConv computes the gradient of a convolution's input as a convolution of the gradient of the
// result, with a border, with the weights turned round. It is faster than Conv.scatterInput if the
// border is the only waste.
type gatherConv struct {
	width     int     // width of the gradient with its border
	top, left int     // height and width of the border
	strip     int     // number of rows of the image that are computed at a time
	at        []int32 // [H·W, 2]: window of the pixel, pixel of the image
	terms     []int32 // [KH·KW·O]: term in the window
}

// NewConv returns the tables of a convolution. It panics if Check returns an error.
func NewConv(s ConvShape) *Conv {
	if err := s.Check(); err != nil {
		panic("f32: " + err.Error())
	}
	c := &Conv{ConvShape: s, width: s.W + 2*s.Pad}
	c.OH, c.OW = (s.H+2*s.Pad-s.KH)/s.Stride+1, (c.width-s.KW)/s.Stride+1
	c.strip = c.OH
	if s.Pad > 0 {
		c.strip = min(c.OH, (scratchSize/(c.width*s.C)-s.KH)/s.Stride+1)
	}
	for y := range c.OH {
		for x := range c.OW {
			window, pixel := bytesOf(y*s.Stride*c.width+x*s.Stride, s.C), bytesOf(y*c.OW+x, s.O)
			c.pixels = append(c.pixels, window, pixel)
			c.scatter = append(c.scatter, pixel, window)
			c.windows = append(c.windows, window)
		}
	}
	c.terms = windowTerms(s.KH, s.KW, s.C, c.width)
	for i, term := range c.terms {
		c.taps = append(c.taps, term, bytesOf(i, s.O))
	}
	c.outputs = windowTerms(1, 1, s.O, 1)
	if s.Stride == 1 && c.OH == s.H && c.OW == s.W {
		c.gather = newGatherConv(s)
	}
	return c
}

// newGatherConv returns the tables of the gradient of a convolution's input.
func newGatherConv(s ConvShape) *gatherConv {
	g := &gatherConv{top: s.KH - 1 - s.Pad, left: s.KW - 1 - s.Pad}
	g.width = s.W + s.KW - 1
	g.strip = s.H
	if g.top > 0 || g.left > 0 {
		g.strip = min(s.H, scratchSize/(g.width*s.O)-s.KH+1)
	}
	for y := range s.H {
		for x := range s.W {
			g.at = append(g.at, bytesOf(y*g.width+x, s.O), bytesOf(y*s.W+x, s.C))
		}
	}
	g.terms = windowTerms(s.KH, s.KW, s.O, g.width)
	return g
}

// bytesOf returns the distance of n pixels of w floats in bytes.
func bytesOf(n, w int) int32 { return int32(4 * n * w) }

// windowTerms returns the places of the numbers of a window of h × w pixels of c floats [bytes]. Rows of
// the image have the given width in pixels.
func windowTerms(h, w, c, width int) []int32 {
	var terms []int32
	for y := range h {
		for x := range w {
			for i := range c {
				terms = append(terms, bytesOf(y*width+x, c)+4*int32(i))
			}
		}
	}
	return terms
}

// In returns the number of floats of an image, H·W·C.
func (c *Conv) In() int { return c.H * c.W * c.C }

// Out returns the number of floats of a result, OH·OW·O.
func (c *Conv) Out() int { return c.OH * c.OW * c.O }

// Terms returns the number of terms of a sum, KH·KW·C, which is the number of rows of the weights.
func (c *Conv) Terms() int { return c.KH * c.KW * c.C }

// PanelsLen returns the number of floats that Pack writes.
func (c *Conv) PanelsLen() int { return PackedLen(c.Terms(), c.O) }

// Pack writes the weights w [KH, KW, C, O] to panels for Forward. Call it once for each pass, before
// cores share the images.
func (c *Conv) Pack(panels, w []float32) {
	active.packMatrix(panels[:c.PanelsLen()], w[:c.Terms()*c.O], c.Terms(), c.O, false)
}

// InputPanelsLen returns the number of floats that PackInput writes.
func (c *Conv) InputPanelsLen() int { return PackedLen(c.KH*c.KW*c.O, c.C) }

// PackInput writes the weights w [KH, KW, C, O] to panels for Input. Call it once for each pass,
// before cores share the images.
func (c *Conv) PackInput(panels, w []float32) {
	c.packInput(active, panels[:c.InputPanelsLen()], w[:c.Terms()*c.O])
}

// Forward sets y [N, OH, OW, O] = act(convolution of x + b) for the images [from, to) of the batch
// x [N, H, W, C]. panels has the weights from Pack, and b [O] is the bias.
func (c *Conv) Forward(y, x, panels, b []float32, from, to int, act Activation) {
	c.forward(active, y[:to*c.Out()], x[:to*c.In()], panels[:c.PanelsLen()], b[:c.O], from, to, act)
}

// Weight adds rows [from, to) of the gradient of the weights to these rows of dw [KH·KW·C, O]. dy
// [n, OH, OW, O] is the gradient of the result before the activation: see LayerGrad. Sums are over
// all pixels of the n images, one image after another.
func (c *Conv) Weight(dw, x, dy []float32, n, from, to int) {
	c.weight(active, dw[:c.Terms()*c.O], x[:n*c.In()], dy[:n*c.Out()], n, from, to)
}

// Input adds the gradient of the images [from, to) to dx [N, H, W, C]. dy [N, OH, OW, O] is the
// gradient of the result before the activation, and panels has the weights from PackInput. If add is
// false, it sets dx instead, to the same bits as if dx had been zeros.
func (c *Conv) Input(dx, dy, panels []float32, from, to int, add bool) {
	c.input(active, dx[:to*c.In()], dy[:to*c.Out()], panels[:c.InputPanelsLen()], from, to, add)
}

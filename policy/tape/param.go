package tape

import "fmt"

// A Param is a learned matrix, with its gradient.
type Param struct {
	Name        string    // name as in PyTorch, for example actor.0.weight
	Rows, Cols  int       // shape in memory; a vector has one row
	Value, Grad []float32 // [Rows, Cols]
	form        form
	shape       []int // shape in files, for a form that does not give it; nil: the shape of the form
	order       []int // order[k] is the column of the transposed or plain matrix that is column k in files; nil: the same order
}

// A form is the relation between a Param's Shape and its Rows and Cols.
type form uint8

const (
	matrix     form = iota // Shape is [Rows, Cols]
	vector                 // Shape is [Cols]; there is one row
	transposed             // Shape is [Cols, Rows]
)

// NewParam returns a Param [rows, cols] of zeros.
func NewParam(name string, rows, cols int) *Param {
	n := rows * cols
	return &Param{Name: name, Rows: rows, Cols: cols, Value: make([]float32, n), Grad: make([]float32, n)}
}

// NewVector returns a Param of n zeros with the Shape [n], for example a bias.
func NewVector(name string, n int) *Param {
	p := NewParam(name, 1, n)
	p.form = vector
	return p
}

// NewTransposed returns a Param of zeros with the Shape [cols, rows]. In a file it is a [cols,
// rows] matrix. In memory it is the transposed matrix [rows, cols], which is faster. The weights
// of Dense are transposed parameters.
func NewTransposed(name string, rows, cols int) *Param {
	p := NewParam(name, rows, cols)
	p.form = transposed
	return p
}

// NewKernel returns a Param of zeros for the weights of a convolution. In a file it has the Shape
// [filters, channels, height, width]. In memory it is a matrix [height·width·channels, filters]: the
// channels of a pixel are next to each other, as in the rows of images.
func NewKernel(name string, height, width, channels, filters int) *Param {
	p := NewTransposed(name, height*width*channels, filters)
	p.shape = []int{filters, channels, height, width}
	p.order = ChannelsFirst(height*width, channels)
	return p
}

// NewImage returns a Param of zeros with one element for each number of an image. In a file it has the
// Shape [channels, height, width]. In memory a pixel has its channels next to each other.
func NewImage(name string, height, width, channels int) *Param {
	p := NewVector(name, height*width*channels)
	p.shape = []int{channels, height, width}
	p.order = ChannelsFirst(height*width, channels)
	return p
}

// ChannelsFirst returns, for images of this number of pixels and channels, the position in memory
// of each number in PyTorch's order. In memory a pixel has its channels next to each other; in
// PyTorch a channel has its pixels next to each other.
func ChannelsFirst(pixels, channels int) (order []int) {
	for c := range channels {
		for i := range pixels {
			order = append(order, i*channels+c)
		}
	}
	return order
}

// SetInputOrder sets the order of the columns of the Shape, which belong to the inputs of a layer: column
// k in a file is column order[k] in memory. The Param keeps the slice order. nil means the same
// order. The order must have one element for each column, or for each element of a vector.
func (p *Param) SetInputOrder(order []int) {
	if n := p.Cols; order != nil && len(order) != n && len(order) != p.Rows {
		panic(fmt.Sprintf("tape: %s has %d×%d elements, and an order of %d inputs", p.Name, p.Rows, p.Cols, len(order)))
	}
	p.order = order
}

// Shape returns the shape of the parameter in files: [Rows, Cols], or [Cols] for a vector,
// or [Cols, Rows] for a transposed parameter, or the four axes of a kernel. The caller must not
// change it.
func (p *Param) Shape() []int {
	switch {
	case p.shape != nil:
		return p.shape
	case p.form == vector:
		return []int{p.Cols}
	case p.form == transposed:
		return []int{p.Cols, p.Rows}
	}
	return []int{p.Rows, p.Cols}
}

// Transposed reports whether the rows of the matrix in memory are the columns of the matrix in
// files.
func (p *Param) Transposed() bool { return p.form == transposed }

// Export writes p.Value to dst, as a row-major array with the shape that Shape returns.
func (p *Param) Export(dst []float32) {
	p.checkLen(dst)
	if p.form != transposed && p.order == nil {
		copy(dst, p.Value)
		return
	}
	p.each(func(file, memory int) { dst[file] = p.Value[memory] })
}

// Import sets p.Value from src, a row-major array with the shape that Shape returns.
func (p *Param) Import(src []float32) {
	p.checkLen(src)
	if p.form != transposed && p.order == nil {
		copy(p.Value, src)
		return
	}
	p.each(func(file, memory int) { p.Value[memory] = src[file] })
}

// checkLen panics if x does not have one element for each element of p.
func (p *Param) checkLen(x []float32) {
	if len(x) != len(p.Value) {
		panic(fmt.Sprintf("tape: %s has %d elements, not %d", p.Name, len(p.Value), len(x)))
	}
}

// each calls the function move for each element, with its place in files and its place in memory.
func (p *Param) each(move func(file, memory int)) {
	rows, cols, row, col := p.Rows, p.Cols, p.Cols, 1 // rows and columns in files, and the distances between them in memory
	if p.form == transposed {
		rows, cols, row, col = cols, rows, col, row
	}
	for i := range rows {
		for k := range cols {
			j := k
			if p.order != nil {
				j = p.order[k]
			}
			move(i*cols+k, i*row+j*col)
		}
	}
}

// Clone returns a Param with the same name and value, and a gradient of zeros.
func (p *Param) Clone() *Param {
	c := NewParam(p.Name, p.Rows, p.Cols)
	c.form, c.shape, c.order = p.form, p.shape, p.order
	copy(c.Value, p.Value)
	return c
}

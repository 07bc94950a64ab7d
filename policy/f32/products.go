//go:build amd64 || arm64

package f32

// A blockFunc computes several blocks of a matrix product, each below the block before. A block
// is a few rows high and a few SIMD vectors wide. Strides are in bytes. The function product in
// tools/kernels documents the arguments.
type blockFunc func(blocks, k int, a *float32, ra, ca int, b *float32, ldb int, c *float32, ldc int, bias *float32, tail int, floor float32)

// A packFunc copies the columns of matrix b for one panel to dst, without gaps between the rows.
type packFunc func(dst, src *float32, k, ld, tail int)

// products computes matrix products c = a b with the blocks of one instruction set. It divides c
// into panels; a panel has the width of a block and the height of c. The columns of b for one
// panel stay in the first-level cache while the blocks of the panel are computed, from top to
// bottom.
type products struct {
	lanes     int             // number of floats in a vector, 1 << shift
	shift     int             // log₂ lanes
	rows      []int           // heights of the blocks in rows, the largest first, 1 last
	widest    int             // width of the widest block with several rows [vectors]
	widestRow int             // width of the widest block with one row [vectors]
	block     [9][9]blockFunc // functions for blocks, by height [rows] and width [vectors]
	split     [9][9]blockFunc // functions for blocks that keep two sums, over even k and over odd k; nil: not available
	pack      [5]packFunc     // functions that pack columns, by width [vectors]
	transpose func(dst *float32, ldd int, src *float32, lds, rows, k int)
	narrow    func(y, x, w, b *float32, n, in, out int)
	activate  *[activations]func(dst, x []float32) // activations without a floor
	panels    *panelBlocks
	packPanel func(dst, src []float32, k, ld, n int) // pack of kernels
}

// A product describes one matrix product: c [m, n] = max(bias + a b, floor). If bias is nil, it is
// c = a b if zero is true, and otherwise c += a b. Element i, k of a is a[i·ra + k·ca]. Element k, j of b is b[k·ldb + j], or
// b[j·ldb + k] if b is transposed.
type product struct {
	m, n, k      int // a is [m, k], b is [k, n]
	a            []float32
	ra, ca       int // distance in a between rows, and between columns
	b            []float32
	ldb          int // distance in b between rows
	transposed   bool
	c, bias      []float32
	zero         bool
	floor        float32
	rowInvariant bool // whether a row of c must have the same bits for every m
}

// product computes the matrix product p.
func (s *products) product(p *product) {
	if p.m == 0 || p.k == 0 {
		return
	}
	for j := 0; j < p.n; {
		vectors := s.panelWidth(p, (p.n-j+s.lanes-1)>>s.shift)
		s.panel(p, j, vectors)
		j += vectors * s.lanes
	}
}

// panelWidth returns the width of the next panel [vectors]. left is the number of vectors in each
// row of c that are not computed yet.
func (s *products) panelWidth(p *product, left int) int {
	width := s.widest
	if p.m == 1 {
		width = s.widestRow
	}
	if left == width+1 && width == s.widest && width >= 3 {
		return width - 1 // two panels of nearly the same width are faster than a wide panel and a panel of width 1
	}
	for width > left || p.m == 1 && s.block[1][width] == nil {
		width--
	}
	return width
}

// panel computes the panel of c that begins with column j. vectors is the width of the panel.
func (s *products) panel(p *product, j, vectors int) {
	tail := min(s.lanes, p.n-j-(vectors-1)*s.lanes)
	many := 32 // number of rows from which packing a large matrix pays
	if p.rowInvariant {
		many = 64
	}
	pack := p.transposed || tail < s.lanes || p.m >= many && p.k*p.ldb > 6144
	if !pack {
		for k := 0; k < p.k; k += maxDepth {
			s.blocks(p, j, vectors, tail, p.b[k*p.ldb+j:], p.ldb, k, min(maxDepth, p.k-k))
		}
		return
	}
	if vectors >= len(s.pack) || s.pack[vectors] == nil { // only products with one row of c have panels of this width
		for half := vectors / 2; vectors > 0; vectors -= half {
			s.panel(p, j, half)
			j += half * s.lanes
		}
		return
	}
	scratch := getScratch()
	for k := 0; k < p.k; k += maxDepth {
		depth := min(maxDepth, p.k-k)
		s.packed(scratch, p, j, vectors, tail, k, depth)
		s.blocks(p, j, vectors, tail, scratch.floats[:], vectors*s.lanes, k, depth)
	}
	scratch.put()
}

// packed copies rows [k, k+depth) of b to scratch, but only the columns of the panel that begins
// with column j.
func (s *products) packed(scratch *scratch, p *product, j, vectors, tail, k, depth int) {
	if !p.transposed {
		s.pack[vectors](&scratch.floats[0], &p.b[k*p.ldb+j], depth, 4*p.ldb, tail)
		return
	}
	for v := range vectors {
		rows := s.lanes
		if v == vectors-1 {
			rows = tail
		}
		s.transpose(&scratch.floats[v*s.lanes], 4*vectors*s.lanes, &p.b[(j+v*s.lanes)*p.ldb+k], 4*p.ldb, rows, depth)
	}
}

// blocks computes the blocks of a panel from top to bottom, for rows [k, k+depth) of the matrix
// p.b. The slice b has these rows.
func (s *products) blocks(p *product, j, vectors, tail int, b []float32, ldb, k, depth int) {
	var bias *float32
	switch {
	case k > 0:
	case p.bias != nil:
		bias = &p.bias[j]
	case p.zero:
		bias = &zeroBias[0]
	}
	floor := noFloor
	if k+depth == p.k {
		floor = p.floor
	}
	functions := &s.block
	if p.rowInvariant {
		functions = s.rowInvariantBlocks()
	}
	i := 0
	for _, rows := range s.rows {
		n := (p.m - i) / rows
		if f := functions[rows][vectors]; n > 0 && f != nil {
			f(n, depth, &p.a[i*p.ra+k*p.ca], 4*p.ra, 4*p.ca, &b[0], 4*ldb, &p.c[i*p.n+j], 4*p.n, bias, tail, floor)
			i += n * rows
		}
	}
}

func (s *products) dense(y, x, w, b []float32, n, in, out int, act Activation) {
	s.product(&product{m: n, n: out, k: in, a: x, ra: in, ca: 1, b: w, ldb: out, c: y, bias: b, floor: act.floor(), rowInvariant: true})
	s.apply(y, act)
}

// apply sets y = act(y), unless the floor of the product has done so.
func (s *products) apply(y []float32, act Activation) {
	if act != Identity && act != ReLUAct {
		s.activate[act](y, y)
	}
}

// rowInvariantBlocks returns functions for blocks that give a row the same bits for every height
// of the block.
func (s *products) rowInvariantBlocks() *[9][9]blockFunc {
	if s.split[1][1] != nil {
		return &s.split
	}
	return &s.block
}

func (s *products) denseInput(dx, dy, w []float32, n, in, out int, add bool) {
	s.product(&product{m: n, n: in, k: out, a: dy, ra: out, ca: 1, b: w, ldb: out, transposed: true, c: dx, floor: noFloor, zero: !add})
}

func (s *products) denseWeight(dw, x, dy []float32, n, in, out, from, to int) {
	switch {
	case n == 0:
	case in%(1<<10) == 0 && n >= 32 && out >= panelColumns:
		s.wideWeight(dw, x, dy, n, in, out, from, to)
	default:
		s.product(&product{m: to - from, n: out, k: n, a: x[from:], ra: 1, ca: in, b: dy, ldb: out, c: dw[from*out:], floor: noFloor})
	}
}

// wideWeight is denseWeight for rows of x that are a multiple of 4096 bytes apart, with the same bits. A
// column of x then has few places in the first-level cache. So wideWeight copies panelColumns columns at a
// time.
func (s *products) wideWeight(dw, x, dy []float32, n, in, out, from, to int) {
	b, a := getScratch(), getScratch()
	defer b.put()
	defer a.put()
	for k := 0; k < n; k += maxDepth {
		depth := min(maxDepth, n-k)
		wide := scratchSize / depth / panelColumns * panelColumns
		for j := 0; j < out; j += wide {
			columns := min(wide, out-j)
			for p := 0; p < columns; p += panelColumns {
				s.packPanel(b.floats[p*depth:], dy[k*out+j+p:], depth, out, min(panelColumns, columns-p))
			}
			for i := from; i < to; i += panelColumns {
				m := min(panelColumns, to-i)
				s.packPanel(a.floats[:], x[k*in+i:], depth, in, m)
				s.panels.multiply(panelProduct{m: m, n: columns, k: depth, a: a.floats[:], ra: 1, ca: panelColumns,
					b: b.floats[:], ldb: panelColumns, ldp: panelColumns * depth, c: dw[i*out+j:], ldc: out, floor: noFloor})
			}
		}
	}
}

func (s *products) linear(y, x, w, b []float32, n, in, out int, act Activation) {
	if n == 0 {
		return
	}
	if out == 1 { // narrow is faster for many outputs than for many rows, so the rows become its outputs
		Fill(y, b[0])
		s.narrow(&y[0], &w[0], &x[0], &y[0], 1, in, n)
	} else {
		s.narrow(&y[0], &x[0], &w[0], &b[0], n, in, out)
	}
	if act != Identity {
		s.activate[act](y, y)
	}
}

func (s *products) linearInput(dx, dy, w []float32, n, in, out int, add bool) {
	s.product(&product{m: n, n: in, k: out, a: dy, ra: out, ca: 1, b: w, ldb: in, c: dx, floor: noFloor, zero: !add})
}

func (s *products) linearWeight(dw, x, dy []float32, n, in, out, from, to int) {
	if n == 0 {
		return
	}
	s.product(&product{m: to - from, n: in, k: n, a: dy[from:], ra: 1, ca: out, b: x, ldb: in, c: dw[from*in:], floor: noFloor})
}

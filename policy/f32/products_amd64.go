package f32

import "math"

// A blockFunc computes blocks of a product that are a few rows high and a few
// vectors wide, one below the other. Strides are in bytes.
type blockFunc func(blocks, k int, a *float32, ra, ca int, b *float32, ldb int, c *float32, ldc int, bias *float32, tail int, floor float32)

// A packFunc copies a panel a few vectors wide, so that it has no gaps.
type packFunc func(dst, src *float32, k, ld, tail int)

// products computes matrix products: in panels of c as wide as a block, whose
// part of b stays in the nearest cache, and down each panel in blocks.
type products struct {
	lanes     int // of a vector, 1 << shift
	shift     int
	rows      []int           // heights of blocks, the greatest first, and 1 last
	widest    int             // vectors in the widest block of several rows
	widestRow int             // vectors in the widest block of one row
	block     [9][9]blockFunc // by rows and vectors
	split     [9][9]blockFunc // which sum even and odd products apart; nil for none
	rowTanh   [9]blockFunc    // of one row, with the tanh taken, by vectors
	pack      [4]packFunc     // by vectors
	transpose func(dst *float32, ldd int, src *float32, lds, rows, k int)
	dots      func(m, k int, a *float32, lda int, w *float32, y *float32, ldy int, bias float32)
	tanh      func(dst, x []float32)
}

// A product is c [m, n] = max(bias + a b, floor), or c += a b where there is no
// bias. Element i, k of a is a[i·ra + k·ca]. Element k, j of b is b[k·ldb + j],
// or b[j·ldb + k] if it is transposed.
type product struct {
	m, n, k    int
	a          []float32
	ra, ca     int
	b          []float32
	ldb        int
	transposed bool
	c, bias    []float32
	floor      float32
	row        bool // c's rows must not depend on m
}

// maxDepth is how many rows of b are used at a time.
const maxDepth = 512

var noFloor = float32(math.Inf(-1))

func (s *products) product(p *product) {
	if p.m == 0 || p.k == 0 {
		return
	}
	for j := 0; j < p.n; {
		vectors := s.width(p, (p.n-j+s.lanes-1)>>s.shift)
		s.panel(p, j, vectors)
		j += vectors * s.lanes
	}
}

// width is how many of the vectors left in a row the next panel takes.
func (s *products) width(p *product, left int) int {
	most := s.widest
	if p.m == 1 {
		most = s.widestRow
	}
	if left == most+1 && most == 3 {
		return 2 // two panels of 2 are better than one of 3 and one of 1
	}
	for most > left || p.m == 1 && s.block[1][most] == nil {
		most--
	}
	return most
}

// panel computes the columns of c from j on that some vectors hold.
func (s *products) panel(p *product, j, vectors int) {
	tail := min(s.lanes, p.n-j-(vectors-1)*s.lanes)
	pack := p.transposed || tail < s.lanes || p.m >= 32 && p.k*p.ldb > 6144
	if !pack && p.k <= maxDepth {
		s.blocks(p, j, vectors, tail, p.b[j:], p.ldb, 0, p.k)
		return
	}
	if vectors >= len(s.pack) { // of one row
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
		s.blocks(p, j, vectors, tail, scratch[:], vectors*s.lanes, k, depth)
	}
	scratch.put()
}

// packed brings rows k … of b's panel into scratch.
func (s *products) packed(scratch *scratch, p *product, j, vectors, tail, k, depth int) {
	if !p.transposed {
		s.pack[vectors](&scratch[0], &p.b[k*p.ldb+j], depth, 4*p.ldb, tail)
		return
	}
	for v := range vectors {
		rows := s.lanes
		if v == vectors-1 {
			rows = tail
		}
		s.transpose(&scratch[v*s.lanes], 4*vectors*s.lanes, &p.b[(j+v*s.lanes)*p.ldb+k], 4*p.ldb, rows, depth)
	}
}

// blocks goes down a panel, given rows k … of it.
func (s *products) blocks(p *product, j, vectors, tail int, b []float32, ldb, k, depth int) {
	var bias *float32
	if k == 0 && p.bias != nil {
		bias = &p.bias[j]
	}
	floor := noFloor
	if k+depth == p.k {
		floor = p.floor
	}
	kind := &s.block
	if p.row {
		kind = s.rowBlocks()
	}
	i := 0
	for _, rows := range s.rows {
		n := (p.m - i) / rows
		if f := kind[rows][vectors]; n > 0 && f != nil {
			f(n, depth, &p.a[i*p.ra+k*p.ca], 4*p.ra, 4*p.ca, &b[0], 4*ldb, &p.c[i*p.n+j], 4*p.n, bias, tail, floor)
			i += n * rows
		}
	}
}

func (s *products) dense(y, x, w, b []float32, n, in, out int, act Activation) {
	if n == 1 && in <= maxDepth {
		s.denseRow(y, x, w, b, in, out, act)
		return
	}
	s.product(&product{m: n, n: out, k: in, a: x, ra: in, ca: 1, b: w, ldb: out, c: y, bias: b, floor: act.floor(), row: true})
	if act == TanhAct {
		s.tanh(y, y)
	}
}

// denseRow is the product of one row, without the detours of those of several.
func (s *products) denseRow(y, x, w, b []float32, in, out int, act Activation) {
	plain, kind := &s.rowBlocks()[1], &s.rowTanh
	if act != TanhAct {
		kind = plain
	}
	j := 0
	for left := out >> s.shift; left > 0; {
		vectors := min(s.widestRow, left)
		for kind[vectors] == nil {
			vectors--
		}
		kind[vectors](1, in, &x[0], 0, 4, &w[j], 4*out, &y[j], 0, &b[j], s.lanes, act.floor())
		left -= vectors
		j += vectors * s.lanes
	}
	if j < out {
		plain[1](1, in, &x[0], 0, 4, &w[j], 4*out, &y[j], 0, &b[j], out-j, act.floor())
		if act == TanhAct {
			s.tanh(y[j:], y[j:])
		}
	}
}

// rowBlocks are the blocks whose rows do not depend on their number.
func (s *products) rowBlocks() *[9][9]blockFunc {
	if s.split[1][1] != nil {
		return &s.split
	}
	return &s.block
}

func (s *products) denseInput(dx, dy, w []float32, n, in, out int) {
	s.product(&product{m: n, n: in, k: out, a: dy, ra: out, ca: 1, b: w, ldb: out, transposed: true, c: dx, floor: noFloor})
}

func (s *products) denseWeight(dw, x, dy []float32, n, in, out, from, to int) {
	if n == 0 {
		return
	}
	s.product(&product{m: to - from, n: out, k: n, a: x[from:], ra: 1, ca: in, b: dy, ldb: out, c: dw[from*out:], floor: noFloor})
}

func (s *products) linear(y, x, w, b []float32, n, in, out int, act Activation) {
	if n == 0 {
		return
	}
	if n == 1 { // outputs in the place of rows
		s.dots(out, in, &w[0], 4*in, &x[0], &y[0], 4, 0)
		for j, v := range b {
			y[j] += v
		}
	} else {
		for j := range out {
			s.dots(n, in, &x[0], 4*in, &w[j*in], &y[j], 4*out, b[j])
		}
	}
	switch act {
	case ReLUAct:
		clipGeneric(y, y, 0, float32(math.Inf(1)))
	case TanhAct:
		s.tanh(y, y)
	}
}

func (s *products) linearInput(dx, dy, w []float32, n, in, out int) {
	s.product(&product{m: n, n: in, k: out, a: dy, ra: out, ca: 1, b: w, ldb: in, c: dx, floor: noFloor})
}

func (s *products) linearWeight(dw, x, dy []float32, n, in, out, from, to int) {
	if n == 0 {
		return
	}
	s.product(&product{m: to - from, n: in, k: n, a: dy[from:], ra: 1, ca: out, b: x, ldb: in, c: dw[from*in:], floor: noFloor})
}

// floor is what an activation raises sums to.
func (act Activation) floor() float32 {
	if act == ReLUAct {
		return 0
	}
	return noFloor
}

package f32

// A matrix in panels is a matrix [k, n] whose columns are cut into panels of panelColumns columns.
// Panel j is a matrix [k, panelColumns] without gaps, and panels follow one another. The columns
// of the last panel beyond n are not used. A product reads a panel in sequence.
//
// The products of this file add the terms of a sum one after another, in the order of k. So a row
// of the result has the same bits for every number of rows, and terms that are exactly 0 change
// nothing. Layers over sequences need this: a step alone gives the same bits as the whole sequence.

// panelColumns is the number of columns of a panel.
const panelColumns = 16

// zeroBias is the bias of a product that is not added to anything.
var zeroBias [256]float32

// panelled returns the number of columns of the panels of n columns.
func panelled(n int) int { return (n + panelColumns - 1) / panelColumns * panelColumns }

// A panelProduct describes c [m, n] = max(bias + a b, floor), or c = max(c + a b, floor) where bias
// is nil. Element i, k of a is a[i·ra + k·ca]. Row k of panel j of b begins at b[k·ldb + j·ldp];
// where b is not in panels, ldp is panelColumns. Row i of c begins at c[i·ldc].
type panelProduct struct {
	m, n, k  int
	a        []float32
	ra, ca   int
	b        []float32
	ldb, ldp int
	c        []float32
	ldc      int
	bias     []float32
	floor    float32
}

// An indexedProduct is a panelProduct whose rows and terms lie where tables say. The tables have
// distances in bytes. Element i, k of a lies at at[2i] + terms[k], and row i of c at at[2i+1].
type indexedProduct struct {
	m, n, k   int
	at, terms []int32
	a, b      []float32
	ldb, ldp  int
	c, bias   []float32
	floor     float32
}

// PackedLen returns the number of floats of a matrix [k, n] in panels.
func PackedLen(k, n int) int { return k * panelled(n) }

// A Packed is a matrix b [k, n] in panels, for products of many rows with the same b. Pack it
// once; then several goroutines may call Product at the same time.
type Packed struct {
	k, n   int
	panels []float32
}

// PackedIn returns a Packed for a matrix b [k, n] with the memory panels, which has
// PackedLen(k, n) floats or more. If the memory has a matrix that an earlier Packed has packed, Product can
// use it without Pack.
func PackedIn(panels []float32, k, n int) Packed {
	return Packed{k: k, n: n, panels: panels[:PackedLen(k, n)]}
}

// Pack copies w [k, n], or the transpose of w [n, k] if transposed is true. It allocates memory only
// if the memory of p is too small.
func (p *Packed) Pack(w []float32, k, n int, transposed bool) {
	size := PackedLen(k, n)
	if cap(p.panels) < size {
		p.panels = make([]float32, size)
	}
	p.k, p.n, p.panels = k, n, p.panels[:size]
	active.packMatrix(p.panels, w[:k*n], k, n, transposed)
}

// Product sets c [m, n] = act(bias + a b) for a [m, k] and bias [n]. If bias is nil, it sets
// c = act(c + a b). A row of c does not depend on the other rows or on m, bit for bit.
func (p *Packed) Product(c, a, bias []float32, m int, act Activation) {
	active.packedProduct(c[:m*p.n], a[:m*p.k], p.panels, bias, m, p.k, p.n, act)
}

// Product sets c [m, n] = act(bias + a w), or act(c + a w) if bias is nil, for w [k, n] that is not packed. The
// bits are the same as of Packed.Product. For a few rows it is faster than Pack and Product.
func Product(c, a, w, bias []float32, m, k, n int, act Activation) {
	active.matrixProduct(c[:m*n], a[:m*k], w[:k*n], bias, m, k, n, act)
}

// SequenceWeights adds rows [from, to) of xᵀ dy to these rows of dw [in, out], for x [rows, in] and
// dy [rows, out]. Sums are over all rows, one after another in their order. It has the results of
// DenseWeight, and always packs dy, which is faster for the many rows of sequences.
func SequenceWeights(dw, x, dy []float32, rows, in, out, from, to int) {
	if from < to {
		active.stridedProduct(stridedProduct{m: to - from, n: out, k: rows, a: x[from : rows*in], ra: 1, ca: in,
			b: dy[:rows*out], ldb: out, c: dw[from*out : in*out], ldc: out})
	}
}

// packMatrix brings w [k, n], or the transpose of w [n, k], into panels.
func (k *kernels) packMatrix(panels, w []float32, terms, n int, transposed bool) {
	ld := n
	if transposed {
		ld = terms
	}
	k.packStrided(panels, w, terms, n, ld, transposed)
}

// packStrided brings b into panels. Element i, j of b is w[i·ld + j], or w[j·ld + i] if transposed is
// true.
func (k *kernels) packStrided(panels, w []float32, terms, n, ld int, transposed bool) {
	for j := 0; j < n && terms > 0; j += panelColumns {
		columns := min(panelColumns, n-j)
		if transposed {
			k.packTransposed(panels[j*terms:], w[j*ld:], terms, ld, columns)
		} else {
			k.pack(panels[j*terms:], w[j:], terms, ld, columns)
		}
	}
}

// packedProduct computes Packed.Product.
func (k *kernels) packedProduct(c, a, panels, bias []float32, m, terms, n int, act Activation) {
	if m > 0 {
		k.panel(panelProduct{m: m, n: n, k: terms, a: a, ra: terms, ca: 1, b: panels, ldb: panelColumns, ldp: panelColumns * terms,
			c: c, ldc: n, bias: bias, floor: act.floor()})
		k.finish(c, act)
	}
}

// finish sets y = act(y), unless the floor of the product has done so.
func (k *kernels) finish(y []float32, act Activation) {
	if act != Identity && act != ReLUAct {
		k.activate[act](y, y)
	}
}

// matrixProduct computes Product.
func (k *kernels) matrixProduct(c, a, w, bias []float32, m, terms, n int, act Activation) {
	switch {
	case m == 0:
	case n%panelColumns == 0:
		k.panel(panelProduct{m: m, n: n, k: terms, a: a, ra: terms, ca: 1, b: w, ldb: n, ldp: panelColumns,
			c: c, ldc: n, bias: bias, floor: act.floor()})
		k.finish(c, act)
	default:
		k.stridedProduct(stridedProduct{m: m, n: n, k: terms, a: a, ra: terms, ca: 1, b: w, ldb: n, c: c, ldc: n, bias: bias})
		k.activate[act](c, c)
	}
}

// A stridedProduct describes c [m, n] = bias + a b, or c += a b where bias is nil, for matrices whose
// rows are ldb and ldc apart. Element k, j of b is b[k·ldb + j], or b[j·ldb + k] if transposed is
// true. If zero is true, bias is nil and it is c = a b.
type stridedProduct struct {
	m, n, k    int
	a          []float32
	ra, ca     int
	b          []float32
	ldb        int
	transposed bool
	c          []float32
	ldc        int
	bias       []float32
	zero       bool
}

// stridedDepth is the largest number of terms that a stridedProduct packs at a time.
const stridedDepth = 256

// stridedProduct packs b in parts that fit into a scratch, and multiplies. The parts change no bits,
// because each part adds to the sums that the part before it has stored.
func (k *kernels) stridedProduct(p stridedProduct) {
	if p.m == 0 || p.n == 0 {
		return
	}
	s := getScratch()
	defer s.put()
	for d := 0; d < p.k; d += stridedDepth {
		depth := min(stridedDepth, p.k-d)
		wide := scratchSize / depth / panelColumns * panelColumns
		for j := 0; j < p.n; j += wide {
			columns := min(wide, p.n-j)
			from := d*p.ldb + j
			if p.transposed {
				from = j*p.ldb + d
			}
			k.packStrided(s.floats[:], p.b[from:], depth, columns, p.ldb, p.transposed)
			var bias []float32
			switch {
			case d > 0:
			case p.bias != nil:
				bias = p.bias[j:]
			case p.zero:
				for i := range p.m {
					clear(p.c[i*p.ldc+j:][:columns])
				}
			}
			k.panel(panelProduct{m: p.m, n: columns, k: depth, a: p.a[d*p.ca:], ra: p.ra, ca: p.ca,
				b: s.floats[:], ldb: panelColumns, ldp: panelColumns * depth, c: p.c[j:], ldc: p.ldc, bias: bias, floor: noFloor})
		}
	}
}

package nn

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// The values of the setting positions.
const (
	sinusoidal  = "sinusoidal"
	noPositions = "none"
)

// tableSteps is the number of steps of an episode whose encodings are computed when the layer is made.
const tableSteps = 512

// positions adds the encoding of a step's number e in its episode to a row of inputs of d numbers.
// Vaswani et al. 2017, arXiv:1706.03762, section 3.5:
//
//	PE(e, 2i) = sin(e / 10000^(2i/d))    PE(e, 2i+1) = cos(e / 10000^(2i/d))
//
// Its methods take the Memory of an attention, which begins with e.
type positions struct {
	d     int
	rates []float64 // [(d+1)/2] 1 / 10000^(2i/d)
	table []float32 // [tableSteps, d]
}

// newPositions returns the positions with the given name; nil for none.
func newPositions(name string, d int) (*positions, error) {
	switch name {
	case noPositions:
		return nil, nil
	case sinusoidal:
		p := &positions{d: d, table: make([]float32, tableSteps*d)}
		for i := 0; i < d; i += 2 {
			p.rates = append(p.rates, math.Pow(10000, -float64(i)/float64(d)))
		}
		for e := range tableSteps {
			p.encode(p.table[e*d:(e+1)*d], e)
		}
		return p, nil
	}
	names := map[string]bool{sinusoidal: true, noPositions: true}
	return nil, fmt.Errorf("positions %q, %s", name, wantOneOf(name, names))
}

// encode computes the encoding of step e.
func (p *positions) encode(dst []float32, e int) {
	for i, rate := range p.rates {
		sin, cos := math.Sincos(float64(e) * rate)
		if dst[2*i] = float32(sin); 2*i+1 < len(dst) {
			dst[2*i+1] = float32(cos)
		}
	}
}

// write writes the encoding of step e to dst.
func (p *positions) write(dst []float32, e float32) {
	if e < tableSteps {
		copy(dst, p.table[int(e)*p.d:(int(e)+1)*p.d])
	} else {
		p.encode(dst, int(e))
	}
}

// forward returns x plus the encodings of its rows.
func (p *positions) forward(x *tape.Var, pass Pass) *tape.Var {
	if p == nil {
		return x
	}
	code, n := x.Tape().Blank(x.Rows, p.d), pass.Sequences(x.Rows)
	for i := range n {
		var e float32
		if !pass.Memory.Empty() {
			e = pass.Memory.Row(i, 1)[0]
		}
		for row := i; row < x.Rows; row += n {
			if pass.First != nil && pass.First[row] {
				e = 0
			}
			p.write(code.Value[row*p.d:(row+1)*p.d], e)
			e = tape.NextStep(e)
		}
	}
	return x.Add(code)
}

// infer returns x plus the encodings of its rows, in the slice sum, or x itself without positions.
func (p *positions) infer(sum, x []float32, m Memory) []float32 {
	if p == nil {
		return x
	}
	for i := 0; i*p.d < len(x); i++ {
		var e float32
		if !m.Empty() {
			e = m.Row(i, 1)[0]
		}
		p.write(sum[i*p.d:(i+1)*p.d], e)
	}
	f32.Add(sum, x, sum)
	return sum
}

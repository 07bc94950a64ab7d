package dist

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// categorical chooses among the columns of logp, log-probabilities [B, N].
type categorical struct{ logp *tape.Var }

func (d categorical) LogProb(act []float32) *tape.Var { return d.logp.At(act) }

// Entropy is -Σ p log p.
func (d categorical) Entropy() *tape.Var { return d.logp.Exp().Mul(d.logp).SumCols().Neg() }

// Sample inverts the cumulative distribution at a uniform u. Where rounding
// leaves the probabilities a sum below u, it takes the last that is not 0.
func (d categorical) Sample(rng []rand.PCG, act []float32) {
	p, n := d.logp.Exp().Value, d.logp.Cols
	for r := range act {
		u := rand.New(&rng[r]).Float32()
		for k, q := range p[r*n : (r+1)*n] {
			if q == 0 {
				continue
			}
			act[r] = float32(k)
			if u -= q; u < 0 {
				break
			}
		}
	}
}

// Probabilities returns the probability of each choice [B, N] of a head over Discrete
// actions, on d's tape; nil of other distributions.
func Probabilities(d Dist) []float32 {
	if c, ok := d.(categorical); ok {
		return c.logp.Exp().Value
	}
	return nil
}

func (d categorical) Mode(act []float32) {
	n := d.logp.Cols
	for r := range act {
		act[r] = float32(f32.ArgMax(d.logp.Value[r*n : (r+1)*n]))
	}
}

// several makes choices, for each tape in memory of its own.
type several struct {
	n     []int // how many there are to choose among
	dists []*choices
}

// dist reads x as choices, until it is called again for x's tape.
func (s *several) dist(x *tape.Var) *choices {
	for _, d := range s.dists {
		if d.x.Tape() == x.Tape() {
			d.x = x
			return d
		}
	}
	d := &choices{x, s.n}
	s.dists = append(s.dists, d)
	return d
}

// choices are several at once, the i-th among the next n[i] columns of x.
type choices struct {
	x *tape.Var
	n []int
}

// each calls f with every choice, and its column of act, if there is one.
func (d *choices) each(act []float32, f func(d categorical, column []float32)) {
	from := 0
	for i, n := range d.n {
		column := d.x.Tape().Blank(d.x.Rows, 1).Value
		if act != nil {
			for r := range column {
				column[r] = act[r*len(d.n)+i]
			}
		}
		f(categorical{d.x.Columns(from, from+n).LogSoftmax()}, column)
		from += n
	}
}

// LogProb is the sum of the choices'.
func (d *choices) LogProb(act []float32) (sum *tape.Var) {
	d.each(act, func(c categorical, column []float32) { sum = plus(sum, c.LogProb(column)) })
	return sum
}

// Entropy is the sum of the choices'.
func (d *choices) Entropy() (sum *tape.Var) {
	d.each(nil, func(c categorical, _ []float32) { sum = plus(sum, c.Entropy()) })
	return sum
}

func (d *choices) Sample(rng []rand.PCG, act []float32) {
	d.write(act, func(c categorical, column []float32) { c.Sample(rng, column) })
}

func (d *choices) Mode(act []float32) { d.write(act, categorical.Mode) }

// write fills the columns of act.
func (d *choices) write(act []float32, choose func(c categorical, column []float32)) {
	i := 0
	d.each(nil, func(c categorical, column []float32) {
		choose(c, column)
		for r, a := range column {
			act[r*len(d.n)+i] = a
		}
		i++
	})
}

// plus is a + b, where a may be nothing yet.
func plus(a, b *tape.Var) *tape.Var {
	if a == nil {
		return b
	}
	return a.Add(b)
}

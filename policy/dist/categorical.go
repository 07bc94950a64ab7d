package dist

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// categorical is a Dist over N actions with log-probabilities logp [B, N].
type categorical struct{ logp *tape.Var }

// LogProb returns the log-probability of each row's action.
func (d categorical) LogProb(act []float32) *tape.Var { return d.logp.At(act) }

// Entropy returns -Σ p log p of each row.
func (d categorical) Entropy() *tape.Var { return d.logp.Exp().Mul(d.logp).SumCols().Neg() }

// Sample samples a uniform number u for each row, and takes the first action whose cumulative
// probability is above u. If rounding makes the sum of all probabilities smaller than u, it takes
// the last action whose probability is not 0.
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

// Probabilities returns the probability of each value of each discrete variable [B,
// Head.Choices], on d's tape, in the order of a mask. A bit has two probabilities: of 0 and of 1.
// The result is nil for continuous actions.
func Probabilities(d Dist) []float32 {
	switch d := d.(type) {
	case categorical:
		return d.logp.Exp().Value
	case *multiCategorical:
		return d.probabilities()
	case bernoulli:
		return d.probabilities()
	}
	return nil
}

func (d categorical) Mode(act []float32) {
	n := d.logp.Cols
	for r := range act {
		act[r] = float32(f32.ArgMax(d.logp.Value[r*n : (r+1)*n]))
	}
}

// multiCategoricalCache keeps one multiCategorical per tape, so that Head.Dist allocates nothing
// after its first call for a tape.
type multiCategoricalCache struct {
	sizes []int // number of values of each discrete variable
	dists []*multiCategorical
}

// dist returns the distribution with logits x. It is valid until the next call with the same
// tape.
func (s *multiCategoricalCache) dist(x *tape.Var) *multiCategorical {
	for _, d := range s.dists {
		if d.x.Tape() == x.Tape() {
			d.x = x
			return d
		}
	}
	d := &multiCategorical{x, s.sizes}
	s.dists = append(s.dists, d)
	return d
}

// multiCategorical is a Dist of several independent discrete variables, here called choices:
// choice i has sizes[i] values. The logits x have sizes[i] columns for choice i, side by side in
// the order of the choices.
type multiCategorical struct {
	x     *tape.Var
	sizes []int
}

// forEach calls f for each choice, with the distribution of the choice and a column of B floats.
// The column is a copy of the choice's column of act. If act is nil, the column has arbitrary
// values.
func (d *multiCategorical) forEach(act []float32, f func(d categorical, column []float32)) {
	from := 0
	for i, n := range d.sizes {
		column := d.x.Tape().Blank(d.x.Rows, 1).Value
		if act != nil {
			for r := range column {
				column[r] = act[r*len(d.sizes)+i]
			}
		}
		f(categorical{d.x.Columns(from, from+n).LogSoftmax()}, column)
		from += n
	}
}

// LogProb returns the sum of the log-probabilities of all choices.
func (d *multiCategorical) LogProb(act []float32) (sum *tape.Var) {
	d.forEach(act, func(c categorical, column []float32) { sum = addTerm(sum, c.LogProb(column)) })
	return sum
}

// Entropy returns the sum of the entropies of all choices.
func (d *multiCategorical) Entropy() (sum *tape.Var) {
	d.forEach(nil, func(c categorical, _ []float32) { sum = addTerm(sum, c.Entropy()) })
	return sum
}

func (d *multiCategorical) Sample(rng []rand.PCG, act []float32) {
	d.writeColumns(act, func(c categorical, column []float32) { c.Sample(rng, column) })
}

func (d *multiCategorical) Mode(act []float32) { d.writeColumns(act, categorical.Mode) }

// writeColumns writes the actions to act [B, choices]. For each choice it calls choose, which
// writes the choice's column of act: one value for each row.
func (d *multiCategorical) writeColumns(act []float32, choose func(c categorical, column []float32)) {
	i := 0
	d.forEach(nil, func(c categorical, column []float32) {
		choose(c, column)
		for r, a := range column {
			act[r*len(d.sizes)+i] = a
		}
		i++
	})
}

// probabilities returns the probability of each value of each choice, [B, Σ n].
func (d *multiCategorical) probabilities() []float32 {
	width, from := 0, 0
	for _, n := range d.sizes {
		width += n
	}
	p := d.x.Tape().Blank(d.x.Rows, width)
	d.forEach(nil, func(c categorical, column []float32) {
		n, one := c.logp.Cols, c.logp.Exp().Value
		for r := range column {
			copy(p.Value[r*width+from:], one[r*n:(r+1)*n])
		}
		from += n
	})
	return p.Value
}

// addTerm returns a + b, or b if a is nil.
func addTerm(a, b *tape.Var) *tape.Var {
	if a == nil {
		return b
	}
	return a.Add(b)
}

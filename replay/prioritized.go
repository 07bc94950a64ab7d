package replay

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Prioritized is a Buffer that draws transition i with probability
// P(i) = p_i^α / Σ p^α, for priorities p = |δ| + ε that follow its last error δ;
// new ones have the greatest so far. Schaul et al. 2016, arXiv:1511.05952, eq. 1,
// section 3.3, and algorithm 1.
type Prioritized struct {
	*ring
	alpha, beta float64
	tree        []float64 // [2·leaves] node k has the sum of 2k and 2k+1; leaf leaves+row has p^α
	leaves      int       // a power of two
	highest     float64   // priority^α so far
}

var (
	_ Buffer      = (*Prioritized)(nil)
	_ Prioritizer = (*Prioritized)(nil)
)

// SumTreeSize is what the priorities of so many transitions take, in bytes.
func SumTreeSize(capacity int) int { return 16 * leavesFor(capacity) }

// leavesFor is the least power of two that is not below rows.
func leavesFor(rows int) int { return 1 << bits.Len(uint(max(rows, 1)-1)) }

// leastError is ε, that keeps every transition possible.
const leastError = 1e-6

// NewPrioritized returns an empty Prioritized like NewUniform, with exponents α of
// priorities and β of weights.
func NewPrioritized(spec env.Spec, capacity int, gamma float32, first *env.Result, alpha, beta float64) (*Prioritized, error) {
	r, err := newRing(spec, capacity, gamma, first)
	if err != nil {
		return nil, err
	}
	p := &Prioritized{ring: r, alpha: alpha, beta: beta, leaves: leavesFor(r.slots * r.n), highest: 1}
	p.tree = make([]float64, 2*p.leaves)
	return p, nil
}

// Anneal sets β, which grows to 1 as training goes on.
func (p *Prioritized) Anneal(beta float64) { p.beta = beta }

// Add keeps one step, which is as likely as the likeliest so far.
func (p *Prioritized) Add(act []float32, r *env.Result) {
	from := p.head * p.n
	p.ring.Add(act, r)
	for i := range p.n {
		p.set(from+i, p.highest)
		p.set(p.head*p.n+i, 0) // whose transition is gone
	}
}

// set gives a row a priority^α.
func (p *Prioritized) set(row int, v float64) {
	k := p.leaves + row
	p.tree[k] = v
	for k /= 2; k >= 1; k /= 2 {
		p.tree[k] = p.tree[2*k] + p.tree[2*k+1]
	}
}

// find is the row at which the priorities up to it sum up to more than sum.
func (p *Prioritized) find(sum float64) int {
	k := 1
	for k < p.leaves {
		k *= 2
		if left := p.tree[k]; sum >= left && p.tree[k+1] > 0 {
			sum -= left
			k++
		}
	}
	return k - p.leaves
}

// Sample draws from each of B equal parts of the sum of all priorities. Weights
// are (N P)^-β over the greatest of the batch.
func (p *Prioritized) Sample(rng *rand.Rand, b *Batch) { p.sample(rng, b, 1) }

func (p *Prioritized) sample(rng *rand.Rand, b *Batch, n int) {
	total, greatest := p.tree[1], 0.0
	for i := range b.Index {
		row := p.find((float64(i) + rng.Float64()) / float64(len(b.Index)) * total)
		w := math.Pow(float64(p.Len())*p.tree[p.leaves+row]/total, -p.beta)
		b.Index[i], b.Weight[i] = row, float32(w)
		greatest = max(greatest, w)
	}
	for i := range b.Weight {
		b.Weight[i] /= float32(greatest)
	}
	p.fetch(b, n)
}

// Reprioritize has the errors of a Batch's transitions. Of one that was drawn twice
// the last counts.
func (p *Prioritized) Reprioritize(index []int, tdError []float32) {
	for i, row := range index {
		v := math.Pow(math.Abs(float64(tdError[i]))+leastError, p.alpha)
		p.set(row, v)
		p.highest = max(p.highest, v)
	}
}

// State visits what is kept and the priorities.
func (p *Prioritized) State(s *state.State) {
	p.ring.State(s)
	s.Doubles("replay/priorities", p.tree[p.leaves:p.leaves+p.slots*p.n])
	s.Double("replay/highest", &p.highest)
	if s.Loading() {
		for row := range p.slots * p.n {
			p.set(row, p.tree[p.leaves+row])
		}
	}
}

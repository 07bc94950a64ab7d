package replay

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
)

// Prioritized is a Sampler that draws step i with probability P(i) = p_i^α / Σ p^α, for
// priorities p = |δ| + ε that follow the step's last TD error δ; new steps have the greatest
// priority so far. Schaul et al. 2016, arXiv:1511.05952, eq. 1, section 3.3, and
// algorithm 1.
type Prioritized struct {
	Beta float64 // β of the weights, which grows to 1 as training goes on

	alpha   float64
	tree    []float64 // [2·leaves] node k has the sum of 2k and 2k+1; leaf leaves+row has p^α
	rows    int       // that a step can have
	leaves  int       // a power of two
	highest float64   // priority^α so far
}

var _ Sampler = (*Prioritized)(nil)

// SumTreeSize returns the bytes that the priorities of a number of transitions take.
func SumTreeSize(capacity int) int { return 16 * leavesFor(capacity) }

// leavesFor returns the least power of two that is not below rows.
func leavesFor(rows int) int { return 1 << bits.Len(uint(max(rows, 1)-1)) }

// leastError is ε, that keeps every step possible.
const leastError = 1e-6

// NewPrioritized returns a Prioritized for a Store whose steps are in rows below a number,
// with exponents α of priorities and β of weights.
func NewPrioritized(rows int, alpha, beta float64) *Prioritized {
	n := leavesFor(rows)
	return &Prioritized{Beta: beta, alpha: alpha, tree: make([]float64, 2*n), rows: rows, leaves: n, highest: 1}
}

// Stored gives a new step the greatest priority so far.
func (p *Prioritized) Stored(row int, kept bool) {
	if kept {
		p.set(row, p.highest)
	} else {
		p.set(row, 0)
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

// find returns the first row up to which the priorities add up to more than sum.
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

// Sample draws a step from each of B equal parts of the sum of all priorities. Weights
// are (N P)^-β over the greatest of the batch.
func (p *Prioritized) Sample(rng *rand.Rand, s Store, index []int, weight []float32) {
	total, n, greatest := p.tree[1], float64(s.Len()), 0.0
	for i := range index {
		row := p.find((float64(i) + rng.Float64()) / float64(len(index)) * total)
		w := math.Pow(n*p.tree[p.leaves+row]/total, -p.Beta)
		index[i], weight[i] = row, float32(w)
		greatest = max(greatest, w)
	}
	for i := range weight {
		weight[i] /= float32(greatest)
	}
}

// Learned sets the priorities of steps by their TD errors. Of a step that was drawn twice
// the last error counts.
func (p *Prioritized) Learned(index []int, tdError []float32) {
	for i, row := range index {
		v := math.Pow(math.Abs(float64(tdError[i]))+leastError, p.alpha)
		p.set(row, v)
		p.highest = max(p.highest, v)
	}
}

// State visits the priorities.
func (p *Prioritized) State(s *state.State) {
	s.Section("prioritized", 1)
	s.Doubles("replay/priorities", p.tree[p.leaves:p.leaves+p.rows])
	s.Double("replay/highest", &p.highest)
	if s.Loading() {
		for row := range p.rows {
			p.set(row, p.tree[p.leaves+row])
		}
	}
}

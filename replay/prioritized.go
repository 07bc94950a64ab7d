package replay

import (
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
)

// Prioritized is a Sampler for prioritised experience replay. It samples step i with probability
// P(i) = p_i^α / Σ p^α. The priority of a step is p = |δ| + ε, where δ is the latest TD error of
// the step. A new step gets the largest priority so far. Schaul et al. 2016, arXiv:1511.05952,
// eq. 1, section 3.3, and algorithm 1.
type Prioritized struct {
	Beta float64 // exponent β of the importance weights; agents increase it to 1 during training

	alpha       float64   // exponent α of the priorities
	tree        []float64 // [2·leafCount] sum tree: node k has the sum of its children 2k and 2k+1; node leafCount+row is the leaf with p^α of the row
	rows        int       // number of rows of the Store
	leafCount   int       // number of leaves, a power of two
	maxPriority float64   // largest p^α so far
}

var _ Sampler = (*Prioritized)(nil)

// SumTreeSize returns the memory [bytes] that the sum tree needs for capacity transitions.
func SumTreeSize(capacity int) int { return 16 * leavesFor(capacity) }

// leavesFor returns the smallest power of two that is at least rows.
func leavesFor(rows int) int { return 1 << bits.Len(uint(max(rows, 1)-1)) }

// epsilon is ε of the priorities. It is above 0, so that a step with TD error 0 can still be
// sampled.
const epsilon = 1e-6

// NewPrioritized returns a Prioritized for a Store with rows [0, rows). alpha is the exponent of
// the priorities, and beta is the exponent of the importance weights.
func NewPrioritized(rows int, alpha, beta float64) *Prioritized {
	n := leavesFor(rows)
	return &Prioritized{Beta: beta, alpha: alpha, tree: make([]float64, 2*n), rows: rows, leafCount: n, maxPriority: 1}
}

// Stored sets the priority of a new step to the largest priority so far, and the priority of a
// removed step to 0.
func (p *Prioritized) Stored(row int, kept bool) {
	if kept {
		p.set(row, p.maxPriority)
	} else {
		p.set(row, 0)
	}
}

// set sets p^α of a row to v, and updates the sums in the tree.
func (p *Prioritized) set(row int, v float64) {
	k := p.leafCount + row
	p.tree[k] = v
	for k /= 2; k >= 1; k /= 2 {
		p.tree[k] = p.tree[2*k] + p.tree[2*k+1]
	}
}

// find returns the smallest row for which Σ p^α over the rows [0, row] is larger than sum.
func (p *Prioritized) find(sum float64) int {
	k := 1
	for k < p.leafCount {
		k *= 2
		if left := p.tree[k]; sum >= left && p.tree[k+1] > 0 {
			sum -= left
			k++
		}
	}
	return k - p.leafCount
}

// Sample divides the sum of all p^α into B equal parts and samples one step from each part. The
// importance weights are (N P)^-β, divided by the largest weight of the batch.
func (p *Prioritized) Sample(rng *rand.Rand, s Store, index []int, weight []float32) {
	total, n, maxWeight := p.tree[1], float64(s.Len()), 0.0
	for i := range index {
		row := p.find((float64(i) + rng.Float64()) / float64(len(index)) * total)
		w := math.Pow(n*p.tree[p.leafCount+row]/total, -p.Beta)
		index[i], weight[i] = row, float32(w)
		maxWeight = max(maxWeight, w)
	}
	for i := range weight {
		weight[i] /= float32(maxWeight)
	}
}

// Learned sets the priorities of steps from their TD errors [B]. If the batch has a step twice,
// the last TD error of the step is used.
func (p *Prioritized) Learned(index []int, tdError []float32) {
	for i, row := range index {
		v := math.Pow(math.Abs(float64(tdError[i]))+epsilon, p.alpha)
		p.set(row, v)
		p.maxPriority = max(p.maxPriority, v)
	}
}

// State saves or loads the priorities.
func (p *Prioritized) State(s *state.State) {
	s.Section("prioritized", 1)
	s.Doubles("replay/priorities", p.tree[p.leafCount:p.leafCount+p.rows])
	s.Double("replay/highest", &p.maxPriority)
	if s.Loading() {
		for row := range p.rows {
			p.set(row, p.tree[p.leafCount+row])
		}
	}
}

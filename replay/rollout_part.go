package replay

import (
	"fmt"
	"iter"

	"github.com/rlrun/rlrun/env"
)

// A RolloutPart is the part of a Rollout that belongs to some of the environments. Several
// goroutines may fill the parts of a Rollout at the same time. The parts together have the same
// steps as a Rollout that is filled as a whole.
type RolloutPart struct {
	roll        *Rollout
	from, n     int       // first environment, number of environments
	t           int       // number of steps stored
	final       rows      // [F] final observations of truncated episodes
	ended       []int     // [F] row t·N+i of the step before each final observation
	finalValues []float32 // [F] V of the final observations of a policy with memory, which does not need the observations
	scratch     []float32 // scratch: observations as floats
}

// Divide divides the environments into consecutive parts of the given sizes, whose sum is N. The
// parts are then filled instead of the Rollout.
func (r *Rollout) Divide(sizes ...int) []*RolloutPart {
	r.parts = nil
	from := 0
	for _, n := range sizes {
		finals := 0
		if limit := r.spec.MaxSteps; limit > 0 { // memory for final observations, one per time limit
			finals = n * (r.T/limit + 1)
		}
		p := &RolloutPart{roll: r, from: from, n: n, final: newFinals(r.spec, &r.obs, finals), ended: make([]int, 0, finals), finalValues: make([]float32, 0, finals)}
		r.parts = append(r.parts, p)
		from += n
	}
	if from != r.N {
		panic(fmt.Sprintf("replay: Divide of %d environments into parts of %v", r.N, sizes))
	}
	return r.parts
}

// Parts returns the number of parts.
func (r *Rollout) Parts() int { return len(r.parts) }

// Part returns part i.
func (r *Rollout) Part(i int) *RolloutPart { return r.parts[i] }

// Begin empties the part and stores the first observations obs [n, O] and masks [n, M] of its n
// environments. The argument first [n] is true for an observation that is the first of an episode.
func (p *RolloutPart) Begin(obs []float32, mask, first []bool) {
	p.final.clear()
	p.ended, p.finalValues, p.t = p.ended[:0], p.finalValues[:0], 0
	p.observe(obs, mask, first)
}

// observe stores the observations, the masks and first before step t.
func (p *RolloutPart) observe(obs []float32, mask, first []bool) {
	r, row := p.roll, p.t*p.roll.N+p.from
	r.obs.setRows(row, obs, p.t > 0)
	if p.t < r.T {
		copy(r.Mask[row*len(mask)/p.n:], mask)
		copy(r.First[row:], first)
	}
}

// Add stores one step of every environment of the part: the actions act [n, A], their
// log-probabilities logp [n], and the result of the step.
func (p *RolloutPart) Add(act, logp []float32, res *env.Result) {
	r, row := p.roll, p.t*p.roll.N+p.from
	copy(r.Act[row*len(act)/p.n:], act)
	copy(r.LogProb[row:], logp)
	o := r.obs.width
	for i, reward := range res.Reward {
		k := row + i
		r.Reward[k], r.Terminal[k], r.Done[k] = float32(reward), bit(res.Terminated[i]), bit(res.Done(i))
		if res.Done(i) && !res.Terminated[i] {
			if r.sequences.memory == 0 {
				p.final.add(res.Next[i*o:(i+1)*o], k)
			}
			p.ended = append(p.ended, k)
		}
	}
	p.t++
	p.observe(res.Obs, res.Mask, res.First)
}

// Observed is Rollout.Observed for the observations of the part's environments. Several
// goroutines may iterate over different parts at the same time, when all parts are filled.
func (p *RolloutPart) Observed() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		r := p.roll
		if p.n == r.N {
			if !p.pieces(&r.obs, 0, 0, r.obs.n, yield) {
				return
			}
		} else {
			for t := range r.T + 1 {
				if !p.pieces(&r.obs, 0, t*r.N+p.from, p.n, yield) {
					return
				}
			}
		}
		finals := r.obs.n
		for _, earlier := range r.parts {
			if earlier == p {
				break
			}
			finals += earlier.final.n
		}
		p.pieces(&p.final, finals, 0, p.final.n, yield)
	}
}

// pieces yields n rows of x in pieces, from row first on. The argument before is the number of
// observations before x. The result is false if the caller's loop has ended early.
func (p *RolloutPart) pieces(x *rows, before, first, n int, yield func(int, []float32) bool) bool {
	step := max(1, pieceFloats/x.width)
	for i := first; i < first+n; i += step {
		if !yield(before+i, x.view(&p.scratch, i, min(i+step, first+n))) {
			return false
		}
	}
	return true
}

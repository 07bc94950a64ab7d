package replay

import "fmt"

// A Minibatch is B steps for one gradient step. Its slices are overwritten for the next
// minibatch.
type Minibatch struct {
	Obs, Act                          []float32 // [B, O] observations, [B, A] raw actions of the policy
	Mask                              []bool    // [B, M] allowed actions; nil without masks
	LogProb, Value, Advantage, Return []float32 // [B] log-probabilities of the actions, V of the observations, advantages, targets of the critic

	// For a policy with memory, the steps are T steps of N sequences, ordered by time: row t·N+i is
	// step t of sequence i. Steps is 0 without memory.
	Steps  int       // T
	First  []bool    // [T·N] whether the step is the first of an episode
	Memory []float32 // [N, H] memory of the policy before the first step of each sequence; nil: rows of zeros
	BurnIn BurnIn    // steps before the sequences, which bring Memory up to date

	// Rows has the indices of the B steps in the rows of Obs and First, if shorter sequences are
	// filled up there: Obs is then [T·N, O]. Nil: the steps are all rows.
	Rows []int

	index []int // scratch: rows of the steps in a Rollout
}

// BurnIn is the steps directly before the sequences of a Minibatch. The current policy acts on
// them, without gradients, before it learns from the sequences: Kapturowski et al. 2019, section 3.
type BurnIn struct {
	Steps     int       // number of steps T; 0: no burn-in
	Sequences []int     // [K] sequences of the Minibatch that have steps before them
	Obs       []float32 // [T·K, O] observations, ordered by time
	First     []bool    // [T·K] whether the step is the first of an episode
	Memory    []float32 // [K, H] memory before the first step

	rollout, index []int // scratch: indices of the sequences, and rows of the steps, in a Rollout
}

// Step returns the observations [K, O] and First [K] of step t.
func (b *BurnIn) Step(t int) (obs []float32, first []bool) {
	k := len(b.Sequences)
	o := len(b.Obs) / (b.Steps * k)
	return b.Obs[t*k*o : (t+1)*k*o], b.First[t*k : (t+1)*k]
}

// EndBurnIn copies the memory after the burn-in to Memory.
func (b *Minibatch) EndBurnIn() {
	if len(b.BurnIn.Sequences) == 0 {
		return
	}
	h := len(b.BurnIn.Memory) / len(b.BurnIn.Sequences)
	for k, j := range b.BurnIn.Sequences {
		copy(b.Memory[j*h:(j+1)*h], b.BurnIn.Memory[k*h:])
	}
}

// Len returns the number of steps.
func (b *Minibatch) Len() int { return len(b.Advantage) }

// Sequences returns the number of sequences. Without memory, each step is a sequence.
func (b *Minibatch) Sequences() int {
	if b.Steps == 0 {
		return b.Len()
	}
	return len(b.First) / b.Steps
}

// Slice sets dst to the sequences [from, to), which share memory with b, and returns dst. If the
// policy has memory, they must be all sequences.
func (b *Minibatch) Slice(dst *Minibatch, from, to int) *Minibatch {
	n := b.Len()
	if b.Steps > 0 {
		if from != 0 || to != b.Sequences() {
			panic(fmt.Sprintf("replay: Slice %d to %d of a Minibatch with %d sequences, want all", from, to, b.Sequences()))
		}
		*dst = *b
		return dst
	}
	*dst = Minibatch{
		Obs: part(b.Obs, n, from, to), Act: part(b.Act, n, from, to), Mask: part(b.Mask, n, from, to), LogProb: part(b.LogProb, n, from, to),
		Value: part(b.Value, n, from, to), Advantage: part(b.Advantage, n, from, to), Return: part(b.Return, n, from, to),
	}
	return dst
}

// part returns rows [from, to) of x, which has n rows. If x is nil, it returns nil.
func part[T any](x []T, n, from, to int) []T {
	w := len(x) / n
	return x[from*w : to*w]
}

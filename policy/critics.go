package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Critics are several networks for continuous actions in [-1, 1]. Each network estimates Q(s, a).
type Critics struct {
	Q []nn.Network
	encoder
	actSize   int // A, the number of floats of an action
	memory    int // floats of memory per row, for all networks together
	cores     *parallel.Pool
	site      parallel.Site
	x         []float32   // scratch: [N, O+A] inputs of the networks
	estimates [][]float32 // scratch: for each network, [N] Q-values
	past      []float32   // memory of all networks in estimate: [N, memory]
	minPast   []float32   // scratch of Min: [N, memory]
}

// NewCritics returns Critics with n networks for spec, which config c describes and engine e
// builds. normal normalises the observations; nil: no normalisation.
func NewCritics(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine, n int) (*Critics, error) {
	b := newBuilder(criticsKind, rng, &c, e, "pi", "qf")
	in, err := b.encoder(spec.Obs, normal)
	b.keepError(err)
	q := &Critics{encoder: in, actSize: spec.Act.Size(), estimates: make([][]float32, n)}
	for i := range n {
		q.Q = append(q.Q, b.network(fmt.Sprintf("q%d", i+1), in.input().withAction(q.actSize), vfHidden, 1, 1))
	}
	if b.err == nil {
		q.memory = memorySize(q.Q)
	}
	return withPrefix(q, b.err)
}

// MemorySize returns the number of floats in a row of the memory of all networks.
func (q *Critics) MemorySize() int { return q.memory }

// MemoryOf returns the memory of network i in rows [N, MemorySize] of the memory of all networks.
func (q *Critics) MemoryOf(i int, rows []float32) nn.Memory {
	return nn.NewMemory(rows, q.memory).After(memorySize(q.Q[:i]))
}

// estimateJob is the parallel.Job of estimate. Piece i computes the estimates of network i for all
// rows.
type estimateJob Critics

// Do writes the estimates of network i, and updates its memory.
func (q *estimateJob) Do(i int) {
	q.Q[i].Infer(q.estimates[i], q.x, (*Critics)(q).MemoryOf(i, q.past))
}

// Encode returns the encoded observations. An input row of the networks is an encoded observation
// followed by an action. The result is valid until the next call.
func (q *Critics) Encode(obs []float32) []float32 { return q.flat(obs) }

// Min writes the smallest of the networks' estimates of Q(obs, act) for each row to minQ [N],
// without a tape. memory [N, MemorySize] has the memory of the networks before obs, which Min does
// not change. It is nil for networks without memory.
func (q *Critics) Min(obs, act, memory, minQ []float32) {
	q.minPast = append(q.minPast[:0], memory...)
	q.estimate(obs, act, q.minPast)
	copy(minQ, q.estimates[0])
	for _, estimate := range q.estimates[1:] {
		f32.Min(minQ, minQ, estimate)
	}
}

// Remember updates memory [N, MemorySize] after a step with observations obs and actions act. It
// clears the rows at which an episode begins before it; a nil first means no such rows. For
// networks without memory it does nothing.
func (q *Critics) Remember(obs, act []float32, first []bool, memory []float32) {
	if q.memory == 0 {
		return
	}
	for i, f := range first {
		if f {
			clear(f32.Row(memory, i, q.memory))
		}
	}
	q.estimate(obs, act, memory)
}

// estimate writes the networks' estimates of Q(obs, act), and updates their memory past.
func (q *Critics) estimate(obs, act, past []float32) {
	n := q.rows(obs)
	if len(past) != n*q.memory {
		panic(fmt.Sprintf("policy: memory of %d numbers for critics, want %d rows of %d", len(past), n, q.memory))
	}
	q.past = past
	q.x = f32.Grow(q.x, n*(q.size+q.actSize))
	flat := q.flat(obs)
	for i := range n {
		row := q.x[i*(q.size+q.actSize):]
		copy(row, flat[i*q.size:(i+1)*q.size])
		copy(row[q.size:], act[i*q.actSize:(i+1)*q.actSize])
	}
	for i := range q.estimates {
		q.estimates[i] = f32.Grow(q.estimates[i], n)
	}
	q.cores.Run(&q.site, len(q.Q), (*estimateJob)(q))
}

// Share sets the pool of cores for the estimates. The cores compute different networks, or
// different rows of one network, in parallel.
func (q *Critics) Share(cores *parallel.Pool) {
	q.cores = cores
	nn.Share(cores, q.Q...)
}

// Params returns the parameters of all networks.
func (q *Critics) Params() []*tape.Param { return nn.Params(q.Q...) }

// Tensors returns the parameters and buffers of all networks.
func (q *Critics) Tensors() []*tape.Param { return nn.Tensors(q.Q...) }

// State saves or loads the networks.
func (q *Critics) State(s *state.State) { nn.Visit(s, q.Q...) }

// Copy returns Critics with their own parameters and the same normaliser.
func (q *Critics) Copy() *Critics { return q.copy(q.normal) }

// Clone returns Critics with their own parameters and their own normaliser.
func (q *Critics) Clone() *Critics { return q.copy(q.normal.Clone()) }

// copy returns Critics with their own parameters and the given normaliser.
func (q *Critics) copy(normal *Normalizer) *Critics {
	c := &Critics{encoder: q.encoder.clone(normal), actSize: q.actSize, memory: q.memory, estimates: make([][]float32, len(q.Q))}
	for _, net := range q.Q {
		c.Q = append(c.Q, net.Clone())
	}
	return c
}

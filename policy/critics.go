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
	cores     *parallel.Pool
	site      parallel.Site
	x         []float32   // scratch: [N, O+A] inputs of the networks
	estimates [][]float32 // scratch: for each network, [N] Q-values
}

// NewCritics returns Critics with n networks for spec, which config c describes and engine e
// builds. normal normalises the observations; nil: no normalisation.
func NewCritics(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine, n int) (*Critics, error) {
	in, err := newEncoder(spec.Obs, normal)
	q, b := &Critics{encoder: in, actSize: spec.Act.Size(), estimates: make([][]float32, n)}, newBuilder("", rng, &c, e, "pi", "qf")
	b.keepError(err)
	for i := range n {
		q.Q = append(q.Q, b.network(fmt.Sprintf("q%d", i+1), in.size+q.actSize, vfHidden, 1, 1))
	}
	return withPrefix(q, b.err)
}

// minJob is the parallel.Job of Min. Piece i computes the estimates of network i for all rows.
type minJob Critics

// Do writes the estimates of network i.
func (q *minJob) Do(i int) { q.Q[i].Infer(q.estimates[i], q.x) }

// Encode returns the encoded observations. An input row of the networks is an encoded observation
// followed by an action. The result is valid until the next call.
func (q *Critics) Encode(obs []float32) []float32 { return q.flat(obs) }

// Min writes the smallest of the networks' estimates of Q(obs, act) for each row to minQ [N],
// without a tape.
func (q *Critics) Min(obs, act, minQ []float32) {
	n := q.rows(obs)
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
	q.cores.Run(&q.site, len(q.Q), (*minJob)(q))
	copy(minQ, q.estimates[0])
	for _, estimate := range q.estimates[1:] {
		f32.Min(minQ, minQ, estimate)
	}
}

// Share sets the pool of cores for the estimates. The cores compute different networks, or
// different rows of one network, in parallel.
func (q *Critics) Share(cores *parallel.Pool) {
	q.cores = cores
	nn.Share(cores, q.Q...)
}

// Params returns the parameters of all networks.
func (q *Critics) Params() []*tape.Param { return nn.Params(q.Q...) }

// State saves or loads the networks.
func (q *Critics) State(s *state.State) { nn.Visit(s, q.Q...) }

// Copy returns Critics with their own parameters and the same normaliser.
func (q *Critics) Copy() *Critics { return q.copy(q.normal) }

// Clone returns Critics with their own parameters and their own normaliser.
func (q *Critics) Clone() *Critics { return q.copy(q.normal.Clone()) }

// copy returns Critics with their own parameters and the given normaliser.
func (q *Critics) copy(normal *Normalizer) *Critics {
	c := &Critics{encoder: q.encoder.clone(normal), actSize: q.actSize, estimates: make([][]float32, len(q.Q))}
	for _, net := range q.Q {
		c.Q = append(c.Q, net.Clone())
	}
	return c
}

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

// Critics are several estimates of Q(s, a), for actions in [-1, 1].
type Critics struct {
	Q []nn.Network
	encoder
	a         int
	cores     *parallel.Pool
	x         []float32   // scratch: [N, O+A] what the networks are given
	estimates [][]float32 // scratch: [N] of each
}

// NewCritics returns n Critics for spec, of networks from e. A Normalizer, if it is not
// nil, normalises the observations.
func NewCritics(rng *rand.Rand, spec env.Spec, k NetworkConfig, normal *Normalizer, e nn.Engine, n int) (*Critics, error) {
	in, err := newEncoder(spec.Obs, normal)
	q, b := &Critics{encoder: in, a: spec.Act.Size(), estimates: make([][]float32, n)}, newBuilder("", rng, &k, e, "pi", "qf")
	b.fail(err)
	for i := range n {
		q.Q = append(q.Q, b.network(fmt.Sprintf("q%d", i+1), in.size+q.a, vfHidden, 1, 1))
	}
	return built(q, b.err)
}

// estimating is the work of Min: each piece is one estimate of all rows.
type estimating Critics

// Do writes the i-th estimates.
func (q *estimating) Do(i int) { q.Q[i].Infer(q.estimates[i], q.x) }

// Encode returns the networks' rows of observations, until it is called again. The actions
// come beside them.
func (q *Critics) Encode(obs []float32) []float32 { return q.flat(obs) }

// Min writes the least estimate of each row, without a tape.
func (q *Critics) Min(obs, act, least []float32) {
	n := q.rows(obs)
	q.x = f32.Grow(q.x, n*(q.size+q.a))
	flat := q.flat(obs)
	for i := range n {
		row := q.x[i*(q.size+q.a):]
		copy(row, flat[i*q.size:(i+1)*q.size])
		copy(row[q.size:], act[i*q.a:(i+1)*q.a])
	}
	for i := range q.estimates {
		q.estimates[i] = f32.Grow(q.estimates[i], n)
	}
	q.cores.Run(len(q.Q), (*estimating)(q))
	copy(least, q.estimates[0])
	for _, more := range q.estimates[1:] {
		f32.Min(least, least, more)
	}
}

// Share has several cores estimate: each one of the estimates, or some rows.
func (q *Critics) Share(cores *parallel.Pool) {
	q.cores = cores
	nn.Share(cores, q.Q...)
}

// Params returns the parameters of all networks.
func (q *Critics) Params() []*tape.Param { return nn.Params(q.Q...) }

// State visits the networks.
func (q *Critics) State(s *state.State) { nn.Visit(s, q.Q...) }

// Copy returns Critics with parameters of their own and the same normaliser.
func (q *Critics) Copy() *Critics {
	c := &Critics{encoder: q.encoder.clone(q.normal), a: q.a, estimates: make([][]float32, len(q.Q))}
	for _, net := range q.Q {
		c.Q = append(c.Q, net.Clone())
	}
	return c
}

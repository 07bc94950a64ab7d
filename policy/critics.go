package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Critics are several estimates of Q(s, a), for actions in [-1, 1].
type Critics struct {
	Q []Network
	encoder
	a         int
	cores     *parallel.Pool
	estimate  func(i int)
	x         []float32   // scratch: [N, O+A] what the networks are given
	estimates [][]float32 // scratch: [N] of each
}

// NewCritics returns n Critics for spec, of networks from e.
func NewCritics(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine, n int) (*Critics, error) {
	q := &Critics{encoder: newEncoder(spec.Obs), a: spec.Act.Size()}
	c, err := k.mlp()
	if err != nil {
		return nil, err
	}
	c.In, c.Out, c.Gain = q.size+q.a, 1, 1
	for i := range n {
		net, err := e.MLP(rng, fmt.Sprintf("q%d", i+1), c)
		if err != nil {
			return nil, err
		}
		q.Q = append(q.Q, net)
	}
	q.begin()
	return q, nil
}

// begin makes the scratch.
func (q *Critics) begin() {
	q.estimates = make([][]float32, len(q.Q))
	q.estimate = func(i int) { q.Q[i].Infer(q.estimates[i], q.x) }
}

// Of is what the estimates are of: observations and actions beside each other, on
// the tape of act.
func (q *Critics) Of(obs []float32, act *tape.Var) *tape.Var {
	return q.encode(act.Tape(), obs).Beside(act)
}

// Least writes the least estimate of each row, without a tape.
func (q *Critics) Least(obs, act, least []float32) {
	n := q.rows(obs)
	q.x = grow(q.x, n*(q.size+q.a))
	flat := q.flat(obs)
	for i := range n {
		row := q.x[i*(q.size+q.a):]
		copy(row, flat[i*q.size:(i+1)*q.size])
		copy(row[q.size:], act[i*q.a:(i+1)*q.a])
	}
	for i := range q.estimates {
		q.estimates[i] = grow(q.estimates[i], n)
	}
	q.cores.Run(len(q.Q), q.estimate)
	copy(least, q.estimates[0])
	for _, more := range q.estimates[1:] {
		f32.Min(least, least, more)
	}
}

// Share has several cores estimate: each one of the estimates, or some rows.
func (q *Critics) Share(cores *parallel.Pool) {
	q.cores = cores
	share(cores, q.Q...)
}

// Params are those of all networks.
func (q *Critics) Params() []*tape.Param { return Params(q.Q...) }

// State visits the networks.
func (q *Critics) State(s *state.State) {
	for _, net := range q.Q {
		stateOf(net, s)
	}
}

// Copy returns Critics with parameters of their own.
func (q *Critics) Copy() *Critics {
	c := &Critics{encoder: q.encoder.clone(), a: q.a}
	for _, net := range q.Q {
		c.Q = append(c.Q, net.Clone())
	}
	c.begin()
	return c
}

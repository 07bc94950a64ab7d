package agents

import (
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// critics are estimates of Q(s, a) that an actor climbs, each on a tape of its own,
// so that several cores can learn them at once, and targets that follow them.
type critics struct {
	now, target *policy.Critics
	opt         *optim.Optimizer
	tapes       []*tape.Tape    // of each
	params      [][]*tape.Param // of each
	weight      float32         // of the errors in the loss
	loss        float64         // of the latest update

	cores                        *parallel.Pool
	fit, estimate, differentiate func(i int) // do it with the i-th
	batch                        *replay.Batch
	wanted, errs                 []float32
	losses                       []float32
	estimates                    []*tape.Var
	acts                         []*tape.Param // for each: [B, A] an actor's actions, and as their Grad the slope there
	least                        [][]float32   // for each: [B] 1 where it is the least
}

// newCritics returns n critics that learn from o's minibatches what o wants of them, and
// write the first one's errors. A mean squared error counts weight.
func newCritics(o *offPolicy, k *policy.Kwargs, n int, weight float32) (*critics, error) {
	now, err := policy.NewCritics(o.rng, o.vec.Spec(), *k, nil, o.setup.Engine, n)
	if err != nil {
		return nil, err
	}
	opt, err := k.Optimizer(now.Params())
	if err != nil {
		return nil, err
	}
	b := o.batch
	c := &critics{
		now: now, target: now.Copy(), opt: opt, weight: weight, batch: b, wanted: o.wanted, errs: o.errs,
		losses: make([]float32, n), estimates: make([]*tape.Var, n),
	}
	c.fit, c.estimate, c.differentiate = c.fitOne, c.estimateOne, c.differentiateOne
	for _, q := range now.Q {
		c.tapes, c.params = append(c.tapes, tape.New()), append(c.params, nn.Params(q))
		c.acts = append(c.acts, tape.NewParam("act", b.Len(), len(b.Act)/b.Len()))
		c.least = append(c.least, make([]float32, b.Len()))
	}
	return c, nil
}

// Share has several cores learn.
func (c *critics) Share(cores *parallel.Pool) {
	c.cores = cores
	c.now.Share(cores)
	c.target.Share(cores)
}

// learn takes a step down the weighted mean squared errors.
func (c *critics) learn() {
	c.cores.Run(len(c.tapes), parallel.Func(c.fit))
	c.opt.Step()
	c.loss = f32.Sum(c.losses)
}

// fitOne adds the gradient of one estimate's error.
func (c *critics) fitOne(i int) {
	t, n := c.tapes[i], c.batch.Len()
	t.Reset()
	q := c.now.Q[i].Forward(t, c.now.Input(c.batch.Obs, t.Const(c.batch.Act, n)), nn.Training)
	if i == 0 {
		f32.Sub(c.errs, q.Value, c.wanted)
	}
	l := loss.WeightedSquared(q, t.Const(c.wanted, n), t.Const(c.batch.Weight, n)).Scale(c.weight)
	l.Backward()
	c.losses[i] = l.Scalar()
}

// slope returns ∇ₐ min Q(s, a) of the batch's states and given actions, [B, A] until
// the next update, and the mean of min Q(s, a). The least is of the first n estimates.
func (c *critics) slope(act []float32, n int) (gradient []float32, mean float64) {
	for _, p := range c.acts[:n] {
		p.Value = act
		clear(p.Grad)
	}
	c.cores.Run(n, parallel.Func(c.estimate))
	for r := range c.least[0] {
		best := 0
		for i, q := range c.estimates[:n] {
			if c.least[i][r] = 0; q.Value[r] < c.estimates[best].Value[r] {
				best = i
			}
		}
		c.least[best][r] = 1
		mean += float64(c.estimates[best].Value[r])
	}
	c.cores.Run(n, parallel.Func(c.differentiate))
	gradient = c.acts[0].Grad
	for _, p := range c.acts[1:n] {
		f32.AddTo(gradient, p.Grad)
	}
	return gradient, mean / float64(len(c.least[0]))
}

// estimateOne estimates Q(s, a).
func (c *critics) estimateOne(i int) {
	t := c.tapes[i]
	t.Reset()
	x := c.now.Input(c.batch.Obs, t.Param(c.acts[i]))
	t.Freeze(true)
	c.estimates[i] = c.now.Q[i].Forward(t, x, nn.Use)
	t.Freeze(false)
}

// differentiateOne adds the slope of an estimate where it is the least.
func (c *critics) differentiateOne(i int) {
	q := c.estimates[i]
	q.Mul(q.Tape().Const(c.least[i], q.Rows)).Sum().Backward()
	for _, p := range c.params[i] {
		clear(p.Grad) // of an engine whose networks do not freeze
	}
}

// followers returns the targets, with the networks that they follow.
func (c *critics) followers() (all []follower) {
	for i, target := range c.target.Q {
		all = append(all, follower{target, c.now.Q[i]})
	}
	return all
}

// State visits the networks.
func (c *critics) State(s *state.State) { s.All(c.now, c.target) }

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

// critics are estimates of Q(s, a) that an actor climbs, and targets that follow them.
// Each estimate is on a tape of its own, so that several cores can learn them at once.
type critics struct {
	now, target *policy.Critics
	opt         *optim.Optimizer
	each        []critic
	weight      float32   // of the mean squared errors in the loss
	tdError     []float32 // [B] of the first critic
	cores       *parallel.Pool
	fit         fit
	guess       guess
	climb       climb
}

// A critic is one estimate.
type critic struct {
	net   nn.Network
	tape  *tape.Tape
	q     *tape.Var   // [B, 1] latest
	loss  float32     // latest
	act   *tape.Param // [B, A] an actor's actions; its Grad is the slope there
	least []float32   // [B] 1 where it is the least estimate
}

// newCritics returns n critics for o's environments and minibatches. The loss has a weight
// before the mean squared errors.
func newCritics(o *offPolicy, k *policy.NetworkConfig, n int, weight float32) (*critics, error) {
	now, err := policy.NewCritics(o.rng, o.play.vec.Spec(), *k, o.normal, o.setup.Engine, n)
	if err != nil {
		return nil, err
	}
	opt, err := k.NewOptimizer(now.Params())
	if err != nil {
		return nil, err
	}
	b := o.memory.batch
	c := &critics{now: now, target: now.Copy(), opt: opt, weight: weight, tdError: make([]float32, b.Len())}
	for _, q := range now.Q {
		c.each = append(c.each, critic{
			net: q, tape: tape.New(), act: tape.NewParam("act", b.Len(), len(b.Act)/b.Len()), least: make([]float32, b.Len()),
		})
	}
	return c, nil
}

// Share has several cores learn.
func (c *critics) Share(cores *parallel.Pool) {
	c.cores = cores
	c.now.Share(cores)
	c.target.Share(cores)
}

// tapes returns the tapes of the losses.
func (c *critics) tapes() (tapes []*tape.Tape) {
	for i := range c.each {
		tapes = append(tapes, c.each[i].tape)
	}
	return tapes
}

// learn takes a gradient step on the weighted mean squared errors of the critics. It
// returns the first critic's TD errors Q(s, a) - y, until the next call, and the sum of the
// losses.
func (c *critics) learn(b *replay.Batch, y []float32) (tdError []float32, sum float64) {
	c.fit = fit{c, b, c.now.Encode(b.Obs), y}
	c.cores.Run(len(c.each), &c.fit)
	f32.Sub(c.tdError, c.each[0].q.Value, y)
	c.opt.Step()
	for i := range c.each {
		sum += float64(c.each[i].loss)
	}
	return c.tdError, sum
}

// A fit is the work of learning: each piece adds the gradient of one critic's loss.
type fit struct {
	*critics
	batch  *replay.Batch
	obs, y []float32
}

// Do is critic i's.
func (f *fit) Do(i int) {
	c, t, b := &f.each[i], f.each[i].tape, f.batch
	n := b.Len()
	t.Reset()
	c.q = c.net.Forward(t, t.Const(f.obs, n).Concat(t.Const(b.Act, n)), nn.Training)
	l := loss.WeightedSquared(c.q, t.Const(f.y, n), t.Const(b.Weight, n)).Scale(f.weight)
	l.Backward()
	c.loss = l.Scalar()
}

// slope returns ∇ₐ min Q(s, a) of observations and actions, [B, A] until the next call,
// and the mean of min Q(s, a). The least is of the first n critics.
func (c *critics) slope(obs, act []float32, n int) (gradient []float32, mean float64) {
	c.guess = guess{c, c.now.Encode(obs), act}
	c.cores.Run(n, &c.guess)
	for r := range c.tdError {
		best := 0
		for i := range c.each[:n] {
			c.each[i].least[r] = 0
			if c.each[i].q.Value[r] < c.each[best].q.Value[r] {
				best = i
			}
		}
		c.each[best].least[r] = 1
		mean += float64(c.each[best].q.Value[r])
	}
	c.climb = climb{c}
	c.cores.Run(n, &c.climb)
	gradient = c.each[0].act.Grad
	for i := range c.each[1:n] {
		f32.AddTo(gradient, c.each[1+i].act.Grad)
	}
	return gradient, mean / float64(len(c.tdError))
}

// A guess is the work of estimating Q(s, a): each piece is one critic's.
type guess struct {
	*critics
	obs, act []float32
}

// Do is critic i's.
func (g *guess) Do(i int) {
	c, t := &g.each[i], g.each[i].tape
	c.act.Value = g.act
	clear(c.act.Grad)
	t.Reset()
	x := t.Const(g.obs, len(g.tdError)).Concat(t.Param(c.act))
	t.Freeze(true)
	c.q = c.net.Forward(t, x, nn.Inference)
	t.Freeze(false)
}

// A climb is the work of differentiating guesses: each piece adds the slope of one critic
// where its estimate is the least.
type climb struct{ *critics }

// Do is critic i's.
func (w *climb) Do(i int) {
	c := &w.each[i]
	c.q.Mul(c.tape.Const(c.least, c.q.Rows)).Sum().Backward()
}

// follow moves the targets towards the critics, by tau.
func (c *critics) follow(tau float32) {
	for i, q := range c.target.Q {
		nn.PolyakUpdate(q, c.now.Q[i], tau)
	}
}

// State visits the networks.
func (c *critics) State(s *state.State) {
	s.Section("critics", 1)
	s.All(c.now, c.target)
}

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

// critics are networks that estimate Q(s, a), and their target networks. Each critic has its own
// tape, so that several cores can compute the gradients at the same time.
type critics struct {
	online, target *policy.Critics
	opt            *optim.Optimizer
	all            []critic
	lossWeight     float32   // weight of each critic's mean squared error in the loss
	tdError        []float32 // [B] TD errors of the first critic
	cores          *parallel.Pool
	lossJob        criticLossJob
	estimateJob    qEstimateJob
	gradientJob    actionGradientJob
	sites          [3]parallel.Site // of lossJob, estimateJob and gradientJob
}

// A critic is one network of critics with its tape.
type critic struct {
	net   nn.Network
	tape  *tape.Tape
	q     *tape.Var   // [B, 1] latest estimates of Q(s, a)
	loss  float32     // latest loss
	act   *tape.Param // [B, A] actions of the actor; Grad is ∇ₐ Q(s, a)
	isMin []float32   // [B] 1 where this critic's estimate is the smallest of all critics, else 0
}

// newCritics returns n critics for o's environments and minibatches. lossWeight is the weight of
// each critic's mean squared error in the loss.
func newCritics(o *offPolicy, k *policy.NetworkConfig, n int, lossWeight float32) (*critics, error) {
	online, err := policy.NewCritics(o.rng, o.play.vec.Spec(), *k, o.normal, o.setup.Engine, n)
	if err != nil {
		return nil, err
	}
	opt, err := k.NewOptimizer(online.Params())
	if err != nil {
		return nil, err
	}
	c := &critics{online: online, target: online.Copy(), opt: opt, lossWeight: lossWeight}
	for _, q := range online.Q {
		c.all = append(c.all, critic{net: q, tape: tape.New()})
	}
	return c, nil
}

// allocate makes the slices for minibatches of the given number of rows, with a numbers of each
// action.
func (c *critics) allocate(rows, a int) {
	c.tdError = make([]float32, rows)
	for i := range c.all {
		c.all[i].act, c.all[i].isMin = tape.NewParam("act", rows, a), make([]float32, rows)
	}
}

// Share lets the critics use the cores of a pool.
func (c *critics) Share(cores *parallel.Pool) {
	c.cores = cores
	c.online.Share(cores)
	c.target.Share(cores)
}

// tapes returns the tapes of all critics.
func (c *critics) tapes() (tapes []*tape.Tape) {
	for i := range c.all {
		tapes = append(tapes, c.all[i].tape)
	}
	return tapes
}

// update takes a gradient step on the sum of the critics' losses: the mean squared errors
// (Q(s, a) - y)² with the batch's importance weights, for targets y [B]. It returns the first
// critic's TD errors Q(s, a) - y [B], which the next call overwrites, and the sum of the losses.
func (c *critics) update(b *replay.Batch, y []float32) (tdError []float32, loss float64) {
	c.lossJob = criticLossJob{critics: c, obs: c.online.Encode(b.Obs), act: b.Act, weight: b.Weight, y: y}
	return c.step()
}

// updateBySequences is update for sequences. weight has the weights of the R rows after the
// burn-in, and y has their targets. past is the memory of the critics before these rows.
func (c *critics) updateBySequences(b *replay.SequenceBatch, past, weight, y []float32) (tdError []float32, loss float64) {
	c.lossJob = criticLossJob{
		critics: c, obs: c.online.Encode(afterBurnIn(b, b.Obs)), act: afterBurnIn(b, b.Act), weight: weight, y: y,
		pass: nn.Pass{Steps: b.Length + b.N, First: afterBurnIn(b, b.First)}, past: past,
	}
	return c.step()
}

// step takes the gradient step of lossJob.
func (c *critics) step() (tdError []float32, loss float64) {
	c.cores.Run(&c.sites[0], len(c.all), &c.lossJob)
	f32.Sub(c.tdError, c.all[0].q.Value, c.lossJob.y)
	c.opt.Step()
	for i := range c.all {
		loss += float64(c.all[i].loss)
	}
	return c.tdError, loss
}

// A criticLossJob computes the gradients of the critics' losses as a parallel.Job.
type criticLossJob struct {
	*critics
	obs    []float32 // [B, O] normalised observations
	act    []float32 // [B, A] actions
	weight []float32 // [B] weights of the squared errors
	y      []float32 // [B] targets
	pass   nn.Pass   // order of the rows in time
	past   []float32 // memory of the critics before the first step of each sequence; nil without memory
}

// Do computes the loss of critic i and adds its gradient.
func (j *criticLossJob) Do(i int) {
	c, t, n := &j.all[i], j.all[i].tape, len(j.y)
	t.Reset()
	pass := j.pass
	pass.Memory = j.online.MemoryOf(i, j.past)
	c.q = c.net.Forward(t, t.Const(j.obs, n).Concat(t.Const(j.act, n)), pass)
	l := loss.WeightedSquared(c.q, t.Const(j.y, n), t.Const(j.weight, n)).Scale(j.lossWeight)
	l.Backward()
	c.loss = l.Scalar()
}

// actionGradient returns the gradient ∇ₐ min Q(s, a) [B, A] and the mean of min Q(s, a) over the
// batch, where min is over the first n critics. obs is [B, O] and act is [B, A]. past is the memory
// of the critics before each row; nil without memory. weight has the weights of the rows in the
// mean; nil: all are 1. The next call overwrites the gradient.
func (c *critics) actionGradient(obs, act, past, weight []float32, n int) (gradient []float32, mean float64) {
	c.estimateJob = qEstimateJob{c, c.online.Encode(obs), act, past}
	c.cores.Run(&c.sites[1], n, &c.estimateJob)
	for r := range c.tdError {
		smallest := 0
		for i := range c.all[:n] {
			c.all[i].isMin[r] = 0
			if c.all[i].q.Value[r] < c.all[smallest].q.Value[r] {
				smallest = i
			}
		}
		c.all[smallest].isMin[r] = 1
		q := c.all[smallest].q.Value[r]
		if weight != nil {
			q *= weight[r]
		}
		mean += float64(q)
	}
	c.gradientJob = actionGradientJob{c}
	c.cores.Run(&c.sites[2], n, &c.gradientJob)
	gradient = c.all[0].act.Grad
	for i := range c.all[1:n] {
		f32.AddTo(gradient, c.all[1+i].act.Grad)
	}
	return gradient, mean / float64(len(c.tdError))
}

// A qEstimateJob estimates Q(s, a) with several critics as a parallel.Job.
type qEstimateJob struct {
	*critics
	obs, act []float32 // [B, O] normalised observations, [B, A] actions
	past     []float32 // memory of the critics before each row; nil without memory
}

// Do estimates Q(s, a) with critic i. The critic's parameters are frozen, so that a backward pass
// computes only the gradient of the actions.
func (j *qEstimateJob) Do(i int) {
	c, t := &j.all[i], j.all[i].tape
	c.act.Value = j.act
	clear(c.act.Grad)
	t.Reset()
	x := t.Const(j.obs, len(j.tdError)).Concat(t.Param(c.act))
	t.Freeze(true)
	c.q = c.net.Forward(t, x, nn.Pass{Mode: nn.Inference, Memory: j.online.MemoryOf(i, j.past)})
	t.Freeze(false)
}

// An actionGradientJob computes the gradients ∇ₐ Q(s, a) of several critics as a parallel.Job.
type actionGradientJob struct{ *critics }

// Do computes the gradient of critic i for the rows where its estimate is the smallest.
func (j *actionGradientJob) Do(i int) {
	c := &j.all[i]
	c.q.Mul(c.tape.Const(c.isMin, c.q.Rows)).Sum().Backward()
}

// updateTargets makes a soft (Polyak) update of the target networks, with weight tau for the
// online networks.
func (c *critics) updateTargets(tau float32) {
	for i, q := range c.target.Q {
		nn.PolyakUpdate(q, c.online.Q[i], tau)
	}
}

// State saves or loads the online networks and the target networks.
func (c *critics) State(s *state.State) {
	s.Section("critics", 1)
	s.All(c.online, c.target)
}

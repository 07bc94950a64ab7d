package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// dpg is offPolicy that learns a deterministic policy μ from critics of it, each
// with a target network that follows it: the deterministic policy gradient. Silver
// et al. 2014, "Deterministic policy gradient algorithms".
type dpg struct {
	offPolicy
	noise              noise
	actor, actorTarget *policy.Deterministic
	critics            *critics
	actorOpt           *optim.Optimizer
	next, value        []float32 // [B, A], [B] what the targets do in the batch's Next, and think of it

	actorLoss float64 // of the latest update
	updates   int
	named     []Named
}

// build makes what can fail.
func (d *dpg) build(mk env.Maker, s *Setup, r *Replay, n Noise, k *policy.Kwargs, critics int) (err error) {
	if err = d.connect(mk, s, r); err != nil {
		return err
	}
	spec := d.vec.Spec()
	if d.actor, err = policy.NewDeterministic(d.rng, spec, *k, nil, s.Engine); err != nil {
		return err
	}
	if d.critics, err = newCritics(&d.offPolicy, k, critics, 1); err != nil {
		return err
	}
	if d.actorOpt, err = k.Optimizer(d.actor.Params()); err != nil {
		return err
	}
	d.actorTarget = d.actor.Copy(nil)
	d.noise = noise{n, make([]float32, len(d.act))}
	d.next, d.value = make([]float32, len(d.batch.Act)), make([]float32, r.BatchSize)
	d.params = append(d.actor.Params(), d.critics.now.Params()...)
	d.opts, d.tapes = []*optim.Optimizer{d.actorOpt, d.critics.opt}, append([]*tape.Tape{d.actor.Tape}, d.critics.tapes...)
	d.sharers = []nn.Sharer{d.actor, d.actorTarget, d.critics}
	d.followers = append(d.critics.followers(), follower{d.actorTarget.Mu, d.actor.Mu})
	d.random, d.explore, d.bound, d.ended = d.uniform, d.exploreByNoise, d.actor.Stretch, d.noise.ended
	return nil
}

// Policy is the actor, without noise.
func (d *dpg) Policy() policy.Policy { return d.actor }

func (d *dpg) exploreByNoise(rng []rand.PCG) {
	d.actor.Act(policy.In{Obs: d.now}, policy.Out{Raw: d.act})
	d.noise.add(rng, d.act)
}

// learnActor takes a step up Q₁(s, μ(s)), by ∇θ μ(s) ∇ₐ Q₁(s, a): theorem 1 there.
func (d *dpg) learnActor() {
	t := d.actor.Tape
	t.Reset()
	act := d.actor.Pi(d.batch.Obs)
	slope, q := d.critics.slope(act.Value, 1)
	act.Mul(t.Const(slope, act.Rows)).SumCols().Mean().Neg().Backward()
	d.actorOpt.Step()
	d.actorLoss = -q
}

// figures returns what is logged of the latest iteration.
func (d *dpg) figures() []Named {
	d.named = append(d.named[:0], Named{"actor_loss", d.actorLoss}, Named{"critic_loss", d.critics.loss},
		Named{"learning_rate", d.rate}, Named{"n_updates", float64(d.updates)})
	return d.named
}

// State visits the networks, and what offPolicy has.
func (d *dpg) State(s *state.State) {
	s.All(d.actor, d.actorTarget, d.critics, &d.noise)
	s.Int("dpg/updates", &d.updates, state.MaxCount)
	d.offPolicy.State(s)
}

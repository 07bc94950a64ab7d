package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// dpg is offPolicy that learns a deterministic policy μ from critics of it, each
// with a target network that follows it: the deterministic policy gradient. Silver
// et al. 2014, "Deterministic policy gradient algorithms".
type dpg struct {
	offPolicy
	noise                  noise
	actor, actorTarget     *policy.Deterministic
	critics, criticsTarget *policy.Critics
	actorOpt, criticOpt    *optim.Optimizer
	tape                   *tape.Tape // of the critics
	next, value            []float32  // [B, A], [B] what the targets do in the batch's Next, and think of it

	actorLoss, criticLoss float64 // of the latest update
	updates               int
	named                 []Named
}

// build makes what can fail.
func (d *dpg) build(mk env.Maker, s *Setup, r *Replay, n Noise, k *policy.Kwargs, critics int) (err error) {
	if err = d.connect(mk, s, r); err != nil {
		return err
	}
	spec := d.vec.Spec()
	if d.actor, err = policy.NewDeterministic(d.rng, spec, *k, s.Engine); err != nil {
		return err
	}
	if d.critics, err = policy.NewCritics(d.rng, spec, *k, s.Engine, critics); err != nil {
		return err
	}
	if d.actorOpt, err = k.Optimizer(d.actor.Params()); err != nil {
		return err
	}
	if d.criticOpt, err = k.Optimizer(d.critics.Params()); err != nil {
		return err
	}
	d.actorTarget, d.criticsTarget, d.tape = d.actor.Copy(), d.critics.Copy(), tape.New()
	d.noise = noise{n, make([]float32, len(d.act))}
	d.next, d.value = make([]float32, len(d.batch.Act)), make([]float32, r.BatchSize)
	d.params = append(d.actor.Params(), d.critics.Params()...)
	d.opts, d.tapes = []*optim.Optimizer{d.actorOpt, d.criticOpt}, []*tape.Tape{d.tape, d.actor.Tape}
	d.followers = []follower{{d.actorTarget.Params(), d.actor.Params()}, {d.criticsTarget.Params(), d.critics.Params()}}
	d.random, d.explore, d.bound, d.ended = d.uniform, d.exploreByNoise, d.actor.Stretch, d.noise.ended
	return nil
}

// Policy is the actor, without noise.
func (d *dpg) Policy() policy.Policy { return d.actor }

func (d *dpg) exploreByNoise() {
	d.actor.Choose(d.now, d.act)
	d.noise.add(d.rng, d.act)
}

// learnCritics takes a step down the critics' squared errors.
func (d *dpg) learnCritics() {
	t, b := d.tape, d.batch
	t.Reset()
	y, w := t.Const(d.wanted, b.Len()), t.Const(b.Weight, b.Len())
	x := d.critics.Of(b.Obs, t.Const(b.Act, b.Len()))
	var l *tape.Var
	for i, net := range d.critics.Q {
		q := net.Forward(t, x)
		if i == 0 {
			f32.Sub(d.errs, q.Value, d.wanted)
			l = loss.WeightedSquared(q, y, w)
		} else {
			l = l.Add(loss.WeightedSquared(q, y, w))
		}
	}
	l.Backward()
	d.criticOpt.Step()
	d.criticLoss = float64(l.Scalar())
	d.updates++
}

// learnActor takes a step up Q₁(s, μ(s)).
func (d *dpg) learnActor() {
	t := d.actor.Tape
	t.Reset()
	x := d.critics.Of(d.batch.Obs, d.actor.Pi(d.batch.Obs))
	t.Freeze(true)
	l := d.critics.Q[0].Forward(t, x).Mean().Neg()
	t.Freeze(false)
	l.Backward()
	d.actorOpt.Step()
	d.actorLoss = float64(l.Scalar())
}

// figures returns what is logged of the latest iteration.
func (d *dpg) figures() []Named {
	d.named = append(d.named[:0], Named{"actor_loss", d.actorLoss}, Named{"critic_loss", d.criticLoss},
		Named{"learning_rate", d.rate}, Named{"n_updates", float64(d.updates)})
	return d.named
}

// State visits the networks, and what offPolicy has.
func (d *dpg) State(s *state.State) {
	s.All(d.actor, d.actorTarget, d.critics, d.criticsTarget, &d.noise)
	s.Int("dpg/updates", &d.updates, 1<<53)
	d.offPolicy.State(s)
}

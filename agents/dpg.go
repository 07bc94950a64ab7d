package agents

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// dpg is the networks and the exploration of the deterministic policy gradient: an actor
// μ, critics that it climbs, and a target network of each that follows it. Silver et al.
// 2014, "Deterministic policy gradient algorithms".
type dpg struct {
	actor, actorTarget *policy.Deterministic
	actorOpt           *optim.Optimizer
	critics            *critics
	noise              noiseProcess
	next, value, y     []float32 // scratch: [B, A] actions in the batch's Next, [B] their value, [B] the critics' targets

	last    found // in the latest update
	updates int
	metrics []Metric
}

// newDPG returns the networks for o's environments.
func newDPG(o *offPolicy, n Noise, k *policy.NetworkConfig, critics int) (d dpg, err error) {
	spec, b := o.play.vec.Spec(), o.memory.batch
	if d.actor, err = policy.NewDeterministic(o.rng, spec, *k, o.normal, o.setup.Engine); err != nil {
		return d, err
	}
	if d.critics, err = newCritics(o, k, critics, 1); err != nil {
		return d, err
	}
	if d.actorOpt, err = k.NewOptimizer(d.actor.Params()); err != nil {
		return d, err
	}
	d.actorTarget = d.actor.Copy(o.normal)
	d.noise = newNoiseProcess(n, o.setup.Steps, len(o.act))
	d.next, d.value, d.y = make([]float32, len(b.Act)), make([]float32, b.Len()), make([]float32, b.Len())
	o.nets = trained{
		params:  slices.Concat(d.actor.Params(), d.critics.now.Params()),
		opts:    []*optim.Optimizer{d.actorOpt, d.critics.opt},
		tapes:   append([]*tape.Tape{d.actor.Tape}, d.critics.tapes()...),
		sharers: []nn.Sharer{d.actor, d.actorTarget, d.critics},
	}
	return d, nil
}

// Policy returns the actor, without noise.
func (d *dpg) Policy() policy.Policy { return d.actor }

// random writes actions uniform in the action space.
func (d *dpg) random(in policy.In, out policy.Out) {
	uniform(in.Rand, out.Raw)
	d.actor.Stretch(out.Act, out.Raw)
}

// explore writes the actor's actions with noise.
func (d *dpg) explore(steps int, in policy.In, out policy.Out) {
	d.actor.Act(policy.In{Obs: in.Obs}, policy.Out{Raw: out.Raw})
	d.noise.add(steps, in.Rand, out.Raw)
	d.actor.Stretch(out.Act, out.Raw)
}

// stepped begins the noise anew where an episode has ended.
func (d *dpg) stepped(res *env.Result) { d.noise.stepped(res) }

// learnActor takes a gradient step up Q₁(s, μ(s)), by ∇θ μ(s) ∇ₐ Q₁(s, a): theorem 1
// there. It returns the loss -Q₁.
func (d *dpg) learnActor(obs []float32) float64 {
	t := d.actor.Tape
	t.Reset()
	act := d.actor.Pi(obs)
	slope, q := d.critics.slope(obs, act.Value, 1)
	act.Mul(t.Const(slope, act.Rows)).SumCols().Mean().Neg().Backward()
	d.actorOpt.Step()
	return -q
}

// follow moves the target networks towards theirs, by tau.
func (d *dpg) follow(tau float32) {
	nn.PolyakUpdate(d.actorTarget.Mu, d.actor.Mu, tau)
	d.critics.follow(tau)
}

// figures returns what is logged of the latest update, at the iteration's learning rate.
func (d *dpg) figures(rate float64) []Metric {
	d.metrics = append(d.metrics[:0], Metric{"actor_loss", d.last.actorLoss}, Metric{"critic_loss", d.last.criticLoss},
		Metric{"learning_rate", rate}, Metric{"n_updates", float64(d.updates)})
	return d.metrics
}

// State visits the networks and the noise.
func (d *dpg) State(s *state.State) {
	s.Section("dpg", 1)
	s.All(d.actor, d.actorTarget, d.critics, &d.noise, &d.last)
	s.Int("dpg/updates", &d.updates, state.MaxCount)
}

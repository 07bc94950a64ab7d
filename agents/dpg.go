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

// dpg has the networks and the exploration noise of DDPG and TD3, which learn by the
// deterministic policy gradient: an actor μ, one or two critics, and their target networks.
// Silver et al. 2014, "Deterministic policy gradient algorithms".
type dpg struct {
	actor, actorTarget *policy.Deterministic
	actorOpt           *optim.Optimizer
	critics            *critics
	noise              noiseProcess
	nextAct            []float32 // [B, A] scratch: actions at the next observations
	nextValue          []float32 // [B] scratch: values of the next actions
	y                  []float32 // [B] scratch: targets of the critics

	lastUpdate updateResult // result of the latest update
	updates    int          // updates since the start of the run
	metricBuf  []Metric
}

// newDPG returns the networks for o's environments, with the given number of critics.
func newDPG(o *offPolicy, n Noise, k *policy.NetworkConfig, critics int) (d dpg, err error) {
	spec := o.play.vec.Spec()
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
	if err = o.useMemory(d.actor, d.critics.online); err != nil {
		return d, err
	}
	rows, a := o.rows(), spec.Act.Size()
	d.critics.allocate(rows, a)
	d.nextAct, d.nextValue, d.y = make([]float32, rows*a), make([]float32, rows), make([]float32, rows)
	o.nets = trainedNetworks{
		params:  slices.Concat(d.actor.Params(), d.critics.online.Params()),
		opts:    []*optim.Optimizer{d.actorOpt, d.critics.opt},
		tapes:   append([]*tape.Tape{d.actor.Tape}, d.critics.tapes()...),
		sharers: []nn.Sharer{d.actor, d.actorTarget, d.critics},
	}
	return d, nil
}

// Policy returns the actor, which acts without noise.
func (d *dpg) Policy() policy.Policy { return d.actor }

// random samples actions uniformly from the action space.
func (d *dpg) random(in policy.In, out policy.Out) {
	sampleUniform(in.Rand, out.Raw)
	d.actor.Stretch(out.Act, out.Raw)
}

// explore writes the actor's actions μ(s) plus exploration noise.
func (d *dpg) explore(steps int, in policy.In, out policy.Out) {
	d.actor.Act(policy.In{Obs: in.Obs, Memory: in.Memory}, policy.Out{Raw: out.Raw})
	d.noise.add(steps, in.Rand, out.Raw)
	d.actor.Stretch(out.Act, out.Raw)
}

// afterStep resets the noise process where an episode has ended.
func (d *dpg) afterStep(res *env.Result) { d.noise.resetEnded(res) }

// updateActor takes a gradient step that increases the mean of Q₁(s, μ(s)), by the deterministic
// policy gradient ∇θ μ(s) ∇ₐ Q₁(s, a) of Silver et al., theorem 1. It returns the loss, minus the
// mean of Q₁.
func (d *dpg) updateActor(obs []float32) float64 {
	t := d.actor.Tape
	t.Reset()
	act := d.actor.Pi(policy.Batch{Obs: obs})
	actionGradient, q := d.critics.actionGradient(obs, act.Value, nil, nil, 1)
	act.Mul(t.Const(actionGradient, act.Rows)).SumCols().Mean().Neg().Backward()
	d.actorOpt.Step()
	return -q
}

// updateTargets makes a soft (Polyak) update of all target networks, with weight tau for the
// online networks.
func (d *dpg) updateTargets(tau float32) {
	nn.PolyakUpdate(d.actorTarget.Mu, d.actor.Mu, tau)
	d.critics.updateTargets(tau)
}

// metrics returns the metrics of the latest update and the iteration's learning rate.
func (d *dpg) metrics(rate float64, actors *apexActors) []Metric {
	d.metricBuf = append(d.metricBuf[:0], Metric{"actor_loss", d.lastUpdate.actorLoss}, Metric{"critic_loss", d.lastUpdate.criticLoss},
		Metric{"learning_rate", rate}, Metric{"n_updates", float64(d.updates)})
	d.metricBuf = actors.append(d.metricBuf)
	return d.metricBuf
}

// State saves or loads the networks, the noise process, and the result and number of updates.
func (d *dpg) State(s *state.State) {
	s.Section("dpg", 1)
	s.All(d.actor, d.actorTarget, d.critics, &d.noise, &d.lastUpdate)
	s.Int("dpg/updates", &d.updates, state.MaxCount)
}

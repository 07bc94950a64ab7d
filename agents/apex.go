package agents

import (
	"fmt"
	"math"
	"runtime"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// ApeX has the settings of an off-policy agent as a learner with actors: Horgan et al. 2018,
// arXiv:1803.00933. They count if the setting actors is above 0. Then actors act with their own
// copies of the networks, each with its own exploration, and compute the first priorities of their
// steps. The learner adds the steps to its replay buffer and publishes its weights now and then.
//
// In the paper the learner makes as many updates as it can. Here train_freq and gradient_steps say
// how many updates it makes for the steps of the actors, which wait for it when the queue is full.
// So the result does not depend on the speed of the machine.
type ApeX struct {
	ActorSteps   int `yaml:"actor_steps"`   // with actors: steps of each environment in a trajectory, which an actor sends as a whole
	PublishEvery int `yaml:"publish_every"` // with actors: updates between two publications of the weights
}

// DefaultApeX returns the default settings.
func DefaultApeX() ApeX { return ApeX{ActorSteps: 16, PublishEvery: 16} }

// DefaultActing returns settings without actors.
func DefaultActing() Acting { return Acting{QueueDepth: 8} }

// rules returns the conditions on the settings of an agent with the given number of actors.
func (c *ApeX) rules(actors int) []rule {
	if actors == 0 {
		return nil
	}
	return []rule{
		{1 <= c.ActorSteps && c.ActorSteps <= 1<<16, "actor_steps", c.ActorSteps, "1 … 65536"},
		{c.PublishEvery >= 1, "publish_every", c.PublishEvery, "1 or more"},
	}
}

// A distributable is an off-policy algorithm that can act and learn in different agents.
type distributable interface {
	algorithm
	part() *offPolicy

	// weights returns the tensors that actors need to act and to compute priorities.
	weights() []*tape.Param

	// copyTargets copies the networks to the target networks.
	copyTargets()

	// tdErrors returns the TD errors [B] of a batch, without learning. The next call overwrites
	// them.
	tdErrors(b *replay.Batch) []float32

	noiseState(s *state.State) // saves or loads the exploration noise
}

var (
	_ distributable = (*DQN)(nil)
	_ distributable = (*DDPG)(nil)
	_ distributable = (*TD3)(nil)
	_ distributable = (*SAC)(nil)
)

// part returns the common part of an off-policy agent.
func (o *offPolicy) part() *offPolicy { return o }

// apexActors are the actors of an off-policy agent that only learns.
type apexActors struct {
	learner   distributable
	fleet     *fleet
	publish   int               // updates between two publications
	updates   int               // updates since the start of the run
	published int               // updates before the latest publication
	sums      map[int][]float64 // [n] discounted sums of the rewards of each actor's environments, for the reward normaliser
	rows      []int             // [n] scratch: rows of a step in the replay buffer
}

// useActors gives an off-policy agent its actors, if the setting actors is above 0. The function mk
// makes the agent of actor i.
func (o *offPolicy) useActors(learner distributable, c Acting, x ApeX, mk func(i int) (distributable, error)) (err error) {
	if c.Actors == 0 {
		return nil
	}
	if o.memory != nil {
		return fmt.Errorf("actors is %d for networks with memory, want 0, or layers without memory", c.Actors)
	}
	if !c.Ordered { // the actors need their cores at the same time
		o.cores = parallel.New(o.setup.cores(min(2, max(1, runtime.GOMAXPROCS(0)-c.Actors))))
	}
	o.actors = &apexActors{learner: learner, publish: x.PublishEvery, sums: map[int][]float64{}, rows: make([]int, o.setup.NEnvs)}
	o.actors.fleet, err = newFleet(c, c.Actors, o.setup.onlyActor, o.setup.cores(c.Actors), learner.weights(), func(i int) (actor, error) {
		agent, err := mk(i)
		if err != nil {
			return nil, err
		}
		return newApexActor(agent, x.ActorSteps), nil
	})
	return err
}

// learn runs iterations while the actors act: see offPolicy.learn.
func (x *apexActors) learn(until int, stats *Stats, a iterator) error {
	x.fleet.log = x.fleet.log[:0]
	if until <= stats.Steps() {
		return a.CheckSteps(until)
	}
	defer x.fleet.end()
	if err := x.fleet.begin(); err != nil {
		return err
	}
	return iterateUntil(until, stats, a)
}

// learnFromActors runs an iteration: it takes trajectories of the actors and learns from them.
func (o *offPolicy) learnFromActors() error {
	x := o.actors
	trajectories := len(x.fleet.actors)
	if !x.fleet.c.Ordered {
		trajectories *= 4 // an iteration is long beside the start and the end of the actors
	}
	for range trajectories {
		t, err := x.fleet.take()
		if err != nil {
			return err
		}
		if fresh, _ := x.fleet.accept(t, math.MaxInt); fresh {
			x.fleet.use(t, x.updates+1)
			if err := o.learnFromTrajectory(t); err != nil {
				return err
			}
		}
		x.fleet.release(t)
	}
	return o.nets.check(&o.play.stats)
}

// learnFromTrajectory adds the steps of a trajectory to the replay buffer, and makes the updates that
// are due after each of them. The last step is stored as truncated, because the step after it is of
// another trajectory: so the last n-step returns are of fewer steps.
func (o *offPolicy) learnFromTrajectory(t *Trajectory) error {
	x, n := o.actors, o.setup.NEnvs
	p := &x.fleet.played
	p.begin(t)
	first, mask, _ := p.obs()
	o.experience.ring.Restart(first, mask)
	if o.scale != nil {
		o.scale.discountedSum = x.sumsOf(t.Actor)
	}
	for p.step < t.t {
		if o.normal != nil {
			obs, _, _ := p.obs()
			o.normal.Observe(obs)
		}
		priority := t.priority[p.step*n : (p.step+1)*n]
		act, _, res := p.next()
		o.recordStep(res)
		x.learner.afterStep(res)
		if p.step == t.t {
			cut(res)
		}
		o.addStep(act, priority, res)
		o.updateIfDue(x.learner)
		if x.updates-x.published >= x.publish {
			x.published = x.updates
			if err := x.fleet.publish(); err != nil {
				return err
			}
		}
	}
	return nil
}

// addStep adds a step to the replay buffer, with its first priorities.
func (o *offPolicy) addStep(act, priority []float32, res *env.Result) {
	m := &o.experience
	m.buffer.Add(act, res)
	if m.prioritized == nil {
		return
	}
	rows := o.actors.rows
	for i := range rows {
		rows[i] = m.ring.Row(m.ring.Len() - len(rows) + i)
	}
	m.prioritized.Learned(rows, priority)
}

// cut marks the episodes that a step does not end as truncated.
func cut(res *env.Result) {
	o, m := len(res.Obs)/len(res.Reward), len(res.Mask)/len(res.Reward)
	for i := range res.Reward {
		if !res.Done(i) {
			res.Truncated[i] = true
			copy(res.Next[i*o:(i+1)*o], res.Obs[i*o:])
			copy(res.NextMask[i*m:(i+1)*m], res.Mask[i*m:])
		}
	}
}

// sumsOf returns the discounted sums of the rewards of an actor's environments.
func (x *apexActors) sumsOf(actor int) []float64 {
	if x.sums[actor] == nil {
		x.sums[actor] = make([]float64, len(x.rows))
	}
	return x.sums[actor]
}

// append appends the metrics of the actors to a Report's metrics. Without actors it does nothing.
func (x *apexActors) append(to []Metric) []Metric {
	if x == nil {
		return to
	}
	return x.fleet.lag.append(to, x.fleet.refusals)
}

// Records reports whether actors act while the agent learns: see Recorder.
func (o *offPolicy) Records() bool { return o.actors != nil && !o.actors.fleet.c.Ordered }

// Learned returns the trajectories that the latest Learn has used: see Recorder. It returns nil
// unless Records returns true.
func (o *offPolicy) Learned() []Learned {
	if o.actors == nil {
		return nil
	}
	return o.actors.fleet.log
}

// Close closes the actors' environments. Without actors it does nothing.
func (x *apexActors) Close() error {
	if x == nil {
		return nil
	}
	return x.fleet.Close()
}

// State saves or loads the actors.
func (x *apexActors) State(s *state.State) {
	s.Section("apex", 1)
	s.Int("apex/updates", &x.updates, state.MaxCount)
	s.Int("apex/published", &x.published, state.MaxCount)
	for i := range x.fleet.actors {
		s.Doubles("apex/sums", x.sumsOf(i))
	}
	x.fleet.State(s)
}

// forActor changes the settings to those of the agent of actor i.
func (r *Replay) forActor(i int, s *Setup, c *Acting, x ApeX) {
	n := c.Actors
	s.onlyActor, s.firstEnv, s.Steps, s.Beyond, s.Cores = 0, i*s.NEnvs, (s.Steps+n-1)/n, true, 1
	r.LearningStarts, r.Prioritized = (r.LearningStarts+n-1)/n, false
	r.BufferSize = x.ActorSteps * s.NEnvs
	r.BatchSize = r.BufferSize
	*c = DefaultActing()
}

// The constants of the actors' ε: Horgan et al. 2018, section 4.1.
const (
	actorEpsilon  = 0.4
	actorExponent = 7
)

// actorExploration returns the probability ε of a random action of actor i of n, as constant settings:
//
//	ε_i = ε^(1 + α i / (n-1))
//
// A single actor has the ε in the middle.
func actorExploration(i, n int) Exploration {
	at := 0.5
	if n > 1 {
		at = float64(i) / float64(n-1)
	}
	epsilon := math.Pow(actorEpsilon, 1+actorExponent*at)
	return DefaultExploration(epsilon, epsilon, 0)
}

// meanExploration returns the mean of the actors' ε, as constant settings.
func meanExploration(n int) Exploration {
	sum := 0.0
	for i := range n {
		sum += actorExploration(i, n).ExplorationFinal
	}
	return DefaultExploration(sum/float64(n), sum/float64(n), 0)
}

// actorNoise returns the factor of the exploration noise of actor i of n. The mean of all actors is 1:
//
//	2 (i+1) / (n+1)
func actorNoise(i, n int) float64 { return 2 * float64(i+1) / float64(n+1) }

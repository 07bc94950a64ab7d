// The cross-entropy method with a network, on CartPole: play some episodes,
// keep the best, make what was done in them likelier. Rubinstein 1999, "The
// cross-entropy method for combinatorial and continuous optimization".
package main

import (
	"cmp"
	"context"
	"log"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

const (
	episodes = 20 // in an iteration
	elite    = 5  // of them are imitated
	passes   = 4  // gradient steps over these
	rate     = 3e-3
)

// CrossEntropy is an agents.Agent.
type CrossEntropy struct {
	src   rand.PCG
	rng   *rand.Rand
	vec   env.Vector
	model *policy.ActorCritic // of which the critic is not used
	opt   *optim.Optimizer
	dice  [1]rand.PCG // of actions
	obs   []float32   // what to act on next
	act   []float32
	stats agents.Stats
	loss  [1]agents.Named
}

// NewCrossEntropy returns an agent that learns in an environment from mk.
func NewCrossEntropy(mk env.Maker, seed uint64) *CrossEntropy {
	vec := agents.Must(mk(1))
	spec, first := vec.Spec(), agents.Must(vec.Reset(env.Split(seed, 1)))
	c := &CrossEntropy{vec: vec, obs: slices.Clone(first.Obs), act: make([]float32, spec.Act.Size())}
	c.src.Seed(env.Split(seed, 0), 0)
	c.rng = rand.New(&c.src)
	c.dice[0].Seed(env.Split(seed, 4), 0)
	c.model = agents.Must(policy.NewActorCritic(c.rng, spec, policy.DefaultKwargs(), nil, nn.Native{}))
	c.opt = optim.NewAdam(rate, 1e-8, c.model.Params())
	return c
}

func (c *CrossEntropy) Policy() policy.Policy { return c.model }

// Learn runs iterations of playing and imitating.
func (c *CrossEntropy) Learn(until int) (agents.Report, error) {
	for c.stats.Steps() < until {
		played := make([]episode, episodes)
		for i := range played {
			var err error
			if played[i], err = c.play(); err != nil {
				return agents.Report{}, err
			}
		}
		slices.SortStableFunc(played, func(a, b episode) int { return cmp.Compare(b.value, a.value) })
		c.imitate(played[:elite])
	}
	return c.stats.Report(c.loss[:]), nil
}

// An episode is what was seen and done in it, and its return.
type episode struct {
	obs, act []float32
	value    float64
}

func (c *CrossEntropy) play() (e episode, err error) {
	for done := false; !done && err == nil; {
		c.model.Act(policy.In{Obs: c.obs, Rand: c.dice[:]}, policy.Out{Act: c.act})
		e.obs, e.act = append(e.obs, c.obs...), append(e.act, c.act...)
		var res *env.Result
		if res, err = c.vec.Step(c.act); err == nil {
			c.stats.Add(res)
			copy(c.obs, res.Obs)
			e.value, done = res.Return[0], res.Done(0)
		}
	}
	return e, err
}

func (c *CrossEntropy) imitate(best []episode) {
	var all episode
	for _, e := range best {
		all.obs, all.act = append(all.obs, e.obs...), append(all.act, e.act...)
	}
	for range passes {
		c.model.Tape.Reset()
		loss := c.model.Pi(all.obs, nil).LogProb(all.act).Mean().Neg() // E[-log π(a|s)]
		loss.Backward()
		c.opt.Step()
		c.loss[0] = agents.Named{Name: "loss", Value: float64(loss.Scalar())}
	}
}

func (c *CrossEntropy) State(s *state.State) {
	s.PCG("rng", &c.src)
	s.PCG("dice", &c.dice[0])
	s.Floats("obs", c.obs)
	s.All(c.model, c.opt, c.vec, &c.stats)
}

func main() {
	agent := NewCrossEntropy(env.Each(classic.NewCartPole), 1)
	for report, err := range agents.Train(context.Background(), agent, 100_000, 10_000) {
		if err != nil {
			log.Fatal(err)
		}
		log.Println(report)
	}
}

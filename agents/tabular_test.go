package agents_test

import (
	"bytes"
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

type newTabular func(env.Maker, agents.TabularConfig) (*agents.Tabular, error)

var tabularAgents = map[string]newTabular{
	"Q-learning": agents.NewQLearning, "SARSA": agents.NewSARSA,
	"expected SARSA": agents.NewExpectedSARSA, "double Q-learning": agents.NewDoubleQLearning,
}

// tabularConfig explores to the end, so that every action is tried.
func tabularConfig() agents.TabularConfig {
	c := agents.DefaultTabular()
	c.NEnvs, c.Steps, c.LearningRate, c.Gamma = 4, 100_000, optim.Linear(0.5), 0.9
	c.Beyond = true // to learn as long as a test likes
	return c
}

// newMaze has no pits, which would teach those that learn about what they explore
// to stay where they are. The way to the goal has 7 steps.
func newMaze() *grid.GridWorld { return agents.Must(grid.NewMap("S.#..\n..#.G\n....#\n.#...")) }

// TestTabularLearns wants the optimum of a world from each agent, and of Q-learning,
// which learns about the greedy policy, its exact value.
func TestTabularLearns(t *testing.T) {
	learning(t)
	mk := env.Each(newMaze)
	best, err := newMaze().Model().ValueIteration(0.9)
	if err != nil {
		t.Fatal(err)
	}
	for name, newAgent := range tabularAgents {
		for seed := range uint64(3) {
			c := tabularConfig()
			c.Seed, c.ExplorationFinal = seed, 0.02
			a := agents.Must(newAgent(mk, c))
			agents.Must(a.Learn(c.Steps))
			s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 1, MaxSteps: 200, Seed: 1})
			if err != nil || math.Abs(s.Mean-0.94) > 1e-9 {
				t.Errorf("%s, seed %d: return %v, %v, want 0.94", name, seed, s.Mean, err)
			}
			v := make([]float32, 1)
			a.Policy().Act(policy.In{Obs: []float32{0}}, policy.Out{Value: v})
			off := math.Abs(float64(v[0]) - best.V[0])
			if most := map[bool]float64{true: 1e-3, false: 0.05}[name == "Q-learning"]; off > most {
				t.Errorf("%s, seed %d: the start is worth %v, want %v ± %v", name, seed, v[0], best.V[0], most)
			}
		}
	}
}

// TestTabularTargets takes one step by hand, from place 0 of a walk to place 1, with
// α = 0.5 and γ = 0.5, for 2, and every value 4 before: 2 + ½·4 = 4 is what it was.
// From the last place the episode ends: half way from 4 to the reward of 10.
func TestTabularTargets(t *testing.T) {
	for name, newAgent := range tabularAgents {
		c := tabularConfig()
		c.NEnvs, c.Gamma, c.QInit, c.LearningRate, c.ExplorationInitial, c.ExplorationFinal = 1, 0.5, 4, optim.Constant(0.5), 0, 0
		a := agents.Must(newAgent(env.Each(func() *ends { return new(ends) }), c))
		r := agents.Must(a.Learn(1))
		score := make([]float32, 4)
		a.Policy().Act(policy.In{Obs: []float32{0, 1}}, policy.Out{Scores: score})
		if name == "double Q-learning" { // of which either table takes half of the steps
			if d := score[2] - 10; d*d > 1e-6 {
				t.Errorf("%s: %v, want 10 for the last step", name, score)
			}
			continue
		}
		// after 128 episodes of two steps: Q(1, 0) is 10, Q(0, 0) is 2 + ½·10
		if math.Abs(float64(score[2]-10)) > 1e-3 || math.Abs(float64(score[0]-7)) > 1e-3 || score[1] != 4 || score[3] != 4 || r.Episodes != 128 {
			t.Errorf("%s: values %v after %d episodes, want 7, 4, 10, 4 after 128", name, score, r.Episodes)
		}
	}
}

// ends is a walk of two places: 2 for leaving the first, 10 for leaving the last.
type ends struct{ at int }

func (*ends) Spec() env.Spec {
	return env.Spec{ID: "Ends-v0", Obs: env.Discrete{N: 2}, Act: env.Discrete{N: 2}}
}

func (e *ends) Reset(_ uint64, obs []float32) { e.at, obs[0] = 0, 0 }

func (e *ends) Step(_, obs []float32) env.Outcome {
	if e.at == 1 {
		return env.Outcome{Reward: 10, Terminated: true}
	}
	e.at, obs[0] = 1, 1
	return env.Outcome{Reward: 2}
}

// TestTabularTruncation: what is cut off is bootstrapped. On a walk for ever of 1 a
// step, cut off after 5, every place is worth 1/(1-γ) = 10.
func TestTabularTruncation(t *testing.T) {
	for name, newAgent := range tabularAgents {
		c := tabularConfig()
		c.Steps = 400_000
		a := agents.Must(newAgent(env.Each(func() *forever { return new(forever) }), c))
		agents.Must(a.Learn(c.Steps))
		v := make([]float32, 3)
		a.Policy().Act(policy.In{Obs: []float32{0, 1, 2}}, policy.Out{Value: v})
		for i, x := range v {
			if math.Abs(float64(x)-10) > 0.05 {
				t.Errorf("%s: place %d is worth %v, want 10", name, i, x)
			}
		}
	}
}

// forever goes round three places.
type forever struct{ at int }

func (*forever) Spec() env.Spec {
	return env.Spec{ID: "Forever-v0", Obs: env.Discrete{N: 3}, Act: env.Discrete{N: 1}, MaxSteps: 5}
}

func (f *forever) Reset(seed uint64, obs []float32) {
	f.at = int(seed % 3)
	obs[0] = float32(f.at)
}

func (f *forever) Step(_, obs []float32) env.Outcome {
	f.at = (f.at + 1) % 3
	obs[0] = float32(f.at)
	return env.Outcome{Reward: 1}
}

// TestTabularConformance: the same seed has the same bytes, a resumed run those of an
// uninterrupted one, and a warm agent allocates nothing.
func TestTabularConformance(t *testing.T) {
	for name, newAgent := range tabularAgents {
		for what, mk := range map[string]env.Maker{"lake": env.Each(grid.NewFrozenLake), "blackjack": env.Each(grid.NewBlackjack), "log": env.Each(func() env.Env { return bare{grid.NewFrozenLake()} })} {
			start := func() agents.Agent { return agents.Must(newAgent(mk, tabularConfig())) }
			straight, resumed := start(), start()
			train(t, straight, 3000)
			file := filepath.Join(t.TempDir(), "agent")
			if err := agents.Save(file, straight); err != nil {
				t.Fatal(err)
			}
			train(t, resumed, 700)
			if err := agents.Load(file, resumed); err != nil {
				t.Fatal(err)
			}
			if one, other := train(t, straight, 9000), train(t, resumed, 9000); one != other || !bytes.Equal(bits(t, straight), bits(t, resumed)) {
				t.Errorf("%s, %s: resumed it goes on otherwise", name, what)
			}
			again := start()
			if train(t, again, 9000); !bytes.Equal(bits(t, again), bits(t, straight)) {
				t.Errorf("%s, %s: the same seed leads to another state", name, what)
			}
			r := agents.Must(again.Learn(20_000))
			if n := allocations(func() {
				for range 200 {
					r = agents.Must(again.Learn(r.Steps + 1))
				}
			}); n != 0 {
				t.Errorf("%s, %s: warm iterations allocate %v times, want 0", name, what, n)
			}
		}
	}
}

func TestTabularErrors(t *testing.T) {
	for want, spoil := range map[string]func(c *agents.TabularConfig){
		"learning_rate is 2":            func(c *agents.TabularConfig) { c.LearningRate = optim.Constant(2) },
		"gamma is 1.5":                  func(c *agents.TabularConfig) { c.Gamma = 1.5 },
		"exploration_initial_eps is -1": func(c *agents.TabularConfig) { c.ExplorationInitial = -1 },
		"exploration_final_eps is NaN":  func(c *agents.TabularConfig) { c.ExplorationFinal = math.NaN() },
		"exploration_fraction is 2":     func(c *agents.TabularConfig) { c.ExplorationFraction = 2 },
		"q_init is +Inf, want a finite": func(c *agents.TabularConfig) { c.QInit = float32(math.Inf(1)) },
		"n_envs is 0":                   func(c *agents.TabularConfig) { c.NEnvs = 0 },
	} {
		c := tabularConfig()
		spoil(&c)
		if a, err := agents.NewSARSA(env.Each(grid.NewFrozenLake), c); a != nil || err == nil || !strings.HasPrefix(err.Error(), "agents: SARSA: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := agents.NewQLearning(env.Each(newMimic), tabularConfig()); err == nil || !strings.Contains(err.Error(), "the wrapper discretize_observation turns them into choices") {
		t.Errorf("a table of numbers: error %v", err)
	}
}

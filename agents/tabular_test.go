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

// newTabular is a constructor of tabular agents.
type newTabular func(env.Maker, agents.TabularConfig) (*agents.Tabular, error)

var tabularAgents = map[string]newTabular{
	"Q-learning": agents.NewQLearning, "SARSA": agents.NewSARSA,
	"expected SARSA": agents.NewExpectedSARSA, "double Q-learning": agents.NewDoubleQLearning,
}

// tabularConfig returns settings that explore to the end, so that every action is tried.
func tabularConfig() agents.TabularConfig {
	c := agents.DefaultTabular()
	c.NEnvs, c.Steps, c.LearningRate, c.Gamma = 4, 100_000, optim.Linear(0.5), 0.9
	c.Beyond = true // tests may learn beyond Setup.Steps
	return c
}

// newMaze returns a grid world without pits. With pits, on-policy agents would learn to stay away
// from the path, because they explore. The shortest path to the goal has 7 steps.
func newMaze() *grid.GridWorld { return agents.Must(grid.NewMap("S.#..\n..#.G\n....#\n.#...")) }

// TestTabularLearns checks that each tabular agent learns the optimal path of a grid world. The
// value of the start is within 0.05 of the optimum, and within 0.001 for Q-learning, which learns
// the values of the greedy policy.
func TestTabularLearns(t *testing.T) {
	skipIfShort(t)
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
				t.Errorf("%s, seed %d: return %v, error %v, want 0.94", name, seed, s.Mean, err)
			}
			v := make([]float32, 1)
			a.Policy().Act(policy.In{Obs: []float32{0}}, policy.Out{Value: v})
			difference := math.Abs(float64(v[0]) - best.V[0])
			if tolerance := map[bool]float64{true: 1e-3, false: 0.05}[name == "Q-learning"]; difference > tolerance {
				t.Errorf("%s, seed %d: the start has the value %v, want %v ± %v", name, seed, v[0], best.V[0], tolerance)
			}
		}
	}
}

// TestTabularTargets checks the action values of twoPlaces after 128 episodes, with α = γ = 0.5.
// The value of the last place is its reward, 10. The value of the first place is its reward plus
// the discounted value of the last place, 2 + ½·10 = 7. Actions that were not taken keep the
// initial value 4.
func TestTabularTargets(t *testing.T) {
	for name, newAgent := range tabularAgents {
		c := tabularConfig()
		c.NEnvs, c.Gamma, c.QInit, c.LearningRate, c.ExplorationInitial, c.ExplorationFinal = 1, 0.5, 4, optim.Constant(0.5), 0, 0
		a := agents.Must(newAgent(env.Each(func() *twoPlaces { return new(twoPlaces) }), c))
		r := agents.Must(a.Learn(1))
		score := make([]float32, 4)
		a.Policy().Act(policy.In{Obs: []float32{0, 1}}, policy.Out{Scores: score})
		if name == "double Q-learning" { // each of its tables learns only in half of the steps
			if d := score[2] - 10; d*d > 1e-6 {
				t.Errorf("%s: values %v, want 10 for the last place", name, score)
			}
			continue
		}
		// score is Q(0, 0), Q(0, 1), Q(1, 0), Q(1, 1).
		if math.Abs(float64(score[2]-10)) > 1e-3 || math.Abs(float64(score[0]-7)) > 1e-3 || score[1] != 4 || score[3] != 4 || r.Episodes != 128 {
			t.Errorf("%s: values %v after %d episodes, want 7, 4, 10, 4 after 128", name, score, r.Episodes)
		}
	}
}

// twoPlaces is an environment with two places. A step from the first place to the last has the
// reward 2, and a step from the last place has the reward 10 and ends the episode.
type twoPlaces struct{ at int }

func (*twoPlaces) Spec() env.Spec {
	return env.Spec{ID: "Ends-v0", Obs: env.Discrete{N: 2}, Act: env.Discrete{N: 2}}
}

func (e *twoPlaces) Reset(_ uint64, obs []float32) { e.at, obs[0] = 0, 0 }

func (e *twoPlaces) Step(_, obs []float32) env.Outcome {
	if e.at == 1 {
		return env.Outcome{Reward: 10, Terminated: true}
	}
	e.at, obs[0] = 1, 1
	return env.Outcome{Reward: 2}
}

// TestTabularTruncation checks that targets bootstrap from the last observation of a truncated
// episode. endlessWalk is truncated after 5 steps, and every place has the value 1/(1-γ) = 10.
func TestTabularTruncation(t *testing.T) {
	for name, newAgent := range tabularAgents {
		c := tabularConfig()
		c.Steps = 400_000
		a := agents.Must(newAgent(env.Each(func() *endlessWalk { return new(endlessWalk) }), c))
		agents.Must(a.Learn(c.Steps))
		v := make([]float32, 3)
		a.Policy().Act(policy.In{Obs: []float32{0, 1, 2}}, policy.Out{Value: v})
		for i, x := range v {
			if math.Abs(float64(x)-10) > 0.05 {
				t.Errorf("%s: place %d has the value %v, want 10", name, i, x)
			}
		}
	}
}

// endlessWalk is an environment that moves around three places without an end, with the reward 1
// in each step.
type endlessWalk struct{ at int }

func (*endlessWalk) Spec() env.Spec {
	return env.Spec{ID: "Forever-v0", Obs: env.Discrete{N: 3}, Act: env.Discrete{N: 1}, MaxSteps: 5}
}

func (f *endlessWalk) Reset(seed uint64, obs []float32) {
	f.at = int(seed % 3)
	obs[0] = float32(f.at)
}

func (f *endlessWalk) Step(_, obs []float32) env.Outcome {
	f.at = (f.at + 1) % 3
	obs[0] = float32(f.at)
	return env.Outcome{Reward: 1}
}

// TestTabularConformance checks that the same seed gives the same bytes, that a resumed run has
// the same bytes as an uninterrupted run, and that a warm agent allocates nothing.
func TestTabularConformance(t *testing.T) {
	for name, newAgent := range tabularAgents {
		for envName, mk := range map[string]env.Maker{"lake": env.Each(grid.NewFrozenLake), "blackjack": env.Each(grid.NewBlackjack), "log": env.Each(func() env.Env { return withoutState{grid.NewFrozenLake()} })} {
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
			if want, got := train(t, straight, 9000), train(t, resumed, 9000); got != want || !bytes.Equal(stateBytes(t, straight), stateBytes(t, resumed)) {
				t.Errorf("%s, %s: a resumed run ends in another state", name, envName)
			}
			again := start()
			if train(t, again, 9000); !bytes.Equal(stateBytes(t, again), stateBytes(t, straight)) {
				t.Errorf("%s, %s: a second run with the same seed ends in another state", name, envName)
			}
			r := agents.Must(again.Learn(20_000))
			if n := allocations(func() {
				for range 200 {
					r = agents.Must(again.Learn(r.Steps + 1))
				}
			}); n != 0 {
				t.Errorf("%s, %s: warm iterations allocate %v times, want 0", name, envName, n)
			}
		}
	}
}

// TestTabularErrors checks the error messages for settings that are out of their range, and for
// observations that are not discrete.
func TestTabularErrors(t *testing.T) {
	for want, change := range map[string]func(c *agents.TabularConfig){
		"learning_rate is 2":            func(c *agents.TabularConfig) { c.LearningRate = optim.Constant(2) },
		"gamma is 1.5":                  func(c *agents.TabularConfig) { c.Gamma = 1.5 },
		"exploration_initial_eps is -1": func(c *agents.TabularConfig) { c.ExplorationInitial = -1 },
		"exploration_final_eps is NaN":  func(c *agents.TabularConfig) { c.ExplorationFinal = math.NaN() },
		"exploration_fraction is 2":     func(c *agents.TabularConfig) { c.ExplorationFraction = 2 },
		"q_init is +Inf, want a finite": func(c *agents.TabularConfig) { c.QInit = float32(math.Inf(1)) },
		"n_envs is 0":                   func(c *agents.TabularConfig) { c.NEnvs = 0 },
	} {
		c := tabularConfig()
		change(&c)
		if a, err := agents.NewSARSA(env.Each(grid.NewFrozenLake), c); a != nil || err == nil || !strings.HasPrefix(err.Error(), "agents: SARSA: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := agents.NewQLearning(env.Each(newMimic), tabularConfig()); err == nil || !strings.Contains(err.Error(), "the wrapper discretize_observation turns them into choices") {
		t.Errorf("a table for box observations: error %v, want one that names discretize_observation", err)
	}
}

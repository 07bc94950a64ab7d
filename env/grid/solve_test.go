package grid_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/internal/settings"
)

// A goldenTable is Gymnasium's model of an environment and its solutions: see testdata/README.md.
type goldenTable struct {
	Env       string
	Options   string                   // as YAML
	P         [][][][4]json.RawMessage // [S][A] probability, next, reward, done
	Start     []float64
	Solutions []struct {
		Gamma   float64
		V       []float64
		Q       [][]float64
		Optimal [][]int
	}
}

func registry() env.Registry {
	r := env.Registry{}
	grid.Register(r)
	return r
}

// makeEnv returns an environment with the given options, written as YAML.
func makeEnv(t testing.TB, id, options string) env.Env {
	t.Helper()
	e, err := tryEnv(id, options)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// tryEnv is makeEnv with an error.
func tryEnv(id, options string) (env.Env, error) {
	if options == "" {
		options = "{}"
	}
	tree, err := settings.Parse("options", []byte(options))
	if err != nil {
		return nil, err
	}
	return registry().Make(id, tree.Root().DecodeFields)
}

// tables returns the recorded models.
func tables(t testing.TB) (all []goldenTable) {
	golden.Read(t, "testdata/tables.json.gz", &all)
	return all
}

// parseNumber parses a number, or a bool as 0 or 1.
func parseNumber(t testing.TB, raw json.RawMessage) (x float64) {
	t.Helper()
	switch string(raw) {
	case "true":
		return 1
	case "false":
		return 0
	}
	if err := json.Unmarshal(raw, &x); err != nil {
		t.Fatal(err)
	}
	return x
}

// maxDifference returns the largest absolute difference between the elements of x and y.
func maxDifference(x, y []float64) (worst float64) {
	for i := range x {
		worst = max(worst, math.Abs(x[i]-y[i]))
	}
	return worst
}

// TestModels checks each model against Gymnasium's: the same outcomes in the same order.
func TestModels(t *testing.T) {
	for _, tab := range tables(t) {
		m := makeEnv(t, tab.Env, tab.Options).(grid.Tabular).Model()
		if err := m.Validate(); err != nil {
			t.Errorf("%s %s: %v", tab.Env, tab.Options, err)
		}
		if m.States != len(tab.P) || maxDifference(m.Start, tab.Start) > 1e-12 {
			t.Errorf("%s %s: %d states, want %d, and their starts", tab.Env, tab.Options, m.States, len(tab.P))
			continue
		}
		for s, actions := range tab.P {
			for a, want := range actions {
				got := m.Transitions(s, a)
				if len(got) != len(want) && !tab.ends(t, s) {
					t.Errorf("%s %s: state %d, action %d: %v, want %s", tab.Env, tab.Options, s, a, got, want)
					continue
				}
				for i, o := range got {
					if w := want[i]; math.Abs(o.Probability*float64(len(got))/float64(len(want))-parseNumber(t, w[0])) > 1e-12 && !tab.ends(t, s) ||
						o.Next != int(parseNumber(t, w[1])) || o.Reward != parseNumber(t, w[2]) || o.Terminal != (parseNumber(t, w[3]) == 1) {
						t.Errorf("%s %s: state %d, action %d: %v, want %s", tab.Env, tab.Options, s, a, got, want)
						break
					}
				}
			}
		}
	}
}

// ends reports whether every action leaves state s unchanged and ends the episode.
func (tab goldenTable) ends(t testing.TB, s int) bool {
	for _, outcomes := range tab.P[s] {
		for _, o := range outcomes {
			if parseNumber(t, o[3]) == 0 || int(parseNumber(t, o[1])) != s {
				return false
			}
		}
	}
	return true
}

// TestSolutions checks V*, Q* and the optimal actions of both methods against the recorded
// tables, and the values of optimal policies against V*.
func TestSolutions(t *testing.T) {
	for _, tab := range tables(t) {
		m := makeEnv(t, tab.Env, tab.Options).(grid.Tabular).Model()
		for i, want := range tab.Solutions {
			if testing.Short() && i > 0 {
				break
			}
			for _, solve := range []func(float64) (*grid.Solution, error){m.ValueIteration, m.PolicyIteration} {
				got, err := solve(want.Gamma)
				if err != nil {
					t.Fatal(err)
				}
				size := max(1, slices.Max(want.V), -slices.Min(want.V))
				if e := maxDifference(got.V, want.V); e > 1e-9*size {
					t.Errorf("%s %s, γ %v: V is %v off by %s", tab.Env, tab.Options, want.Gamma, e, got.Method)
				}
				if e := maxDifference(got.Q, slices.Concat(want.Q...)); e > 1e-9*size {
					t.Errorf("%s %s, γ %v: Q is %v off by %s", tab.Env, tab.Options, want.Gamma, e, got.Method)
				}
				best := got.Optimal()
				act := make([]int, m.States)
				for s := range best {
					if !slices.Equal(best[s], want.Optimal[s]) {
						t.Errorf("%s %s, γ %v: best actions in %d are %v by %s, want %v", tab.Env, tab.Options, want.Gamma, s, best[s], got.Method, want.Optimal[s])
					}
					act[s] = best[s][len(best[s])-1]
				}
				v, err := m.Evaluate(m.Deterministic(act), want.Gamma)
				if e := maxDifference(v, want.V); err != nil || e > 1e-8*size {
					t.Errorf("%s %s, γ %v: the best policy's value is %v off, %v", tab.Env, tab.Options, want.Gamma, e, err)
				}
			}
		}
	}
}

// TestBackwardInduction checks that the values with 300 steps left are the optimum, since later
// rewards are discounted to almost 0, and that the value with one step left is the largest
// reward.
func TestBackwardInduction(t *testing.T) {
	m := grid.NewFrozenLake().Model()
	want, err := m.ValueIteration(0.9)
	if err != nil {
		t.Fatal(err)
	}
	v, act, err := m.BackwardInduction(300, 0.9)
	if err != nil || maxDifference(v[300], want.V) > 1e-12 {
		t.Errorf("after 300 steps V is %v off, %v", maxDifference(v[300], want.V), err)
	}
	for s, best := range want.Optimal() {
		if !slices.Contains(best, act[300][s]) {
			t.Errorf("action %d in %d, want one of %v", act[300][s], s, best)
		}
	}
	if math.Abs(v[1][14]-1.0/3) > 1e-15 || v[1][0] != 0 || len(v) != 301 || act[0] != nil {
		t.Errorf("one step from the goal is worth %v, from the start %v, want 1/3 and 0", v[1][14], v[1][0])
	}
}

// TestSuttonBarto checks values that the book prints: example 4.1 under the uniform policy, 15
// steps in the windy world, 14 steps in the maze, sixths in the random walk.
func TestSuttonBarto(t *testing.T) {
	small := makeEnv(t, "Gridworld4x4-v0", "").(grid.Tabular).Model()
	v, err := small.Evaluate(small.Uniform(), 1)
	want := []float64{0, -14, -20, -22, -14, -18, -20, -20, -20, -20, -18, -14, -22, -20, -14, 0}
	if err != nil || maxDifference(v, want) > 1e-9 {
		t.Errorf("figure 4.1: V = %v, %v, want %v", v, err, want)
	}
	windy := makeEnv(t, "WindyGridworld-v0", "").(grid.Tabular).Model()
	if s, err := windy.ValueIteration(1); err != nil || math.Abs(windy.Mean(s.V)+15) > 1e-9 {
		t.Errorf("windy: start %v, %v, want -15", s, err)
	}
	maze := makeEnv(t, "DynaMaze-v0", "").(grid.Tabular).Model()
	if s, err := maze.ValueIteration(0.95); err != nil || math.Abs(maze.Mean(s.V)-math.Pow(0.95, 13)) > 1e-12 {
		t.Errorf("maze: %v, want 0.95¹³, for 14 steps", err)
	}
	walk := makeEnv(t, "RandomWalk-v0", "").(grid.Tabular).Model()
	v, err = walk.Evaluate(walk.Uniform(), 1)
	if want := []float64{0, 1. / 6, 2. / 6, 3. / 6, 4. / 6, 5. / 6, 0}; err != nil || maxDifference(v, want) > 1e-12 {
		t.Errorf("walk: V = %v, %v, want %v", v, err, want)
	}
	world := grid.NewGridWorld().Model()
	if s, err := world.ValueIteration(1); err != nil || math.Abs(world.Mean(s.V)-0.87) > 1e-12 {
		t.Errorf("GridWorld-v0: start %v, want 0.87", err)
	}
}

// TestBlackjackValue checks the exact values of the game at γ = 1.
func TestBlackjackValue(t *testing.T) {
	var all []struct {
		Options string
		Value   float64
		Rows    [][6]float64 // sum, dealer, usable, Q of sticking, Q of hitting, best action
	}
	golden.Read(t, "testdata/blackjack_solution.json.gz", &all)
	if len(all) != 3 {
		t.Fatalf("%d games, want 3", len(all))
	}
	for _, want := range all {
		m := makeEnv(t, "Blackjack-v1", want.Options).(grid.Tabular).Model()
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		s, err := m.ValueIteration(1)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Mean(s.V); math.Abs(got-want.Value) > 1e-12 {
			t.Errorf("%s: the game is worth %v, want %v", want.Options, got, want.Value)
		}
		for _, r := range want.Rows {
			i := int((r[0]*11+r[1])*2+r[2]) * 2
			if math.Abs(s.Q[i]-r[3]) > 1e-12 || math.Abs(s.Q[i+1]-r[4]) > 1e-12 {
				t.Errorf("%s: %v: Q = %v, %v", want.Options, r, s.Q[i], s.Q[i+1])
			}
		}
	}
}

// TestStationary checks the stationary distribution of the random walk against the visits counted
// in 400,000 steps.
func TestStationary(t *testing.T) {
	e := makeEnv(t, "RandomWalk-v0", "")
	m := e.(grid.Tabular).Model()
	d, err := m.Stationary(m.Uniform())
	if err != nil {
		t.Fatal(err)
	}
	rng, counts := rand.New(rand.NewPCG(1, 2)), make([]float64, m.States)
	obs, act := make([]float32, 1), make([]float32, 1)
	const n = 400_000
	e.Reset(1, obs)
	for k := range uint64(n) {
		counts[int(obs[0])] += 1. / n
		act[0] = float32(rng.IntN(4))
		if e.Step(act, obs).Done() {
			e.Reset(k, obs)
		}
	}
	if e := maxDifference(d, counts); e > 0.01 {
		t.Errorf("stationary distribution %v, counted %v", d, counts)
	}
}

// TestLarge checks that the solution of a slippery 100×100 world fulfils the Bellman equation.
func TestLarge(t *testing.T) {
	rows := make([]byte, 0, 101*100)
	for r := range 100 {
		for c := range 100 {
			switch {
			case r+c == 0:
				rows = append(rows, 'S')
			case r == 99 && c == 99:
				rows = append(rows, 'G')
			case (r*31+c*17)%11 == 0:
				rows = append(rows, '#')
			default:
				rows = append(rows, '.')
			}
		}
		rows = append(rows, '\n')
	}
	w, err := grid.NewMap(string(rows))
	if err != nil {
		t.Fatal(err)
	}
	w.Slip = 0.2
	if err := w.Validate(); err != nil {
		t.Fatal(err)
	}
	s, err := w.Model().ValueIteration(0.99)
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.V {
		if best := slices.Max(s.Q[4*i : 4*i+4]); math.Abs(best-s.V[i]) > 1e-11 {
			t.Fatalf("V(%d) = %v and the best action's value %v", i, s.V[i], best)
		}
	}
}

// TestNoConvergence checks that a policy that does not end its episodes has no values at γ = 1,
// and that wrong arguments are errors.
func TestNoConvergence(t *testing.T) {
	m := makeEnv(t, "Gridworld4x4-v0", "").(grid.Tabular).Model()
	stay := make([]int, m.States) // always up
	if _, err := m.Evaluate(m.Deterministic(stay), 1); err == nil {
		t.Error("a policy that never ends has a value at γ = 1")
	}
	if _, err := m.ValueIteration(1.5); err == nil {
		t.Error("γ = 1.5: no error")
	}
	if _, err := m.Evaluate(nil, 0.9); err == nil {
		t.Error("no policy: no error")
	}
}

// TestEndless checks that a gamma of 1 on a map with a cell from which no goal can be reached is an error
// that names the cell. A wall is no such cell, because it has no rewards.
func TestEndless(t *testing.T) {
	for text, want := range map[string]int{"S..\n...": 0, "S.G#.": 4, ".S#G": 0} {
		w, err := grid.NewMap(text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Model().ValueIteration(1)
		if endless, ok := errors.AsType[*grid.EndlessError](err); !ok || endless.State != want {
			t.Errorf("ValueIteration(1) on %q: error %v, want an EndlessError of state %d", text, err, want)
		}
		if _, err := w.Model().ValueIteration(0.9); err != nil {
			t.Errorf("ValueIteration(0.9) on %q: %v", text, err)
		}
	}
}

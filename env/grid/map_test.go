package grid_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/grid"
)

// TestBadOptions checks the error for each wrong option: it says what is wrong, and where.
func TestBadOptions(t *testing.T) {
	for _, tc := range []struct{ id, options, want string }{
		{"GridWorld-v0", "{map: [S.., '.?.', ..G]}", "map has '?' in row 2, column 2, want one of S.#GP1"},
		{"GridWorld-v0", "{map: [S., '.']}", "map has 1 columns in row 2, and 2 in row 1"},
		{"GridWorld-v0", "{map: [S.., ..]}", "map has 2 columns in row 2, and 3 in row 1"},
		{"GridWorld-v0", "{map: [..., ..G]}", "map has no S, where episodes start"},
		{"GridWorld-v0", "{map: []}", "map has 0 rows, want 1 … 1024"},
		{"GridWorld-v0", "{map: ''}", "map has 1 rows"},
		{"GridWorld-v0", "{map: [S.a]}", "map has 1 cells 'a', the first in row 1, column 3, want two"},
		{"GridWorld-v0", "{map: [SD.]}", "map has a door in row 1, column 2, and no key K"},
		{"GridWorld-v0", "{slip: 1.5}", "slip 1.5, want a probability"},
		{"GridWorld-v0", "{wind: [1]}", "wind of 1 columns, and the map has 8"},
		{"GridWorld-v0", "{wind: [0, 0, 0, -1, 0, 0, 0, 0]}", "wind -1 in column 4"},
		{"GridWorld-v0", "{max_steps: -1}", "max_steps -1"},
		{"GridWorld-v0", "{goal_reward: 1e300}", "goal_reward 1e+300, want a finite number"},
		{"GridWorld-v0", "{observation: all}", `observation "all", want index, one_hot, coordinates or local`},
		{"FrozenLake-v1", "{desc: [SF, FX]}", "desc has 'X' in row 2, column 2, want one of SFHG"},
		{"FrozenLake-v1", "{map_name: 5x5}", `map_name "5x5", want 4x4, 8x8 or random`},
		{"FrozenLake-v1", "{map_name: random, size: 1}", "a random map of size 1"},
		{"FrozenLake-v1", "{map_name: random, p: 0}", "has a path to the goal"},
		{"FrozenLake-v1", "{success_rate: 2}", "success_rate 2, want a probability"},
		{"FrozenLake-v1", "{reward_schedule: [1]}", "reward_schedule of 1 numbers, want 3"},
		{"Taxi-v4", "{rainy_probability: -1}", "rainy_probability -1, want a probability"},
		{"Taxi-v4", "{observation: local}", "observation local, which is for maps"},
	} {
		_, err := tryEnv(tc.id, tc.options)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s %s: error %v, want %q in it", tc.id, tc.options, err, tc.want)
		}
	}
}

// walk takes actions from the start, and returns the cells on the path and the sum of the
// rewards.
func walk(t *testing.T, w *grid.GridWorld, actions ...float32) (cells []int, sum float64) {
	t.Helper()
	obs := make([]float32, 1)
	w.Reset(1, obs)
	for _, a := range actions {
		out := w.Step([]float32{a}, obs)
		cells, sum = append(cells, int(obs[0])), sum+out.Reward
		if out.Terminated {
			return cells, sum
		}
	}
	return cells, sum
}

// TestMap checks the parts of a map: teleports, a key and a door, walls, goals with their own
// reward.
func TestMap(t *testing.T) {
	const up, right, down, left = 0, 1, 2, 3
	for _, tc := range []struct {
		text    string
		actions []float32
		cells   []int
		sum     float64
	}{
		{"S.#\n.a.\na.7", []float32{right, right, down, down}, []int{1, 1, 6, 6}, -0.04},
		{"S.#\n.a.\na.7", []float32{right, down, right, right}, []int{1, 6, 7, 8}, 7 - 0.03},
		{"SDG\nK..", []float32{right, down, up, right, right}, []int{0, 9, 6, 7, 8}, 1 - 0.04},
		{"S.P\n..G", []float32{left, up, right, right}, []int{0, 0, 1, 2}, -1 - 0.03},
	} {
		w, err := grid.NewMap(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		if cells, sum := walk(t, w, tc.actions...); !slices.Equal(cells, tc.cells) || math.Abs(sum-tc.sum) > 1e-12 {
			t.Errorf("%q: cells %v for %v, want %v for %v", tc.text, cells, sum, tc.cells, tc.sum)
		}
	}
	if _, err := grid.NewMap("S..\n.G"); err == nil {
		t.Error("a map with a short row: no error")
	}
}

// TestRandomLake checks that a seed always gives the same map, and that the map has a path to the
// goal.
func TestRandomLake(t *testing.T) {
	rows := func(options string) []string {
		return makeEnv(t, "FrozenLake-v1", options).(*grid.FrozenLake).Board().Cells
	}
	one := rows("{map_name: random, size: 9, p: 0.6, map_seed: 5}")
	if !slices.Equal(one, rows("{map_name: random, size: 9, p: 0.6, map_seed: 5}")) || len(one) != 9 || one[0][0] != 'S' || one[8][8] != 'G' {
		t.Errorf("random map %q", one)
	}
	if slices.Equal(one, rows("{map_name: random, size: 9, p: 0.6, map_seed: 6}")) {
		t.Error("two seeds have the same map")
	}
	m := makeEnv(t, "FrozenLake-v1", "{map_name: random, size: 9, p: 0.6, map_seed: 5, is_slippery: false}").(grid.Tabular).Model()
	if s, err := m.ValueIteration(0.99); err != nil || m.Mean(s.V) < 0.5 {
		t.Errorf("the start of a random map is worth %v, %v, want a way to the goal", s, err)
	}
}

// FuzzMap checks that any text gives an error, or a map that can be solved.
func FuzzMap(f *testing.F) {
	f.Add("S..\n.#G", 0.1)
	f.Add("SaKD\na..P", 1.0)
	f.Add("S\r\nG\n\n", 0.0)
	f.Fuzz(func(t *testing.T, text string, slip float64) {
		if len(text) > 300 {
			return
		}
		w, err := grid.NewMap(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("error of several lines: %v", err)
			}
			return
		}
		w.Slip = slip
		if w.Validate() != nil {
			return
		}
		if err := w.Model().Validate(); err != nil {
			t.Fatalf("the model of %q: %v", text, err)
		}
		if _, err := w.Model().ValueIteration(0.9); err != nil {
			t.Fatalf("the solution of %q: %v", text, err)
		}
	})
}

// TestValidate checks the error for each kind of invalid MDP.
func TestValidate(t *testing.T) {
	good := func() *grid.MDP {
		return &grid.MDP{States: 2, Actions: 1, Start: []float64{1, 0}, Outcomes: [][]grid.Transition{
			{{0.5, 1, 1, false}, {0.5, 0, 0, false}}, {{1, 1, 0, true}},
		}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(m *grid.MDP){
		"0 states and 1 actions":                          func(m *grid.MDP) { m.States = 0 },
		"1 probabilities of a start":                      func(m *grid.MDP) { m.Start = m.Start[:1] },
		"start: probabilities sum to 0.5":                 func(m *grid.MDP) { m.Start[0] = 0.5 },
		"outcomes of 1 pairs":                             func(m *grid.MDP) { m.Outcomes = m.Outcomes[:1] },
		"state 0, action 0: leads to state 2, want 0 … 1": func(m *grid.MDP) { m.Outcomes[0][0].Next = 2 },
		"state 0, action 0: has the reward NaN":           func(m *grid.MDP) { m.Outcomes[0][1].Reward = math.NaN() },
		"state 1, action 0: probabilities sum to 0.9":     func(m *grid.MDP) { m.Outcomes[1][0].Probability = 0.9 },
		"state 0, action 0: probability 0 is -0.5":        func(m *grid.MDP) { m.Outcomes[0][0].Probability = -0.5 },
	} {
		m := good()
		spoil(m)
		if err := m.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate: %v, want %q in it", err, want)
		}
	}
}

// FuzzValidate checks that every MDP that is valid can be solved.
func FuzzValidate(f *testing.F) {
	f.Add(2, 1, 0.5, 1, 1.0, 0.5, true)
	f.Add(1, 1, 1.0, 0, math.Inf(1), 0.0, false)
	f.Fuzz(func(t *testing.T, states, actions int, p float64, next int, reward, q float64, terminal bool) {
		if states < 0 || states > 6 || actions < 0 || actions > 4 {
			return
		}
		m := &grid.MDP{States: states, Actions: actions, Start: make([]float64, states), Outcomes: make([][]grid.Transition, states*actions)}
		if states > 0 {
			m.Start[0] = 1
		}
		for i := range m.Outcomes {
			m.Outcomes[i] = []grid.Transition{{p, next, reward, terminal}, {q, 0, 0, false}}
		}
		if m.Validate() != nil || math.Abs(reward) > 1e9 {
			return
		}
		if _, err := m.ValueIteration(0.9); err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
	})
}

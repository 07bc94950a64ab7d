package memory_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/memory"
)

// valid returns e after its Validate.
func valid[E environment](e E) E {
	if err := e.Validate(); err != nil {
		panic(err)
	}
	return e
}

// TestContractOptions checks environments with extreme options.
func TestContractOptions(t *testing.T) {
	for _, e := range []environment{
		valid(&memory.MemorySize{Bits: 1, Length: 1}), valid(&memory.MemorySize{Bits: 40, Length: 9}),
		valid(&memory.Umbrella{Length: 1}), valid(&memory.Umbrella{Length: 100, Distractors: 3, Noise: 0.1}),
		valid(&memory.RepeatPrevious{Decks: 1, K: 51}), valid(&memory.RepeatPrevious{Decks: 3, K: 1}),
		valid(&memory.NBack{N: 1, Trials: 1, Symbols: 2, Matches: 0}), valid(&memory.NBack{N: 30, Trials: 7, Symbols: 26, Matches: 1}),
	} {
		envtest.Check(t, e)
	}
}

// A policy returns an action for an observation. The observations of the episode so far are in all,
// the present one last.
type policy func(rng *rand.Rand, all [][]float32) float32

// play returns the mean return of n episodes, and their metrics.
func play(e environment, n int, act policy) (mean float64, metrics []float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	measured := e.(env.Measured)
	sum, one := make([]float64, len(measured.Measures())), make([]float64, len(measured.Measures()))
	for seed := range uint64(n) {
		obs := make([]float32, e.Spec().Obs.Size())
		e.Reset(env.Split(3, seed), obs)
		all := [][]float32{slices.Clone(obs)}
		for done := false; !done; all = append(all, slices.Clone(obs)) {
			out := e.Step([]float32{act(rng, all)}, obs)
			mean += out.Reward / float64(n)
			done = out.Terminated
		}
		measured.Measure(one)
		for i, v := range one {
			sum[i] += v / float64(n)
		}
	}
	return mean, sum
}

// random returns a policy of n random actions.
func random(n int) policy {
	return func(rng *rand.Rand, _ [][]float32) float32 { return float32(rng.IntN(n)) }
}

// oneIf returns 1 for true and 0 for false.
func oneIf(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// TestReturns checks the mean returns and metrics of random policies, of the best policies and of
// policies without memory against the numbers of the comments: to five standard errors, or exactly if
// the deviation is 0.
func TestReturns(t *testing.T) {
	const n = 2000
	size := memory.NewMemorySize()
	remember := func(_ *rand.Rand, all [][]float32) float32 {
		return oneIf(all[0][2+int(all[len(all)-1][1])] == 1)
	}
	repeat := func(_ *rand.Rand, all [][]float32) float32 { return all[max(len(all)-4, 0)][0] }
	another := func(_ *rand.Rand, all [][]float32) float32 { return float32(int(all[len(all)-1][0]+1) % 4) }
	compare := func(_ *rand.Rand, all [][]float32) float32 {
		return oneIf(len(all) > 2 && all[len(all)-1][0] == all[max(len(all)-3, 0)][0])
	}
	needed := func(_ *rand.Rand, all [][]float32) float32 { return all[0][0] }
	always := func(a float32) policy { return func(*rand.Rand, [][]float32) float32 { return a } }
	cards := 2 * math.Sqrt(3.0/16/48) // standard deviation of the mean of 48 rewards of -1 or, in a quarter of the steps, 1
	for name, c := range map[string]struct {
		e               environment
		act             policy
		mean, deviation float64
		metrics         []float64
	}{
		"memory size, random":            {size, random(2), 0, 1, []float64{0.5}},
		"memory size, best":              {size, remember, 1, 0, []float64{1}},
		"umbrella, random":               {memory.NewUmbrella(), random(2), 0, math.Sqrt(20), []float64{0.5}},
		"umbrella, best":                 {memory.NewUmbrella(), needed, 1, math.Sqrt(19), []float64{1}},
		"umbrella without noise, best":   {valid(&memory.Umbrella{Length: 9}), needed, 1, 0, []float64{1}},
		"repeat previous, random":        {memory.NewRepeatPrevious(), random(4), -0.5, cards, []float64{0.25}},
		"repeat previous, best":          {memory.NewRepeatPrevious(), repeat, 1, 0, []float64{1}},
		"repeat previous, another":       {memory.NewRepeatPrevious(), another, 26.0/51 - 1, cards, []float64{13.0 / 51}},
		"n-back, random":                 {memory.NewNBack(), random(2), 0, 1 / math.Sqrt(20), []float64{0.5, 0.5, 0.5}},
		"n-back, best":                   {memory.NewNBack(), compare, 1, 0, []float64{1, 1, 0}},
		"n-back, always another":         {memory.NewNBack(), always(0), 0, 1 / math.Sqrt(20), []float64{0.5, 0, 0}},
		"n-back, Jaeggi, always another": {valid(&memory.NBack{N: 2, Trials: 20, Symbols: 8, Matches: 0.3}), always(0), 0.4, 2 * math.Sqrt(0.21/20), []float64{0.7, 0, 0}},
	} {
		mean, metrics := play(c.e, n, c.act)
		tolerance := 5*c.deviation/math.Sqrt(n) + 1e-9
		if math.Abs(mean-c.mean) > tolerance {
			t.Errorf("%s: mean return %v, want %v ± %v", name, mean, c.mean, tolerance)
		}
		for i, want := range c.metrics {
			if got := metrics[i]; math.Abs(got-want) > min(tolerance, 5*0.5/math.Sqrt(n)) {
				t.Errorf("%s: metric %d is %v, want %v", name, i, got, want)
			}
		}
	}
}

// TestNBack plays an episode by hand, with n 1, 3 trials and 3 symbols.
func TestNBack(t *testing.T) {
	e := valid(&memory.NBack{N: 1, Trials: 3, Symbols: 3, Matches: 0.5})
	obs := make([]float32, 1)
	if err := e.SetDraws([]float64{0.4, 0.25, 0.75, 0.5}); err != nil {
		t.Fatal(err)
	}
	e.Reset(1, obs)
	shown := []float32{obs[0]}
	for i, c := range []struct{ act, reward float32 }{{1, 0}, {1, 1}, {1, -1}, {0, 1}} {
		out := e.Step([]float32{c.act}, obs)
		if want := (env.Outcome{Reward: float64(c.reward) / 3, Terminated: i == 3}); math.Abs(out.Reward-want.Reward) > 1e-15 || out.Terminated != want.Terminated {
			t.Errorf("step %d: %+v, want %+v", i+1, out, want)
		}
		shown = append(shown, obs[0])
	}
	// 0.4 of 3 symbols is number 1; 0.25 < matches repeats it; 0.75 is the second of the others, 2; 0.5 is the first, 0.
	if want := []float32{1, 1, 2, 0, 0}; !slices.Equal(shown, want) {
		t.Errorf("symbols %v, want %v", shown, want)
	}
	metrics := make([]float64, 3)
	if e.Measure(metrics); !slices.Equal(metrics, []float64{2.0 / 3, 1, 0.5}) {
		t.Errorf("metrics %v, want 2/3, 1 and 1/2", metrics)
	}
}

// TestRulesRefusals checks that impossible options and states are errors that name the fault.
func TestRulesRefusals(t *testing.T) {
	size := valid(&memory.MemorySize{Bits: 2, Length: 3})
	umbrella := valid(&memory.Umbrella{Length: 3, Distractors: 1})
	cards := memory.NewRepeatPrevious()
	hand := func(suits ...float64) []float64 {
		for len(suits) < 52 {
			suits = append(suits, -1)
		}
		return suits
	}
	symbols := valid(&memory.NBack{N: 1, Trials: 2, Symbols: 3})
	for name, c := range map[string]struct {
		err  error
		want string // "" for no error
	}{
		"bits":               {(&memory.MemorySize{Bits: 0, Length: 1}).Validate(), "bits 0, want 1 … 1000"},
		"length":             {(&memory.MemorySize{Bits: 1, Length: 0}).Validate(), "length 0, want 1 … 10000"},
		"walk":               {(&memory.Umbrella{Length: 10_001}).Validate(), "length 10001"},
		"distractors":        {(&memory.Umbrella{Length: 1, Distractors: -1}).Validate(), "distractors -1, want 0 … 1000"},
		"noise":              {(&memory.Umbrella{Length: 1, Noise: math.NaN()}).Validate(), "noise NaN, want 0 … 1000"},
		"decks":              {(&memory.RepeatPrevious{Decks: 0, K: 1}).Validate(), "decks 0, want 1 … 100"},
		"k":                  {(&memory.RepeatPrevious{Decks: 1, K: 52}).Validate(), "k 52, want 1 … 51"},
		"n":                  {(&memory.NBack{N: 0, Trials: 1, Symbols: 2}).Validate(), "n 0, want 1 … 1000"},
		"trials":             {(&memory.NBack{N: 1, Trials: 0, Symbols: 2}).Validate(), "trials 0, want 1 … 10000"},
		"symbols":            {(&memory.NBack{N: 1, Trials: 1, Symbols: 27}).Validate(), "symbols 27, want 2 … 26"},
		"matches":            {(&memory.NBack{N: 1, Trials: 1, Symbols: 2, Matches: 1.5}).Validate(), "matches 1.5, want a probability"},
		"bits set":           {size.SetPhysics([]float64{4, 1, -1, 1}), ""},
		"too many steps":     {size.SetPhysics([]float64{5, 1, -1, 1}), "number of steps is never 5"},
		"no such query":      {size.SetPhysics([]float64{0, 2, -1, 1}), "query is never 2, want a whole number, 0 … 1"},
		"no bit":             {size.SetPhysics([]float64{0, 0, -1, 0}), "bit is never 0, want -1 or 1"},
		"few variables":      {size.SetPhysics([]float64{0}), "want 4 state variables, not 1"},
		"walk set":           {umbrella.SetPhysics([]float64{3, 0, 1, 1}), ""},
		"beyond the walk":    {umbrella.SetPhysics([]float64{4, 0, 1, 1}), "number of steps is never 4"},
		"half an umbrella":   {umbrella.SetPhysics([]float64{0, 0, 0.5, 1}), "state variable 2 is never 0.5, want 0 or 1"},
		"walk, few":          {umbrella.SetPhysics(nil), "want 4 state variables, not 0"},
		"cards set":          {cards.SetPhysics(hand(0, 1, 2, 3)), ""},
		"no card":            {cards.SetPhysics(hand()), "no card, want one or more"},
		"no suit":            {cards.SetPhysics(hand(0, 4)), "a card is never 4, want a whole number, 0 … 3"},
		"gap":                {cards.SetPhysics(hand(0, -1, 1)), "a card after -1"},
		"14 cards of a suit": {cards.SetPhysics(hand(slices.Repeat([]float64{2}, 14)...)), "more than 13 cards of suit 2"},
		"cards, few":         {cards.SetPhysics([]float64{1}), "want 52 state variables, not 1"},
		"symbols set":        {symbols.SetPhysics([]float64{2, 0, -1}), ""},
		"no symbol":          {symbols.SetPhysics([]float64{3, 0, -1}), "a symbol is never 3, want a whole number, 0 … 2"},
		"symbols, few":       {symbols.SetPhysics([]float64{1}), "want 3 state variables, not 1"},
	} {
		if got := fmt.Sprint(c.err); (c.want == "") != (c.err == nil) || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
}

// FuzzRules sets a state with any four numbers at its beginning and plays on: observations must be
// inside their space.
func FuzzRules(f *testing.F) {
	f.Add(0.0, 1.0, -1.0, 1.0, 1)
	f.Add(3.0, 0.0, 0.0, 0.0, 0)
	f.Add(math.Inf(1), math.NaN(), 0.5, -1.0, 3)
	f.Fuzz(func(t *testing.T, a, b, c, d float64, act int) {
		for _, e := range []environment{
			valid(&memory.MemorySize{Bits: 2, Length: 2}), valid(&memory.Umbrella{Length: 3, Distractors: 1}),
			memory.NewRepeatPrevious(), valid(&memory.NBack{N: 1, Trials: 3, Symbols: 3, Matches: 0.5}),
		} {
			x := e.Physics(nil)
			copy(x, []float64{a, b, c, d})
			if e.SetPhysics(x) != nil {
				continue
			}
			obs := make([]float32, e.Spec().Obs.Size())
			for range 3 {
				e.Step([]float32{float32(act & 1)}, obs)
				if !e.Spec().Obs.Contains(obs) {
					t.Errorf("%s from %v: observation %v", e.Spec().ID, x, obs)
				}
			}
		}
	})
}

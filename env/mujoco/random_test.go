package mujoco_test

import (
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// readJSON decodes a file of testdata.
func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestResets compares resets with 10,000 of Gymnasium's: the means of states must agree within four
// standard errors of both samples, the smallest and largest values within a twentieth of the range
// or, if the values are normally distributed, a fifth.
func TestResets(t *testing.T) {
	var recorded map[string]struct {
		N                   int
		Min, Max, Mean, Std []float64
	}
	readJSON(t, "resets.json", &recorded)
	const n = 4000
	for _, id := range registry().IDs() {
		r, e := recorded[id], makeTask(t, id, nil)
		obs, size := make([]float32, e.Spec().Obs.Size()), len(r.Mean)
		low, high, sum, squares := make([]float64, size), make([]float64, size), make([]float64, size), make([]float64, size)
		for seed := range uint64(n) {
			e.Reset(seed, obs)
			for i, x := range e.Physics(nil) {
				low[i], high[i] = min(low[i], x), max(high[i], x)
				sum[i] += x
				squares[i] += x * x
			}
			if seed == 0 {
				copy(low, e.Physics(nil))
				copy(high, low)
			}
		}
		for i := range r.Mean {
			mean := sum[i] / n
			std := math.Sqrt(max(0, squares[i]/n-mean*mean))
			if limit := 4 * r.Std[i] * math.Sqrt(1.0/n+1/float64(r.N)); math.Abs(mean-r.Mean[i]) > limit+1e-12 {
				t.Errorf("%s: state %d after resets: mean %v, want %v ± %v", id, i, mean, r.Mean[i], limit)
			}
			if math.Abs(std-r.Std[i]) > 0.06*r.Std[i]+1e-12 { // four standard errors of a normal distribution's
				t.Errorf("%s: state %d after resets: standard deviation %v, want %v", id, i, std, r.Std[i])
			}
			slack := (r.Max[i] - r.Min[i]) / 20
			if r.Max[i]-r.Min[i] > 4*r.Std[i] { // not uniform
				slack *= 4
			}
			if math.Abs(low[i]-r.Min[i]) > slack || math.Abs(high[i]-r.Max[i]) > slack {
				t.Errorf("%s: state %d after resets: %v … %v, want %v … %v, ± %v", id, i, low[i], high[i], r.Min[i], r.Max[i], slack)
			}
		}
	}
}

// randomSteps is the number of random steps of a task in TestRandom. Tasks whose steps take long take
// fewer by default.
var randomSteps = flag.Int("steps", 0, "random steps of each task in TestRandom; 0: 20,000, or fewer if a step takes long")

// maxDepth is more than the deepest penetration of 100,000 random steps of any task [m]: 0.106 m, where
// a HalfCheetah, whose contacts are soft, falls on its head. From the same state MuJoCo computes the same.
const maxDepth = 0.15

// slowTasks has the default number of random steps of tasks whose steps take long.
var slowTasks = map[string]int{"Ant-v5": 8000, "Humanoid-v5": 4000, "HumanoidStandup-v5": 4000}

// TestRandom plays random actions. The means of returns and lengths must agree with Gymnasium's within
// four standard errors of both samples, no simulation may become unstable, and no body may sink into
// another by maxDepth.
func TestRandom(t *testing.T) {
	type moments struct{ N, Mean, Std float64 }
	var recorded map[string]struct{ Returns, Lengths moments }
	readJSON(t, "random_returns.json", &recorded)
	for _, id := range registry().IDs() {
		steps := 20_000
		if slow, ok := slowTasks[id]; ok {
			steps = slow
		}
		if testing.Short() {
			steps /= 10
		}
		if *randomSteps > 0 {
			steps = *randomSteps
		}
		e := makeTask(t, id, nil)
		returns, lengths, deepest := playRandom(t, e, steps)
		t.Logf("%s: %d steps, %d episodes, deepest penetration %.3g m", id, steps, len(returns), deepest)
		if deepest > maxDepth {
			t.Errorf("%s: deepest penetration %v m, want %v m or less", id, deepest, maxDepth)
		}
		for _, c := range []struct {
			what string
			got  []float64
			want moments
		}{{"return", returns, recorded[id].Returns}, {"length", lengths, recorded[id].Lengths}} {
			n, mean := float64(len(c.got)), 0.0
			for _, x := range c.got {
				mean += x / n
			}
			if limit := 4 * c.want.Std * math.Sqrt(1/n+1/c.want.N); n > 0 && math.Abs(mean-c.want.Mean) > limit+1e-9 {
				t.Errorf("%s: mean %s of %v episodes is %v, want %v ± %v", id, c.what, n, mean, c.want.Mean, limit)
			}
		}
	}
}

// playRandom plays episodes of random actions, steps in all, and returns the returns and the lengths
// of the finished ones, and the deepest penetration. An episode that begins is played to its end.
func playRandom(t *testing.T, e interface {
	env.Env
	Contacts() (int, float64)
}, steps int) (returns, lengths []float64, deepest float64) {
	spec := e.Spec()
	p, err := env.NewEpisode(e, spec.MaxSteps)
	if err != nil {
		t.Fatal(err)
	}
	rng, act := rand.New(rand.NewPCG(1, 1)), make([]float32, spec.Act.Size())
	for seed := uint64(0); steps > 0; seed++ {
		if err := p.Reset(seed); err != nil {
			t.Fatal(err)
		}
		for ; p.Running(); steps-- {
			spec.Act.Sample(rng, act)
			if err := p.Step(act); err != nil {
				t.Fatal(err)
			}
			_, depth := e.Contacts()
			deepest = max(deepest, depth)
		}
		returns, lengths = append(returns, p.Return), append(lengths, float64(p.Steps))
	}
	return returns, lengths, deepest
}

// BenchmarkVec64 steps 64 environments with random actions.
func BenchmarkVec64(b *testing.B) {
	const n, turns = 64, 16 // turns: rows of actions, which repeat
	for _, id := range registry().IDs() {
		b.Run(id, func(b *testing.B) {
			mk, err := registry().Maker(id, nil)
			if err != nil {
				b.Fatal(err)
			}
			v, err := mk(n)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := v.Reset(1); err != nil {
				b.Fatal(err)
			}
			act := sampleActions(v.Spec().Act, turns*n, 1)
			size := len(act) / turns
			b.ReportAllocs()
			for turn := 0; b.Loop(); turn = (turn + 1) % turns {
				if _, err := v.Step(act[turn*size:][:size]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

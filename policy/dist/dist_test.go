package dist_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/tape"
)

func newHead(t *testing.T, space env.Space, logStd float32) *dist.Head {
	t.Helper()
	h, err := dist.NewHead(space, logStd)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestNewHead(t *testing.T) {
	if h := newHead(t, env.Discrete{N: 4}, 1); h.Size != 4 || h.LogStd != nil || h.Params() != nil {
		t.Errorf("NewHead(Discrete{4}) = %+v, want 4 outputs and no parameter", h)
	}
	h := newHead(t, env.NewBox(-1, 1, 3), -0.5)
	if h.Size != 3 || len(h.Params()) != 1 || !slices.Equal(h.LogStd.Value, []float32{-0.5, -0.5, -0.5}) {
		t.Errorf("NewHead(Box of 3) = %+v, want 3 outputs and log σ = -0.5", h)
	}
	if s := h.LogStd.Shape(); h.LogStd.Name != "log_std" || !slices.Equal(s, []int{3}) {
		t.Errorf("parameter %s %v, want log_std [3]", h.LogStd.Name, s)
	}
	for want, space := range map[string]env.Space{
		"Tuple": env.Tuple{env.Discrete{N: 2}}, "Dict": env.Dict{{Name: "x", Space: env.Discrete{N: 2}}},
	} {
		if h, err := dist.NewHead(space, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewHead(%T) = %v, error %v, want an error that names it", space, h, err)
		}
	}
}

func TestHeadClone(t *testing.T) {
	h := newHead(t, env.NewBox(-1, 1, 1), 0.5)
	c := h.Clone()
	c.LogStd.Value[0] = 9
	if h.LogStd.Value[0] != 0.5 {
		t.Errorf("log σ = %v after the clone changed, want 0.5", h.LogStd.Value[0])
	}
	if c := newHead(t, env.Discrete{N: 2}, 0).Clone(); c.LogStd != nil || c.Size != 2 {
		t.Errorf("clone of a categorical head = %+v", c)
	}
}

// TestCategoricalSample samples each row 40,000 times and checks that the frequency of each
// action is within five standard errors of its probability.
func TestCategoricalSample(t *testing.T) {
	const n, rows = 40_000, 3
	probs := [rows][4]float64{{0.1, 0.2, 0.3, 0.4}, {0.25, 0.25, 0.25, 0.25}, {0.001, 0.989, 0.01, 0}}
	var logits []float32
	for _, row := range probs {
		for _, p := range row {
			logits = append(logits, float32(math.Log(max(p, 1e-30)))+5) // adding 5 to all logits changes nothing
		}
	}
	d := newHead(t, env.Discrete{N: 4}, 0).Dist(tape.New().Const(logits, rows), nil, nil)
	rng, act, count := rowGenerators(rows), make([]float32, rows), [rows][4]float64{}
	for range n {
		d.Sample(rng, act)
		for r, a := range act {
			count[r][int(a)]++
		}
	}
	for r, row := range probs {
		for k, p := range row {
			if got := count[r][k] / n; math.Abs(got-p) > 5*math.Sqrt(p*(1-p)/n) {
				t.Errorf("row %d: action %d has frequency %v, want %v", r, k, got, p)
			}
		}
	}
}

// largestGenerator returns a generator whose next Float32 is the largest possible value, 1 -
// 2⁻²⁴. It tries one seed after another; about one of 2²⁴ seeds gives this value.
func largestGenerator(t *testing.T) rand.PCG {
	t.Helper()
	for seed := range uint64(1 << 28) {
		var p rand.PCG
		if p.Seed(seed, 0); rand.New(&p).Float32() == 1-1./(1<<24) {
			p.Seed(seed, 0)
			return p
		}
	}
	t.Fatal("no seed gives the largest number")
	panic("unreachable")
}

// TestCategoricalSampleImpossible checks that an action with probability 0 is never sampled. The
// action is the last action, and rounding makes the sum of all probabilities smaller than the
// uniform number.
func TestCategoricalSampleImpossible(t *testing.T) {
	head, rng, act, most := newHead(t, env.Discrete{N: 4}, 0), newRand(), []float32{0}, largestGenerator(t)
	wrong := 0
	for range 1000 {
		logits, one := append(normal(rng, make([]float32, 3)), -1000), []rand.PCG{most}
		head.Dist(tape.New().Const(logits, 1), nil, nil).Sample(one, act)
		if act[0] == 3 {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("Sample took an action of probability 0 for %d of 1000 distributions, want 0", wrong)
	}
}

// TestGaussianSample checks that the mean and standard deviation of samples are within five
// standard errors of the distribution's.
func TestGaussianSample(t *testing.T) {
	const n = 40_000
	head := newHead(t, env.NewBox(-1, 1, 2), 0) // samples are not clipped to the bounds
	copy(head.LogStd.Value, []float32{float32(math.Log(2)), float32(math.Log(0.1))})
	want := []struct{ mean, std float64 }{{3, 2}, {-1, 0.1}, {0, 2}, {5, 0.1}}
	d := head.Dist(tape.New().Const([]float32{3, -1, 0, 5}, 2), nil, nil)
	var sum, squares [4]float64
	rng, act := rowGenerators(2), make([]float32, 4)
	for range n {
		d.Sample(rng, act)
		for i, a := range act {
			sum[i] += float64(a)
			squares[i] += float64(a) * float64(a)
		}
	}
	for i, w := range want {
		mean := sum[i] / n
		std := math.Sqrt(squares[i]/n - mean*mean)
		if math.Abs(mean-w.mean) > 5*w.std/math.Sqrt(n) {
			t.Errorf("element %d has mean %v, want %v", i, mean, w.mean)
		}
		if math.Abs(std-w.std) > 5*w.std/math.Sqrt(2*n) {
			t.Errorf("element %d has deviation %v, want %v", i, std, w.std)
		}
	}
	mode := make([]float32, 4)
	if d.Mode(mode); !slices.Equal(mode, []float32{3, -1, 0, 5}) {
		t.Errorf("Mode = %v, want the means", mode)
	}
}

func TestBound(t *testing.T) {
	inf := float32(math.Inf(1))
	box := env.Box{Low: []float32{-1, -inf, 0}, High: []float32{1, inf, 5}}
	act := []float32{-3, -3, -3, 7, 7, 7, 0.5, 0.5, 0.5}
	newHead(t, box, 0).Bound(act)
	if want := []float32{-1, -3, 0, 1, 7, 5, 0.5, 0.5, 0.5}; !slices.Equal(act, want) {
		t.Errorf("Bound = %v, want %v", act, want)
	}
	act = []float32{0, 1, 2}
	newHead(t, env.Discrete{N: 3}, 0).Bound(act)
	if want := []float32{0, 1, 2}; !slices.Equal(act, want) {
		t.Errorf("Bound of choices = %v, want %v", act, want)
	}
}

package env_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

var (
	inf = float32(math.Inf(1))
	nan = float32(math.NaN())
)

// arm returns a Dict with a Dict and a Tuple inside. Its row is [joints 2 | wheel 1 | lamp 1,
// gear 1].
func arm() env.Dict {
	return env.Dict{
		{Name: "joints", Space: env.NewBox(-1, 1, 2)},
		{Name: "cart", Space: env.Dict{{Name: "wheel", Space: env.Discrete{N: 3}}}},
		{Name: "panel", Space: env.Tuple{env.MultiBinary{N: 1}, env.MultiDiscrete{N: []int{4}}}},
	}
}

func TestSize(t *testing.T) {
	for name, c := range map[string]struct {
		space env.Space
		want  int
	}{
		"box of no shape":  {env.NewBox(0, 1), 1},
		"box 2×3×4":        {env.NewBox(0, 1, 2, 3, 4), 24},
		"box of bounds":    {env.Box{Low: []float32{0, 1}, High: []float32{1, 2}}, 2},
		"discrete":         {env.Discrete{N: 9}, 1},
		"multidiscrete":    {env.MultiDiscrete{N: []int{2, 5, 9}}, 3},
		"multibinary":      {env.MultiBinary{N: 7}, 7},
		"image":            {env.Image{H: 2, W: 3, C: 4}, 24},
		"tuple":            {env.Tuple{env.Discrete{N: 9}, env.NewBox(0, 1, 2, 3)}, 7},
		"tuple of nothing": {env.Tuple{}, 0},
		"nested dict":      {arm(), 5},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.space.Size(); got != c.want {
				t.Errorf("%v.Size() = %d, want %d", c.space, got, c.want)
			}
		})
	}
}

func TestContains(t *testing.T) {
	box := env.Box{Low: []float32{-1, 0, -inf, -inf}, High: []float32{1, inf, 5, inf}}
	pair := env.Tuple{env.Discrete{N: 2}, env.NewBox(-1, 1, 2)}
	big := float32(math.MaxFloat32)
	for name, c := range map[string]struct {
		space env.Space
		x     []float32
		want  bool
	}{
		"box inside":               {box, []float32{0, 1, -9, 9}, true},
		"box on its bounds":        {box, []float32{-1, 0, 5, big}, true},
		"box on the others":        {box, []float32{1, big, -big, -big}, true},
		"box too low":              {box, []float32{-1.0001, 0, 0, 0}, false},
		"box too high":             {box, []float32{1.0001, 0, 0, 0}, false},
		"box below half":           {box, []float32{0, -0.0001, 0, 0}, false},
		"box above half":           {box, []float32{0, 0, 5.0001, 0}, false},
		"box infinite":             {box, []float32{inf, 0, 0, 0}, false},
		"box NaN between bounds":   {box, []float32{nan, 0, 0, 0}, false},
		"box NaN without bounds":   {box, []float32{0, 0, 0, nan}, false},
		"box too short":            {box, []float32{0, 0, 0}, false},
		"box too long":             {box, []float32{0, 0, 0, 0, 0}, false},
		"discrete first":           {env.Discrete{N: 3}, []float32{0}, true},
		"discrete last":            {env.Discrete{N: 3}, []float32{2}, true},
		"discrete N":               {env.Discrete{N: 3}, []float32{3}, false},
		"discrete negative":        {env.Discrete{N: 3}, []float32{-1}, false},
		"discrete fraction":        {env.Discrete{N: 3}, []float32{0.5}, false},
		"discrete NaN":             {env.Discrete{N: 3}, []float32{nan}, false},
		"discrete infinite":        {env.Discrete{N: 3}, []float32{inf}, false},
		"discrete too long":        {env.Discrete{N: 3}, []float32{0, 0}, false},
		"multidiscrete last":       {env.MultiDiscrete{N: []int{2, 5}}, []float32{1, 4}, true},
		"multidiscrete swapped":    {env.MultiDiscrete{N: []int{2, 5}}, []float32{4, 1}, false},
		"multidiscrete fraction":   {env.MultiDiscrete{N: []int{2, 5}}, []float32{1, 1.5}, false},
		"multidiscrete NaN":        {env.MultiDiscrete{N: []int{2, 5}}, []float32{1, nan}, false},
		"multidiscrete too short":  {env.MultiDiscrete{N: []int{2, 5}}, []float32{1}, false},
		"multidiscrete too long":   {env.MultiDiscrete{N: []int{2, 5}}, []float32{1, 1, 0}, false},
		"multibinary":              {env.MultiBinary{N: 3}, []float32{0, 1, 1}, true},
		"multibinary 2":            {env.MultiBinary{N: 3}, []float32{0, 1, 2}, false},
		"multibinary NaN":          {env.MultiBinary{N: 3}, []float32{0, 1, nan}, false},
		"multibinary too short":    {env.MultiBinary{N: 3}, []float32{0, 1}, false},
		"multibinary too long":     {env.MultiBinary{N: 3}, []float32{0, 1, 1, 1}, false},
		"image":                    {env.Image{H: 1, W: 1, C: 3}, []float32{0, 128, 255}, true},
		"image 256":                {env.Image{H: 1, W: 1, C: 1}, []float32{256}, false},
		"image fraction":           {env.Image{H: 1, W: 1, C: 1}, []float32{0.5}, false},
		"image NaN":                {env.Image{H: 1, W: 1, C: 1}, []float32{nan}, false},
		"image too short":          {env.Image{H: 1, W: 2, C: 1}, []float32{0}, false},
		"tuple":                    {pair, []float32{1, -1, 1}, true},
		"tuple first part":         {pair, []float32{2, -1, 1}, false},
		"tuple second part":        {pair, []float32{1, -1, 1.5}, false},
		"tuple too short":          {pair, []float32{1, -1}, false},
		"tuple too long":           {pair, []float32{1, -1, 1, 0}, false},
		"tuple of nothing":         {env.Tuple{}, nil, true},
		"tuple of nothing, a rest": {env.Tuple{}, []float32{0}, false},
		"nested dict":              {arm(), []float32{0.5, -1, 2, 1, 3}, true},
		"nested dict, inner dict":  {arm(), []float32{0.5, -1, 3, 1, 3}, false},
		"nested dict, inner tuple": {arm(), []float32{0.5, -1, 2, 1, 4}, false},
		"nested dict, too short":   {arm(), []float32{0.5, -1, 2, 1}, false},
		"nested dict, too long":    {arm(), []float32{0.5, -1, 2, 1, 3, 0}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.space.Contains(c.x); got != c.want {
				t.Errorf("%v.Contains(%v) = %v, want %v", c.space, c.x, got, c.want)
			}
		})
	}
}

// TestSample checks the mean and the variance of samples against their distributions: uniform on
// [a, b], (a+b)/2 and (b-a)²/12; exponential, 1 and 1; standard normal, 0 and 1; uniform on {0,
// …, n-1}, (n-1)/2 and (n²-1)/12.
func TestSample(t *testing.T) {
	for name, c := range map[string]struct {
		space          env.Space
		mean, variance []float64
	}{
		"box":            {env.NewBox(2, 6, 2), []float64{4, 4}, []float64{4.0 / 3, 4.0 / 3}},
		"box of a point": {env.NewBox(0.1, 0.1), []float64{float64(float32(0.1))}, []float64{0}},
		"box, one bound": {env.Box{Low: []float32{3, -inf}, High: []float32{inf, -1}}, []float64{4, -2}, []float64{1, 1}},
		"box, no bounds": {env.NewBox(-inf, inf), []float64{0}, []float64{1}},
		"discrete":       {env.Discrete{N: 4}, []float64{1.5}, []float64{1.25}},
		"multidiscrete":  {env.MultiDiscrete{N: []int{1, 2, 5}}, []float64{0, 0.5, 2}, []float64{0, 0.25, 2}},
		"multibinary":    {env.MultiBinary{N: 2}, []float64{0.5, 0.5}, []float64{0.25, 0.25}},
		"image":          {env.Image{H: 1, W: 2, C: 1}, []float64{127.5, 127.5}, []float64{5461.25, 5461.25}},
		"tuple": {env.Tuple{env.Discrete{N: 2}, env.NewBox(10, 22), env.Discrete{N: 5}},
			[]float64{0.5, 16, 2}, []float64{0.25, 12, 2}},
		"nested dict": {arm(), []float64{0, 0, 1, 0.5, 1.5}, []float64{1.0 / 3, 1.0 / 3, 2.0 / 3, 0.25, 1.25}},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 20_000
			rng := rand.New(rand.NewPCG(1, 2))
			x := make([]float32, c.space.Size())
			sum, squares := make([]float64, len(x)), make([]float64, len(x))
			for range n {
				if c.space.Sample(rng, x); !c.space.Contains(x) {
					t.Fatalf("%v.Sample wrote %v, want what it Contains", c.space, x)
				}
				for i, v := range x {
					d := float64(v) - c.mean[i]
					sum[i] += d
					squares[i] += d * d
				}
			}
			for i := range x {
				mean, variance := c.mean[i]+sum[i]/n, squares[i]/n
				// The limits are four standard errors. The exponential distribution has the
				// heaviest tail: the variance of its squared deviation is 8 times its squared
				// variance.
				if limit := 4 * math.Sqrt(c.variance[i]/n); math.Abs(mean-c.mean[i]) > limit {
					t.Errorf("element %d of %v: mean %.4f, want %.4f ± %.4f", i, c.space, mean, c.mean[i], limit)
				}
				if limit := 4 * math.Sqrt(8.0/n) * c.variance[i]; math.Abs(variance-c.variance[i]) > limit {
					t.Errorf("element %d of %v: variance %.4f, want %.4f ± %.4f", i, c.space, variance, c.variance[i], limit)
				}
			}
		})
	}
}

// TestSampleWide checks samples between the widest bounds, whose difference a float32 cannot
// hold.
func TestSampleWide(t *testing.T) {
	b := env.NewBox(-math.MaxFloat32, math.MaxFloat32)
	rng := rand.New(rand.NewPCG(1, 2))
	var x [1]float32
	signs := map[bool]int{}
	for range 100 {
		if b.Sample(rng, x[:]); !b.Contains(x[:]) {
			t.Fatalf("%v.Sample wrote %v, want what it Contains", b, x)
		}
		signs[x[0] < 0]++
	}
	if signs[true] == 0 || signs[false] == 0 {
		t.Errorf("100 samples of %v: %d are negative, want some of both signs", b, signs[true])
	}
}

func TestNewBox(t *testing.T) {
	b := env.NewBox(-1, 2, 2, 3)
	if want := []float32{-1, -1, -1, -1, -1, -1}; !slices.Equal(b.Low, want) {
		t.Errorf("NewBox(-1, 2, 2, 3).Low = %v, want %v", b.Low, want)
	}
	if want := []float32{2, 2, 2, 2, 2, 2}; !slices.Equal(b.High, want) {
		t.Errorf("NewBox(-1, 2, 2, 3).High = %v, want %v", b.High, want)
	}
	if want := []int{2, 3}; !slices.Equal(b.Shape, want) {
		t.Errorf("NewBox(-1, 2, 2, 3).Shape = %v, want %v", b.Shape, want)
	}
}

func TestDictPart(t *testing.T) {
	row := []float32{0, 1, 2, 3, 4}
	for name, want := range map[string][]float32{"joints": {0, 1}, "cart": {2}, "panel": {3, 4}} {
		if got := arm().Part(name, row); !slices.Equal(got, want) {
			t.Errorf("Part(%q, %v) = %v, want %v", name, row, got, want)
		}
	}
	inner := arm()[1].Space.(env.Dict)
	inner.Part("wheel", arm().Part("cart", row))[0] = 9
	if row[2] != 9 {
		t.Errorf("Part wrote to a copy: the row is %v, want 9 in place 2", row)
	}
	defer func() {
		if p, want := recover(), "env: Dict has no field leg"; p != want {
			t.Errorf(`Part("leg", row) panicked with %v, want %v`, p, want)
		}
	}()
	arm().Part("leg", row)
}

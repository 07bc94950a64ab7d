package policy_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// A normalisation is a recorded run of Gymnasium's normalisation: see testdata/README.md.
type normalisation struct {
	Reset      []float64
	InnerReset []float32 `json:"inner_reset"`
	Steps      []struct {
		Obs   []float64
		Inner []struct{ Obs []float32 }
	}
}

// TestNormalizer compares the normalised observations of the first recorded episode with
// Gymnasium's, up to the precision of float32.
func TestNormalizer(t *testing.T) {
	var all []normalisation
	golden.Read(t, "testdata/normalize.json.gz", &all)
	r := all[0]
	m, x := must[*policy.Normalizer](t)(policy.NewNormalizer(env.NewBox(-1, 1, 4), float32(math.Inf(1)))), make([]float32, 4)
	m.Observe(r.InnerReset)
	m.Apply(x, r.InnerReset)
	near(t, "first observation", x, r.Reset)
	for _, s := range r.Steps {
		m.Observe(s.Inner[0].Obs)
		m.Apply(x, s.Inner[0].Obs)
		near(t, "observation", x, s.Obs)
	}
}

func near(t *testing.T, what string, got []float32, want []float64) {
	t.Helper()
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > 1e-4*max(1, math.Abs(w)) {
			t.Errorf("%s %v, want %v", what, got, want)
			return
		}
	}
}

// TestMoments checks that rows added in batches of any size give the mean and variance of all
// rows together with the initial 10⁻⁴ rows.
func TestMoments(t *testing.T) {
	x := []float64{3, -1, 4, 1, -5, 9, 2, 6, 5, -3, 5, 8}
	want := [2][2]float64{} // mean and variance of each column
	for j := range 2 {
		for i := j; i < len(x); i += 2 {
			want[j][0] += x[i] / 6
		}
		for i := j; i < len(x); i += 2 {
			want[j][1] += (x[i] - want[j][0]) * (x[i] - want[j][0]) / 6
		}
	}
	for _, batch := range []int{2, 4, 6, 12} {
		m := policy.NewMoments(2)
		for i := 0; i < len(x); i += batch {
			m.Add(x[i : i+batch])
		}
		for j := range 2 {
			if math.Abs(m.Mean[j]-want[j][0]) > 1e-3 || math.Abs(m.Variance[j]-want[j][1]) > 1e-3 {
				t.Errorf("batches of %d: column %d has %v, %v, want %v", batch, j, m.Mean[j], m.Variance[j], want[j])
			}
		}
	}
}

// TestNormalized checks that a policy with a Normalizer acts like a policy without one on
// observations that are already normalised. It also checks that a change of the original's
// normaliser does not change the clone's.
func TestNormalized(t *testing.T) {
	spec := specs()["Discrete"]
	m := must[*policy.Normalizer](t)(policy.NewNormalizer(spec.Obs, 1))
	m.Observe([]float32{1, 2, 30, 2, 4, 10, 6, 6, 20})
	p := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, smallNetwork(), m, nn.Native{}))
	plain := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, smallNetwork(), nil, nn.Native{}))
	obs, shown := []float32{3, 100, 20, -100, 4, 21}, make([]float32, 6)
	m.Apply(shown, obs)
	if shown[1] != 1 || shown[3] != -1 || math.Abs(float64(shown[2])) > 1e-3 {
		t.Errorf("Apply(%v) = %v, want elements clipped to 1 and -1, and 0 for the mean", obs, shown)
	}
	want, got, clone := outFor(plain, 2), outFor(p, 2), p.Clone()
	plain.Act(policy.In{Obs: shown, Rand: rowGenerators(2)}, want)
	checkSame := func(q policy.Policy) {
		t.Helper()
		q.Act(policy.In{Obs: obs, Rand: rowGenerators(2)}, got)
		if !sameBits(got.Scores, want.Scores) || !sameBits(got.Value, want.Value) || !sameBits(got.Act, want.Act) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	checkSame(p)
	if v := p.V(policy.Batch{Obs: obs}).Value; !sameBits(v, want.Value) {
		t.Errorf("V = %v, want %v", v, want.Value)
	}
	m.Observe([]float32{50, 50, 50})
	checkSame(clone)
	if p.Act(policy.In{Obs: obs}, got); sameBits(got.Scores, want.Scores) {
		t.Error("the policy acts as before although its Normalizer observed a row")
	}
}

// TestNormalizerParts checks that the numbers of a Dict are normalised, and that discrete
// variables, bits and images are unchanged. A Box with the shape and bounds of an image counts as
// an image.
func TestNormalizerParts(t *testing.T) {
	space := env.Dict{
		{Name: "gear", Space: env.Discrete{N: 4}}, {Name: "speed", Space: env.NewBox(-9, 9, 2)},
		{Name: "eye", Space: env.Image{H: 1, W: 2, C: 1}}, {Name: "old eye", Space: env.NewBox(0, 255, 1, 1, 1)},
		{Name: "more", Space: env.Tuple{env.MultiBinary{N: 1}, env.NewBox(0, 255, 1)}},
	}
	m := must[*policy.Normalizer](t)(policy.NewNormalizer(space, 10))
	x := []float32{3, 1, 10, 200, 100, 50, 1, 5, 2, 3, 30, 100, 0, 150, 0, 7}
	got := make([]float32, 16)
	m.Observe(x)
	m.Apply(got, x)
	// Two numbers of a column: one is a standard deviation below their mean, the other is a
	// standard deviation above.
	want := []float64{3, -1, -1, 200, 100, 50, 1, -1, 2, 1, 1, 100, 0, 150, 0, 1}
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 0.02 {
			t.Errorf("Apply(%v) = %v, want about %v", x, got, want)
			break
		}
	}
	for _, none := range []env.Space{env.Discrete{N: 2}, env.Image{H: 2, W: 2, C: 3}, env.Tuple{env.MultiBinary{N: 2}}} {
		if _, err := policy.NewNormalizer(none, 10); err == nil || !strings.Contains(err.Error(), "norm_obs of observations that are "+env.Describe(none)) {
			t.Errorf("a Normalizer of %s: error %v", env.Describe(none), err)
		}
	}
}

// TestNormalizerFromLoaded checks that training continues from a loaded mean and variance, which
// count as 10,000 rows. One new row with the mean plus 9 then changes the mean by 0.0009.
func TestNormalizerFromLoaded(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-9, 9, 1), Act: env.Discrete{N: 2}}
	m := must[*policy.Normalizer](t)(policy.NewNormalizer(spec.Obs, 10))
	p := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, smallNetwork(), m, nn.Native{}))
	tensors := p.Tensors()
	mean, variance := tensors[len(tensors)-2], tensors[len(tensors)-1]
	mean.Value[0], variance.Value[0] = 4, 2 // the values that Load would set
	m.Observe([]float32{13})
	if got := mean.Value[0]; math.Abs(float64(got)-4.0009) > 1e-5 {
		t.Errorf("mean = %v after a row of 13, want 4.0009", got)
	}
	if got := variance.Value[0]; math.Abs(float64(got)-(2+81e-4-2e-4)) > 1e-4 {
		t.Errorf("variance = %v after a row of 13, want 2.0079", got)
	}
}

package policy_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
)

// A normalisation is a recorded run of Gymnasium's: see testdata/README.md.
type normalisation struct {
	Reset      []float64
	InnerReset []float32 `json:"inner_reset"`
	Steps      []struct {
		Obs   []float64
		Inner []struct{ Obs []float32 }
	}
}

// TestNormalizer holds observations, means and variances to Gymnasium's, of the
// first episode, to the float32 that these are kept in there.
func TestNormalizer(t *testing.T) {
	var all []normalisation
	golden.Read(t, "testdata/normalize.json.gz", &all)
	r := all[0]
	m, x := policy.NewNormalizer(4, float32(math.Inf(1))), make([]float32, 4)
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

// TestMoments puts numbers together one by one, and in batches, and wants of both
// what they are all at once, after the small beginning.
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

// TestNormalized: the policy within sees what the Normalizer makes of
// observations, and so do a clone, and what a file is loaded into.
func TestNormalized(t *testing.T) {
	spec := specs()["Discrete"]
	inner := newActorCritic(t, spec)
	m := policy.NewNormalizer(3, 1)
	m.Observe([]float32{1, 2, 30, 2, 4, 10, 6, 6, 20})
	p := policy.Normalized(inner.Policy(), m)
	obs, shown := []float32{3, 100, 20, -100, 4, 21}, make([]float32, 6)
	m.Apply(shown, obs)
	if shown[1] != 1 || shown[3] != -1 || math.Abs(float64(shown[2])) > 1e-3 {
		t.Errorf("Apply(%v) = %v, want it cut off at 1, and a mean at 0", obs, shown)
	}
	var file bytes.Buffer
	if err := policy.Save(&file, p.(policy.Saver), policy.Meta{}); err != nil {
		t.Fatal(err)
	}
	loaded := policy.Normalized(newActorCritic(t, env.Spec{Obs: spec.Obs, Act: spec.Act}).Policy(), policy.NewNormalizer(3, 1))
	if err := policy.Load(&file, loaded.(policy.Saver), policy.Meta{}); err != nil {
		t.Fatal(err)
	}
	clone := p.Clone()
	want, v := make([]float32, 6), make([]float32, 2)
	inner.Policy().(policy.Scorer).Scores(shown, want)
	inner.Values(shown, v)
	for what, q := range map[string]policy.Policy{"itself": p, "clone": clone, "loaded": loaded} {
		got, gotV, act, wantAct := make([]float32, 6), make([]float32, 2), make([]float32, 2), make([]float32, 2)
		q.(policy.Scorer).Scores(obs, got)
		q.(policy.Valuer).Values(obs, gotV)
		if !sameBits(got, want) || !sameBits(gotV, v) {
			t.Errorf("%s: scores %v and values %v, want %v and %v", what, got, gotV, want, v)
		}
		q.Act(obs, act)
		if inner.Act(shown, wantAct); !sameBits(act, wantAct) {
			t.Errorf("%s: Act = %v, want %v", what, act, wantAct)
		}
		q.Sample(newRand(), obs, act)
		if inner.Sample(newRand(), shown, wantAct); !sameBits(act, wantAct) {
			t.Errorf("%s: Sample = %v, want %v", what, act, wantAct)
		}
	}
	m.Observe([]float32{50, 50, 50})
	got := make([]float32, 6)
	if clone.(policy.Scorer).Scores(obs, got); !sameBits(got, want) {
		t.Error("a clone changes with the original's Normalizer")
	}
	if _, ok := policy.Normalized(newActorCritic(t, specs()["Box"]).Policy(), m).(policy.Scorer); ok {
		t.Error("a policy without scores has them, normalised")
	}
}

package policy_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

const rows = 5 // batch size of these tests

func newActorCritic(t testing.TB, spec env.Spec) *policy.ActorCritic {
	t.Helper()
	config := policy.DefaultNetworkConfig()
	config.NetArch, config.LogStdInit = policy.Layers(16, 8), 0.5
	m, err := policy.NewActorCritic(newRand(), spec, config, nil, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// specs returns a Spec for each type of action space. The Box is so small that many sampled
// actions are outside of it.
func specs() map[string]env.Spec {
	obs := env.NewBox(-1, 1, 3)
	return map[string]env.Spec{
		"Discrete":      {Obs: obs, Act: env.Discrete{N: 3}},
		"MultiDiscrete": {Obs: obs, Act: env.MultiDiscrete{N: []int{2, 3}}},
		"MultiBinary":   {Obs: obs, Act: env.MultiBinary{N: 4}},
		"Box":           {Obs: obs, Act: env.Box{Low: []float32{-0.5, 0.01}, High: []float32{0.5, 0.4}}},
	}
}

func observations() []float32 { return normal(rand.New(rand.NewPCG(5, 6)), make([]float32, 3*rows)) }

// TestActorCritic checks that Act, sampled or not, agrees with the distribution Pi and the value
// V, which are for training.
func TestActorCritic(t *testing.T) {
	for name, spec := range specs() {
		t.Run(name, func(t *testing.T) {
			m, obs, a := newActorCritic(t, spec), observations(), spec.Act.Size()
			want := make([]float32, a*rows)
			for _, mask := range [][]bool{nil, masks(spec.Act, rows)} {
				pi := m.Pi(policy.Batch{Obs: obs, Mask: mask})
				for _, sampled := range []bool{true, false} {
					in, out := policy.In{Obs: obs, Mask: mask}, outFor(m, rows)
					if pi.Mode(want); sampled {
						in.Rand = rowGenerators(rows)
						pi.Sample(rowGenerators(rows), want)
					}
					m.Act(in, out)
					if !sameBits(out.Raw, want) {
						t.Errorf("sampled %v: Raw = %v, want Pi's %v", sampled, out.Raw, want)
					}
					if got := pi.LogProb(out.Raw).Value; !sameBits(got, out.LogProb) {
						t.Errorf("sampled %v: Pi(obs).LogProb(Raw) = %v, LogProb of Act = %v", sampled, got, out.LogProb)
					}
					if m.Head.Bound(want); !sameBits(out.Act, want) {
						t.Errorf("sampled %v: Act = %v, want Raw within bounds %v", sampled, out.Act, want)
					}
					if want := m.V(policy.Batch{Obs: obs}).Value; !sameBits(out.Value, want) {
						t.Errorf("sampled %v: Value = %v, want V's %v", sampled, out.Value, want)
					}
				}
			}
		})
	}
}

// TestActorCriticSampled checks Act of a policy with state-dependent noise. Act must be Raw
// clipped to the bounds, and LogProb the log-probability under Pi. Without noise in the input,
// Raw must be a sample of Pi.
func TestActorCriticSampled(t *testing.T) {
	for _, trunk := range []bool{false, true} {
		spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-0.1, 0.1, 2)}
		m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, sdeNetwork(trunk), nil, nn.Native{}))
		for _, w := range []way{{sampled: true}, {noise: true}} {
			in, out := w.input(m, rows), outFor(m, rows)
			m.Act(in, out)
			pi := m.Pi(policy.Batch{Obs: in.Obs})
			if want := pi.LogProb(out.Raw).Value; !sameBits(out.LogProb, want) {
				t.Errorf("trunk %v, %+v: LogProb = %v, want Pi's %v", trunk, w, out.LogProb, want)
			}
			want := make([]float32, 2*rows)
			if m.Bound(want, out.Raw); !sameBits(out.Act, want) || slices.Equal(out.Act, out.Raw) {
				t.Errorf("trunk %v, %+v: Act = %v of Raw %v, want %v", trunk, w, out.Act, out.Raw, want)
			}
			if w.noise {
				continue
			}
			if pi.Sample(rowGenerators(rows), want); !sameBits(out.Raw, want) {
				t.Errorf("trunk %v: Raw = %v, want Pi's sample %v", trunk, out.Raw, want)
			}
		}
	}
}

func allContained(s env.Space, x []float32) bool {
	for row := range slices.Chunk(x, s.Size()) {
		if !s.Contains(row) {
			return false
		}
	}
	return true
}

// TestScores checks that Scores are the probabilities π(a|s) of Discrete actions, with and
// without a mask.
func TestScores(t *testing.T) {
	m, obs := newActorCritic(t, specs()["Discrete"]), observations()
	for _, mask := range [][]bool{nil, masks(env.Discrete{N: 3}, rows)} {
		scores := make([]float32, 3*rows)
		m.Act(policy.In{Obs: obs, Mask: mask}, policy.Out{Scores: scores})
		for k := range 3 {
			p := m.Pi(policy.Batch{Obs: obs, Mask: mask}).LogProb(slices.Repeat([]float32{float32(k)}, rows)).Exp().Value
			for r := range rows {
				got := scores[3*r+k]
				if got != p[r] || mask != nil && (got > 0) != mask[3*r+k] {
					t.Errorf("score of action %d in row %d = %v, want %v", k, r, got, p[r])
				}
			}
		}
		for r := range rows {
			var sum float64
			for _, p := range scores[3*r : 3*r+3] {
				sum += float64(p)
			}
			if math.Abs(sum-1) > 1e-6 {
				t.Errorf("scores of row %d have sum %v, want 1", r, sum)
			}
		}
	}
}

// TestScoresOfChoices checks that Scores has the probability of each value of each discrete
// variable, in the order of a mask, with two probabilities for a bit. Pi has the probability of a
// whole action: the product of the probabilities of its values. Continuous actions have no
// scores.
func TestScoresOfChoices(t *testing.T) {
	for _, act := range []env.Space{env.MultiDiscrete{N: []int{3, 2}}, env.MultiBinary{N: 2}} {
		l := must[env.Layout](t)(env.LayoutOf(act))
		choices, _ := l.Choices()
		m, obs := newActorCritic(t, env.Spec{Obs: env.NewBox(-1, 1, 3), Act: act}), observations()
		if s := m.Spec(); s.Scores != l.MaskSize() || !s.Probabilities {
			t.Fatalf("%s: %d scores, probabilities %v; want %d, true", env.Describe(act), s.Scores, s.Probabilities, l.MaskSize())
		}
		for _, mask := range [][]bool{nil, masks(act, rows)} {
			scores := make([]float32, rows*l.MaskSize())
			m.Act(policy.In{Obs: obs, Mask: mask}, policy.Out{Scores: scores})
			for a := range choices[0] {
				for b := range choices[1] {
					p := m.Pi(policy.Batch{Obs: obs, Mask: mask}).LogProb(slices.Repeat([]float32{float32(a), float32(b)}, rows)).Exp().Value
					for r := range rows {
						row := scores[r*l.MaskSize():]
						if got := row[a] * row[choices[0]+b]; math.Abs(float64(got-p[r])) > 1e-6 {
							t.Errorf("%s, mask %v, row %d: action (%d, %d) has probability %v, want %v", env.Describe(act), mask != nil, r, a, b, got, p[r])
						}
					}
				}
			}
			for i, p := range scores {
				if mask != nil && !mask[i] && p != 0 {
					t.Errorf("%s: forbidden value %d has probability %v, want 0", env.Describe(act), i, p)
				}
			}
		}
	}
	if n := newActorCritic(t, env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 1)}).Spec().Scores; n != 0 {
		t.Errorf("%d scores of actions that are numbers, want 0", n)
	}
}

func TestActorCriticParams(t *testing.T) {
	networks := "actor.0.weight actor.0.bias actor.2.weight actor.2.bias actor.4.weight actor.4.bias " +
		"critic.0.weight critic.0.bias critic.2.weight critic.2.bias critic.4.weight critic.4.bias"
	for name, want := range map[string]string{"Discrete": networks, "Box": networks + " log_std"} {
		var got []string
		for _, p := range newActorCritic(t, specs()[name]).Params() {
			got = append(got, p.Name)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("Params() with %s actions = %s, want %s", name, s, want)
		}
	}
}

// TestActorCriticGains checks the gains of the orthogonal weights. The gain of the actor's last
// layer is 0.01: all actions then have nearly the same probability at the start. The gain of the
// critic's last layer is 1.
func TestActorCriticGains(t *testing.T) {
	want := map[string]float64{
		"actor.0.weight": 2, "actor.2.weight": 2, "actor.4.weight": 1e-4,
		"critic.0.weight": 2, "critic.2.weight": 2, "critic.4.weight": 1,
	}
	for _, p := range newActorCritic(t, specs()["Discrete"]).Params() {
		square, ok := want[p.Name] // squared norm of each row or column
		if !ok {
			continue
		}
		var got float64
		for _, v := range p.Value {
			got += float64(v) * float64(v) / float64(min(p.Rows, p.Cols))
		}
		if math.Abs(got-square) > 1e-5*square {
			t.Errorf("%s has gain² %v, want %v", p.Name, got, square)
		}
	}
}

func TestActorCriticErrors(t *testing.T) {
	discrete := specs()["Discrete"]
	for _, tc := range []struct {
		spec   env.Spec
		config policy.NetworkConfig
		want   string
	}{
		{discrete, policy.NetworkConfig{ActivationFn: "swish"}, "activation_fn"},
		{discrete, policy.NetworkConfig{ActivationFn: "relu", NetArch: policy.Layers(0)}, "net_arch"},
		{env.Spec{Obs: discrete.Obs, Act: env.Tuple{}}, policy.DefaultNetworkConfig(), "Tuple"},
		{discrete, policy.NetworkConfig{ActivationFn: "relu", NetArch: policy.Layers(8), UseSDE: true}, "use_sde"},
		{specs()["Box"], policy.NetworkConfig{ActivationFn: "relu", UseSDE: true}, "use_sde"},
	} {
		_, err := policy.NewActorCritic(newRand(), tc.spec, tc.config, nil, nn.Native{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("NewActorCritic(%v, %+v) has error %v, want %q in it", tc.spec.Act, tc.config, err, tc.want)
		}
	}
}

func BenchmarkAct(b *testing.B) {
	m, obs, act := newActorCritic(b, specs()["Discrete"]), observations(), make([]float32, rows)
	in, out := policy.In{Obs: obs}, policy.Out{Act: act}
	b.ReportAllocs()
	for b.Loop() {
		m.Act(in, out)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// TestActWhileLearning checks that a call of Act between a loss and its Backward does not change
// the gradient.
func TestActWhileLearning(t *testing.T) {
	m, err := policy.NewActorCritic(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.Discrete{N: 3}}, policy.DefaultNetworkConfig(), nil, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	gradient := func(between func()) (norm float64) {
		m.Tape.Reset()
		l := m.Pi(policy.Batch{Obs: []float32{1, 2}}).LogProb([]float32{1}).Mean()
		between()
		l.Backward()
		for _, p := range m.Params() {
			for _, g := range p.Grad {
				norm += float64(g * g)
			}
			clear(p.Grad)
		}
		return norm
	}
	want := gradient(func() {})
	got := gradient(func() { m.Act(policy.In{Obs: []float32{3, 4, 5, 6}}, policy.Out{Act: make([]float32, 2)}) })
	if got != want || want == 0 {
		t.Errorf("squared gradient = %v after acting, %v without", got, want)
	}
}

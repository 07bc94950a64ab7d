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

const rows = 5 // of the batches here

func newActorCritic(t testing.TB, spec env.Spec) *policy.ActorCritic {
	t.Helper()
	k := policy.DefaultKwargs()
	k.NetArch, k.LogStdInit = []int{16, 8}, 0.5
	m, err := policy.NewActorCritic(newRand(), spec, k, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// specs are one of each kind of action space. The Box is so small that actions
// leave it.
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

// TestActorCritic holds all ways to act to the distribution that is learned.
func TestActorCritic(t *testing.T) {
	for name, spec := range specs() {
		t.Run(name, func(t *testing.T) {
			m, obs, a := newActorCritic(t, spec), observations(), spec.Act.Size()
			row := func() []float32 { return make([]float32, a*rows) }
			act, want, logp := row(), row(), make([]float32, rows)

			m.Explore(newRand(), obs, act, logp)
			if got := m.Pi(obs).LogProb(act).Value; !sameBits(got, logp) {
				t.Errorf("Pi(obs).LogProb(act) = %v, Explore had %v", got, logp)
			}
			if m.Pi(obs).Sample(newRand(), want); !sameBits(act, want) {
				t.Errorf("Explore = %v, want Pi's sample %v", act, want)
			}
			m.Head.Bound(want)
			if m.Sample(newRand(), obs, act); !sameBits(act, want) || !contains(spec.Act, act) {
				t.Errorf("Sample = %v, want Pi's sample within bounds %v", act, want)
			}
			m.Pi(obs).Mode(want)
			m.Head.Bound(want)
			if m.Act(obs, act); !sameBits(act, want) || !contains(spec.Act, act) {
				t.Errorf("Act = %v, want Pi's mode within bounds %v", act, want)
			}
			for i := range rows { // and alone as among others
				if m.Act(obs[3*i:3*i+3], act[:a]); !sameBits(act[:a], want[a*i:a*i+a]) {
					t.Errorf("Act of row %d alone = %v, want %v", i, act[:a], want[a*i:a*i+a])
				}
			}
			v := make([]float32, rows)
			if m.Values(obs, v); !sameBits(v, m.V(obs).Value) {
				t.Errorf("Values = %v, want V's %v", v, m.V(obs).Value)
			}
		})
	}
}

func contains(s env.Space, x []float32) bool {
	for row := range slices.Chunk(x, s.Size()) {
		if !s.Contains(row) {
			return false
		}
	}
	return true
}

// TestScores wants π(a|s) of each action, and none where they are continuous.
func TestScores(t *testing.T) {
	m, obs := newActorCritic(t, specs()["Discrete"]), observations()
	scores := make([]float32, 3*rows)
	m.Policy().(policy.Scorer).Scores(obs, scores)
	for k := range 3 {
		p := m.Pi(obs).LogProb(slices.Repeat([]float32{float32(k)}, rows)).Exp().Value
		for r := range rows {
			if got := scores[3*r+k]; got != p[r] {
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
	if _, ok := newActorCritic(t, specs()["Box"]).Policy().(policy.Scorer); ok {
		t.Error("a policy of continuous actions is a Scorer")
	}
}

// TestPolicyClone changes the original of a clone, in every parameter.
func TestPolicyClone(t *testing.T) {
	for name, spec := range specs() {
		m, obs := newActorCritic(t, spec), observations()
		see := func(p policy.Policy) (all []float32) {
			act, v := make([]float32, rows*spec.Act.Size()), make([]float32, rows)
			p.Act(obs, act)
			all = append(all, act...)
			p.Sample(newRand(), obs, act)
			p.(policy.Valuer).Values(obs, v)
			return append(append(all, act...), v...)
		}
		c, want := m.Policy().Clone(), see(m.Policy())
		if got := see(c); !sameBits(got, want) {
			t.Errorf("%s: a clone's actions and values = %v, want %v", name, got, want)
		}
		for _, p := range m.Params() {
			normal(newRand(), p.Value)
		}
		if got := see(c); !sameBits(got, want) {
			t.Errorf("%s: a clone's actions and values = %v after its original changed, want %v", name, got, want)
		}
		if sameBits(see(m.Policy()), want) {
			t.Errorf("%s: the original's actions and values did not change with it", name)
		}
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

// TestActorCriticGains: the actor's last layer begins at a hundredth, so that
// all actions are about as likely, and the critic's at 1.
func TestActorCriticGains(t *testing.T) {
	want := map[string]float64{
		"actor.0.weight": 2, "actor.2.weight": 2, "actor.4.weight": 1e-4,
		"critic.0.weight": 2, "critic.2.weight": 2, "critic.4.weight": 1,
	}
	for _, p := range newActorCritic(t, specs()["Discrete"]).Params() {
		square, ok := want[p.Name] // of each of the orthogonal rows or columns
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
		kwargs policy.Kwargs
		want   string
	}{
		{discrete, policy.Kwargs{ActivationFn: "swish"}, "activation_fn"},
		{discrete, policy.Kwargs{ActivationFn: "relu", NetArch: []int{0}}, "net_arch"},
		{env.Spec{Obs: discrete.Obs, Act: env.Tuple{}}, policy.DefaultKwargs(), "Tuple"},
		{discrete, policy.Kwargs{ActivationFn: "relu", NetArch: []int{8}, UseSDE: true}, "use_sde"},
		{specs()["Box"], policy.Kwargs{ActivationFn: "relu", UseSDE: true}, "use_sde"},
	} {
		_, err := policy.NewActorCritic(newRand(), tc.spec, tc.kwargs, nn.Native{})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("NewActorCritic(%v, %+v) has error %v, want %q in it", tc.spec.Act, tc.kwargs, err, tc.want)
		}
	}
}

func TestActorCriticAllocs(t *testing.T) {
	for name, spec := range specs() {
		m, obs, rng := newActorCritic(t, spec), observations(), newRand()
		act, logp, v := make([]float32, rows*spec.Act.Size()), make([]float32, rows), make([]float32, rows)
		p := m.Policy()
		for what, f := range map[string]func(){
			"Act":     func() { p.Act(obs, act) },
			"Sample":  func() { p.Sample(rng, obs, act) },
			"Explore": func() { m.Explore(rng, obs, act, logp) },
			"Values":  func() { p.(policy.Valuer).Values(obs, v) },
		} {
			if n := testing.AllocsPerRun(10, f); n != 0 {
				t.Errorf("%s: a warm %s allocates %v times, want 0", name, what, n)
			}
		}
	}
}

func BenchmarkAct(b *testing.B) {
	m, obs, act := newActorCritic(b, specs()["Discrete"]), observations(), make([]float32, rows)
	b.ReportAllocs()
	for b.Loop() {
		m.Act(obs, act)
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// TestActWhileLearning acts between a loss and its gradient: neither disturbs
// the other.
func TestActWhileLearning(t *testing.T) {
	m, err := policy.NewActorCritic(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.Discrete{N: 3}}, policy.DefaultKwargs(), nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	gradient := func(between func()) (norm float64) {
		m.Tape.Reset()
		l := m.Pi([]float32{1, 2}).LogProb([]float32{1}).Mean()
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
	got := gradient(func() { m.Act([]float32{3, 4, 5, 6}, make([]float32, 2)) })
	if got != want || want == 0 {
		t.Errorf("squared gradient = %v after acting, %v without", got, want)
	}
}

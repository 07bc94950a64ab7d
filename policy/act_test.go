package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// smallNetwork returns the config of networks with one small hidden layer.
func smallNetwork() policy.NetworkConfig {
	config := policy.DefaultNetworkConfig()
	config.NetArch = policy.Layers(16)
	return config
}

// sdeNetwork returns the config of networks with state-dependent noise.
func sdeNetwork(trunk bool) policy.NetworkConfig {
	config := smallNetwork()
	config.UseSDE, config.ShareTrunk, config.LogStdInit = true, trunk, -0.5
	return config
}

// mixed returns a space with numbers, discrete variables and bits.
func mixed() env.Space {
	return env.Dict{{Name: "speed", Space: env.NewBox(-2, 2, 2)}, {Name: "gear", Space: env.Discrete{N: 3}}, {Name: "lamps", Space: env.MultiBinary{N: 2}}}
}

// must returns a function that returns its argument p, and ends the test if err is not nil.
func must[T any](t testing.TB) func(p T, err error) T {
	t.Helper()
	return func(p T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// normalizer returns a Normalizer for a space after it has observed 40 rows.
func normalizer(t testing.TB, space env.Space) *policy.Normalizer {
	t.Helper()
	m := must[*policy.Normalizer](t)(policy.NewNormalizer(space, 2))
	m.Observe(sample(space, 40, 9))
	return m
}

// policies returns a policy of each type. The weights are large enough that a change of the input
// changes the output.
func policies(t testing.TB) map[string]policy.Policy {
	t.Helper()
	numbers, rng, engine := env.NewBox(-1, 1, 3), newRand(), nn.Native{}
	all := map[string]policy.Policy{}
	for name, spec := range specs() {
		all["actor-critic "+name] = must[*policy.ActorCritic](t)(policy.NewActorCritic(rng, spec, smallNetwork(), nil, engine))
	}
	small := env.Spec{Obs: numbers, Act: env.NewBox(-0.5, 0.25, 2)}
	for _, trunk := range []bool{false, true} {
		all[fmt.Sprint("actor-critic gSDE, trunk ", trunk)] = must[*policy.ActorCritic](t)(policy.NewActorCritic(rng, small, sdeNetwork(trunk), nil, engine))
	}
	choice := env.Spec{Obs: mixed(), Act: env.Discrete{N: 4}}
	all["actor-critic normalised"] = must[*policy.ActorCritic](t)(policy.NewActorCritic(rng, choice, smallNetwork(), normalizer(t, choice.Obs), engine))
	for _, duels := range []bool{false, true} {
		all[fmt.Sprint("q, duels ", duels)] = must[*policy.QNetwork](t)(policy.NewQNetwork(rng, choice, smallNetwork(), normalizer(t, choice.Obs), engine, duels))
	}
	for name, m := range recurrent(t, small) {
		all["actor-critic with memory, "+name] = m
	}
	all["deterministic"] = must[*policy.Deterministic](t)(policy.NewDeterministic(rng, small, smallNetwork(), nil, engine))
	all["squashed"] = must[*policy.Squashed](t)(policy.NewSquashed(rng, small, smallNetwork(), normalizer(t, numbers), engine))
	all["squashed gSDE"] = must[*policy.Squashed](t)(policy.NewSquashed(rng, small, sdeNetwork(false), nil, engine))
	all["table"] = must[*policy.Table](t)(policy.NewTable(env.Spec{Obs: env.MultiDiscrete{N: []int{4, 3}}, Act: env.Discrete{N: 4}}, 0))
	all["table of products"] = must[*policy.Table](t)(policy.NewTable(env.Spec{Obs: env.Discrete{N: 6}, Act: env.Tuple{env.MultiDiscrete{N: []int{2, 3}}, env.MultiBinary{N: 2}}}, 0))
	all["tiles"] = must[*policy.Tiles](t)(policy.NewTiles(env.Spec{Obs: numbers, Act: env.Discrete{N: 4}}, 3, 4, nil, nil, 0))
	for _, p := range all {
		for _, param := range p.Tensors() {
			if param.Name != "obs_var" && param.Name != "obs_mean" {
				for i := range param.Value {
					param.Value[i] += float32(rng.NormFloat64()) / 2
				}
			}
		}
	}
	return all
}

// sample returns n random rows of a space.
func sample(s env.Space, n int, seed uint64) []float32 {
	rng, x := rand.New(rand.NewPCG(seed, 0)), make([]float32, n*s.Size())
	for row := range slices.Chunk(x, s.Size()) {
		s.Sample(rng, row)
	}
	return x
}

// masks returns n random masks for an action space. Each mask allows at least one value of every
// discrete variable. For continuous actions it returns nil.
func masks(act env.Space, n int) (all []bool) {
	l, err := env.LayoutOf(act)
	choices, ok := l.Choices()
	if err != nil || !ok {
		return nil
	}
	rng := rand.New(rand.NewPCG(3, 0))
	for range n {
		for _, k := range choices {
			row := make([]bool, k)
			for i := range row {
				row[i] = rng.IntN(2) == 0
			}
			row[rng.IntN(k)] = true
			all = append(all, row...)
		}
	}
	return all
}

// rowGenerators returns n differently seeded generators, one for each row.
func rowGenerators(n int) []rand.PCG {
	rng, seeds := make([]rand.PCG, n), make([]uint64, n)
	for i := range seeds {
		seeds[i] = uint64(100 + i)
	}
	policy.SeedRows(rng, seeds, 7)
	return rng
}

// outFor returns an Out for n rows with all slices that p can write to.
func outFor(p policy.Policy, n int) policy.Out {
	s, a := p.Spec(), p.Spec().Act.Size()
	out := policy.Out{Act: make([]float32, n*a), Raw: make([]float32, n*a), LogProb: make([]float32, n)}
	if s.Values {
		out.Value = make([]float32, n)
	}
	if s.Scores > 0 {
		out.Scores = make([]float32, n*s.Scores)
	}
	return out
}

// columns returns the slices of out by their names.
func columns(out *policy.Out) map[string]*[]float32 {
	return map[string]*[]float32{"Act": &out.Act, "Raw": &out.Raw, "LogProb": &out.LogProb, "Value": &out.Value, "Scores": &out.Scores}
}

// rowRange returns rows [from, to) of x, which has n rows. For a nil x it returns nil.
func rowRange[T any](x []T, n, from, to int) []T {
	if x == nil {
		return nil
	}
	w := len(x) / n
	return x[from*w : to*w]
}

// A way is one way to call Act: with sampled actions, state-dependent noise, or masks.
type way struct{ sampled, noise, masked bool }

// ways returns all ways in which p can act.
func ways(p policy.Policy) (all []way) {
	masked := masks(p.Spec().Act, 1) != nil
	for _, w := range []way{{}, {sampled: true}, {noise: true}, {masked: true}, {sampled: true, masked: true}} {
		if (!w.noise || p.Spec().Noise > 0) && (!w.masked || masked) {
			all = append(all, w)
		}
	}
	return all
}

// An explorer is a policy with state-dependent noise.
type explorer interface {
	DrawNoise(rng []rand.PCG, noise []float32)
}

// input returns the input for Act of p, with n rows, for the way w.
func (w way) input(p policy.Policy, n int) policy.In {
	in := policy.In{Obs: sample(p.Spec().Obs, n, 5), First: make([]bool, n), Memory: randomMemory(p, n)}
	if w.sampled {
		in.Rand = rowGenerators(n)
	}
	if w.masked {
		in.Mask = masks(p.Spec().Act, n)
	}
	if w.noise {
		in.Noise = make([]float32, n*p.Spec().Noise)
		p.(explorer).DrawNoise(rowGenerators(n), in.Noise)
	}
	return in
}

// eachPolicy runs f as a subtest for every policy, once for each way in which the policy can act.
func eachPolicy(t *testing.T, f func(t *testing.T, p policy.Policy, w way)) {
	for name, p := range policies(t) {
		for _, w := range ways(p) {
			t.Run(fmt.Sprintf("%s %+v", name, w), func(t *testing.T) { f(t, p, w) })
		}
	}
}

// TestActColumns checks that the bits of each output column stay the same if Act also writes
// other columns, and that all actions are in the action space.
func TestActColumns(t *testing.T) {
	eachPolicy(t, func(t *testing.T, p policy.Policy, w way) {
		const n = 5
		want := outFor(p, n)
		for _, c := range columns(&want) {
			for i := range *c {
				(*c)[i] = 1e9 // a value that Act must overwrite
			}
		}
		p.Act(w.input(p, n), want)
		for name, c := range columns(&want) {
			if slices.Contains(*c, 1e9) {
				t.Errorf("%s = %v, want every element written", name, *c)
			}
			var out policy.Out
			*columns(&out)[name] = make([]float32, len(*c))
			if *c == nil {
				continue
			}
			p.Act(w.input(p, n), out)
			if got := *columns(&out)[name]; !sameBits(got, *c) {
				t.Errorf("%s alone = %v, together with the other columns %v", name, got, *c)
			}
		}
		if !allContained(p.Spec().Act, want.Act) {
			t.Errorf("Act = %v, want actions in %s", want.Act, env.Describe(p.Spec().Act))
		}
		p.Act(w.input(p, n), policy.Out{}) // without slices to write to, Act must not panic
	})
}

// TestActRows checks that the bits of a row do not depend on other rows: the result is the same
// for a whole batch and for parts of it.
func TestActRows(t *testing.T) {
	eachPolicy(t, func(t *testing.T, p policy.Policy, w way) {
		const n = 19
		want := outFor(p, n)
		p.Act(w.input(p, n), want)
		for _, step := range []int{1, 2, 7, 16} {
			in, got := w.input(p, n), outFor(p, n)
			for from := 0; from < n; from += step {
				to := min(from+step, n)
				p.Act(policy.In{
					Obs: rowRange(in.Obs, n, from, to), Mask: rowRange(in.Mask, n, from, to), First: in.First[from:to], Memory: rowRange(in.Memory, n, from, to),
					Rand: rowRange(in.Rand, n, from, to), Noise: rowRange(in.Noise, n, from, to),
				}, policy.Out{
					Act: rowRange(got.Act, n, from, to), Raw: rowRange(got.Raw, n, from, to), LogProb: rowRange(got.LogProb, n, from, to),
					Value: rowRange(got.Value, n, from, to), Scores: rowRange(got.Scores, n, from, to),
				})
			}
			for name, c := range columns(&want) {
				if part := *columns(&got)[name]; !sameBits(part, *c) {
					t.Errorf("%s, %d rows at a time, = %v, want %v", name, step, part, *c)
				}
			}
		}
	})
}

// TestActMasked checks that Act never chooses a forbidden action, in any way to act, and that it
// samples every allowed action at some time.
func TestActMasked(t *testing.T) {
	eachPolicy(t, func(t *testing.T, p policy.Policy, w way) {
		if !w.masked {
			return
		}
		const n = 400
		l, _ := env.LayoutOf(p.Spec().Act)
		choices, _ := l.Choices()
		in, out := w.input(p, n), outFor(p, n)
		one := masks(p.Spec().Act, 1)
		in.Mask = slices.Repeat(one, n)
		p.Act(in, out)
		seen := make([]bool, len(one))
		for i := range n {
			at := 0
			for j, k := range choices {
				c := at + int(out.Act[i*len(choices)+j])
				if !one[c] {
					t.Fatalf("row %d: choice %d is %v, which %v forbids", i, j, out.Act[i*len(choices)+j], one[at:at+k])
				}
				seen[c], at = true, at+k
			}
		}
		if _, stochastic := p.(*policy.ActorCritic); stochastic && w.sampled && !slices.Equal(seen, one) {
			t.Errorf("the sampled choices are %v, want all allowed choices %v", seen, one)
		}
	})
}

// TestActAllocs checks that Act and DrawNoise allocate nothing after their first call.
func TestActAllocs(t *testing.T) {
	eachPolicy(t, func(t *testing.T, p policy.Policy, w way) {
		in, out := w.input(p, 5), outFor(p, 5)
		if n := testing.AllocsPerRun(20, func() { p.Act(in, out) }); n != 0 {
			t.Errorf("a warm Act allocates %v times, want 0", n)
		}
		if e, ok := p.(explorer); ok && w.noise {
			if n := testing.AllocsPerRun(20, func() { e.DrawNoise(in.Rand, in.Noise) }); n != 0 {
				t.Errorf("a warm DrawNoise allocates %v times, want 0", n)
			}
		}
	})
}

// TestClone checks that a clone acts like the original policy. After a change of all tensors of
// the original, the clone must still act in the same way.
func TestClone(t *testing.T) {
	w := way{sampled: true}
	for name, p := range policies(t) {
		c, want, got := p.Clone(), outFor(p, 5), outFor(p, 5)
		p.Act(w.input(p, 5), want)
		check := func(when string) {
			t.Helper()
			c.Act(w.input(p, 5), got)
			for column, x := range columns(&want) {
				if y := *columns(&got)[column]; !sameBits(*x, y) {
					t.Errorf("%s: %s of a clone %s = %v, want %v", name, column, when, y, *x)
				}
			}
		}
		check("at first")
		for i, param := range p.Tensors() {
			if q := c.Tensors()[i]; q.Name != param.Name || !slices.Equal(q.Shape(), param.Shape()) {
				t.Errorf("%s: tensor %s %v of a clone, want %s %v", name, q.Name, q.Shape(), param.Name, param.Shape())
			}
			for j := range param.Value {
				param.Value[j] = float32(j%5) + 0.5
			}
		}
		check("after its original changed")
		p.Act(w.input(p, 5), got)
		if sameBits(want.Act, got.Act) && (want.Value == nil || sameBits(want.Value, got.Value)) {
			t.Errorf("%s: the original acts as before although all its tensors changed", name)
		}
	}
}

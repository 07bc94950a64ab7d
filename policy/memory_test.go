package policy_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// recurrentNetwork returns the config of networks with an LSTM and a layer after it.
func recurrentNetwork(trunk, sde bool) policy.NetworkConfig {
	config := policy.DefaultNetworkConfig()
	config.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 6}, {Kind: "linear", Size: 5}, {Kind: "tanh"}}})
	config.ShareTrunk, config.UseSDE = trunk, sde
	return config
}

// recurrent returns actor-critics whose memory is in the actor and the critic, in the trunk, or in
// Features and the critic.
func recurrent(t testing.TB, spec env.Spec) map[string]*policy.ActorCritic {
	all := map[string]*policy.ActorCritic{}
	for name, config := range map[string]policy.NetworkConfig{"separate": recurrentNetwork(false, false), "trunk": recurrentNetwork(true, false), "gSDE": recurrentNetwork(false, true)} {
		m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, config, nil, nn.Native{}))
		rng := newRand()
		for _, p := range m.Params() {
			for i := range p.Value {
				p.Value[i] += float32(rng.NormFloat64()) / 3
			}
		}
		all[name] = m
	}
	return all
}

// randomMemory returns n random rows of p's memory, the same in each call; nil without memory.
func randomMemory(p policy.Policy, n int) []float32 {
	if p.Spec().Memory == 0 {
		return nil
	}
	return sample(env.NewBox(-1, 1, p.Spec().Memory), n, 8)
}

// numbers is the spec of an environment with three numbers and two continuous actions.
func numbers() env.Spec {
	return env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
}

// TestSequenceIsSteps checks that Pi and V of sequences with resets have the bits of Act step by
// step, that the memory after a step does not depend on Out, and that Rows selects rows.
func TestSequenceIsSteps(t *testing.T) {
	const steps, n = 5, 3
	for name, m := range recurrent(t, numbers()) {
		h := m.Spec().Memory
		if want := map[string]int{"separate": 24, "trunk": 12, "gSDE": 24}[name]; h != want {
			t.Errorf("%s: %d floats of memory, want %d", name, h, want)
		}
		obs, first := sample(m.Spec().Obs, steps*n, 4), make([]bool, steps*n)
		first[1], first[2*n+2], first[3*n], first[4*n] = true, true, true, true
		start := randomMemory(m, n)
		memory, silent := slices.Clone(start), slices.Clone(start)
		raw, logp, value := make([]float32, steps*n*2), make([]float32, steps*n), make([]float32, steps*n)
		rngs := rowGenerators(n)
		for k := range steps {
			from, to := k*n, (k+1)*n
			in := policy.In{Obs: obs[from*3 : to*3], First: first[from:to], Memory: memory, Rand: rngs}
			m.Act(in, policy.Out{Raw: raw[from*2 : to*2], LogProb: logp[from:to], Value: value[from:to]})
			in.Memory = silent
			out := policy.Out{}
			if k%2 == 1 {
				out.Value = make([]float32, n)
			}
			if m.Act(in, out); !sameBits(silent, memory) {
				t.Fatalf("%s: step %d: the memory after Act depends on Out", name, k)
			}
		}
		b := policy.Batch{Obs: obs, Steps: steps, First: first, Memory: start}
		m.Tape.Reset()
		m.ValueTape.Reset()
		if got := m.Pi(b).LogProb(raw).Value; !sameBits(got, logp) {
			t.Errorf("%s: log-probabilities of the sequences %v, want %v", name, got, logp)
		}
		if got := m.V(b).Value; !sameBits(got, value) {
			t.Errorf("%s: values of the sequences %v, want %v", name, got, value)
		}
		b.Rows = []int{7, 1, 14}
		m.Tape.Reset()
		pi, v := m.PiV(b)
		var act []float32
		for i, row := range b.Rows {
			act = append(act, raw[row*2:row*2+2]...)
			if v.Value[i] != value[row] {
				t.Errorf("%s: V of row %d = %v, want %v", name, row, v.Value[i], value[row])
			}
		}
		for i, x := range pi.LogProb(act).Value {
			if x != logp[b.Rows[i]] {
				t.Errorf("%s: log-probability of row %d = %v, want %v", name, b.Rows[i], x, logp[b.Rows[i]])
			}
		}
	}
}

// TestGradientThroughTime compares the gradient of a loss over sequences, with resets and rows that
// do not count, with differences of the loss: for each parameter in the direction of its gradient.
// It leaves gSDE out, whose σ depends on the features without a gradient, as in Stable-Baselines3.
func TestGradientThroughTime(t *testing.T) {
	const steps, n = 6, 2
	for _, name := range []string{"separate", "trunk"} {
		m := recurrent(t, numbers())[name]
		first := make([]bool, steps*n)
		first[3*n], first[4*n+1] = true, true
		b := policy.Batch{Obs: sample(m.Spec().Obs, steps*n, 4), Steps: steps, First: first, Memory: randomMemory(m, n), Rows: []int{0, 1, 3, 5, 6, 8, 10, 11}}
		act := sample(m.Spec().Act, len(b.Rows), 6)
		loss := func() *tape.Var {
			m.Tape.Reset()
			pi, v := m.PiV(b)
			return pi.LogProb(act).Mean().Add(v.Square().Mean())
		}
		loss().Backward()
		for _, p := range m.Params() {
			g, before, norm := slices.Clone(p.Grad), slices.Clone(p.Value), 0.0
			for _, x := range g {
				norm += float64(x) * float64(x)
			}
			if norm = math.Sqrt(norm); norm == 0 {
				t.Errorf("%s: no gradient of %s", name, p.Name)
				continue
			}
			const epsilon = 1e-2
			var at [2]float64
			for i, sign := range []float64{1, -1} {
				for k := range p.Value {
					p.Value[k] = before[k] + float32(sign*epsilon*float64(g[k])/norm)
				}
				at[i] = float64(loss().Scalar())
			}
			copy(p.Value, before)
			if got := (at[0] - at[1]) / (2 * epsilon); math.Abs(got-norm) > 0.01*norm+1e-3 {
				t.Errorf("%s: the loss changes by %v along the gradient of %s, want %v", name, got, p.Name, norm)
			}
		}
	}
}

// TestDetachCritic checks that the value loss does not train a trunk whose critic is detached.
func TestDetachCritic(t *testing.T) {
	config := recurrentNetwork(true, false)
	config.DetachCritic = true
	m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), numbers(), config, nil, nn.Native{}))
	for _, m := range []*policy.ActorCritic{m, m.Copy(nil)} {
		_, v := m.PiV(policy.Batch{Obs: []float32{1, 2, 3}, Steps: 1})
		v.Square().Mean().Backward()
		for _, p := range nn.Params(m.Trunk) {
			if slices.ContainsFunc(p.Grad, func(x float32) bool { return x != 0 }) {
				t.Errorf("%s has a gradient of the value loss", p.Name)
			}
		}
	}
	config.Layers = policy.ListsTrunk(policy.LayerList{Name: "lstm"}, policy.LayerList{}, policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: 3}}})
	config.ShareTrunk = false
	lists := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), numbers(), config, nil, nn.Native{}))
	want := []string{"trunk.0", "actor.0", "actor.2", "actor.4", "critic.0", "critic.1"} // actor: net_arch [64, 64] with tanh
	for _, p := range lists.Params() {
		want = slices.DeleteFunc(want, func(prefix string) bool { return strings.HasPrefix(p.Name, prefix) })
	}
	if len(want) > 0 || lists.Spec().Memory != 128 {
		t.Errorf("%d floats of memory, no parameters %v", lists.Spec().Memory, want)
	}
	config = recurrentNetwork(false, false)
	config.DetachCritic = true
	if _, err := policy.NewActorCritic(newRand(), numbers(), config, nil, nn.Native{}); err == nil {
		t.Error("detach_critic without share_trunk: no error, want one")
	}
}

// TestForgottenMemory checks that a policy with memory panics if the memory or the order in time of
// its inputs is missing.
func TestForgottenMemory(t *testing.T) {
	m := recurrent(t, numbers())["separate"]
	obs := make([]float32, 6)
	for name, f := range map[string]func(){
		"Act without memory":    func() { m.Act(policy.In{Obs: obs}, policy.Out{}) },
		"Act with short memory": func() { m.Act(policy.In{Obs: obs, Memory: make([]float32, 24)}, policy.Out{}) },
		"Pi without Steps":      func() { m.Pi(policy.Batch{Obs: obs}) },
		"V of broken sequences": func() { m.V(policy.Batch{Obs: obs, Steps: 3}) },
		"V with short First":    func() { m.V(policy.Batch{Obs: obs, Steps: 2, First: make([]bool, 1)}) },
		"V with long memory":    func() { m.V(policy.Batch{Obs: obs, Steps: 2, Memory: make([]float32, 48)}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic, want one")
				}
			}()
			f()
		})
	}
}

// TestMemoryAllocations checks that Act of a policy with memory allocates nothing once warm.
func TestMemoryAllocations(t *testing.T) {
	for name, m := range recurrent(t, numbers()) {
		for _, n := range []int{1, 9} {
			in := policy.In{Obs: sample(m.Spec().Obs, n, 4), First: make([]bool, n), Memory: randomMemory(m, n), Rand: rowGenerators(n)}
			out := outFor(m, n)
			if got := testing.AllocsPerRun(20, func() { m.Act(in, out) }); got != 0 {
				t.Errorf("%s: Act of %d rows allocates %v times, want 0", name, n, got)
			}
		}
	}
}

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

// shapes returns the shapes of parameters by their names, but for biases.
func shapes(params []*tape.Param) map[string][]int {
	all := map[string][]int{}
	for _, p := range params {
		if !strings.HasSuffix(p.Name, ".bias") {
			all[p.Name] = p.Shape()
		}
	}
	return all
}

// TestNetArchOwn wants hidden layers of the actor's and of the critic's own sizes, on-policy
// and off-policy; and hidden layers one by one, where these are given.
func TestNetArchOwn(t *testing.T) {
	box := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	k := policy.DefaultNetworkConfig()
	k.NetArch = policy.LayersPiVF([]int{5}, []int{7, 6})
	m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, k, nil, nn.Native{}))
	want(t, shapes(m.Params()), map[string][]int{
		"actor.0.weight": {5, 3}, "actor.2.weight": {2, 5}, "critic.0.weight": {7, 3}, "critic.2.weight": {6, 7}, "critic.4.weight": {1, 6}, "log_std": {2},
	})
	k.UseSDE = true
	m = must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, k, nil, nn.Native{}))
	want(t, shapes(m.Params()), map[string][]int{
		"features.0.weight": {5, 3}, "actor.0.weight": {2, 5}, "critic.0.weight": {7, 3}, "critic.2.weight": {6, 7}, "critic.4.weight": {1, 6}, "log_std": {5, 2},
	})
	k.NetArch, k.UseSDE = policy.LayersPiQF([]int{4}, []int{8}), false
	s := must[*policy.Squashed](t)(policy.NewSquashed(newRand(), box, k, nil, nn.Native{}))
	want(t, shapes(s.Params()), map[string][]int{"actor.0.weight": {4, 3}, "actor.2.weight": {4, 4}})
	d := must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), box, k, nil, nn.Native{}))
	want(t, shapes(d.Params()), map[string][]int{"actor.0.weight": {4, 3}, "actor.2.weight": {2, 4}})
	q := must[*policy.Critics](t)(policy.NewCritics(newRand(), box, k, nil, nn.Native{}, 1))
	want(t, shapes(q.Params()), map[string][]int{"q1.0.weight": {8, 5}, "q1.2.weight": {1, 8}})

	k = policy.DefaultNetworkConfig()
	k.Layers = nn.Layers{{Kind: "linear", Size: 9}, {Kind: "layer_norm"}, {Kind: "silu"}}
	m = must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, k, nil, nn.Native{}))
	norms := map[string][]int{"actor.1.weight": {9}, "critic.1.weight": {9}}
	linears := map[string][]int{"actor.0.weight": {9, 3}, "actor.3.weight": {2, 9}, "critic.0.weight": {9, 3}, "critic.3.weight": {1, 9}, "log_std": {2}}
	for name, shape := range norms {
		linears[name] = shape
	}
	want(t, shapes(m.Params()), linears)
}

// want compares shapes.
func want(t *testing.T, got, want map[string][]int) {
	t.Helper()
	for name, shape := range want {
		if !slices.Equal(got[name], shape) {
			t.Errorf("%s has the shape %v, want %v", name, got[name], shape)
		}
	}
	if len(got) != len(want) {
		t.Errorf("parameters of the shapes %v, want %v", got, want)
	}
}

// TestNetArchKeys wants an error of a key that is not the agent's, and of sizes of each its
// own where the actor and the critic share their layers.
func TestNetArchKeys(t *testing.T) {
	box := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	vf, qf := smallNetwork(), smallNetwork()
	vf.NetArch, qf.NetArch = policy.LayersPiVF([]int{5}, []int{5}), policy.LayersPiQF([]int{5}, []int{5})
	shared := vf
	shared.ShareTrunk = true
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"on-policy":     {second(policy.NewActorCritic(newRand(), box, qf, nil, nn.Native{})), "want vf in place of qf"},
		"trunk":         {second(policy.NewActorCritic(newRand(), box, shared, nil, nn.Native{})), "with share_trunk the actor and the critic have the same"},
		"squashed":      {second(policy.NewSquashed(newRand(), box, vf, nil, nn.Native{})), "want qf in place of vf"},
		"deterministic": {second(policy.NewDeterministic(newRand(), box, vf, nil, nn.Native{})), "want qf in place of vf"},
		"critics":       {second(policy.NewCritics(newRand(), box, vf, nil, nn.Native{}, 1)), "want qf in place of vf"},
		"q":             {second(policy.NewQNetwork(newRand(), env.Spec{Obs: box.Obs, Act: env.Discrete{N: 2}}, qf, nil, nn.Native{}, false)), "there is one network"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "policy: net_arch is {pi: [5], ") || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, c.err, c.want)
		}
	}
}

// TestOtherNormalizer wants an error of a Normalizer of other observations.
func TestOtherNormalizer(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 2}}
	_, err := policy.NewActorCritic(newRand(), spec, smallNetwork(), normalizer(t, env.NewBox(-1, 1, 4)), nn.Native{})
	if err == nil || !strings.Contains(err.Error(), "a Normalizer of other observations than a Box of 3 numbers") {
		t.Errorf("error %v", err)
	}
}

// TestDueling wants Q = V + A - mean A of the network's outputs, and a gradient of each of
// them: of Q(s, a), 1 for V, and for A one less a third, or less a third.
func TestDueling(t *testing.T) {
	k := smallNetwork()
	k.NetArch = policy.Layers()
	spec := env.Spec{Obs: env.NewBox(-1, 1, 1), Act: env.Discrete{N: 3}}
	q := must[*policy.QNetwork](t)(policy.NewQNetwork(newRand(), spec, k, nil, nn.Native{}, true))
	bias := q.Params()[1]
	clear(q.Params()[0].Value)
	copy(bias.Value, []float32{10, 3, 0, 6})
	for a, want := range []float32{10, 7, 13} {
		tp := tape.New()
		clear(bias.Grad)
		v := q.Values(tp, []float32{0.5})
		if got := v.Value[a]; got != want {
			t.Errorf("Q of action %d = %v, want %v", a, got, want)
		}
		v.At([]float32{float32(a)}).Mean().Backward()
		grad := []float32{1, -1. / 3, -1. / 3, -1. / 3}
		grad[1+a]++
		for i, g := range grad {
			if math.Abs(float64(bias.Grad[i]-g)) > 1e-6 {
				t.Errorf("gradient of Q of action %d = %v, want %v", a, bias.Grad, grad)
				break
			}
		}
	}
	out := outFor(q, 1)
	q.Act(policy.In{Obs: []float32{0.5}}, out)
	if !slices.Equal(out.Scores, []float32{10, 7, 13}) || out.Act[0] != 2 {
		t.Errorf("Act = %v by scores %v, want 2 by [10 7 13]", out.Act, out.Scores)
	}
}

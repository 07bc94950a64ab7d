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

// shapes returns the shape of each parameter, by the parameter's name. Biases are left out.
func shapes(params []*tape.Param) map[string][]int {
	all := map[string][]int{}
	for _, p := range params {
		if !strings.HasSuffix(p.Name, ".bias") {
			all[p.Name] = p.Shape()
		}
	}
	return all
}

// TestNetArchOwn checks the shapes of three kinds of networks: separate sizes for the actor and
// the critic on-policy, the same off-policy, and networks from a list of layers.
func TestNetArchOwn(t *testing.T) {
	box := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	config := policy.DefaultNetworkConfig()
	config.NetArch = policy.LayersPiVF([]int{5}, []int{7, 6})
	m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{}))
	checkShapes(t, shapes(m.Params()), map[string][]int{
		"actor.0.weight": {5, 3}, "actor.2.weight": {2, 5}, "critic.0.weight": {7, 3}, "critic.2.weight": {6, 7}, "critic.4.weight": {1, 6}, "log_std": {2},
	})
	config.UseSDE = true
	m = must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{}))
	checkShapes(t, shapes(m.Params()), map[string][]int{
		"features.0.weight": {5, 3}, "actor.0.weight": {2, 5}, "critic.0.weight": {7, 3}, "critic.2.weight": {6, 7}, "critic.4.weight": {1, 6}, "log_std": {5, 2},
	})
	config.NetArch, config.UseSDE = policy.LayersPiQF([]int{4}, []int{8}), false
	s := must[*policy.Squashed](t)(policy.NewSquashed(newRand(), box, config, nil, nn.Native{}))
	checkShapes(t, shapes(s.Params()), map[string][]int{"actor.0.weight": {4, 3}, "actor.2.weight": {4, 4}})
	d := must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), box, config, nil, nn.Native{}))
	checkShapes(t, shapes(d.Params()), map[string][]int{"actor.0.weight": {4, 3}, "actor.2.weight": {2, 4}})
	q := must[*policy.Critics](t)(policy.NewCritics(newRand(), box, config, nil, nn.Native{}, 1))
	checkShapes(t, shapes(q.Params()), map[string][]int{"q1.0.weight": {8, 5}, "q1.2.weight": {1, 8}})

	config = policy.DefaultNetworkConfig()
	config.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: 9}, {Kind: "layer_norm"}, {Kind: "silu"}}})
	m = must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{}))
	norms := map[string][]int{"actor.1.weight": {9}, "critic.1.weight": {9}}
	linears := map[string][]int{"actor.0.weight": {9, 3}, "actor.3.weight": {2, 9}, "critic.0.weight": {9, 3}, "critic.3.weight": {1, 9}, "log_std": {2}}
	for name, shape := range norms {
		linears[name] = shape
	}
	checkShapes(t, shapes(m.Params()), linears)
}

// checkShapes checks that two maps of shapes are equal.
func checkShapes(t *testing.T, got, want map[string][]int) {
	t.Helper()
	for name, shape := range want {
		if !slices.Equal(got[name], shape) {
			t.Errorf("%s has the shape %v, want %v", name, got[name], shape)
		}
	}
	if len(got) != len(want) {
		t.Errorf("the parameters have the shapes %v, want %v", got, want)
	}
}

// TestNetArchKeys checks that a mapping with a key that the agent does not use is an error, and
// that a mapping together with a shared trunk is an error.
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
		"on-policy":     {errorOf(policy.NewActorCritic(newRand(), box, qf, nil, nn.Native{})), "want vf in place of qf"},
		"trunk":         {errorOf(policy.NewActorCritic(newRand(), box, shared, nil, nn.Native{})), "with share_trunk the actor and the critic have the same"},
		"squashed":      {errorOf(policy.NewSquashed(newRand(), box, vf, nil, nn.Native{})), "want qf in place of vf"},
		"deterministic": {errorOf(policy.NewDeterministic(newRand(), box, vf, nil, nn.Native{})), "want qf in place of vf"},
		"critics":       {errorOf(policy.NewCritics(newRand(), box, vf, nil, nn.Native{}, 1)), "want qf in place of vf"},
		"q":             {errorOf(policy.NewQNetwork(newRand(), env.Spec{Obs: box.Obs, Act: env.Discrete{N: 2}}, qf, nil, nn.Native{}, false)), "there is one network"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "policy: net_arch is {pi: [5], ") || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q in it", name, c.err, c.want)
		}
	}
}

// TestOtherNormalizer checks that a Normalizer for other observations is an error.
func TestOtherNormalizer(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 2}}
	_, err := policy.NewActorCritic(newRand(), spec, smallNetwork(), normalizer(t, env.NewBox(-1, 1, 4)), nn.Native{})
	if err == nil || !strings.Contains(err.Error(), "the Normalizer is for other observations than a Box of 3 numbers") {
		t.Errorf("error %v", err)
	}
}

// TestDueling checks that Q = V + A - mean A for the network's outputs, and it checks the
// gradient of Q(s, a). For three actions the gradient is 1 for V, 1 - 1/3 for the A of action a,
// and -1/3 for the A of each other action.
func TestDueling(t *testing.T) {
	config := smallNetwork()
	config.NetArch = policy.Layers()
	spec := env.Spec{Obs: env.NewBox(-1, 1, 1), Act: env.Discrete{N: 3}}
	q := must[*policy.QNetwork](t)(policy.NewQNetwork(newRand(), spec, config, nil, nn.Native{}, true))
	bias := q.Params()[1]
	clear(q.Params()[0].Value)
	copy(bias.Value, []float32{10, 3, 0, 6})
	for a, want := range []float32{10, 7, 13} {
		tp := tape.New()
		clear(bias.Grad)
		v := q.Values(tp, policy.Batch{Obs: []float32{0.5}})
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

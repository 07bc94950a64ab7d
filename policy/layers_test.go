package policy_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// skip is a layer that package nn does not have: x + tanh(x wᵀ + b).
type skip struct {
	nn.Network
	y []float32
}

func newSkip(rng *rand.Rand, name string, in nn.Shape, l nn.Layer) (nn.Network, nn.Shape, error) {
	if err := nn.Read(l).Err(); err != nil {
		return nil, nil, err
	}
	n, err := nn.Native{}.Build(rng, name, nn.Plan{In: in, Layers: nn.Layers{nn.Linear(in.Size(), "orthogonal", 1), {Kind: "tanh"}}})
	return &skip{Network: n}, in, err
}

func (s *skip) Forward(t *tape.Tape, x *tape.Var, p nn.Pass) *tape.Var {
	return x.Add(s.Network.Forward(t, x, p))
}

func (s *skip) Infer(y, x []float32, past nn.Memory) {
	s.y = f32.Grow(s.y, len(x))
	s.Network.Infer(s.y, x, past)
	f32.Add(y, x, s.y)
}

func (s *skip) Clone() nn.Network { return &skip{Network: s.Network.Clone()} }

// TestLayers checks policies whose hidden layers come from the setting layers and not from
// net_arch. One of the layers is not from package nn. Some policies have a shared trunk or
// state-dependent noise. Clones and restored policies must act like the original policies. A
// linear layer without an initialisation must have the initialisation of init_fn.
func TestLayers(t *testing.T) {
	config := policy.DefaultNetworkConfig()
	config.Layers, config.InitFn = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: 16}, {Kind: "layer_norm"}, {Kind: "skip"}, {Kind: "relu"}}}), "xavier_uniform"
	trunk, sde := config, config
	trunk.ShareTrunk, sde.UseSDE = true, true
	engine := nn.Native{Kinds: nn.Kinds{"skip": newSkip}}
	numbers := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	choices := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 2}}
	type maker = func() (policy.Policy, error)
	of := func(spec env.Spec, config policy.NetworkConfig) maker {
		return func() (policy.Policy, error) {
			return policy.NewActorCritic(newRand(), spec, config, nil, engine)
		}
	}
	for name, tc := range map[string]struct {
		mk     maker
		tensor string
	}{
		"actor-critic": {of(numbers, config), "critic.2.0.weight"},
		"trunk":        {of(choices, trunk), "trunk.2.0.weight"},
		"sde":          {of(numbers, sde), "features.2.0.weight"},
		"trunk, sde":   {of(numbers, func() policy.NetworkConfig { config := trunk; config.UseSDE = true; return config }()), "trunk.1.bias"},
		"q": {func() (policy.Policy, error) {
			return policy.NewQNetwork(newRand(), choices, config, nil, engine, true)
		}, "q.4.weight"},
		"mu":       {func() (policy.Policy, error) { return policy.NewDeterministic(newRand(), numbers, config, nil, engine) }, "actor.0.weight"},
		"squashed": {func() (policy.Policy, error) { return policy.NewSquashed(newRand(), numbers, sde, nil, engine) }, "features.2.0.bias"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := tc.mk()
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, param := range p.Tensors() {
				names = append(names, param.Name)
			}
			if !slices.Contains(names, tc.tensor) {
				t.Errorf("no tensor is called %s: %v", tc.tensor, names)
			}
			act := func(p policy.Policy) []float32 {
				a := make([]float32, 2*rows)
				p.Act(policy.In{Obs: observations()}, policy.Out{Act: a[:rows*p.Spec().Act.Size()]})
				return a
			}
			want := act(p)
			if got := act(p.Clone()); !sameBits(got, want) {
				t.Errorf("a clone does %v, want %v", got, want)
			}
			var f bytes.Buffer
			if err := state.Save(&f, p.(state.Stater)); err != nil {
				t.Fatal(err)
			}
			loaded, _ := tc.mk()
			for _, param := range loaded.Tensors() {
				clear(param.Value)
			}
			if err := state.Load(&f, loaded.(state.Stater)); err != nil {
				t.Fatal(err)
			}
			if got := act(loaded); !sameBits(got, want) {
				t.Errorf("loaded, it does %v, want %v", got, want)
			}
		})
	}
	plain := policy.DefaultNetworkConfig()
	plain.NetArch, plain.InitFn = policy.Layers(16), "xavier_uniform"
	one, _ := policy.NewQNetwork(newRand(), choices, plain, nil, engine, false)
	two, _ := policy.NewQNetwork(newRand(), choices, config, nil, engine, false)
	if a, b := one.Params()[0].Value, two.Params()[0].Value; !slices.Equal(a, b) {
		t.Errorf("a linear layer begins with %v, want %v as init_fn has it", b[:3], a[:3])
	}
	if _, err := policy.NewQNetwork(newRand(), choices, config, nil, nn.Native{}, false); err == nil || !strings.Contains(fmt.Sprint(err), `q.2: no layer is called "skip", want one of adaptive_avg_pool`) {
		t.Errorf("without the layer: error %v", err)
	}
}

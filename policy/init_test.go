package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// TestInitFn wants weights as init_fn or ortho_init says, the one of them that is given;
// an error where both are and contradict each other; and an agent's default where
// neither is. A completed NetworkConfig means the same.
func TestInitFn(t *testing.T) {
	yes, no := new(true), new(false)
	for _, c := range []struct {
		fn, byDefault string
		ortho         *bool
		want          string // "" for an error
	}{
		{"", "", nil, "orthogonal"}, {"", "pytorch", nil, "pytorch"}, {"", "pytorch", yes, "orthogonal"}, {"", "", no, "pytorch"},
		{"kaiming_normal", "", nil, "kaiming_normal"}, {"kaiming_normal", "pytorch", nil, "kaiming_normal"}, {"orthogonal", "pytorch", nil, "orthogonal"},
		{"kaiming_normal", "", no, "kaiming_normal"}, {"orthogonal", "pytorch", yes, "orthogonal"}, {"pytorch", "", no, "pytorch"},
		{"kaiming_normal", "", yes, ""}, {"pytorch", "", yes, ""}, {"orthogonal", "", no, ""},
	} {
		k := policy.DefaultNetworkConfig()
		k.InitFn, k.OrthoInit, k.DefaultInit = c.fn, c.ortho, c.byDefault
		got, err := firstWeights(k)
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), "init_fn is "+c.fn+" and ortho_init is ") || k.Complete(1e-8) == nil {
				t.Errorf("%+v: error %v, want one that names both", c, err)
			}
			continue
		}
		plain := policy.DefaultNetworkConfig()
		plain.InitFn = c.want
		want, _ := firstWeights(plain)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v: weights %v, error %v, want those of %s, %v", c, got[:3], err, c.want, want[:3])
		}
		for range 2 {
			if err := k.Complete(1e-8); err != nil || k.InitFn != c.want || *k.OrthoInit != (c.want == "orthogonal") {
				t.Errorf("%+v completed has init_fn %s and ortho_init %v, error %v", c, k.InitFn, *k.OrthoInit, err)
			}
		}
	}
}

// firstWeights returns the weights of an actor's first layer.
func firstWeights(k policy.NetworkConfig) ([]float32, error) {
	m, err := policy.NewActorCritic(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 2}}, k, nil, nn.Native{})
	if err != nil {
		return nil, err
	}
	return m.Params()[0].Value, nil
}

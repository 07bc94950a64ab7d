package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// TestInitFn checks the initialisation: it is the value of init_fn or the meaning of ortho_init,
// or the agent's default if both are missing. It is an error if init_fn and ortho_init contradict
// each other. A completed NetworkConfig must have the same initialisation.
func TestInitFn(t *testing.T) {
	yes, no := new(true), new(false)
	for _, c := range []struct {
		fn, byDefault string
		ortho         *bool
		want          string // initialisation; "": an error
	}{
		{"", "", nil, "orthogonal"}, {"", "pytorch", nil, "pytorch"}, {"", "pytorch", yes, "orthogonal"}, {"", "", no, "pytorch"},
		{"kaiming_normal", "", nil, "kaiming_normal"}, {"kaiming_normal", "pytorch", nil, "kaiming_normal"}, {"orthogonal", "pytorch", nil, "orthogonal"},
		{"kaiming_normal", "", no, "kaiming_normal"}, {"orthogonal", "pytorch", yes, "orthogonal"}, {"pytorch", "", no, "pytorch"},
		{"kaiming_normal", "", yes, ""}, {"pytorch", "", yes, ""}, {"orthogonal", "", no, ""},
	} {
		config := policy.DefaultNetworkConfig()
		config.InitFn, config.OrthoInit, config.DefaultInit = c.fn, c.ortho, c.byDefault
		got, err := firstWeights(config)
		if c.want == "" {
			if err == nil || !strings.Contains(err.Error(), "init_fn is "+c.fn+" and ortho_init is ") || config.Complete(1e-8) == nil {
				t.Errorf("%+v: error %v, want an error that names both", c, err)
			}
			continue
		}
		plain := policy.DefaultNetworkConfig()
		plain.InitFn = c.want
		want, _ := firstWeights(plain)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v: weights %v, error %v, want the weights of %s, %v", c, got[:3], err, c.want, want[:3])
		}
		for range 2 {
			if err := config.Complete(1e-8); err != nil || config.InitFn != c.want || *config.OrthoInit != (c.want == "orthogonal") {
				t.Errorf("%+v completed has init_fn %s and ortho_init %v, error %v", c, config.InitFn, *config.OrthoInit, err)
			}
		}
	}
}

// firstWeights returns the weights of the first layer of an actor with the config.
func firstWeights(config policy.NetworkConfig) ([]float32, error) {
	m, err := policy.NewActorCritic(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 2}}, config, nil, nn.Native{})
	if err != nil {
		return nil, err
	}
	return m.Params()[0].Value, nil
}

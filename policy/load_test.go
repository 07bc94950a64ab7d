package policy_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// A variant is a policy, and the error when its file is loaded into the first variant in its
// list.
type variant struct {
	make func() (policy.Policy, error)
	want string // beginning of the error; "": no error
}

// actorCritic returns a variant with a small ActorCritic. The function change edits the config.
// If clip is above 0, the policy has a normaliser with this clip range.
func actorCritic(spec env.Spec, clip float32, change func(config *policy.NetworkConfig), want string) variant {
	return variant{func() (policy.Policy, error) {
		config := smallNetwork()
		change(&config)
		var normal *policy.Normalizer
		if clip > 0 {
			var err error
			if normal, err = policy.NewNormalizer(spec.Obs, clip); err != nil {
				return nil, err
			}
		}
		return policy.NewActorCritic(newRand(), spec, config, normal, nn.Native{})
	}, want}
}

// tiles returns a variant with Tiles of n tilings. The argument high is the upper bound of the
// second dimension.
func tiles(n int, high float32, want string) variant {
	spec := env.Spec{Obs: env.NewBox(0, 1, 2), Act: env.Discrete{N: 2}}
	return variant{func() (policy.Policy, error) {
		return policy.NewTiles(spec, n, 4, []float32{0, 0}, []float32{1, high}, 0)
	}, want}
}

// families returns lists of variants. The file of each variant is loaded into the first variant
// of its list.
func families() map[string][]variant {
	none := func(*policy.NetworkConfig) {}
	box := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	choice := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 2}}
	qNetwork := func(duels bool, want string) variant {
		return variant{func() (policy.Policy, error) {
			return policy.NewQNetwork(newRand(), choice, smallNetwork(), nil, nn.Native{}, duels)
		}, want}
	}
	return map[string][]variant{
		"actor-critic": {
			actorCritic(box, 5, none, ""),
			actorCritic(env.Spec{Obs: env.Box{Low: []float32{0, 0, 0}, High: []float32{9, 9, 9}, Names: []string{"x", "y", "z"}}, Act: box.Act}, 5, none, ""),
			actorCritic(box, 5, func(config *policy.NetworkConfig) { config.InitFn, config.LogStdInit = "pytorch", 3 }, ""),
			actorCritic(box, 5, func(config *policy.NetworkConfig) { config.ActivationFn = "relu" },
				"its network actor is linear 16, relu, linear 2, want linear 16, tanh, linear 2"),
			actorCritic(box, 5, func(config *policy.NetworkConfig) { config.NetArch = policy.LayersPiVF([]int{16}, []int{16, 4}) },
				"its network critic is linear 16, tanh, linear 4, tanh, linear 1, want linear 16, tanh, linear 1"),
			actorCritic(box, 5, func(config *policy.NetworkConfig) { config.ShareTrunk = true }, "its network actor is linear 2, want linear 16, tanh, linear 2"),
			actorCritic(box, 5, func(config *policy.NetworkConfig) { config.UseSDE = true }, "its network actor is linear 2, want linear 16, tanh, linear 2"),
			actorCritic(box, 0, none, "its norm_obs is false, want true"),
			actorCritic(box, 6, none, "its clip_obs is 6, want 5"),
			actorCritic(choice, 5, none, "its actions are discrete(2), want box[2]"),
			actorCritic(env.Spec{Obs: box.Obs, Act: env.NewBox(-2, 1, 2)}, 5, none, "its actions are box[2] with other bounds, want the same"),
			actorCritic(env.Spec{Obs: env.NewBox(-1, 1, 4), Act: box.Act}, 5, none, "its observations are box[4], want box[3]"),
			qNetwork(false, `its policy is of the type "q", want actor_critic`),
		},
		"gSDE": {
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.UseSDE = true }, ""),
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.UseSDE, config.UseExpln = true, true }, "its use_expln is true, want false"),
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.UseSDE, config.ShareTrunk = true, true }, "its network critic is linear 1, want linear 16, tanh, linear 1"),
			actorCritic(box, 3, func(config *policy.NetworkConfig) { config.UseSDE = true }, "its norm_obs is true, want false"),
		},
		"trunk": {
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.ShareTrunk = true }, ""),
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.ShareTrunk, config.UseSDE = true, true }, "its head is gaussian of state-dependent noise, want gaussian"),
		},
		"dropout": {
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.Dropout = 0.5 }, ""),
			actorCritic(box, 0, func(config *policy.NetworkConfig) { config.Dropout = 0.25 }, ""),
		},
		"q":     {qNetwork(false, ""), qNetwork(true, "its network q is linear 16, tanh, linear 3, want linear 16, tanh, linear 2")},
		"tiles": {tiles(3, 1, ""), tiles(4, 1, "its tiles is"), tiles(3, 2, `its tiles is {"tilings":3,"tiles":4,"low":[0,0],"high":[1,2]}, want {`)},
	}
}

// TestLoadOther checks that Load returns an error for a file if its policy would choose other
// actions after loading. Load must accept a file whose policy differs only in bounds, names or
// initial values.
func TestLoadOther(t *testing.T) {
	for name, all := range families() {
		for _, v := range all {
			p := must[policy.Policy](t)(v.make())
			into := must[policy.Policy](t)(all[0].make())
			before := weights(into)
			err := policy.Load(bytes.NewReader(save(t, p)), into)
			if v.want == "" {
				if err != nil || !sameBits(weights(into), weights(p)) {
					t.Errorf("%s: Load has error %v", name, err)
				}
				continue
			}
			if err == nil || !strings.HasPrefix(err.Error(), "policy: "+v.want) || !sameBits(weights(into), before) {
				t.Errorf("%s: Load has error %v, want %q and no change", name, err, v.want)
			}
		}
	}
}

// ownPolicy is a policy type that package policy does not have.
type ownPolicy struct{ policy.Policy }

// ownCritic embeds a policy of package policy, but could act differently.
type ownCritic struct{ *policy.ActorCritic }

// TestOwnType checks that a policy of another package's type is saved with its tensors, and can
// be loaded only into a policy of the same type. Read must return ErrOwnType for the file.
func TestOwnType(t *testing.T) {
	for _, p := range []policy.Policy{ownPolicy{newSaver(t, env.Discrete{N: 2})}, ownCritic{newSaver(t, env.Discrete{N: 2})}} {
		file := save(t, p)
		if err := policy.Load(bytes.NewReader(file), p); err != nil {
			t.Errorf("Load into its own type: %v", err)
		}
		if err := policy.Load(bytes.NewReader(file), newSaver(t, env.Discrete{N: 2})); err == nil || !strings.Contains(err.Error(), "its policy is of the type \"policy_test.own") {
			t.Errorf("Load into another type: error %v", err)
		}
		_, err := policy.Read(bytes.NewReader(file))
		if !errors.Is(err, policy.ErrOwnType) || !strings.Contains(err.Error(), "it needs the program that made it") {
			t.Errorf("Read: error %v, want ErrOwnType", err)
		}
	}
}

// TestOpenPath checks that OpenWithMeta returns the policy and the Meta of a file, that it
// returns the Meta of a file of version 1, and that errors name the file.
func TestOpenPath(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	file := save(t, newSaver(t, env.Discrete{N: 2}))
	p, m, err := policy.OpenWithMeta(write("new", file))
	if err != nil || m != meta || p.Spec().Scores != 2 {
		t.Errorf("OpenWithMeta = %+v, %v", m, err)
	}
	_, m, err = policy.OpenWithMeta(write("earlier", withMetadata(t, file, "version", "1")))
	if !errors.Is(err, policy.ErrEarlier) || m != meta || !strings.HasPrefix(err.Error(), "policy: "+filepath.Join(dir, "earlier")+": it is of an earlier version") {
		t.Errorf("OpenWithMeta of an earlier version = %+v, %v", m, err)
	}
	for name, want := range map[string]string{dir: "is a directory, want a regular file", filepath.Join(dir, "none"): "is not there"} {
		if _, err := policy.Open(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s): error %v, want %q", name, err, want)
		}
	}
}

// TestOwnLayer checks that Read uses an engine for a policy with another package's layer, and
// returns an error without such an engine.
func TestOwnLayer(t *testing.T) {
	engine := nn.Native{Kinds: nn.Kinds{"skip": newSkip}}
	config := smallNetwork()
	config.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: 8}, {Kind: "skip"}, {Kind: "tanh"}}})
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	p := must[*policy.Deterministic](t)(policy.NewDeterministic(newRand(), spec, config, nil, engine))
	file := save(t, p)
	q, err := policy.Read(bytes.NewReader(file), engine)
	if err != nil {
		t.Fatal(err)
	}
	want, got := outFor(p, rows), outFor(q, rows)
	p.Act(policy.In{Obs: observations()}, want)
	if q.Act(policy.In{Obs: observations()}, got); !sameBits(got.Raw, want.Raw) {
		t.Errorf("Raw = %v, want %v", got.Raw, want.Raw)
	}
	if _, err := policy.Read(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), `no layer is called "skip"`) {
		t.Errorf("without its engine: error %v", err)
	}
}

package policy_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// netLayersFile has the settings of a YAML file with NetLayers.
type netLayersFile struct {
	Layers policy.NetLayers `yaml:"layers"`
}

// decodeNetLayers reads NetLayers from YAML text.
func decodeNetLayers(text string) (policy.NetLayers, error) {
	var c netLayersFile
	tree, err := settings.Parse("f.yaml", []byte(text))
	if err == nil {
		err = tree.Root().Decode(&c)
	}
	return c.Layers, err
}

// TestNetLayers checks that every way to write layers is read correctly, and stays the same when
// it is written and read again.
func TestNetLayers(t *testing.T) {
	list := policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: 8}, {Kind: "tanh"}}}
	nature, none := policy.LayerList{Name: "nature"}, policy.LayerList{Layers: nn.Layers{}}
	for text, want := range map[string]policy.NetLayers{
		"nature":                                policy.OneList(nature),
		"[]":                                    policy.OneList(none),
		"[{linear: 8}, tanh]":                   policy.OneList(list),
		"{pi: nature, vf: []}":                  policy.ListsPiVF(nature, none),
		"{pi: [{linear: 8}, tanh], qf: nature}": policy.ListsPiQF(list, nature),
		"{trunk: nature}":                       policy.ListsTrunk(nature, none, none),
		"{trunk: nature, vf: [{linear: 8}, tanh]}": policy.ListsTrunk(nature, none, list),
	} {
		got, err := decodeNetLayers("layers: " + text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s was read as %v, error %v; want %v", text, got, err, want)
		}
		file, err := settings.Encode(netLayersFile{want})
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeNetLayers(string(file)); err != nil || !reflect.DeepEqual(back, want) {
			t.Errorf("%s was written as %q and read as %v, error %v", text, file, back, err)
		}
	}
}

// TestNetLayersFaults checks that each faulty text causes an error that says what would be right.
func TestNetLayersFaults(t *testing.T) {
	for text, want := range map[string]string{
		"natur":                       `f.yaml:1:9: layers: no network is called "natur", want a list of layers, or one of densenet, gru, gtrxl, impala, lstm, minatar, nature, resnet, rnn, transformer; the nearest is nature`,
		"{pi: natur, vf: []}":         `layers.pi: no network is called "natur"`,
		"{pi: lstm}":                  "no vf or qf, want the critic's layers, as {pi: lstm, vf: [{linear: 64}, tanh]} on-policy, with qf off-policy",
		"{vf: lstm}":                  "no pi, want the actor's layers, as {pi: lstm, vf: [{linear: 64}, tanh]}",
		"{pi: lstm, vf: [], qf: []}":  "vf and qf, want one of them",
		"{pi: lstm, of: []}":          `unknown key`,
		"{trunk: lstm, qf: []}":       "trunk and qf, want vf in place of qf",
		"[{residual: [tanh, {a: }]}]": "layers[0].residual[1].a: no value",
	} {
		if got, err := decodeNetLayers("layers: " + text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is read as %v, error %v, want %q in it", text, got, err, want)
		}
	}
	box := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	config := smallNetwork()
	config.Layers = policy.ListsPiQF(policy.LayerList{Name: "lstm"}, policy.LayerList{})
	if err := errorOf(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{})); err == nil || !strings.Contains(err.Error(), "policy: layers is {pi: lstm, qf: []}, want vf in place of qf") {
		t.Errorf("qf on-policy: error %v", err)
	}
	config.Layers, config.ShareTrunk = policy.ListsPiVF(policy.LayerList{Name: "lstm"}, policy.LayerList{}), true
	if err := errorOf(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{})); err == nil || !strings.Contains(err.Error(), "with share_trunk the actor and the critic have the same") {
		t.Errorf("shared trunk: error %v", err)
	}
	config.Layers, config.ShareTrunk = policy.OneList(policy.LayerList{Name: "nature"}), false
	if err := errorOf(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{})); err == nil || !strings.Contains(err.Error(), "layers are nature for an image, and there is no image among the observations") {
		t.Errorf("nature of numbers: error %v", err)
	}
}

// TestSeparateLayers checks the networks of an actor and a critic with lists of their own. The
// critic has an empty list, so net_arch gives its hidden layers.
func TestSeparateLayers(t *testing.T) {
	config := smallNetwork()
	config.Layers = policy.ListsPiVF(policy.LayerList{Layers: nn.Layers{{Kind: "linear", Size: 9}, {Kind: "relu"}}}, policy.LayerList{})
	config.NetArch = policy.Layers(5)
	box := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), box, config, nil, nn.Native{}))
	checkShapes(t, shapes(m.Params()), map[string][]int{
		"actor.0.weight": {9, 3}, "actor.2.weight": {2, 9}, "critic.0.weight": {5, 3}, "critic.2.weight": {1, 5}, "log_std": {2},
	})
}

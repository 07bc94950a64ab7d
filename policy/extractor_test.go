package policy_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// mixedSpace is a space of a choice, an image of 10×10×2 bytes, four numbers, two bits and two choices.
var mixedSpace = env.Dict{
	{Name: "direction", Space: env.Discrete{N: 3}},
	{Name: "image", Space: env.Image{H: 10, W: 10, C: 2}},
	{Name: "numbers", Space: env.NewBox(-2, 2, 4)},
	{Name: "bits", Space: env.MultiBinary{N: 2}},
	{Name: "choices", Space: env.MultiDiscrete{N: []int{2, 4}}},
}

// mixedRows returns n observations of mixedSpace.
func mixedRows(n int) (obs []float32) {
	for i := range n {
		obs = append(obs, float32(i%3))
		for k := range 200 {
			obs = append(obs, float32((i*31+k*k)%256))
		}
		obs = append(obs, 0.5, -1, float32(i)/10, 2, 1, float32(i%2), float32(i%2), float32(i%4))
	}
	return obs
}

// TestMixedObservations compares the Q-values of a network for mixed observations with a composition
// by hand: the image divided by 255 through the layers of minatar, the choices one-hot, all joined in the
// order of the space, then net_arch. The names and shapes of the tensors are those of files. Without
// normalize_images, the image is not divided.
func TestMixedObservations(t *testing.T) {
	for scale, normalized := range map[float32]bool{255: true, 1: false} {
		config := policy.DefaultNetworkConfig()
		config.NormalizeImages = normalized
		checkMixedObservations(t, config, scale)
	}
}

// checkMixedObservations is TestMixedObservations for networks that divide the image by the scale.
func checkMixedObservations(t *testing.T, config policy.NetworkConfig, scale float32) {
	t.Helper()
	const n = 5
	config.NetArch, config.ActivationFn = policy.Layers(7), "tanh"
	spec := env.Spec{Obs: mixedSpace, Act: env.Discrete{N: 2}}
	q := must[*policy.QNetwork](t)(policy.NewQNetwork(newRand(), spec, config, nil, nn.Native{}, false))
	want := map[string][]int{
		"q.0.1.0.weight": {16, 2, 3, 3}, "q.0.1.3.weight": {128, 1024}, "q.1.weight": {7, 3 + 128 + 4 + 2 + 6}, "q.3.weight": {2, 7},
	}
	checkShapes(t, shapes(q.Params()), want)

	tp, params, obs := tape.New(), map[string]*tape.Param{}, mixedRows(n)
	for _, p := range q.Params() {
		params[p.Name] = p
	}
	got := q.Values(tp, policy.Batch{Obs: obs})
	image, err := nn.Native{}.Build(newRand(), "image", nn.Plan{In: nn.Shape{10, 10, 2}, Layers: nn.Layers{
		{Kind: "conv2d", Size: 16}, {Kind: "relu"}, {Kind: "flatten"}, {Kind: "linear", Size: 128}, {Kind: "relu"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range nn.Params(image) {
		copy(p.Value, params[strings.Replace(p.Name, "image", "q.0.1", 1)].Value)
	}
	for i := range n {
		row, pixels := obs[i*209:(i+1)*209], make([]float32, 200)
		for k := range pixels {
			pixels[k] = row[1+k] / scale
		}
		features := make([]float32, 128)
		image.Infer(features, pixels, nn.Memory{})
		x := slices.Concat(oneHot(3, row[0]), features, row[201:207], oneHot(2, row[207]), oneHot(4, row[208]))
		hidden := affine(params["q.1.weight"], params["q.1.bias"], x)
		for k := range hidden {
			hidden[k] = float32(math.Tanh(float64(hidden[k])))
		}
		for k, v := range affine(params["q.3.weight"], params["q.3.bias"], hidden) {
			if g := got.Value[2*i+k]; math.Abs(float64(g-v)) > 1e-5 {
				t.Errorf("Q of row %d, action %d = %v, want %v", i, k, g, v)
			}
		}
	}
	out := outFor(q, n)
	q.Act(policy.In{Obs: obs}, out)
	if !sameBits(out.Scores, got.Value) {
		t.Error("Act has other Q-values than training")
	}
	opened := must[policy.Policy](t)(policy.Read(bytes.NewReader(save(t, q))))
	again := outFor(opened, n)
	opened.Act(policy.In{Obs: obs}, again)
	if !sameBits(again.Scores, out.Scores) {
		t.Error("a policy from a file has other Q-values")
	}
}

// oneHot returns n numbers: 1 at place k, and otherwise 0.
func oneHot(n int, k float32) []float32 {
	x := make([]float32, n)
	x[int(k)] = 1
	return x
}

// affine returns w x + b, for w in the layout of files.
func affine(w, b *tape.Param, x []float32) []float32 {
	weight, y := make([]float32, len(w.Value)), slices.Clone(b.Value)
	w.Export(weight)
	for i := range y {
		for k, v := range x {
			y[i] += weight[i*len(x)+k] * v
		}
	}
	return y
}

// imagePolicies returns policies of every kind for mixed observations or images alone, with several
// settings.
func imagePolicies(t *testing.T) map[string]policy.Policy {
	onPolicy, apart, embedded, none, sde, trunk, list := imageNetwork(), imageNetwork(), imageNetwork(), imageNetwork(), imageNetwork(), imageNetwork(), imageNetwork()
	apart.ShareFeaturesExtractor = false
	embedded.Embedding = 3
	none.FeaturesExtractor.Name = "none"
	sde.UseSDE = true
	trunk.ShareTrunk = true
	list.Layers = policy.OneList(policy.LayerList{Name: "minatar"})
	lists := list
	lists.Layers = policy.ListsPiVF(policy.LayerList{Name: "minatar"}, policy.LayerList{Name: "minatar"})
	image := env.Image{H: 9, W: 8, C: 3}
	choice, numbers := env.Discrete{N: 3}, env.NewBox(-1, 1, 2)
	all := map[string]policy.Policy{}
	for name, tc := range map[string]struct {
		obs, act env.Space
		config   policy.NetworkConfig
	}{
		"image": {image, choice, onPolicy}, "image apart": {image, choice, apart}, "mixed": {mixedSpace, numbers, onPolicy}, "mixed apart": {mixedSpace, choice, apart},
		"embedded": {mixedSpace, choice, embedded}, "none": {mixedSpace, choice, none}, "sde": {mixedSpace, numbers, sde}, "trunk": {image, choice, trunk}, "list": {image, choice, list}, "lists": {image, choice, lists},
	} {
		all[name] = must[policy.Policy](t)(policy.NewActorCritic(newRand(), env.Spec{Obs: tc.obs, Act: tc.act}, tc.config, nil, nn.Native{}))
	}
	apart.Embedding = 2
	all["q"] = must[policy.Policy](t)(policy.NewQNetwork(newRand(), env.Spec{Obs: mixedSpace, Act: choice}, apart, nil, nn.Native{}, true))
	all["mu"] = must[policy.Policy](t)(policy.NewDeterministic(newRand(), env.Spec{Obs: image, Act: numbers}, apart, nil, nn.Native{}))
	apart.UseSDE = true
	all["squashed"] = must[policy.Policy](t)(policy.NewSquashed(newRand(), env.Spec{Obs: mixedSpace, Act: numbers}, apart, nil, nn.Native{}))
	return all
}

// imageNetwork returns the settings of small networks.
func imageNetwork() policy.NetworkConfig {
	config := policy.DefaultNetworkConfig()
	config.NetArch = policy.Layers(8)
	return config
}

// TestImagePolicies checks that every policy for images is saved and read back, and acts like the
// original, bit for bit; and that a clone does so too.
func TestImagePolicies(t *testing.T) {
	for name, p := range imagePolicies(t) {
		t.Run(name, func(t *testing.T) {
			obs := mixedRows(3)
			if size := p.Spec().Obs.Size(); size != 209 {
				obs = obs[:3*size]
				for i := range obs {
					obs[i] = float32(i * i % 256)
				}
			}
			want := outFor(p, 3)
			p.Act(policy.In{Obs: obs}, want)
			var f bytes.Buffer
			if err := policy.Save(&f, p, policy.Meta{}); err != nil {
				t.Fatal(err)
			}
			read, err := policy.Read(&f)
			if err != nil {
				t.Fatal(err)
			}
			for what, p := range map[string]policy.Policy{"read back": read, "cloned": p.Clone()} {
				got := outFor(p, 3)
				p.Act(policy.In{Obs: obs}, got)
				if !sameBits(got.Act, want.Act) || !sameBits(got.Scores, want.Scores) || !sameBits(got.Value, want.Value) {
					t.Errorf("%s, it acts as %v with values %v, want %v, %v", what, got.Act, got.Value, want.Act, want.Value)
				}
			}
		})
	}
}

// TestImageCritics checks that critics read an image and then an action: Min is the forward pass of
// training, bit for bit, and the gradient with respect to the action agrees with finite differences.
func TestImageCritics(t *testing.T) {
	config := imageNetwork()
	config.ShareFeaturesExtractor = false
	image := env.Image{H: 9, W: 8, C: 3}
	q := must[*policy.Critics](t)(policy.NewCritics(newRand(), env.Spec{Obs: image, Act: env.NewBox(-1, 1, 2)}, config, nil, nn.Native{}, 1))
	checkShapes(t, shapes(q.Params()), map[string][]int{
		"q1.0.0.0.weight": {16, 3, 3, 3}, "q1.0.0.3.weight": {128, 16 * 7 * 6}, "q1.1.weight": {8, 128 + 2}, "q1.3.weight": {1, 8},
	})
	obs, act := make([]float32, image.Size()), tape.NewParam("act", 1, 2)
	for i := range obs {
		obs[i] = float32(i * i % 256)
	}
	copy(act.Value, []float32{0.25, -0.5})
	tp, least := tape.New(), make([]float32, 1)
	y := q.Q[0].Forward(tp, tp.Const(q.Encode(obs), 1).Concat(tp.Param(act)), nn.Pass{Mode: nn.Training})
	value := y.Scalar()
	y.Backward()
	if q.Min(obs, act.Value, nil, least); least[0] != value {
		t.Errorf("Min = %v, want the %v of training", least[0], value)
	}
	for i := range act.Value {
		const h = 1e-2
		at := act.Value[i]
		act.Value[i] = at + h
		q.Min(obs, act.Value, nil, least)
		up := least[0]
		act.Value[i] = at - h
		q.Min(obs, act.Value, nil, least)
		act.Value[i] = at
		if want := (up - least[0]) / (2 * h); math.Abs(float64(act.Grad[i]-want)) > 1e-3 {
			t.Errorf("gradient of action %d = %v, want %v", i, act.Grad[i], want)
		}
	}
}

// TestSharedExtractor checks which networks an actor and a critic have for images.
func TestSharedExtractor(t *testing.T) {
	all := imagePolicies(t)
	for name, want := range map[string]string{
		"image": "actor critic trunk", "image apart": "actor critic", "mixed": "actor critic log_std trunk", "embedded": "actor critic trunk", "none": "actor critic",
		"sde": "actor critic features log_std trunk", "trunk": "actor critic trunk", "list": "actor critic trunk", "lists": "actor critic",
	} {
		var prefixes []string
		for _, p := range all[name].Tensors() {
			prefix, _, _ := strings.Cut(p.Name, ".")
			prefixes = append(prefixes, prefix)
		}
		slices.Sort(prefixes)
		if got := strings.Join(slices.Compact(prefixes), " "); got != want {
			t.Errorf("%s has the networks %s, want %s", name, got, want)
		}
	}
}

// TestExtractorFaults checks the errors of settings that do not fit the observations.
func TestExtractorFaults(t *testing.T) {
	numbers := env.NewBox(-1, 1, 2)
	named := func(name string) policy.NetworkConfig {
		c := imageNetwork()
		c.Layers, c.ShareFeaturesExtractor = policy.OneList(policy.LayerList{Name: name}), false
		return c
	}
	shared, long := imageNetwork(), imageNetwork()
	long.Embedding = -1
	small := imageNetwork()
	small.FeaturesExtractor = policy.Extractor{Name: "nature"}
	for want, err := range map[string]error{
		"the observations have other parts too, want features_extractor for the images": errorOf(policy.NewActorCritic(newRand(), env.Spec{Obs: mixedSpace, Act: numbers}, named("nature"), nil, nn.Native{})),
		"the critics read an action too, want features_extractor for the image":         errorOf(policy.NewCritics(newRand(), env.Spec{Obs: env.Image{H: 84, W: 84, C: 3}, Act: numbers}, named("nature"), nil, nn.Native{}, 1)),
		"share_features_extractor is true, want false":                                  errorOf(policy.NewSquashed(newRand(), env.Spec{Obs: mixedSpace, Act: numbers}, shared, nil, nn.Native{})),
		"embedding is -1, want 0 … 65536":                                               errorOf(policy.NewActorCritic(newRand(), env.Spec{Obs: mixedSpace, Act: numbers}, long, nil, nn.Native{})),
		"a kernel of 4×4 is larger than the image of 1×1 with its border":               errorOf(policy.NewActorCritic(newRand(), env.Spec{Obs: mixedSpace, Act: numbers}, small, nil, nn.Native{})),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// TestExtractorForms checks the ways to write features_extractor.
func TestExtractorForms(t *testing.T) {
	type file struct {
		X policy.Extractor `yaml:"x"`
	}
	for text, want := range map[string]policy.Extractor{
		"auto": {Name: "auto"}, "none": {Name: "none"}, "impala": {Name: "impala"}, "[flatten]": {Layers: nn.Layers{{Kind: "flatten"}}},
	} {
		var got, again file
		if err := decodeFile("x: "+text, &got); err != nil || !reflect.DeepEqual(got.X, want) {
			t.Errorf("%s is read as %v, error %v, want %v", text, got, err, want)
		}
		written, err := settings.Encode(got)
		if err != nil {
			t.Fatal(err)
		}
		if err := decodeFile(string(written), &again); err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s is written as %s and read as %v, error %v", text, written, again, err)
		}
	}
	if err := decodeFile("x: natur", new(file)); err == nil || !strings.Contains(fmt.Sprint(err), `no network is called "natur", want a list of layers, or one of densenet`) {
		t.Errorf("natur: error %v", err)
	}
}

// decodeFile decodes YAML text into *into.
func decodeFile(text string, into any) error {
	tree, err := settings.Parse("f.yaml", []byte(text))
	if err != nil {
		return err
	}
	return tree.Root().Decode(into)
}

package policy_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

var meta = policy.Meta{Env: "CartPole-v1", Agent: "PPO"}

// newSaver returns a policy of few numbers, all different.
func newSaver(t testing.TB, act env.Space) *policy.ActorCritic {
	t.Helper()
	k := policy.Kwargs{ActivationFn: "tanh", LogStdInit: 0.5}
	m, err := policy.NewActorCritic(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 2), Act: act}, k, nil, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Params() {
		for j := range p.Value {
			p.Value[j] += float32(i) + float32(j)/8
		}
	}
	return m
}

func save(t testing.TB, p policy.Policy) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := policy.Save(&b, p, meta); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// weights returns a copy of all parameters.
func weights(p policy.Policy) (all []float32) {
	for _, q := range p.Tensors() {
		all = append(all, q.Value...)
	}
	return all
}

func TestSaveLoad(t *testing.T) {
	for name, act := range map[string]env.Space{"Discrete": env.Discrete{N: 2}, "Box": env.NewBox(-1, 1, 1)} {
		m := newSaver(t, act)
		file := save(t, m)
		other := newSaver(t, act)
		for _, p := range other.Params() {
			clear(p.Value)
		}
		if err := policy.Load(bytes.NewReader(file), other, meta); err != nil {
			t.Fatalf("%s: Load: %v", name, err)
		}
		if got, want := weights(other), weights(m); !sameBits(got, want) {
			t.Errorf("%s: Load(Save(p)) = %v, want %v", name, got, want)
		}
		for i := range 20 {
			if !bytes.Equal(save(t, other), file) {
				t.Fatalf("%s: saved again, %d times, the bytes differ", name, i+1)
			}
		}
	}
}

// A header is what a safetensors file begins with, behind its length.
type header map[string]map[string]any

// split takes a file apart, independently of the library that wrote it.
func split(t testing.TB, file []byte) (h header, data []byte) {
	t.Helper()
	n := binary.LittleEndian.Uint64(file)
	if err := json.Unmarshal(file[8:8+n], &h); err != nil {
		t.Fatal(err)
	}
	return h, file[8+n:]
}

// join puts a file together.
func join(t testing.TB, h header, data []byte) []byte {
	t.Helper()
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(b))), b, data)
}

// TestFormat reads a saved policy as another program would.
func TestFormat(t *testing.T) {
	m := newSaver(t, env.NewBox(-1, 1, 1))
	h, data := split(t, save(t, m))
	want := `map[agent:PPO env:CartPole-v1 format:pt version:1]`
	if got := fmt.Sprint(h["__metadata__"]); got != want {
		t.Errorf("__metadata__ = %s, want %s", got, want)
	}
	shapes := map[string]string{
		"actor.0.weight": "[1 2]", "actor.0.bias": "[1]", "critic.0.weight": "[1 2]", "critic.0.bias": "[1]", "log_std": "[1]",
	}
	if len(h) != len(shapes)+1 || len(data) != 4*len(weights(m)) {
		t.Errorf("%d entries and %d bytes, want %d and %d", len(h), len(data), len(shapes)+1, 4*len(weights(m)))
	}
	for _, p := range m.Params() {
		info := h[p.Name]
		keys := slices.Sorted(maps.Keys(info))
		if !slices.Equal(keys, []string{"data_offsets", "dtype", "shape"}) || info["dtype"] != "F32" {
			t.Fatalf("%s has keys %v and dtype %v, want F32", p.Name, keys, info["dtype"])
		}
		if got := fmt.Sprint(info["shape"]); got != shapes[p.Name] {
			t.Errorf("%s has shape %s, want %s", p.Name, got, shapes[p.Name])
		}
		offsets := info["data_offsets"].([]any)
		value := make([]float32, len(p.Value))
		if _, err := binary.Decode(data[int(offsets[0].(float64)):int(offsets[1].(float64))], binary.LittleEndian, value); err != nil {
			t.Fatal(err)
		}
		if !sameBits(value, p.Value) {
			t.Errorf("%s = %v in the file, want %v", p.Name, value, p.Value)
		}
	}
}

// hostile returns files that are not of newSaver(Box), by what is to be said
// of each. The header's tensors are in the order of their names.
func hostile(t testing.TB, good []byte) map[string][]byte {
	edit := func(f func(h header)) []byte {
		h, data := split(t, good)
		f(h)
		return join(t, h, data)
	}
	h, data := split(t, good)
	poison := func(at int, x float64) []byte {
		bad := bytes.Clone(data)
		binary.LittleEndian.PutUint32(bad[at:], math.Float32bits(float32(x)))
		return join(t, h, bad)
	}
	long := binary.LittleEndian.AppendUint64(nil, 1<<63)
	return map[string][]byte{
		"tensor critic.0.weight: F32 of shape [2 1], want F32 of shape [1 2]": edit(func(h header) {
			h["critic.0.weight"]["shape"] = []int{2, 1}
		}),
		"tensor log_std: F32 of shape [1 1], want F32 of shape [1]": edit(func(h header) {
			h["log_std"]["shape"] = []int{1, 1}
		}),
		"tensor actor.0.bias: F16 of shape [2], want F32 of shape [1]": edit(func(h header) {
			h["actor.0.bias"]["dtype"], h["actor.0.bias"]["shape"] = "F16", []int{2}
		}),
		"tensor critic.0.bias: I32": edit(func(h header) { h["critic.0.bias"]["dtype"] = "I32" }),
		"tensor critic.0.bias: not in the file": edit(func(h header) {
			h["critic.1.bias"] = h["critic.0.bias"]
			delete(h, "critic.0.bias")
		}),
		"tensor more: this policy has none": func() []byte {
			h, data := split(t, good)
			n := len(data)
			h["more"] = map[string]any{"dtype": "F32", "shape": []int{1}, "data_offsets": []int{n, n + 4}}
			return join(t, h, append(bytes.Clone(data), 0, 0, 0, 0))
		}(),
		"tensor none: this policy has none": edit(func(h header) {
			h["none"] = map[string]any{"dtype": "F32", "shape": []int{0}, "data_offsets": []int{0, 0}}
		}),
		`a policy for the environment "Pendulum-v1", want one for CartPole-v1`: edit(func(h header) { h["__metadata__"]["env"] = "Pendulum-v1" }),
		`a policy of the agent "DQN", want one of PPO`:                         edit(func(h header) { h["__metadata__"]["agent"] = "DQN" }),
		"version 2 of the format, this program reads 1":                        edit(func(h header) { h["__metadata__"]["version"] = "2" }),

		"tensor actor.0.bias: has NaN": poison(0, math.NaN()),
		"tensor log_std: has -Inf":     poison(len(data)-4, math.Inf(-1)),
		"invalid metadata offset": edit(func(h header) {
			h["actor.0.bias"]["data_offsets"] = []int{4, 8}
		}),
		"offsets mismatch": edit(func(h header) { h["log_std"]["shape"] = []uint64{1 << 60} }),
		"num elements":     edit(func(h header) { h["log_std"]["shape"] = []uint64{1 << 63, 4} }),
		"invalid DType":    edit(func(h header) { h["log_std"]["dtype"] = "F33" }),
		"data_offsets":     edit(func(h header) { h["log_std"]["data_offsets"] = []int{-4, 0} }),
		"header":           nil,
		"header too large": long,
		"deserialization":  append(binary.LittleEndian.AppendUint64(nil, 4), "null"[:3]+"x"...),
		"more than the":    append(bytes.Clone(good), make([]byte, 1<<21)...),
		"incomplete":       append(bytes.Clone(good), 0),
	}
}

// TestLoadHostile wants an error that says what is wrong, and a policy that is
// as it was.
func TestLoadHostile(t *testing.T) {
	m := newSaver(t, env.NewBox(-1, 1, 1))
	good, before := save(t, m), weights(m)
	try := func(data []byte, want string) {
		t.Helper()
		err := policy.Load(bytes.NewReader(data), m, meta)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load: error %v, want %q in it", err, want)
		}
		if got := weights(m); !sameBits(got, before) {
			t.Fatalf("%q: the policy is %v after the error, want %v", want, got, before)
		}
	}
	for i := range m.Params() { // values that the file does not have
		m.Params()[i].Value[0]--
	}
	before = weights(m)
	for want, data := range hostile(t, good) {
		try(data, want)
	}
	for n := range good {
		try(good[:n], "cut short")
	}
	try(save(t, newSaver(t, env.Discrete{N: 2})), "tensor actor.0.weight") // another policy's
	if err := policy.Load(bytes.NewReader(good), m, meta); err != nil {
		t.Errorf("Load of the file that all these come from: %v", err)
	}
}

// TestLoadMeta wants files without metadata, of another program say, and callers that
// want no environment and no agent in particular, to be served.
func TestLoadMeta(t *testing.T) {
	m := newSaver(t, env.Discrete{N: 2})
	good := save(t, m)
	h, data := split(t, good)
	delete(h, "__metadata__")
	for _, c := range []struct {
		file []byte
		want policy.Meta
	}{{join(t, h, data), meta}, {good, policy.Meta{}}, {good, policy.Meta{Agent: "PPO"}}} {
		if err := policy.Load(bytes.NewReader(c.file), m, c.want); err != nil {
			t.Errorf("Load of %d bytes with %+v: %v", len(c.file), c.want, err)
		}
	}
}

// TestLoadVariances wants an error of a normaliser's, or a norm's, impossible moments.
func TestLoadVariances(t *testing.T) {
	k := policy.DefaultKwargs()
	k.NetArch, k.Norm = policy.Layers(2), "batch"
	spec := env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.Discrete{N: 2}}
	p := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, k, normalizer(t, spec.Obs), nn.Native{}))
	good, nan, inf := save(t, p), math.NaN(), math.Inf(1)
	h, data := split(t, good)
	for _, c := range []struct {
		tensor string
		value  float64
		want   string // "" for no error
	}{
		{"obs_var", 0, "has 0 in it, want variances above 0"}, {"obs_var", -1, "has -1 in it, want variances above 0"}, {"obs_var", nan, "has NaN"},
		{"obs_var", inf, "has +Inf"}, {"obs_mean", nan, "has NaN"}, {"obs_mean", -inf, "has -Inf"}, {"obs_mean", -1, ""}, {"obs_var", 1e-30, ""},
		{"actor.1.running_var", -1, "has -1 in it, want variances, 0 or more"}, {"actor.1.running_var", 0, ""}, {"actor.1.running_mean", -1, ""},
	} {
		before, bad := weights(p), bytes.Clone(data)
		info, ok := h[c.tensor]
		if !ok {
			t.Fatalf("no tensor %s in %v", c.tensor, slices.Sorted(maps.Keys(h)))
		}
		at := int(info["data_offsets"].([]any)[0].(float64)) + 4 // of the second element
		binary.LittleEndian.PutUint32(bad[at:], math.Float32bits(float32(c.value)))
		err := policy.Load(bytes.NewReader(join(t, h, bad)), p, meta)
		if c.want == "" {
			if err != nil {
				t.Errorf("Load with %v in %s: %v", c.value, c.tensor, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "tensor "+c.tensor+": "+c.want) || !sameBits(weights(p), before) {
			t.Errorf("Load with %v in %s: error %v, want %q and no change", c.value, c.tensor, err, c.want)
		}
	}
}

// broken is a stream that fails after n bytes.
type broken struct{ n int }

var errBroken = errors.New("broken")

func (b *broken) Write(p []byte) (int, error) {
	if b.n -= len(p); b.n < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func (b *broken) Read(p []byte) (int, error) { return 0, errBroken }

func TestBrokenStream(t *testing.T) {
	m := newSaver(t, env.Discrete{N: 2})
	n := len(save(t, m))
	for _, at := range []int{0, 8, 100, n - 1} {
		if err := policy.Save(&broken{at}, m, meta); !errors.Is(err, errBroken) {
			t.Errorf("Save to a stream that breaks after %d bytes: error %v", at, err)
		}
	}
	if err := policy.Save(&broken{n}, m, meta); err != nil {
		t.Errorf("Save to a stream of just %d bytes: %v", n, err)
	}
	if err := policy.Load(io.MultiReader(bytes.NewReader(save(t, m)[:20]), &broken{}), m, meta); !errors.Is(err, errBroken) {
		t.Errorf("Load from a stream that breaks: error %v", err)
	}
}

// FuzzLoad: whatever the bytes, a policy is loaded whole and finite or not at
// all.
func FuzzLoad(f *testing.F) {
	m := newSaver(f, env.NewBox(-1, 1, 1))
	good := save(f, m)
	f.Add(good)
	for _, data := range hostile(f, good) {
		if len(data) < 1<<20 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := weights(m)
		err := policy.Load(bytes.NewReader(data), m, meta)
		after := weights(m)
		if err != nil && !sameBits(after, before) {
			t.Errorf("Load has error %v and made %v of %v", err, after, before)
		}
		for _, v := range after {
			if v-v != 0 {
				t.Errorf("Load put %v into the policy", v)
			}
		}
	})
}

// FuzzLoadNormalized: whatever the bytes, a normaliser's variances stay above 0.
func FuzzLoadNormalized(f *testing.F) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.NewBox(-1, 1, 1)}
	p := must[*policy.ActorCritic](f)(policy.NewActorCritic(newRand(), spec, policy.Kwargs{ActivationFn: "tanh"}, normalizer(f, spec.Obs), nn.Native{}))
	good := save(f, p)
	h, data := split(f, good)
	for _, tensor := range []string{"obs_var", "obs_mean"} {
		at := int(h[tensor]["data_offsets"].([]any)[0].(float64))
		for _, v := range []float64{0, -1, math.NaN(), math.Inf(1), 2} {
			bad := bytes.Clone(data)
			binary.LittleEndian.PutUint32(bad[at:], math.Float32bits(float32(v)))
			f.Add(join(f, h, bad))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := weights(p)
		err := policy.Load(bytes.NewReader(data), p, meta)
		if err != nil && !sameBits(weights(p), before) {
			t.Errorf("Load has error %v and made %v of %v", err, weights(p), before)
		}
		for _, q := range p.Tensors() {
			for _, v := range q.Value {
				if v-v != 0 || q.Name == "obs_var" && v <= 0 {
					t.Errorf("Load put %v into %s", v, q.Name)
				}
			}
		}
	})
}

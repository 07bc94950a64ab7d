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

// newSaver returns a policy with few parameters. All their values are different.
func newSaver(t testing.TB, act env.Space) *policy.ActorCritic {
	t.Helper()
	config := policy.NetworkConfig{ActivationFn: "tanh", LogStdInit: 0.5}
	m := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 2), Act: act}, config, nil, nn.Native{}))
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

// weights returns a copy of the values of all tensors.
func weights(p policy.Policy) (all []float32) {
	for _, q := range p.Tensors() {
		all = append(all, q.Value...)
	}
	return all
}

// A header is the JSON header of a safetensors file.
type header map[string]map[string]any

// split returns the header and the data of a file. It does not use the library that wrote the
// file.
func split(t testing.TB, file []byte) (h header, data []byte) {
	t.Helper()
	n := binary.LittleEndian.Uint64(file)
	if err := json.Unmarshal(file[8:8+n], &h); err != nil {
		t.Fatal(err)
	}
	return h, file[8+n:]
}

// join returns the file with the given header and data.
func join(t testing.TB, h header, data []byte) []byte {
	t.Helper()
	b, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(b))), b, data)
}

// edited returns a copy of the file, in which f has changed the header.
func edited(t testing.TB, file []byte, f func(h header)) []byte {
	h, data := split(t, file)
	f(h)
	return join(t, h, data)
}

// withMetadata returns a copy of the file with another value of a metadata key. The value ""
// removes the key.
func withMetadata(t testing.TB, file []byte, key, value string) []byte {
	return edited(t, file, func(h header) {
		if h["__metadata__"][key] = value; value == "" {
			delete(h["__metadata__"], key)
		}
	})
}

// TestOpen checks that a policy from a file acts like the saved policy, bit for bit, in every way
// to act. The saved bytes of the policy and of its clone must be the same as the file.
func TestOpen(t *testing.T) {
	eachPolicy(t, func(t *testing.T, p policy.Policy, w way) {
		const n = 50
		file := save(t, p)
		q, err := policy.Read(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%T", q) != fmt.Sprintf("%T", p) || q.Spec().Noise != p.Spec().Noise || q.Spec().Scores != p.Spec().Scores {
			t.Fatalf("a %T with %+v, want a %T with %+v", q, q.Spec(), p, p.Spec())
		}
		want, got := outFor(p, n), outFor(q, n)
		p.Act(w.input(p, n), want)
		q.Act(w.input(q, n), got)
		for name, c := range columns(&want) {
			if x := *columns(&got)[name]; !sameBits(x, *c) {
				t.Errorf("%s = %v, want %v", name, x, *c)
			}
		}
		if !bytes.Equal(save(t, q), file) || !bytes.Equal(save(t, q.Clone()), file) {
			t.Error("saved again, the bytes differ")
		}
	})
}

// TestLoad checks that Load sets all tensors of a policy that has the same design as the file.
func TestLoad(t *testing.T) {
	for name, p := range policies(t) {
		file, other := save(t, p), p.Clone()
		for _, q := range other.Tensors() {
			for i := range q.Value {
				q.Value[i] = 1
			}
		}
		if err := policy.Load(bytes.NewReader(file), other); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, want := weights(other), weights(p); !sameBits(got, want) {
			t.Errorf("%s: Load(Save(p)) = %v, want %v", name, got, want)
		}
	}
}

// TestFormat checks the file format with code that does not use package policy.
func TestFormat(t *testing.T) {
	m := newSaver(t, env.NewBox(-1, 1, 1))
	h, data := split(t, save(t, m))
	for key, want := range map[string]string{
		"format": "pt", "version": "2", "env": "CartPole-v1", "agent": "PPO", "policy": "actor_critic", "memory": "0",
		"head": "gaussian", "use_sde": "false", "norm_obs": "false",
		"observation_space": `{"type":"box","low":[-1,-1],"high":[1,1],"shape":[2]}`,
		"action_space":      `{"type":"box","low":[-1],"high":[1],"shape":[1]}`,
		"networks": `{"actor":{"in":[2],"layers":[{"linear":{"gain":0.009999999776482582,"init":"orthogonal","size":1}}]},` +
			`"critic":{"in":[2],"layers":[{"linear":{"gain":1,"init":"orthogonal","size":1}}]}}`,
	} {
		if got := h["__metadata__"][key]; got != want {
			t.Errorf("__metadata__ has %s %q, want %q", key, got, want)
		}
		delete(h["__metadata__"], key)
	}
	if len(h["__metadata__"]) != 0 {
		t.Errorf("__metadata__ has %v, too", h["__metadata__"])
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

// hostile returns faulty copies of good, the file of a newSaver policy with a Box. The key of
// each copy is a part of the error message that it must cause. The tensors in the file are in the
// order of their names.
func hostile(t testing.TB, good []byte) map[string][]byte {
	edit := func(f func(h header)) []byte { return edited(t, good, f) }
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
		"tensor none: this policy has no tensor of that name": edit(func(h header) {
			h["none"] = map[string]any{"dtype": "F32", "shape": []int{0}, "data_offsets": []int{0, 0}}
		}),
		"it has version \"3\" of the format, and this program reads version 2": withMetadata(t, good, "version", "3"),
		"it is of an earlier version and does not say what its networks are":   withMetadata(t, good, "version", "1"),
		"its metadata has no version, want a file that policy.Save wrote":      withMetadata(t, good, "version", ""),

		"tensor actor.0.bias: has NaN": poison(0, math.NaN()),
		"tensor log_std: has -Inf":     poison(len(data)-4, math.Inf(-1)),
		"invalid metadata offset": edit(func(h header) {
			h["actor.0.bias"]["data_offsets"] = []int{4, 8}
		}),
		"offsets mismatch":         edit(func(h header) { h["log_std"]["shape"] = []uint64{1 << 60} }),
		"num elements":             edit(func(h header) { h["log_std"]["shape"] = []uint64{1 << 63, 4} }),
		"invalid DType":            edit(func(h header) { h["log_std"]["dtype"] = "F33" }),
		"data_offsets":             edit(func(h header) { h["log_std"]["data_offsets"] = []int{-4, 0} }),
		"cut short: EOF":           nil,
		"a header of 92":           long,
		"cut short: invalid char":  append(binary.LittleEndian.AppendUint64(nil, 4), "null"[:3]+"x"...),
		"incomplete":               append(bytes.Clone(good), 0),
		"cut short: unexpected en": append(binary.LittleEndian.AppendUint64(nil, 4), "{\"a\""...),
	}
}

// TestLoadHostile checks that Load and Read return an error for each faulty file, with the fault
// in the message, and that the policy is unchanged.
func TestLoadHostile(t *testing.T) {
	m := newSaver(t, env.NewBox(-1, 1, 1))
	good := save(t, m)
	for i := range m.Params() { // values that differ from the file's values
		m.Params()[i].Value[0]--
	}
	before := weights(m)
	try := func(data []byte, want string) {
		t.Helper()
		err := policy.Load(bytes.NewReader(data), m)
		_, err2 := policy.Read(bytes.NewReader(data))
		for _, err := range []error{err, err2} {
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %q in it", err, want)
			}
		}
		if got := weights(m); !sameBits(got, before) {
			t.Fatalf("%q: the policy is %v after the error, want %v", want, got, before)
		}
	}
	for want, data := range hostile(t, good) {
		try(data, want)
	}
	for n := range good {
		try(good[:n], "cut short")
	}
	h, data := split(t, good)
	n := len(data)
	h["more"] = map[string]any{"dtype": "F32", "shape": []int{1}, "data_offsets": []int{n, n + 4}}
	larger := join(t, h, append(bytes.Clone(data), 0, 0, 0, 0))
	if err := policy.Load(bytes.NewReader(larger), m); err == nil || !strings.Contains(err.Error(), "tensors of 32 bytes, want 28 at most") {
		t.Errorf("Load of more tensors: error %v", err)
	}
	if _, err := policy.Read(bytes.NewReader(larger)); err == nil || !strings.Contains(err.Error(), "tensor more: this policy has no tensor of that name") {
		t.Errorf("Read of more tensors: error %v", err)
	}
	if err := policy.Load(bytes.NewReader(good), m); err != nil {
		t.Errorf("Load of the correct file: %v", err)
	}
}

// TestLoadEarlier checks that LoadEarlier reads the tensors of a file of version 1, and returns
// an error for a file of any other version.
func TestLoadEarlier(t *testing.T) {
	m := newSaver(t, env.Discrete{N: 2})
	good := save(t, m)
	earlier := edited(t, good, func(h header) {
		h["__metadata__"] = map[string]any{"format": "pt", "version": "1", "env": "CartPole-v1", "agent": "ppo"}
	})
	want := weights(m)
	for _, p := range m.Params() {
		clear(p.Value)
	}
	if err := policy.LoadEarlier(bytes.NewReader(earlier), m); err != nil || !sameBits(weights(m), want) {
		t.Errorf("LoadEarlier = %v, and weights %v, want %v", err, weights(m), want)
	}
	if err := policy.LoadEarlier(bytes.NewReader(good), m); err == nil || !strings.Contains(err.Error(), `its version is "2", want 1`) {
		t.Errorf("LoadEarlier of a file of version 2: error %v", err)
	}
	for _, err := range []error{policy.Load(bytes.NewReader(earlier), m), errorOf(policy.Read(bytes.NewReader(earlier)))} {
		if !errors.Is(err, policy.ErrEarlier) {
			t.Errorf("error %v, want ErrEarlier", err)
		}
	}
}

// errorOf returns the error of a function with two results.
func errorOf[T any](_ T, err error) error { return err }

// TestLoadVariances checks that Load returns an error for impossible means and variances, of a
// normaliser or of batch normalisation.
func TestLoadVariances(t *testing.T) {
	config := policy.DefaultNetworkConfig()
	config.NetArch, config.Norm = policy.Layers(2), "batch"
	spec := env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.Discrete{N: 2}}
	p := must[*policy.ActorCritic](t)(policy.NewActorCritic(newRand(), spec, config, normalizer(t, spec.Obs), nn.Native{}))
	good, nan, inf := save(t, p), math.NaN(), math.Inf(1)
	h, data := split(t, good)
	for _, c := range []struct {
		tensor string
		value  float64
		want   string // part of the error; "": no error
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
		at := int(info["data_offsets"].([]any)[0].(float64)) + 4 // offset of the second element
		binary.LittleEndian.PutUint32(bad[at:], math.Float32bits(float32(c.value)))
		err := policy.Load(bytes.NewReader(join(t, h, bad)), p)
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

// brokenStream is a stream that fails after n bytes.
type brokenStream struct{ n int }

var errBroken = errors.New("broken")

func (b *brokenStream) Write(p []byte) (int, error) {
	if b.n -= len(p); b.n < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func (b *brokenStream) Read(p []byte) (int, error) { return 0, errBroken }

// TestBrokenStream checks that Save and Load return the error of a stream that fails.
func TestBrokenStream(t *testing.T) {
	m := newSaver(t, env.Discrete{N: 2})
	n := len(save(t, m))
	for _, at := range []int{0, 8, 100, n - 1} {
		if err := policy.Save(&brokenStream{at}, m, meta); !errors.Is(err, errBroken) {
			t.Errorf("Save to a stream that breaks after %d bytes: error %v", at, err)
		}
	}
	if err := policy.Save(&brokenStream{n}, m, meta); err != nil {
		t.Errorf("Save to a stream of just %d bytes: %v", n, err)
	}
	for _, at := range []int{0, 4, 20, n - 1} {
		if err := policy.Load(io.MultiReader(bytes.NewReader(save(t, m)[:at]), &brokenStream{}), m); !errors.Is(err, errBroken) {
			t.Errorf("Load from a stream that breaks after %d bytes: error %v", at, err)
		}
	}
}

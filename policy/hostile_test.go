package policy_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy"
)

// falseMetadata returns wrong values of metadata keys in the file of a policy. Each has a part of
// the error message that it must cause. With many of these values the policy would be much larger
// than the file.
func falseMetadata() []struct{ file, key, value, want string } {
	const linear = `{"linear":%d}`
	wide := func(in, out int64) string {
		return fmt.Sprintf(`{"actor":{"in":[%d],"layers":[`+linear+`,"tanh",`+linear+`]},"critic":{"in":[3],"layers":[{"linear":1}]}}`, in, out, out)
	}
	deep := strings.Repeat("[", 9000) + strings.Repeat("]", 9000)
	tuple := strings.Repeat(`{"type":"tuple","spaces":[`, 4000) + `{"type":"discrete","n":2}` + strings.Repeat("]}", 4000)
	bits := `{"type":"multi_binary","n":16777216}`
	many := `{"type":"tuple","spaces":[` + strings.Repeat(bits+",", 20) + bits + `]}`
	return []struct{ file, key, value, want string }{
		{"actor-critic Box", "networks", wide(3, 1<<16), "network of"},
		{"actor-critic Box", "networks", wide(3, 1<<40), "network of"},
		{"actor-critic Box", "networks", wide(1<<26, 1), "network actor has 67108864 inputs, want 3"},
		{"actor-critic Box", "networks", wide(3, 4), "network actor has 4 outputs, want 2"},
		{"actor-critic Box", "networks", "", "there is no network actor"},
		{"actor-critic Box", "networks", deep, "its networks: "},
		{"actor-critic Box", "networks", `{"actor":{"in":[3],"layers":["` + strings.Repeat("x", 1<<20) + `"]}}`, "its networks: nn: bad plan: "},
		{"actor-critic Box", "networks", `{"actor":{"in":[3],"layers":[{"window":4}]}}`, `no layer is called "window"`},
		{"actor-critic Box", "observation_space", deep, "its observation_space: "},
		{"actor-critic Box", "observation_space", tuple, "its observation_space: "},
		{"actor-critic Box", "observation_space", many, "network actor has 3 inputs, want 352321536"},
		{"actor-critic Box", "observation_space", `{"type":"image","shape":[4096,4096,1]}`, "network actor has 3 inputs, want 16777216"},
		{"actor-critic Box", "action_space", many, "no distribution over actions"},
		{"actor-critic Box", "action_space", bits, "outputs, want 16777216"},
		{"actor-critic Box", "action_space", "", "its action_space: "},
		{"actor-critic Box", "use_sde", "true", "there is no network features"},
		{"actor-critic Box", "use_sde", "yes", `its use_sde is "yes", want true or false`},
		{"actor-critic Box", "head", "beta", "its head is beta, want gaussian"},
		{"actor-critic Box", "memory", "9", `its memory has "9" floats, want 0`},
		{"actor-critic normalised", "clip_obs", "NaN", `its clip_obs is "NaN", want a number above 0`},
		{"actor-critic normalised", "clip_obs", "-1", `its clip_obs is "-1", want`},
		{"actor-critic normalised", "clip_obs", "1e99", `its clip_obs is "1e99", want`},
		{"actor-critic normalised", "norm_obs", "false", "tensor obs_mean: this policy has no tensor of that name"},
		{"actor-critic Discrete", "norm_obs", "true", "its clip_obs is \"\", want"},
		{"actor-critic Discrete", "policy", "table", "observations of a table are choices"},
		{"actor-critic Discrete", "policy", "q", "there is no network q"},
		{"actor-critic Discrete", "policy", "mine", "it needs the program that made it"},
		{"q, duels true", "action_space", `{"type":"discrete","n":16777216}`, "network q has 5 outputs, want 16777217"},
		{"q, duels true", "dueling", "false", "network q has 5 outputs, want 4"},
		{"deterministic", "action_space", bits, "want a Box of numbers"},
		{"squashed gSDE", "networks", `{"features":{"in":[3],"layers":[{"linear":65536}]},"actor":{"in":[65536],"layers":[{"linear":2}]}}`, "network of"},
		{"table", "observation_space", bits, "have more values together"},
		{"table", "observation_space", many, "have more values together"},
		{"table", "observation_space", `{"type":"discrete","n":16777216}`, "a table of 16777216 states and 4 actions, want 48 values at most"},
		{"table", "action_space", `{"type":"multi_discrete","nvec":[]}`, "its action_space: "},
		{"tiles", "tiles", `{"tilings":1048576,"tiles":1048576,"low":[0,0,0],"high":[1,1,1]}`, "weights"},
		{"tiles", "tiles", `{"tilings":2147483647,"tiles":4,"low":[0,0,0],"high":[1,1,1]}`, "tilings of 4 tiles, want"},
		{"tiles", "tiles", `{"tilings":0,"tiles":-1,"low":[0,0,0],"high":[1,1,1]}`, "0 tilings of -1 tiles, want"},
		{"tiles", "tiles", `{"tilings":3,"tiles":4,"low":[0,0,0],"high":[1e39,1,1]}`, "its tiles: "},
		{"tiles", "tiles", `{"tilings":3,"tiles":4,"low":[0,0,0],"high":[0,1,1]}`, "observation 0 is in [0, 0]"},
		{"tiles", "tiles", "", "0 tilings of 0 tiles, want"},
	}
}

// allocated returns the number of bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// maxAllocation returns the largest number of bytes that reading a file may allocate. Decoded
// JSON needs many times its length in memory.
func maxAllocation(data []byte) uint64 { return 1<<20 + 200*uint64(len(data)) }

// TestReadFalseMetadata checks that a file with false metadata causes a one-line error, and that
// reading it allocates little memory.
func TestReadFalseMetadata(t *testing.T) {
	files := map[string][]byte{}
	for name, p := range policies(t) {
		files[name] = save(t, p)
	}
	for _, c := range falseMetadata() {
		data := withMetadata(t, files[c.file], c.key, c.value)
		var err error
		used := allocated(func() { _, err = policy.Read(bytes.NewReader(data)) })
		short := fmt.Sprintf("%s with %s %.50q", c.file, c.key, c.value)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 500 {
			t.Errorf("%s: error %.600v, want %q in it", short, err, c.want)
		}
		if used > maxAllocation(data) {
			t.Errorf("%s: %d bytes allocated for a file of %d", short, used, len(data))
		}
	}
	endless := binary.LittleEndian.AppendUint64(nil, 1<<21)
	for _, r := range [][]byte{endless, edited(t, files["table"], func(h header) {
		h["q"]["shape"], h["q"]["data_offsets"] = []uint64{1 << 36}, []uint64{0, 1 << 38}
	}), edited(t, files["table"], func(h header) {
		h["q"]["data_offsets"] = []uint64{0, math.MaxUint64}
	})} {
		if used := allocated(func() { _, err := policy.Read(bytes.NewReader(r)); t.Log(err) }); used > maxAllocation(r) {
			t.Errorf("%d bytes allocated for a file of %d", used, len(r))
		}
	}
}

// FuzzLoad checks that Load of any bytes either sets all tensors to finite values, or returns an
// error and changes no tensor.
func FuzzLoad(f *testing.F) {
	p := policies(f)["squashed"] // with a normaliser
	good := save(f, p)
	f.Add(good)
	for _, data := range hostile(f, save(f, policies(f)["actor-critic Box"])) {
		f.Add(data)
	}
	for _, tensor := range []string{"obs_var", "obs_mean"} {
		h, data := split(f, good)
		at := int(h[tensor]["data_offsets"].([]any)[0].(float64))
		for _, v := range []float64{0, -1, math.NaN(), math.Inf(1), 2} {
			bad := bytes.Clone(data)
			binary.LittleEndian.PutUint32(bad[at:], math.Float32bits(float32(v)))
			f.Add(join(f, h, bad))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := weights(p)
		err := policy.Load(bytes.NewReader(data), p)
		if err != nil && !sameBits(weights(p), before) {
			t.Errorf("Load has error %v and made %v of %v", err, weights(p), before)
		}
		checkTensors(t, p)
	})
}

// checkTensors checks that all tensor values are finite and all variances are above 0.
func checkTensors(t *testing.T, p policy.Policy) {
	t.Helper()
	for _, q := range p.Tensors() {
		for _, v := range q.Value {
			if v-v != 0 || q.Name == "obs_var" && v <= 0 {
				t.Errorf("%v in %s", v, q.Name)
			}
		}
	}
}

// FuzzRead checks that Read of any bytes returns an error, or a policy that can act and can be
// saved again. The reading must not allocate more than maxAllocation.
func FuzzRead(f *testing.F) {
	files := map[string][]byte{}
	for name, p := range policies(f) {
		files[name] = save(f, p)
		f.Add(files[name])
	}
	for _, data := range hostile(f, files["actor-critic Box"]) {
		f.Add(data)
	}
	for _, c := range falseMetadata() {
		f.Add(withMetadata(f, files[c.file], c.key, c.value))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p policy.Policy
		var err error
		if used := allocated(func() { p, err = policy.Read(bytes.NewReader(data)) }); used > 2*maxAllocation(data) { // twice, because another test may allocate memory at the same time
			t.Errorf("%d bytes allocated for a file of %d", used, len(data))
		}
		if err != nil {
			return
		}
		checkTensors(t, p)
		if s := p.Spec(); s.Obs.Size() < 1<<12 && s.Act.Size() < 1<<12 {
			p.Act(way{}.input(p, 3), outFor(p, 3))
		}
		again, err := policy.Read(bytes.NewReader(save(t, p)))
		if err != nil || !sameBits(weights(again), weights(p)) {
			t.Errorf("saved and read again: error %v", err)
		}
	})
}

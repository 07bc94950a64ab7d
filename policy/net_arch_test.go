package policy_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy"
)

// netArchFile has the settings of a YAML file with a NetArch.
type netArchFile struct {
	NetArch policy.NetArch `yaml:"net_arch"`
}

// decodeNetArch reads a NetArch from YAML text. Before the reading, the NetArch is [7].
func decodeNetArch(text string) (policy.NetArch, error) {
	c := netArchFile{policy.Layers(7)}
	tree, err := settings.Parse("f.yaml", []byte(text))
	if err == nil {
		err = tree.Root().Decode(&c)
	}
	return c.NetArch, err
}

// TestNetArch checks that every way to write net_arch in Stable-Baselines3 is read correctly, and
// stays the same when it is written and read again.
func TestNetArch(t *testing.T) {
	for text, want := range map[string]policy.NetArch{
		"[64, 64]":                     policy.Layers(64, 64),
		"[]":                           policy.Layers(),
		"{pi: [64], vf: [128, 64]}":    policy.LayersPiVF([]int{64}, []int{128, 64}),
		"{pi: [64, 64], vf: [64, 64]}": policy.LayersPiVF([]int{64, 64}, []int{64, 64}),
		"{pi: [], vf: [8]}":            policy.LayersPiVF(nil, []int{8}),
		"{pi: [8], vf: []}":            policy.LayersPiVF([]int{8}, nil),
		"{pi: [64], qf: [400, 300]}":   policy.LayersPiQF([]int{64}, []int{400, 300}),
	} {
		got, err := decodeNetArch("net_arch: " + text)
		if err != nil || !reflect.DeepEqual(got, want) || want.String() != text {
			t.Errorf("%s was read as %v, error %v; want %v", text, got, err, want)
		}
		file, err := settings.Encode(netArchFile{want})
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeNetArch(string(file)); err != nil || !reflect.DeepEqual(back, want) {
			t.Errorf("%s was written as %q and read as %v, error %v", text, file, back, err)
		}
		if got.Split() != strings.HasPrefix(text, "{") || !got.Split() && !slices.Equal(got.Pi(), got.VF()) {
			t.Errorf("%s: Pi() = %v, VF() = %v, Split() = %v", text, got.Pi(), got.VF(), got.Split())
		}
	}
	sizes := []int{64}
	a := policy.LayersPiQF(sizes, []int{400, 300})
	if sizes[0] = 0; !slices.Equal(a.Pi(), []int{64}) || !slices.Equal(a.VF(), []int{400, 300}) {
		t.Errorf("Pi() = %v, VF() = %v, want [64], [400 300]", a.Pi(), a.VF())
	}
}

// TestNetArchFaults checks that each faulty text causes an error of one line. The error must say
// where the fault is and what would be right.
func TestNetArchFaults(t *testing.T) {
	for text, want := range map[string]string{
		"64":                           "f.yaml:1:11: net_arch: want a list, as [a, b], or a mapping, key: value",
		"null":                         "net_arch: no value, want a list, as [a, b], or a mapping",
		"[64, x]":                      `f.yaml:1:16: net_arch[1]: "x", want a whole number`,
		"[64, null]":                   "net_arch[1]: no value, want a whole number",
		"[[64]]":                       "net_arch[0]: ",
		"[64, {pi: [32], vf: [32]}]":   "f.yaml:1:11: net_arch: a mapping in a list, a form that Stable-Baselines3 removed in version 1.8: want a list of sizes, as [64, 64], or a mapping alone, as {pi: [64, 64], vf: [64, 64]}",
		"[{pi: [32], vf: [32]}]":       "net_arch: a mapping in a list",
		"{}":                           "net_arch: no pi, want the actor's sizes",
		"{vf: [64]}":                   "net_arch: no pi, want",
		"{pi: [64]}":                   "net_arch: no vf or qf, want the critic's sizes, as {pi: [64, 64], vf: [64, 64]} on-policy, {pi: [64, 64], qf: [64, 64]} off-policy",
		"{pi: [64], vf: [1], qf: [1]}": "net_arch: vf and qf, want one of them",
		"{pi: [64], v: [64]}":          "f.yaml:1:22: net_arch.v: unknown key; the nearest is vf",
		"{pi: [64], pi: [64]}":         "net_arch.pi: a second time",
		"{pi: 64, vf: [64]}":           "f.yaml:1:16: net_arch.pi: want a list",
		"{pi: [64], vf: null}":         "net_arch.vf: no value, want a list",
		"{pi: [64, 1.5], vf: [64]}":    `net_arch.pi[1]: "1.5", want a whole number`,
	} {
		a, err := decodeNetArch("net_arch: " + text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || !reflect.DeepEqual(a, policy.Layers(7)) {
			t.Errorf("%s made [7] %v with error %v, want it kept and %q in one line", text, a, err, want)
		}
	}
}

// TestNetArchCheck checks the errors for a NetArch that an agent cannot use.
func TestNetArchCheck(t *testing.T) {
	list, vf, qf := policy.Layers(64), policy.LayersPiVF([]int{64}, []int{32}), policy.LayersPiQF([]int{64}, []int{32})
	for _, tc := range []struct {
		a    policy.NetArch
		keys []string
		want string
	}{
		{list, []string{"pi", "vf"}, ""}, {list, nil, ""}, {vf, []string{"pi", "vf"}, ""}, {qf, []string{"pi", "qf"}, ""},
		{qf, []string{"pi", "vf"}, "net_arch is {pi: [64], qf: [32]}, want vf in place of qf, as {pi: [64, 64], vf: [64, 64]}, or a list"},
		{vf, []string{"pi", "qf"}, "net_arch is {pi: [64], vf: [32]}, want qf in place of vf, as {pi: [64, 64], qf: [64, 64]}, or a list"},
		{qf, nil, "net_arch is {pi: [64], qf: [32]}, want a list, as [64, 64]: there is one network"},
	} {
		if err := tc.a.Check(tc.keys...); tc.want == "" && err != nil || tc.want != "" && (err == nil || err.Error() != tc.want) {
			t.Errorf("%v.Check(%q) = %v, want %q", tc.a, tc.keys, err, tc.want)
		}
	}
	if err := list.CheckTrunk(); err != nil {
		t.Errorf("%v.CheckTrunk() = %v", list, err)
	}
	if err := vf.CheckTrunk(); err == nil || !strings.HasPrefix(err.Error(), "net_arch is {pi: [64], vf: [32]}, want a list, as [64, 64]: with share_trunk") {
		t.Errorf("%v.CheckTrunk() = %v", vf, err)
	}
}

// FuzzNetArch checks that any text causes an error of one line, or gives sizes that stay the same
// when they are written and read again.
func FuzzNetArch(f *testing.F) {
	for _, seed := range []string{"[64, 64]", "{pi: [64], vf: []}", "{pi: [], qf: [1e3]}", "[64, {pi: [1]}]", "[&a 1, *a]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := decodeNetArch("net_arch: " + text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(text, "\n") {
				t.Errorf("an error of two lines: %q", err)
			}
			return
		}
		if back, err := decodeNetArch("net_arch: " + a.String()); err != nil || !reflect.DeepEqual(back, a) {
			t.Errorf("%q was read as %v, and that as %v, %v", text, a, back, err)
		}
	})
}

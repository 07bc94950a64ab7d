package nn_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// plan returns a Plan that contains every way to write a layer.
func plan() nn.Plan {
	return nn.Plan{In: nn.Shape{84, 84, 4}, Layers: nn.Layers{
		nn.Linear(64, "orthogonal", 1.4142135), {Kind: "layer_norm"}, {Kind: "tanh"}, {Kind: "dropout", Size: 0.25},
		{Kind: "skip", Size: 32, Settings: map[string]any{"gate": true, "by": "rows", "k": -1.5e-7}}, {Kind: "linear", Size: 2},
	}}
}

const planText = `{"in":[84,84,4],"layers":[{"linear":{"gain":1.4142135381698608,"init":"orthogonal","size":64}},"layer_norm","tanh",` +
	`{"dropout":0.25},{"skip":{"by":"rows","gate":true,"k":-1.5e-7,"size":32}},{"linear":2}]}`

// TestPlanJSON checks a plan's JSON, and that reading the JSON gives the same plan.
func TestPlanJSON(t *testing.T) {
	text, err := json.Marshal(plan())
	if err != nil || string(text) != planText {
		t.Errorf("Marshal = %s, error %v, want %s", text, err, planText)
	}
	var got nn.Plan
	if err := json.Unmarshal([]byte(planText), &got); err != nil || !reflect.DeepEqual(got, plan()) {
		t.Errorf("Unmarshal = %+v, error %v, want %+v", got, err, plan())
	}
	if _, err := json.Marshal(nn.Plan{In: nn.Shape{4}}); err == nil {
		t.Error("a plan without layers is written")
	}
	// A plan with the maximum number of layers can be written and read.
	large := nn.Plan{In: nn.Shape{4}}
	for range 1024 {
		large.Layers = append(large.Layers, nn.Linear(65536, "kaiming_uniform", 1.4142135))
	}
	if text, err = json.Marshal(large); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil || len(got.Layers) != 1024 {
		t.Errorf("a plan of 1024 layers in %d bytes: %d are read, error %v", len(text), len(got.Layers), err)
	}
}

// TestPlanJSONErrors checks that JSON that is not a valid plan causes an error, and that the plan
// is then unchanged.
func TestPlanJSONErrors(t *testing.T) {
	many := func(s string, n int) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	var settings []string
	for i := range 33 {
		settings = append(settings, fmt.Sprintf("%q:1", fmt.Sprint("s", i)))
	}
	for text, want := range map[string]string{
		`{}`:                               "the inputs have shape [], want 1 … 4 axes",
		`[]`:                               "want an object",
		`{"in":[4]}`:                       "0 layers, want 1 … 1024",
		`{"in":[4],"layers":[]}`:           "0 layers",
		`{"in":4,"layers":["tanh"]}`:       "want a list",
		`{"in":[4],"layers":"tanh"}`:       "want a list",
		`{"in":[4],"layers":{"a":1}}`:      "want a list",
		`{"in":[0],"layers":["tanh"]}`:     "want 1 or more along each axis, and 67108864 numbers at most",
		`{"in":[-4],"layers":["tanh"]}`:    "1 or more along each axis",
		`{"in":[1.5],"layers":["tanh"]}`:   `the shape "in" has 1.5, want a whole number`,
		`{"in":["4"],"layers":["tanh"]}`:   `the shape "in" has 4, want a whole number`,
		`{"in":[1e300],"layers":["tanh"]}`: `the shape "in" has 1e+300, want a whole number`,
		`{"in":[65536,65536,65536,65536],"layers":["tanh"]}`:                      "67108864 numbers at most",
		`{"in":[1,1,1,1,1],"layers":["tanh"]}`:                                    "1 … 4 axes",
		`{"in":[4],"in":[4],"layers":["tanh"]}`:                                   `the key "in" is there a second time`,
		`{"In":[4],"layers":["tanh"]}`:                                            `the key "In" is unknown, want in and layers`,
		`{"in":[4],"layers":["tanh"],"x":1}`:                                      `the key "x" is unknown, want in and layers`,
		`{"in":[4],"layers":[null]}`:                                              "want an object",
		`{"in":[4],"layers":[7]}`:                                                 "want an object",
		`{"in":[4],"layers":[[]]}`:                                                "want an object",
		`{"in":[4],"layers":[{}]}`:                                                `layer 0: the layer has the name ""`,
		`{"in":[4],"layers":["",""]}`:                                             `layer 0: the layer has the name ""`,
		`{"in":[4],"layers":["a b"]}`:                                             `"a b", want a letter`,
		`{"in":[4],"layers":["` + many("a", 40) + `"]}`:                           "want a letter, then letters, digits, - and _, 64 bytes at most",
		`{"in":[4],"layers":[{"linear":1,"tanh":1}]}`:                             `one layer has the names "linear" and "tanh", want one name`,
		`{"in":[4],"layers":[{"linear":1,"linear":1}]}`:                           `the key "linear" is there a second time`,
		`{"in":[4],"layers":[{"linear":"64"}]}`:                                   `"linear" has the size "64", want a number`,
		`{"in":[4],"layers":[{"linear":null}]}`:                                   "want a number",
		`{"in":[4],"layers":[{"linear":[64]}]}`:                                   `"linear" has the inner layers [64], want layers`,
		`{"in":[4],"layers":[{"linear":[64,"tanh"]}]}`:                            `"linear": "layers" is a list of numbers and layers, want one or the other`,
		`{"in":[4],"layers":[{"residual":["tanh",64]}]}`:                          "want an object",
		`{"in":[4],"layers":[{"residual":[]}]}`:                                   `"layers" is an empty list, want one layer or more`,
		`{"in":[4],"layers":["tanh",{"residual":["tanh",{"residual":["a b"]}]}]}`: `layer 0 of residual at layer 1 of residual at layer 1: the layer has the name "a b"`,
		nested(9):  "layers inside layers, more than 8 deep, want 8 at most",
		nested(99): "layers inside layers, more than 8 deep, want 8 at most",
		`{"in":[4],"layers":[{"residual":[` + many(`"tanh"`, 1024) + `]}]}`:          "1025 layers, want 1 … 1024",
		`{"in":[4],"layers":[{"linear":{"size":{"x":1}}}]}`:                          "want a number",
		`{"in":[4],"layers":[{"linear":{"size":1,"size":2}}]}`:                       `the key "size" is there a second time`,
		`{"in":[4],"layers":[{"linear":{"size":1,"init":null}}]}`:                    "want a number, a text of 64 bytes at most, true or false, or a list",
		`{"in":[4],"layers":[{"linear":{"size":1,"init":[` + many("1", 17) + `]}}]}`: "want 1 … 16 finite numbers",
		`{"in":[4],"layers":[{"linear":{"size":1,"i n":1}}]}`:                        `a setting "i n", want another name`,
		`{"in":[4],"layers":[{"linear":{"init":"` + many("a", 40) + `"}}]}`:          "want a number, a text of 64 bytes",
		`{"in":[4],"layers":[{"linear":{"init":"a\u0007"}}]}`:                        "want a number, a text of 64 bytes",
		`{"in":[4],"layers":[{"linear":{` + strings.Join(settings, ",") + `}}]}`:     "33 settings, want 32 at most",
		`{"in":[4],"layers":[` + many(`"tanh"`, 1025) + `]}`:                         "1025 layers, want 1 … 1024",
		`{"in":[4],"layers":[` + many(`"tanh"`, 20_000) + `]}`:                       "bytes, want 131072 at most",
		`null`: "want an object",
	} {
		got := plan()
		err := json.Unmarshal([]byte(text), &got)
		if err == nil || !strings.HasPrefix(err.Error(), "nn: bad plan: ") || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("Unmarshal(%.100s) has error %v, want %q in it", text, err, want)
		}
		if !reflect.DeepEqual(got, plan()) {
			t.Errorf("Unmarshal(%.100s) leaves %+v", text, got)
		}
	}
}

// nested returns a plan with layers inside layers, n deep.
func nested(n int) string {
	return `{"in":[4],"layers":[` + strings.Repeat(`{"residual":[`, n) + `"tanh"` + strings.Repeat("]}", n) + "]}"
}

// TestPlanHostile checks that a plan from an untrusted file allocates little memory when it is
// read, and when it is built with a Limit.
func TestPlanHostile(t *testing.T) {
	for _, text := range []string{
		`{"in":[67108864],"layers":["layer_norm","batch_norm",{"linear":65536}]}`,
		`{"in":[1],"layers":[{"linear":65536},{"linear":65536},{"linear":65536}]}`,
		`{"in":[900],"layers":["batch_norm",` + strings.Repeat(`"layer_norm",`, 1000) + `{"linear":{"size":65536,"init":"orthogonal"}}]}`,
		`{"in":[1],"layers":[` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `]}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var p nn.Plan
		if err := json.Unmarshal([]byte(text), &p); err == nil {
			if n, err := (nn.Native{Limit: 1000}).Build(newRand(), "net", p); err == nil {
				t.Errorf("%.100s: %v, want an error", text, n)
			}
		}
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 2<<20 {
			t.Errorf("%.100s allocates %d bytes, want 2 MB at most", text, after.TotalAlloc-before.TotalAlloc)
		}
	}
}

// FuzzPlan checks that every text causes an error or gives a plan. The plan must stay the same
// when it is written and read again, and a network of it must have at most Limit weights.
func FuzzPlan(f *testing.F) {
	f.Add([]byte(planText))
	f.Add([]byte(`{"in":[4],"layers":[{"linear":64},"batch_norm","relu",{"dropout":0.5},{"linear":{"size":2,"init":"pytorch"}}]}`))
	f.Add([]byte(`{"in":[4],"layers":[{"linear":{"size":65536}},{"linear":65536},{"linear":1e300},{"dropout":-1}]}`))
	f.Add([]byte(`{"in":[6,5,2],"layers":[{"conv2d":{"size":3,"kernel":[2,3],"padding":1}},{"residual":{"layers":["relu",{"conv2d":{"size":3,"padding":1}}],"activation":"relu"}},{"max_pool":{"kernel":2}},"flatten",{"linear":2}]}`))
	f.Add([]byte(`{"in":[9],"layers":[{"parts":[{"part":{"shape":[2,2,2],"layers":["flatten"]}},{"part":{"shape":[1],"layers":[{"embedding":{"size":3,"values":4}}]}}]},{"dense_block":{"layers":[{"linear":2}],"repeat":2}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p, again nn.Plan
		if json.Unmarshal(text, &p) != nil {
			return
		}
		written, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%+v was read, but is not written: %v", p, err)
		}
		if err := json.Unmarshal(written, &again); err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("%+v is read again as %+v, error %v", p, again, err)
		}
		const limit = 10_000
		m, err := nn.Native{Limit: limit}.Build(newRand(), "net", p.Zeroed())
		if err != nil {
			return
		}
		weights := 0
		for _, p := range nn.Params(m) {
			weights += len(p.Value)
		}
		if weights > limit {
			t.Errorf("%s has %d weights, want %d at most", written, weights, limit)
		}
	})
}

// TestZeroed checks that the weights of a zeroed plan are 0, that Zeroed does not change its
// receiver, and for which plans Same returns true.
func TestZeroed(t *testing.T) {
	p := mlp(t, 3, []int{20}, 2, nn.MLPOptions{Activation: "tanh", Init: "pytorch", Dropout: 0.5})
	for _, p := range nn.Params(build(t, p.Zeroed())) {
		for _, v := range p.Value {
			if v != 0 {
				t.Errorf("%s = %v, want zeros", p.Name, p.Value)
			}
		}
	}
	if p.Layers[0].Settings["init"] != "pytorch" || p.Layers[0].Settings["gain"] == nil {
		t.Errorf("Zeroed changes the plan itself, to %+v", p)
	}
	p = p.Zeroed()
	for _, tc := range []struct {
		same   bool
		change func(p *nn.Plan)
	}{
		{true, func(p *nn.Plan) {}},
		{true, func(p *nn.Plan) { p.Layers[0] = nn.Linear(20, "orthogonal", 3) }},
		{true, func(p *nn.Plan) { p.Layers[2].Size = 0.1 }}, // dropout rate
		{false, func(p *nn.Plan) { p.Layers[1].Kind = "relu" }},
		{false, func(p *nn.Plan) { p.Layers[0].Size = 21 }},
		{false, func(p *nn.Plan) { p.Layers[0].Settings = map[string]any{"bias": false} }},
		{false, func(p *nn.Plan) { p.Layers = p.Layers[:3] }},
		{false, func(p *nn.Plan) { p.In = nn.Shape{3, 1} }},
	} {
		q := nn.Plan{In: p.In, Layers: append(nn.Layers(nil), p.Layers...)}
		if tc.change(&q); p.Same(q) != tc.same || q.Same(p) != tc.same {
			t.Errorf("Same of %+v and %+v = %v, want %v", p, q, !tc.same, tc.same)
		}
	}
}

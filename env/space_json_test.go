package env_test

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestOutline checks the JSON and the short text of every kind of space.
func TestOutline(t *testing.T) {
	for _, c := range []struct {
		space      env.Space
		text, want string
	}{
		{env.Discrete{N: 3}, "discrete(3)", `{"type":"discrete","n":3}`},
		{env.NewBox(-1, 2, 2), "box[2]", `{"type":"box","low":[-1,-1],"high":[2,2],"shape":[2]}`},
		{env.NewBox(0, 1, 1, 2), "box[1 2]", `{"type":"box","low":[0,0],"high":[1,1],"shape":[1,2]}`},
		{env.Box{Low: []float32{-inf}, High: []float32{inf}, Names: []string{"x"}}, "box[1]", `{"type":"box","low":[null],"high":[null],"shape":[1]}`},
		{env.Image{H: 84, W: 80, C: 4}, "image[84 80 4]", `{"type":"image","shape":[84,80,4]}`},
		{env.MultiDiscrete{N: []int{2, 3}}, "multi_discrete[2 3]", `{"type":"multi_discrete","nvec":[2,3]}`},
		{env.MultiBinary{N: 4}, "multi_binary(4)", `{"type":"multi_binary","n":4}`},
		{env.MultiBinary{N: 6, Shape: []int{1, 2, 3}}, "multi_binary[1 2 3]", `{"type":"multi_binary","shape":[1,2,3],"n":6}`},
		{env.Tuple{env.Discrete{N: 2}, env.Discrete{N: 3}}, "tuple[discrete(2) discrete(3)]", `{"type":"tuple","spaces":[{"type":"discrete","n":2},{"type":"discrete","n":3}]}`},
		{env.Dict{{Name: "a", Space: env.Discrete{N: 2}}}, "dict[discrete(2)]", `{"type":"dict","spaces":[{"type":"discrete","n":2,"name":"a"}]}`},
		{newDisc(), "box[2]", `{"type":"box","low":[-1,-1],"high":[1,1],"shape":[2]}`},
	} {
		d := env.Outline(c.space)
		got, err := json.Marshal(d)
		if err != nil || string(got) != c.want {
			t.Errorf("Outline(%v) = %s, %v, want %s", c.space, got, err, c.want)
		}
		if d.String() != c.text {
			t.Errorf("String of %v = %s, want %s", c.space, d, c.text)
		}
	}
}

// TestSpaceJSON checks that reading a written space gives exactly the same space.
func TestSpaceJSON(t *testing.T) {
	negativeZero := float32(math.Copysign(0, -1))
	odd := env.Box{
		Low:   []float32{-inf, negativeZero, -math.MaxFloat32, 0.1, -math.SmallestNonzeroFloat32},
		High:  []float32{inf, 1. / 3, math.MaxFloat32, inf, math.SmallestNonzeroFloat32},
		Names: []string{"a", "", `quo"ted`, "ünï", "e"},
	}
	for _, s := range []env.Space{
		odd, env.NewBox(0, 255, 4, 5, 3), env.Image{H: 4, W: 5, C: 3}, env.Discrete{N: 7}, env.MultiDiscrete{N: []int{2, 1 << 24}}, env.MultiBinary{N: 9}, env.MultiBinary{N: 12, Shape: []int{2, 3, 2}},
		env.Tuple{odd, env.Tuple{env.Discrete{N: 2}}}, env.Dict{{Name: "x/y", Space: odd}, {Name: "", Space: env.Dict{{Name: "z", Space: env.MultiBinary{N: 1}}}}},
	} {
		data, err := env.MarshalSpace(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := env.UnmarshalSpace(data)
		if err != nil || !reflect.DeepEqual(back, s) {
			t.Errorf("%s is read as %#v, %v, want %#v", data, back, err, s)
		}
		if b, ok := back.(env.Box); ok && !sameBits(b.Low, s.(env.Box).Low) {
			t.Errorf("%s has the bounds %v, want %v", data, b.Low, s.(env.Box).Low)
		}
	}
	for _, s := range []env.Space{env.NewBox(-1, 1, 3), newDisc()} { // read back as an equal Box without a Shape
		data, err := env.MarshalSpace(s)
		back, err2 := env.UnmarshalSpace(data)
		if b, ok := back.(env.Box); err != nil || err2 != nil || !ok || b.Shape != nil || b.Size() != s.Size() {
			t.Errorf("%s is read as %#v, %v, %v, want a Box", data, back, err, err2)
		}
	}
	for _, s := range []env.Space{nil, env.Box{}, env.NewBox(1, 1, 1), noLayout{env.NewBox(0, 1, 2)}, env.Tuple{env.Discrete{}}} {
		if data, err := env.MarshalSpace(s); err == nil {
			t.Errorf("MarshalSpace(%v) = %s, want an error", s, data)
		}
	}
}

// TestBadSpaceJSON checks the error message for JSON that is no space.
func TestBadSpaceJSON(t *testing.T) {
	for text, want := range map[string]string{
		``: "EOF", `null`: `no type ""`, `5`: "cannot unmarshal number", `{"type":"box"}`: "a Box of 0 lower and 0 upper bounds", `{"type":"discreet","n":2}`: `no type "discreet"`,
		`{"type":"discrete"}`: "among 0 values", `{"type":"discrete","n":1e9}`: "cannot unmarshal number", `{"type":"discrete","n":99999999}`: "among 99999999 values",
		`{"type":"discrete","n":2,"m":3}`: `unknown field "m"`, `{"type":"discrete","n":2}{}`: "something follows it",
		`{"type":"box","low":[0.1],"high":[1]}`: "bound 0 of a box is 0.1, want a float32 number", `{"type":"box","low":[1e39],"high":[null]}`: "want a float32 number",
		`{"type":"box","low":[0,0],"high":[1]}`: "2 lower and 1 upper bounds", `{"type":"box","low":[0],"high":[1],"shape":[-1]}`: "the shape [-1]",
		`{"type":"image","shape":[84,84]}`: "want height, width and channels", `{"type":"image","shape":[1000000,1000000,1000000]}`: "an Image of 1000000×1000000×1000000",
		`{"type":"multi_binary","n":1000000000}`: "1000000000 bits", `{"type":"multi_discrete"}`: "0 choices", `{"type":"dict","spaces":[{"type":"discrete"}]}`: `field "": a choice`,
		strings.Repeat(`{"type":"tuple","spaces":[`, 50) + `{"type":"discrete","n":2}` + strings.Repeat("]}", 50): "more than 32 deep",
		strings.Repeat(`{"type":"tuple","spaces":[`, 100_000):                                                     "a space in JSON",
	} {
		if s, err := env.UnmarshalSpace([]byte(text)); s != nil || !oneSentence(err, "a space in JSON: ", want) {
			t.Errorf("UnmarshalSpace(%.100q) = %v, %v, want %q", text, s, err, want)
		}
	}
}

// FuzzUnmarshalSpace checks that any bytes give a valid space or an error, and that a space keeps
// the same JSON when it is written and read again.
func FuzzUnmarshalSpace(f *testing.F) {
	for _, s := range []env.Space{robot(), arm(), env.NewBox(-inf, inf, 2, 3), env.Image{H: 1, W: 2, C: 3}} {
		data, err := env.MarshalSpace(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := env.UnmarshalSpace(data)
		if err != nil {
			return
		}
		if err := (env.Spec{ID: "Fuzz-v0", Obs: s, Act: s}).Validate(); err != nil {
			t.Fatalf("UnmarshalSpace(%q) = %v, which is not valid: %v", data, s, err)
		}
		once, err := env.MarshalSpace(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := env.UnmarshalSpace(once)
		if err != nil {
			t.Fatalf("%q: %v", once, err)
		}
		twice, err := env.MarshalSpace(again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%q is written as %q and then as %q", data, once, twice)
		}
		l, err := env.LayoutOf(s)
		if err != nil || l.Size != s.Size() || !slices.IsSortedFunc(l.Parts, func(a, b env.Part) int { return a.From - b.From }) {
			t.Fatalf("LayoutOf(%v) = %+v, %v", s, l, err)
		}
	})
}

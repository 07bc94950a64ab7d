package env_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A disc is a user's own space: the points within distance 1 of the centre.
type disc struct{ env.Box }

func newDisc() disc                      { return disc{env.NewBox(-1, 1, 2)} }
func (d disc) Plain() env.Space          { return d.Box }
func (d disc) Contains(x []float32) bool { return d.Box.Contains(x) && x[0]*x[0]+x[1]*x[1] <= 1 }
func layout(t testing.TB, s env.Space) env.Layout {
	t.Helper()
	l, err := env.LayoutOf(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// robot returns a Dict with a part of every kind, in a Dict and in a Tuple.
func robot() env.Dict {
	return env.Dict{
		{Name: "joint", Space: env.Dict{{Name: "angle", Space: env.Box{Low: []float32{-3, -4}, High: []float32{3, 4}, Names: []string{"hip", "knee"}}}}},
		{Name: "camera", Space: env.Image{H: 2, W: 1, C: 3}},
		{Name: "gear", Space: env.Tuple{env.Discrete{N: 4}, env.MultiDiscrete{N: []int{2, 300}}}},
		{Name: "lamps", Space: env.MultiBinary{N: 2}},
		{Name: "stick", Space: newDisc()},
	}
}

// TestLayout checks the parts of a row, which are written by hand.
func TestLayout(t *testing.T) {
	want := []env.Part{
		{Name: "joint/angle", From: 0, To: 2, Kind: env.Numbers, Shape: []int{2}, Low: []float32{-3, -4}, High: []float32{3, 4}, Names: []string{"hip", "knee"}},
		{Name: "camera", From: 2, To: 8, Kind: env.Pixels, Shape: []int{2, 1, 3}, Byte: true},
		{Name: "gear/0", From: 8, To: 9, Kind: env.Choice, Shape: []int{1}, N: []int{4}, Byte: true},
		{Name: "gear/1", From: 9, To: 11, Kind: env.Choice, Shape: []int{2}, N: []int{2, 300}},
		{Name: "lamps", From: 11, To: 13, Kind: env.Bits, Shape: []int{2}, Byte: true},
		{Name: "stick", From: 13, To: 15, Kind: env.Numbers, Shape: []int{2}, Low: []float32{-1, -1}, High: []float32{1, 1}},
	}
	l := layout(t, robot())
	if !reflect.DeepEqual(l.Parts, want) {
		t.Errorf("LayoutOf = %+v,\nwant %+v", l.Parts, want)
	}
	if l.Size != 15 || l.Flat != 2+6+4+302+2+2 || robot().Size() != 15 {
		t.Errorf("Size %d and Flat %d, want 15 and 318", l.Size, l.Flat)
	}
	if got := l.Numbers(); !slices.Equal(got, []int{0, 1, 13, 14}) {
		t.Errorf("Numbers() = %v, want columns 0, 1, 13, 14", got)
	}
	if n, ok := l.Choices(); ok || n != nil || l.MaskSize() != 0 {
		t.Errorf("Choices() = %v, %v, and a mask of %d, want none", n, ok, l.MaskSize())
	}
	for i, want := range []struct {
		low, high float32
		name      string
	}{{-4, 4, "knee"}, {0, 255, ""}, {}, {0, 299, ""}, {0, 1, ""}, {-1, 1, ""}} {
		if i == 2 {
			continue // a part with one number has no number 1
		}
		p := &l.Parts[i]
		if low, high := p.Bounds(1); low != want.low || high != want.high || p.Element(1) != want.name {
			t.Errorf("number 1 of %s is %q in %v … %v, want %+v", p.Name, p.Element(1), low, high, want)
		}
	}
	if l.Plain() {
		t.Error("Flatten leaves all of it as it is, want not")
	}
}

// TestLayoutShares checks that a layout shares the bounds of its Box, and which parts can be
// stored as bytes.
func TestLayoutShares(t *testing.T) {
	box := env.NewBox(0, 255, 2, 2, 1)
	l := layout(t, box)
	if p := l.Parts[0]; &p.Low[0] != &box.Low[0] || &p.High[0] != &box.High[0] || p.Kind != env.Numbers || !p.Byte || p.Name != "" || l.Numbers() != nil {
		t.Errorf("LayoutOf(%v) = %+v, want its bounds, and numbers that can be bytes", box, p)
	}
	for _, s := range []env.Space{env.NewBox(0, 255, 4), env.NewBox(0, 1, 2, 2, 1), env.NewBox(-1, 255, 2, 2, 1), env.Discrete{N: 257}} {
		if l := layout(t, s); l.Parts[0].Byte {
			t.Errorf("%v can be stored as bytes, want not", s)
		}
	}
}

// TestChoices checks the number of values of each choice, and the number of bools in a mask.
func TestChoices(t *testing.T) {
	for _, c := range []struct {
		space env.Space
		n     []int
		mask  int
	}{
		{env.Discrete{N: 5}, []int{5}, 5}, {env.MultiDiscrete{N: []int{2, 3}}, []int{2, 3}, 5}, {env.MultiBinary{N: 3}, []int{2, 2, 2}, 6},
		{env.Tuple{env.MultiBinary{N: 1}, env.Dict{{Name: "x", Space: env.Discrete{N: 4}}}}, []int{2, 4}, 6},
		{env.NewBox(0, 1, 2), nil, 0}, {env.Tuple{env.Discrete{N: 2}, env.NewBox(0, 1, 2)}, nil, 0}, {env.Image{H: 1, W: 1, C: 1}, nil, 0},
	} {
		l := layout(t, c.space)
		if n, ok := l.Choices(); !slices.Equal(n, c.n) || ok != (c.n != nil) || l.MaskSize() != c.mask {
			t.Errorf("Choices of %v = %v, %v and a mask of %d, want %v and %d", c.space, n, ok, l.MaskSize(), c.n, c.mask)
		}
	}
}

// TestFlattenAllocates checks that Flatten allocates nothing.
func TestFlattenAllocates(t *testing.T) {
	l := layout(t, robot())
	x, flat := make([]float32, l.Size), make([]float32, l.Flat)
	if n := testing.AllocsPerRun(100, func() { l.Flatten(flat, x) }); n != 0 {
		t.Errorf("Flatten allocates %v times, want 0", n)
	}
}

// A noLayout is a user's own space without a method Plain.
type noLayout struct{ env.Box }

// A selfPlain is a space whose Plain returns the space itself.
type selfPlain struct{ env.Box }

func (s selfPlain) Plain() env.Space { return s }

// A wrongPlain is a space whose Plain has rows of another size.
type wrongPlain struct{ env.Box }

func (wrongPlain) Plain() env.Space { return env.Discrete{N: 2} }

// TestCustom checks that a user's own space has the layout of its Plain, and that its own
// Contains decides which actions are valid.
func TestCustom(t *testing.T) {
	v := env.NewVec(&specEnv{spec: env.Spec{ID: "acme/Disc-v0", Obs: newDisc(), Act: env.Dict{{Name: "to", Space: newDisc()}}}})
	reset(t, v, 1)
	if _, err := v.Step([]float32{0.6, 0.6}); err != nil {
		t.Errorf("Step to a point on the disc: %v, want no error", err)
	}
	if _, err := v.Step([]float32{0.8, 0.8}); !oneSentence(err, "not in the action space") {
		t.Errorf("Step to a point beyond it: %v, want an error", err)
	}
}

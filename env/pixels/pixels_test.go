package pixels_test

import (
	"hash/fnv"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/memory"
	"github.com/rlrun/rlrun/env/pixels"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
)

func registry() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	memory.Register(r)
	return r
}

func mustWrap(t testing.TB, id, size string, gray bool) *pixels.Pixels {
	t.Helper()
	e, err := registry().Make(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pixels.New(e, pixels.Settings{Size: size, Gray: gray})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestContract checks every environment as stacked pictures. The contract includes that a step
// allocates nothing, so Blackjack is left out: it formats numbers for its texts. A short test takes
// three environments.
func TestContract(t *testing.T) {
	ids := slices.DeleteFunc(registry().IDs(), func(id string) bool { return id == "Blackjack-v1" })
	if testing.Short() {
		ids = []string{"CartPole-v1", "FrozenLake-v1", "MemoryLength-v0"}
	}
	for _, id := range ids {
		t.Run(id, func(t *testing.T) {
			p := mustWrap(t, id, "24x20", true)
			if got, want := p.Spec().Obs, (env.Image{H: 20, W: 24, C: 1}); got != want {
				t.Errorf("observations are %v, want %v", got, want)
			}
			stacked, err := env.NewFrameStack(p, 3, false)
			if err != nil {
				t.Fatal(err)
			}
			envtest.Check(t, stacked)
		})
	}
	envtest.Check(t, mustWrap(t, "CartPole-v1", "16x8", false))
}

// TestBytes compares the pictures of an episode with the bytes on the machine of the first version, so
// that they stay the same on every platform: policies that see pictures depend on them.
func TestBytes(t *testing.T) {
	for _, c := range []struct {
		id   string
		gray bool
		want uint64
	}{
		{"CartPole-v1", true, 0x43086fed90a4f6c5}, {"CartPole-v1", false, 0xcf37f85715362bb6},
		{"Pendulum-v1", true, 0x97034e5940e51820}, {"MountainCar-v0", true, 0x1a5c00d2bbd8a6db},
		{"Acrobot-v1", true, 0x17faaedd5a650ffe}, {"TMaze-v0", true, 0x6b6158f3a4dee7e5},
		{"MemoryLength-v0", true, 0x2f6b40dcc74acfd8}, {"FrozenLake-v1", false, 0x3ed9468e7e478916},
		{"Taxi-v4", true, 0xaeb062933bed2cff},
	} {
		p := mustWrap(t, c.id, "84x84", c.gray)
		obs := make([]float32, p.Spec().Obs.Size())
		h, row := fnv.New64a(), make([]byte, len(obs))
		for seed := range uint64(3) {
			p.Reset(seed, obs)
			for step := range 40 {
				for i, v := range obs {
					row[i] = byte(v)
				}
				h.Write(row)
				act := []float32{float32((step / 3) % 2)}
				if p.Step(act, obs).Done() {
					break
				}
			}
		}
		if got := h.Sum64(); got != c.want {
			t.Errorf("%s, gray %v: the pictures have the hash %#x, want %#x", c.id, c.gray, got, c.want)
		}
	}
}

// TestAgainstRaster compares pictures with those of package raster, which draws shapes by another
// method. They may differ at edges.
func TestAgainstRaster(t *testing.T) {
	for _, id := range []string{"CartPole-v1", "Pendulum-v1", "Acrobot-v1", "MountainCar-v0", "TMaze-v0", "CliffWalking-v1"} {
		p := mustWrap(t, id, "120x90", false)
		obs := make([]float32, p.Spec().Obs.Size())
		p.Reset(1, obs)
		p.Step([]float32{1}, obs)
		m := raster.NewImage(120, 90)
		scene, _ := env.As[render.Scene](p)
		scene.Draw(m, render.Look{Theme: pixels.Theme()})
		var sum, far int
		for i := range 120 * 90 {
			for c := range 3 {
				d := int(obs[3*i+c]) - int(m.Pix[4*i+c])
				sum += max(d, -d)
				if max(d, -d) > 100 {
					far++
				}
			}
		}
		if mean := float64(sum) / float64(len(obs)); mean > 1.2 || far > 40 {
			t.Errorf("%s: a mean difference of %.2f shades, and %d pixels that differ by more than 100; want 1.2 or less and 40 or less", id, mean, far)
		}
	}
}

// shapes is a Scene that draws one shape.
type shapes struct {
	env.Env
	draw func(render.Canvas)
}

func (s shapes) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 8, 8, l.Paper)
	s.draw(d)
}

// TestShapes checks pictures whose pixels follow by hand: a pixel is covered by the share of its
// area, and a line covers the pixels whose middle is within its width.
func TestShapes(t *testing.T) {
	white := color.RGBA{255, 255, 255, 255}
	inner, _ := registry().Make("CartPole-v1", nil)
	for name, c := range map[string]struct {
		draw func(render.Canvas)
		want string // rows of the upper left 4×4 pixels: bytes in 0 … 255 as 0 … 9 and a for 255
	}{
		"square":              {func(d render.Canvas) { render.Rect(d, 1, 5, 3, 7, white) }, "0000 0aa0 0aa0 0000"},
		"half a pixel":        {func(d render.Canvas) { render.Rect(d, 0.5, 7, 2, 8, white) }, "5a00 0000 0000 0000"},
		"a quarter's height":  {func(d render.Canvas) { render.Rect(d, 0, 7.75, 2, 8, white) }, "2200 0000 0000 0000"},
		"the other way round": {func(d render.Canvas) { d.Fill([]float32{1, 7, 3, 7, 3, 5, 1, 5}, white) }, "0000 0aa0 0aa0 0000"},
		"triangle":            {func(d render.Canvas) { d.Fill([]float32{0, 8, 4, 8, 0, 4}, white) }, "aaa5 aa50 a500 5000"},
		"beyond all edges":    {func(d render.Canvas) { render.Rect(d, -90, -90, 90, 90, white) }, "aaaa aaaa aaaa aaaa"},
		"to the left":         {func(d render.Canvas) { render.Rect(d, -9, 5, -3, 7, white) }, "0000 0000 0000 0000"},
		"partly to the left":  {func(d render.Canvas) { render.Rect(d, -9, 5, 1, 7, white) }, "0000 a000 a000 0000"},
		"above":               {func(d render.Canvas) { render.Rect(d, 1, 9, 3, 19, white) }, "0000 0000 0000 0000"},
		"line":                {func(d render.Canvas) { render.Segment(d, 0.5, 6.5, 2.5, 6.5, 1, white) }, "0000 aaa0 0000 0000"},
		"thin line":           {func(d render.Canvas) { render.Segment(d, 0.5, 6.5, 2.5, 6.5, 0.01, white) }, "0000 aaa0 0000 0000"},
		"between two rows":    {func(d render.Canvas) { render.Segment(d, 0.5, 7, 2.5, 7, 1, white) }, "5550 5550 0000 0000"},
		"two points":          {func(d render.Canvas) { d.Line([]float32{0.5, 7.5, 0.5, 7.5}, 1, white) }, "a000 0000 0000 0000"},
		"no point":            {func(d render.Canvas) { d.Line(nil, 1, white) }, "0000 0000 0000 0000"},
		"two corners":         {func(d render.Canvas) { d.Fill([]float32{0, 0, 8, 8}, white) }, "0000 0000 0000 0000"},
		"no number":           {func(d render.Canvas) { d.Line([]float32{0, nan(), 4, 4}, 1, white) }, "0000 0000 0000 0000"},
		"far away":            {func(d render.Canvas) { render.Disc(d, 1e30, 1e30, 1, white) }, "0000 0000 0000 0000"},
		"turned":              {func(d render.Canvas) { render.Rect(render.At(d, 3, 5, 1.5707964, 1), 0, 0, 2, 2, white) }, "0000 0aa0 0aa0 0000"},
	} {
		p, err := pixels.New(shapes{inner, c.draw}, pixels.Settings{Size: "8x8", Gray: true})
		if err != nil {
			t.Fatal(err)
		}
		obs := make([]float32, 64)
		for range 2 { // the second picture must not see the first one
			p.Reset(1, obs)
			var got []string
			for y := range 4 {
				row := ""
				for x := range 4 {
					row += string("0123456789a"[int(obs[8*y+x]*10/255+0.05)])
				}
				got = append(got, row)
			}
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s: pixels %s, want %s", name, text, c.want)
			}
		}
	}
}

// nan returns a number that is no number.
func nan() float32 {
	zero := float32(0)
	return zero / zero
}

// TestColors checks that a gray picture is the luma of the coloured one: 0.299 R + 0.587 G + 0.114 B,
// ITU-R BT.601, but for rounding.
func TestColors(t *testing.T) {
	gray, colored := mustWrap(t, "Taxi-v4", "40x40", true), mustWrap(t, "Taxi-v4", "40x40", false)
	a, b := make([]float32, 1600), make([]float32, 4800)
	gray.Reset(4, a)
	colored.Reset(4, b)
	for i, v := range a {
		if want := 0.299*b[3*i] + 0.587*b[3*i+1] + 0.114*b[3*i+2]; v < want-2.5 || v > want+2.5 {
			t.Fatalf("pixel %d is %v, want about %v", i, v, want)
		}
	}
}

// blind is an environment without a drawing.
type blind struct{ env.Env }

func TestRefusals(t *testing.T) {
	e, _ := registry().Make("CartPole-v1", nil)
	for _, c := range []struct {
		e    env.Env
		size string
		want string
	}{
		{blind{e}, "84x84", "CartPole-v1 has no drawing"},
		{e, "", `size "", want WIDTHxHEIGHT`},
		{e, "84x84x3", "want WIDTHxHEIGHT"},
		{e, "7x84", "8 … 512 each"},
		{e, "84x513", "8 … 512 each"},
		{e, "-84x84", "want WIDTHxHEIGHT"},
	} {
		if _, err := pixels.New(c.e, pixels.Settings{Size: c.size}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New with size %q: %v, want %q", c.size, err, c.want)
		}
	}
}

// TestStack checks that stacked frames have the newest frame last, in every pixel, and the first
// frame four times at the start of an episode, or zeros.
func TestStack(t *testing.T) {
	const size = 20 * 20
	for _, zeros := range []bool{false, true} {
		single, stacked := mustWrap(t, "CartPole-v1", "20x20", true), mustWrap(t, "CartPole-v1", "20x20", true)
		w, err := env.NewFrameStack(stacked, 4, zeros)
		if err != nil {
			t.Fatal(err)
		}
		if s := w.Spec(); s.Obs != (env.Image{H: 20, W: 20, C: 4}) || s.Frames != 4 {
			t.Errorf("observations are %v of %d frames, want 20×20×4 of 4", s.Obs, s.Frames)
		}
		obs, frame := make([]float32, 4*size), make([]float32, size)
		single.Reset(2, frame)
		w.Reset(2, obs)
		missing := slices.Clone(frame)
		if zeros {
			clear(missing)
		}
		past := [][]float32{missing, missing, missing, slices.Clone(frame)}
		for step := range 6 {
			for k, want := range past[len(past)-4:] {
				for i, v := range want {
					if obs[4*i+k] != v {
						t.Fatalf("zeros %v, step %d: pixel %d of frame %d is %v, want %v", zeros, step, i, k, obs[4*i+k], v)
					}
				}
			}
			single.Step([]float32{1}, frame)
			w.Step([]float32{1}, obs)
			past = append(past, slices.Clone(frame))
		}
	}
}

// BenchmarkStep steps environments as pictures of 84×84 pixels.
func BenchmarkStep(b *testing.B) {
	for _, id := range []string{"CartPole-v1", "Pendulum-v1", "MountainCar-v0", "FrozenLake-v1"} {
		b.Run(id, func(b *testing.B) {
			p := mustWrap(b, id, "84x84", true)
			obs, act := make([]float32, p.Spec().Obs.Size()), make([]float32, p.Spec().Act.Size())
			p.Reset(1, obs)
			b.ReportAllocs()
			for seed := uint64(0); b.Loop(); seed++ {
				if p.Step(act, obs).Done() {
					p.Reset(seed, obs)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

package env_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/golden"
)

// A picture environment shows one image.
type picture struct {
	env.Image
	x []float32
}

func (p picture) Spec() env.Spec {
	return env.Spec{ID: "Picture-v0", Obs: p.Image, Act: env.Discrete{N: 1}}
}
func (p picture) Reset(_ uint64, obs []float32) { copy(obs, p.x) }
func (p picture) Step(_, obs []float32) env.Outcome {
	copy(obs, p.x)
	return env.Outcome{}
}

// look returns the first observation of e.
func look(e env.Env) []float32 {
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(1, obs)
	return obs
}

// TestAgainstOpenCV checks that scaled and gray images have the bytes of OpenCV's: see
// testdata/README.md.
func TestAgainstOpenCV(t *testing.T) {
	var want struct {
		Resize []struct {
			From, To [3]int
			X, Want  []float32
		}
		Gray struct{ X, Want []float32 }
	}
	golden.Read(t, "testdata/images.json.gz", &want)
	for _, c := range want.Resize {
		e, err := env.NewResizeObservation(picture{env.Image{H: c.From[0], W: c.From[1], C: c.From[2]}, c.X}, c.To[0], c.To[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := look(e); !slices.Equal(got, c.Want) {
			t.Errorf("%v scaled to %v: %v, want %v", c.From, c.To, got, c.Want)
		}
	}
	e, err := env.NewGrayObservation(picture{env.Image{H: 1, W: len(want.Gray.Want), C: 3}, want.Gray.X})
	if err != nil {
		t.Fatal(err)
	}
	if got := look(e); !slices.Equal(got, want.Gray.Want) {
		t.Errorf("gray images: %v, want %v", got, want.Gray.Want)
	}
}

// TestCrop checks an image of 3 × 4 pixels with two channels, without its first row and its last two
// columns.
func TestCrop(t *testing.T) {
	x := make([]float32, 24)
	for i := range x {
		x[i] = float32(i)
	}
	e, err := env.NewCropObservation(picture{env.Image{H: 3, W: 4, C: 2}, x}, 1, 0, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := look(e), []float32{8, 9, 10, 11, 16, 17, 18, 19}; !slices.Equal(got, want) {
		t.Errorf("cropped %v, want %v", got, want)
	}
}

// A flicker is an environment of random images.
type flicker struct {
	env.Image
	rng env.Rand
}

func (f *flicker) Spec() env.Spec {
	return env.Spec{ID: "Flicker-v0", Obs: f.Image, Act: env.Discrete{N: 2}, MaxSteps: 20}
}
func (f *flicker) Reset(seed uint64, obs []float32) {
	f.rng.Seed(seed)
	f.Step(nil, obs)
}
func (f *flicker) Step(_, obs []float32) env.Outcome {
	for i := range obs {
		obs[i] = float32(int(256 * f.rng.Float64()))
	}
	return env.Outcome{Reward: 1, Terminated: f.rng.Float64() < 0.1}
}
func (f *flicker) State(s *state.State) { f.rng.State(s) }

// imageCases returns the constructor of each wrapper of images, by name, around images of 12 × 10
// pixels.
func imageCases() map[string]func() (env.Env, error) {
	rgb := func() env.Env { return &flicker{Image: env.Image{H: 12, W: 10, C: 3}} }
	return map[string]func() (env.Env, error){
		"gray":         func() (env.Env, error) { return env.NewGrayObservation(rgb()) },
		"crop":         func() (env.Env, error) { return env.NewCropObservation(rgb(), 1, 2, 3, 4) },
		"means":        func() (env.Env, error) { return env.NewResizeObservation(rgb(), 5, 7) },
		"blocks":       func() (env.Env, error) { return env.NewResizeObservation(rgb(), 4, 5) },
		"same size":    func() (env.Env, error) { return env.NewResizeObservation(rgb(), 12, 10) },
		"larger":       func() (env.Env, error) { return env.NewResizeObservation(rgb(), 6, 21) },
		"skip and max": func() (env.Env, error) { return env.NewSkipAndMax(rgb(), 4) },
		"bits": func() (env.Env, error) {
			tiles, err := env.NewTileCoding(cartPole(), 2, 2, env.NewBox(-1, 1, 4))
			if err != nil {
				return nil, err
			}
			return env.NewSkipAndMax(tiles, 3)
		},
		"as for Atari": func() (env.Env, error) {
			skip, err := env.NewSkipAndMax(rgb(), 4)
			if err != nil {
				return nil, err
			}
			stack, err := env.NewFrameStack(skip, 4, false)
			if err != nil {
				return nil, err
			}
			gray, err := env.NewGrayObservation(stack)
			if err != nil {
				return nil, err
			}
			return env.NewResizeObservation(gray, 5, 5)
		},
	}
}

// TestImageWrappersKeepTheContract checks every wrapper of images with envtest.Check.
func TestImageWrappersKeepTheContract(t *testing.T) {
	for name, mk := range imageCases() {
		t.Run(name, func(t *testing.T) {
			e, err := mk()
			if err != nil {
				t.Fatal(err)
			}
			envtest.Check(t, e)
			if _, ok := e.(env.Wrapper); !ok {
				t.Error("is no Wrapper")
			}
		})
	}
	e, _ := imageCases()["as for Atari"]()
	if s := e.Spec(); s.Obs != (env.Image{H: 5, W: 5, C: 4}) || s.Frames != 4 || s.MaxSteps != 5 {
		t.Errorf("as for Atari: observations are %v of %d frames, and episodes have %d steps, want 5×5×4, 4 and 5", s.Obs, s.Frames, s.MaxSteps)
	}
}

// TestSkipAndMax compares steps with those of the wrapped environment: the maximum of the last two
// observations, the sum of the rewards, and only the steps to the time limit.
func TestSkipAndMax(t *testing.T) {
	for _, times := range []int{1, 2, 3, 4} {
		e, err := env.NewSkipAndMax(&flicker{Image: env.Image{H: 2, W: 2, C: 1}}, times)
		if err != nil {
			t.Fatal(err)
		}
		single := &flicker{Image: env.Image{H: 2, W: 2, C: 1}}
		for seed := range uint64(20) {
			obs, before, last := look(e), make([]float32, 4), make([]float32, 4)
			e.Reset(seed, obs)
			single.Reset(seed, last)
			for step := 0; step < 20; {
				var out env.Outcome
				n := 0
				for n < times && step < 20 && !out.Done() {
					copy(before, last)
					out = single.Step(nil, last)
					n, step = n+1, step+1
				}
				want := slices.Clone(last)
				for i := range want {
					if n > 1 {
						want[i] = max(want[i], before[i])
					}
				}
				got := e.Step([]float32{0}, obs)
				if got.Reward != float64(n) || got.Terminated != out.Terminated || !slices.Equal(obs, want) {
					t.Fatalf("%d times, seed %d: %+v and %v, want reward %d, terminated %v and %v", times, seed, got, obs, n, out.Terminated, want)
				}
				if out.Done() {
					break
				}
			}
		}
	}
}

func TestImageWrapperErrors(t *testing.T) {
	only := func(_ env.Env, err error) error { return err }
	gray, pole := picture{Image: env.Image{H: 12, W: 10, C: 1}}, cartPole()
	for want, err := range map[string]error{
		"GrayObservation needs observations that are an Image, and these are a Box of 4 numbers":                                                        only(env.NewGrayObservation(pole)),
		"GrayObservation needs images of 3 channels, red, green and blue, and these are an Image of 12×10×1":                                            only(env.NewGrayObservation(gray)),
		"CropObservation needs observations that are an Image":                                                                                          only(env.NewCropObservation(pole, 0, 0, 0, 0)),
		"CropObservation of 6 pixels at the top, 6 at the bottom, 0 at the left and 0 at the right of an Image of 12×10×1, want 0 or more, and a pixel": only(env.NewCropObservation(gray, 6, 6, 0, 0)),
		"CropObservation of 0 pixels at the top, 0 at the bottom, -1 at":                                                                                only(env.NewCropObservation(gray, 0, 0, -1, 0)),
		"at the left and 2147483647 at the right":                                                                                                       only(env.NewCropObservation(gray, 0, 0, 1, math.MaxInt32)),
		"ResizeObservation needs observations that are an Image":                                                                                        only(env.NewResizeObservation(newMixed(), 8, 8)),
		"ResizeObservation to 8×0 pixels, want 1 … 1024 each":                                                                                           only(env.NewResizeObservation(gray, 0, 8)),
		"ResizeObservation to 1025×8 pixels":                                                                                                            only(env.NewResizeObservation(gray, 8, 1025)),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "env: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// BenchmarkResize scales an image of an old video game to the size that networks take.
func BenchmarkResize(b *testing.B) {
	for name, to := range map[string][2]int{"84x84": {84, 84}, "80x105": {105, 80}, "320x420": {420, 320}} {
		b.Run(name, func(b *testing.B) {
			e, err := env.NewResizeObservation(picture{Image: env.Image{H: 210, W: 160, C: 1}}, to[0], to[1])
			if err != nil {
				b.Fatal(err)
			}
			obs, act := look(e), []float32{0}
			b.ReportAllocs()
			for b.Loop() {
				e.Step(act, obs)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

package raster

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/render"
)

// playGIF decodes a GIF as a viewer does. It returns the frames and their delays [1/100 s].
func playGIF(t *testing.T, data []byte) (all []*image.RGBA, delays []int) {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	screen := image.NewRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	for _, frame := range g.Image {
		for y := frame.Rect.Min.Y; y < frame.Rect.Max.Y; y++ {
			for x := frame.Rect.Min.X; x < frame.Rect.Max.X; x++ {
				if _, _, _, a := frame.At(x, y).RGBA(); a > 0 {
					screen.Set(x, y, frame.At(x, y))
				}
			}
		}
		copied := *screen
		copied.Pix = bytes.Clone(screen.Pix)
		all = append(all, &copied)
	}
	return all, g.Delay
}

// TestGIF writes a GIF of CartPole and decodes it. It checks the number of frames, that each
// colour is rounded by at most 8 of 255, that the exact colours are exact, and the delays.
func TestGIF(t *testing.T) {
	th := render.Light()
	e, act, obs := classic.NewCartPole(), []float32{1}, make([]float32, 4)
	e.Reset(1, obs)
	m, g := NewImage(150, 100), NewGIF(th.Colors()...)
	var want [][]byte
	for k := range 8 {
		e.Draw(m, render.Look{Theme: th})
		want = append(want, bytes.Clone(m.Pix))
		if err := g.Add(m.RGBA, 1.0/30); err != nil {
			t.Fatal(err)
		}
		if k != 3 { // frames 3 and 4 are equal
			e.Step(act, obs)
		}
	}
	if err := g.Add(m.RGBA, 1); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := g.Write(&file); err != nil {
		t.Fatal(err)
	}
	frames, delays := playGIF(t, file.Bytes())
	if len(frames) != 9 || delays[8] != 100 {
		t.Fatalf("%d frames, the last for %d hundredths, want 9 and 100", len(frames), delays[8])
	}
	sum := 0
	for k, pix := range want {
		sum += delays[k]
		for i, v := range pix {
			if d := int(v) - int(frames[k].Pix[i]); d > 8 || d < -8 {
				t.Fatalf("frame %d, value %d is %d, want %d", k, i, frames[k].Pix[i], v)
			}
		}
	}
	if sum < 26 || sum > 27 {
		t.Errorf("8 frames of a thirtieth of a second take %d hundredths, want 26 or 27", sum)
	}
	if got := frames[0].RGBAAt(0, 0); got != th.Paper {
		t.Errorf("paper is %v, want %v", got, th.Paper)
	}
}

// TestGIFColours checks that a picture with more colours than the palette has is stored with
// similar colours.
func TestGIFColours(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 64, 64))
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		if m.Pix[i] = uint8(rng.IntN(256)); i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	red := color.RGBA{201, 3, 5, 255}
	m.SetRGBA(9, 9, red)
	g := NewGIF(red)
	var file bytes.Buffer
	if err := errors.Join(g.Add(m, 1), g.Write(&file)); err != nil {
		t.Fatal(err)
	}
	frames, _ := playGIF(t, file.Bytes())
	off := 0
	for i, v := range m.Pix {
		off += max(int(v)-int(frames[0].Pix[i]), int(frames[0].Pix[i])-int(v))
	}
	if mean := float64(off) / float64(len(m.Pix)); mean > 20 || frames[0].RGBAAt(9, 9) != red {
		t.Errorf("colours are off by %v on average, want 20 at most; red is %v, want %v", mean, frames[0].RGBAAt(9, 9), red)
	}
	if err := g.Add(image.NewRGBA(image.Rect(0, 0, 9, 9)), 1); err == nil {
		t.Error("Add of another size: no error, want one")
	}
	if err := NewGIF().Add(image.NewRGBA(image.Rect(0, 0, 1<<16, 1)), 1); err == nil {
		t.Error("Add of 65536 columns: no error, want one")
	}
}

// TestMP4 checks that a video of odd width and height is written if ffmpeg is installed, and
// the errors of a missing ffmpeg and of a failing ffmpeg.
func TestMP4(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.mp4")
	m := NewImage(31, 21)
	m.Clear(color.RGBA{255, 0, 0, 255})
	t.Run("without ffmpeg", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := NewMP4(name, 31, 21, 30); !errors.Is(err, ErrNoFFmpeg) {
			t.Errorf("NewMP4 = %v, want ErrNoFFmpeg", err)
		}
	})
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	v, err := NewMP4(name, 31, 21, 30)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := v.Add(m.RGBA, 1.0/30); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(name); err != nil || !bytes.Contains(data[:min(len(data), 64)], []byte("ftyp")) {
		t.Errorf("%v, and the file begins %.64q, want a video", err, data)
	}
	v, err = NewMP4(filepath.Join(t.TempDir(), "no", "a.mp4"), 31, 21, 30)
	if err == nil {
		err = v.Close()
	}
	if err == nil {
		t.Error("a video in a missing folder: no error, want one")
	}
}

// BenchmarkGIF measures drawing and compressing a frame of CartPole of 600×400 pixels.
func BenchmarkGIF(b *testing.B) {
	th := render.Light()
	e, act, obs := classic.NewCartPole(), []float32{1}, make([]float32, 4)
	e.Reset(1, obs)
	m, g := NewImage(600, 400), NewGIF(th.Colors()...)
	b.ReportAllocs()
	for b.Loop() {
		if act[0] = 1 - act[0]; e.Step(act, obs).Done() {
			e.Reset(1, obs)
		}
		e.Draw(m, render.Look{Theme: th})
		if err := g.Add(m.RGBA, 0.02); err != nil {
			b.Fatal(err)
		}
		if g.data.Len() > 1<<20 {
			g.data.Reset()
		}
	}
}

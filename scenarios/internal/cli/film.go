package cli

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// A film is pictures of a Player, each with a line above it.
type film struct {
	player *episode.Player
	theme  render.Theme
	image  *raster.Image
	fps    int
}

func newFilm(p *episode.Player, th render.Theme, width, height, fps int) film {
	return film{p, th, raster.NewImage(width, height), fps}
}

// shoot draws the present moment.
func (f film) shoot() {
	size := f.image.Rect.Size()
	letters := max(float32(size.Y)/26, 11)
	bar := int(2 * letters)
	f.image.Within(f.image.Rect)
	f.image.Clear(f.theme.Paper)
	f.player.Headline(f.image, letters, float32(size.Y)-1.4*letters, letters, float32(size.X)-2*letters, 0, f.theme.Label())
	f.image.Within(image.Rect(0, bar, size.X, size.Y))
	f.player.Draw(f.image, f.theme)
}

// seconds is how long a moment is shown: the last of an episode a second longer.
func (f film) seconds() float64 {
	s := 1 / float64(f.fps)
	if f.player.Done() {
		s++
	}
	return s
}

// animation is a .gif.
type animation struct {
	film
	gif *raster.GIF
}

func newGIF(f film) *animation { return &animation{f, raster.NewGIF(f.theme.Colors()...)} }

func (a *animation) begin() error { return nil }

func (a *animation) step() error {
	a.shoot()
	return a.gif.Add(a.image.RGBA, a.seconds())
}

func (a *animation) write(w io.Writer) error { return a.gif.Write(w) }

// video is an .mp4, which ffmpeg writes beside the file that it will be.
type video struct {
	film
	mp4  *raster.MP4
	part string
}

func newVideo(f film, out string) (*video, error) {
	size := f.image.Rect.Size()
	dir, err := os.MkdirTemp(filepath.Dir(out), ".rlrun-video-")
	if err != nil {
		return nil, err
	}
	v := &video{film: f, part: filepath.Join(dir, "part.mp4")}
	if v.mp4, err = raster.NewMP4(v.part, size.X, size.Y, f.fps); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return v, nil
}

func (v *video) begin() error { return nil }

func (v *video) step() error {
	v.shoot()
	return v.mp4.Add(v.image.RGBA, v.seconds())
}

func (v *video) write(w io.Writer) error {
	if err := v.mp4.Close(); err != nil {
		return err
	}
	f, err := os.Open(v.part)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}

// Close takes away what ffmpeg wrote.
func (v *video) Close() error {
	v.mp4.Close()
	return os.RemoveAll(filepath.Dir(v.part))
}

// strip is a .png: of each episode a row of pictures, from its first moment to its
// last.
type strip struct {
	film
	rows []*image.RGBA
}

const (
	stripLength = 6 // pictures in a row
	stripGap    = 4 // pixels between them
)

func (s *strip) begin() error { return nil }

// step waits for the end of the episode, and then goes back to what is to be seen.
func (s *strip) step() error {
	if !s.player.Done() {
		return nil
	}
	size := s.image.Rect.Size()
	row := image.NewRGBA(image.Rect(0, 0, stripLength*(size.X+stripGap)-stripGap, size.Y))
	last := s.player.Last()
	for i := range stripLength {
		if err := s.player.Seek(last * i / (stripLength - 1)); err != nil {
			return err
		}
		s.shoot()
		at := image.Pt(i*(size.X+stripGap), 0)
		draw.Draw(row, image.Rectangle{at, at.Add(size)}, s.image, image.Point{}, draw.Src)
	}
	s.rows = append(s.rows, row)
	return nil
}

func (s *strip) write(w io.Writer) error {
	width, height := s.rows[0].Rect.Dx(), s.rows[0].Rect.Dy()
	all := image.NewRGBA(image.Rect(0, 0, width, len(s.rows)*(height+stripGap)-stripGap))
	draw.Draw(all, all.Rect, image.NewUniform(s.theme.Soft), image.Point{}, draw.Src)
	for i, row := range s.rows {
		draw.Draw(all, row.Rect.Add(image.Pt(0, i*(height+stripGap))), row, image.Point{}, draw.Over)
	}
	return png.Encode(w, all)
}

// journal is a .jsonl.
type journal struct {
	player *episode.Player
	head   episode.Head
	text   bytes.Buffer
}

func (j *journal) begin() error {
	j.head.Seed = &j.player.Seed
	return episode.WriteHead(&j.text, j.head)
}

func (j *journal) step() error { return j.player.WriteStep(&j.text) }

func (j *journal) write(w io.Writer) error {
	_, err := j.text.WriteTo(w)
	return err
}

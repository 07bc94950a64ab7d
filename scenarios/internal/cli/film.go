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

// A film draws the frames of a recording: the environment, with a headline above it. Beside it are the
// image that the policy sees and the policy's memory, if there are any.
type film struct {
	player *episode.Player
	strip  *episode.Strip // memory of the policy
	theme  render.Theme
	image  *raster.Image // the current frame
	fps    int           // frames per second, one frame for each step
}

// newFilm returns a film of p with frames of width × height pixels.
func newFilm(p *episode.Player, memory *episode.Strip, th render.Theme, width, height, fps int) film {
	return film{p, memory, th, raster.NewImage(width, height), fps}
}

// drawFrame draws the current step of the player to f.image.
func (f film) drawFrame() {
	size := f.image.Rect.Size()
	fontSize := max(float32(size.Y)/26, 11)
	headlineHeight := int(2 * fontSize)
	f.image.Within(f.image.Rect)
	f.image.Clear(f.theme.Paper)
	f.player.Headline(f.image, fontSize, float32(size.Y)-1.4*fontSize, fontSize, float32(size.X)-2*fontSize, 0, f.theme.Label())
	side := size.X
	if f.player.HasImage() || f.strip.Size() > 0 {
		side = size.X * 2 / 3
		f.drawSide(image.Rect(side, headlineHeight, size.X, size.Y), fontSize)
	}
	f.image.Within(image.Rect(0, headlineHeight, side, size.Y))
	f.player.Draw(f.image, f.theme)
}

// drawSide draws what the policy sees, and below it what it remembers.
func (f film) drawSide(r image.Rectangle, fontSize float32) {
	f.image.Within(r)
	w, top := float32(r.Dx())-fontSize, float32(r.Dy())
	title := func(text string) {
		top -= 1.2 * fontSize
		size := min(0.85*fontSize, 0.85*fontSize*w/f.image.TextWidth(text, 0.85*fontSize))
		f.image.Text(0, top, size, 0, text, f.theme.Label())
		top -= 0.4 * fontSize
	}
	end := fontSize
	if f.player.HasImage() {
		if f.strip.Size() > 0 {
			end = top * 0.4
		}
		title("the policy sees " + f.player.ImageText())
		f.player.DrawImage(f.image, 0, end, w, top)
		top, end = end-0.5*fontSize, fontSize
	}
	if f.strip.Size() > 0 {
		title(f.strip.Title())
		f.strip.Draw(f.image, 0, end, w, top, f.player.Steps, f.theme)
	}
}

// seconds returns how long the current frame is shown [s]. The last frame of an episode is
// shown one second longer.
func (f film) seconds() float64 {
	s := 1 / float64(f.fps)
	if f.player.Done() {
		s++
	}
	return s
}

// An animation is the recorder of a .gif.
type animation struct {
	film
	gif *raster.GIF
}

// newGIF returns an animation with the frames of f.
func newGIF(f film) *animation { return &animation{f, raster.NewGIF(f.theme.Colors()...)} }

// step adds a frame.
func (a *animation) step() error {
	a.drawFrame()
	return a.gif.Add(a.image.RGBA, a.seconds())
}

// write writes the GIF.
func (a *animation) write(w io.Writer) error { return a.gif.Write(w) }

// A video is the recorder of an .mp4. The program ffmpeg writes the video to a temporary file in
// the directory of the recording.
type video struct {
	film
	mp4  *raster.MP4
	temp string // path of the temporary file
}

// newVideo returns a video with the frames of f. Its temporary file is beside the file out.
func newVideo(f film, out string) (*video, error) {
	size := f.image.Rect.Size()
	dir, err := os.MkdirTemp(filepath.Dir(out), ".rlrun-video-")
	if err != nil {
		return nil, err
	}
	v := &video{film: f, temp: filepath.Join(dir, "part.mp4")}
	if v.mp4, err = raster.NewMP4(v.temp, size.X, size.Y, f.fps); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return v, nil
}

// step adds a frame.
func (v *video) step() error {
	v.drawFrame()
	return v.mp4.Add(v.image.RGBA, v.seconds())
}

// write copies the finished temporary file to w.
func (v *video) write(w io.Writer) error {
	if err := v.mp4.Close(); err != nil {
		return err
	}
	f, err := os.Open(v.temp)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}

// Close ends ffmpeg and removes its temporary file.
func (v *video) Close() error {
	v.mp4.Close()
	return os.RemoveAll(filepath.Dir(v.temp))
}

// A strip is the recorder of a .png: a film strip with a row of pictures for each episode, from
// its first to its last step.
type strip struct {
	film
	rows []*image.RGBA
}

const (
	stripLength = 6 // pictures in a row
	stripGap    = 4 // gap between two pictures [pixels]
)

// step does nothing before the end of the episode. Then it seeks back to evenly spaced steps,
// and draws them as a row.
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
		s.drawFrame()
		corner := image.Pt(i*(size.X+stripGap), 0)
		draw.Draw(row, image.Rectangle{corner, corner.Add(size)}, s.image, image.Point{}, draw.Src)
	}
	s.rows = append(s.rows, row)
	return nil
}

// write writes the rows as one PNG.
func (s *strip) write(w io.Writer) error {
	width, height := s.rows[0].Rect.Dx(), s.rows[0].Rect.Dy()
	all := image.NewRGBA(image.Rect(0, 0, width, len(s.rows)*(height+stripGap)-stripGap))
	draw.Draw(all, all.Rect, image.NewUniform(s.theme.Soft), image.Point{}, draw.Src)
	for i, row := range s.rows {
		draw.Draw(all, row.Rect.Add(image.Pt(0, i*(height+stripGap))), row, image.Point{}, draw.Over)
	}
	return png.Encode(w, all)
}

// A stepLog is the recorder of a .jsonl: a line of JSON for each step.
type stepLog struct {
	player *episode.Player
	head   episode.Head
	text   bytes.Buffer
}

// step adds a line for the current step. At the start of an episode it first adds the head of the
// episode.
func (j *stepLog) step() error {
	if j.player.Steps == 0 {
		j.head.Seed = &j.player.Seed
		if err := episode.WriteHead(&j.text, j.head); err != nil {
			return err
		}
	}
	return j.player.WriteStep(&j.text)
}

// write writes all lines.
func (j *stepLog) write(w io.Writer) error {
	_, err := j.text.WriteTo(w)
	return err
}

package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// An MP4 gives frames to ffmpeg, which writes them to a file as video.
type MP4 struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	said bytes.Buffer
	size image.Point
	fps  float64
	rest float64 // of a frame that is still to be shown
}

// ErrNoFFmpeg is what NewMP4 returns where ffmpeg is not to be found.
var ErrNoFFmpeg = errors.New("raster: video needs the program ffmpeg, which is not on the PATH; a .gif does not")

// NewMP4 starts a video of width × height pixels, which replaces the file called
// name.
func NewMP4(name string, width, height, fps int) (*MP4, error) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, ErrNoFFmpeg
	}
	v := &MP4{size: image.Pt(width, height), fps: float64(fps)}
	v.cmd = exec.Command(ffmpeg, "-loglevel", "error", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgba", "-s", fmt.Sprintf("%dx%d", width, height), "-r", strconv.Itoa(fps), "-i", "-",
		"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", "file:"+name) // even sizes, which players want
	v.cmd.Stderr = &v.said
	if v.in, err = v.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return v, v.cmd.Start()
}

// Add adds a frame that is shown for so many seconds.
func (v *MP4) Add(m *image.RGBA, seconds float64) error {
	if m.Rect.Size() != v.size || m.Stride != 4*v.size.X {
		return fmt.Errorf("raster: a frame of %v pixels in a video of %v", m.Rect.Size(), v.size)
	}
	for v.rest += seconds * v.fps; v.rest >= 0.5; v.rest-- {
		if _, err := v.in.Write(m.Pix); err != nil {
			return v.Close() // ffmpeg knows why
		}
	}
	return nil
}

// Close ends the video. The file is whole if it returns nil.
func (v *MP4) Close() error {
	v.in.Close() // ffmpeg's status says what came of it
	if err := v.cmd.Wait(); err != nil {
		said, _, _ := strings.Cut(v.said.String(), "\n")
		return fmt.Errorf("raster: ffmpeg: %w: %s", err, said)
	}
	return nil
}

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

// An MP4 is a video file that the program ffmpeg writes.
type MP4 struct {
	cmd      *exec.Cmd
	in       io.WriteCloser // standard input of ffmpeg
	messages bytes.Buffer   // standard error of ffmpeg
	size     image.Point
	fps      float64
	rest     float64 // time still to be shown, in frames
}

// ErrNoFFmpeg is the error of NewMP4 if there is no program ffmpeg.
var ErrNoFFmpeg = errors.New("raster: .mp4 needs the program ffmpeg, which is not on the PATH; .gif does not need it")

// NewMP4 starts a video of width × height pixels with fps frames per second. It replaces the
// file called name.
func NewMP4(name string, width, height, fps int) (*MP4, error) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, ErrNoFFmpeg
	}
	v := &MP4{size: image.Pt(width, height), fps: float64(fps)}
	v.cmd = exec.Command(ffmpeg, "-loglevel", "error", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgba", "-s", fmt.Sprintf("%dx%d", width, height), "-r", strconv.Itoa(fps), "-i", "-",
		"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart", "-f", "mp4", "file:"+name) // pad to even sizes, which many players need
	v.cmd.Stderr = &v.messages
	if v.in, err = v.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return v, v.cmd.Start()
}

// Add adds a frame that is shown for this time [s].
func (v *MP4) Add(m *image.RGBA, seconds float64) error {
	if m.Rect.Size() != v.size || m.Stride != 4*v.size.X {
		return fmt.Errorf("raster: a frame of %v pixels in a video of %v, want equal sizes", m.Rect.Size(), v.size)
	}
	for v.rest += seconds * v.fps; v.rest >= 0.5; v.rest-- {
		if _, err := v.in.Write(m.Pix); err != nil {
			return v.Close() // returns the message of ffmpeg
		}
	}
	return nil
}

// Close ends the video and waits for ffmpeg. The file is complete if Close returns nil.
func (v *MP4) Close() error {
	v.in.Close() // if this fails, Wait below returns an error
	if err := v.cmd.Wait(); err != nil {
		first, _, _ := strings.Cut(v.messages.String(), "\n")
		return fmt.Errorf("raster: ffmpeg: %w: %s", err, first)
	}
	return nil
}

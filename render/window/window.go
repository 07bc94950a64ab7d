//go:build !headless && (windows || (darwin && !ios) || netbsd || (freebsd && cgo) || (linux && !android && (386 || amd64 || arm || arm64 || loong64 || ppc64le || riscv64)))

package window

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/rlrun/rlrun/render/raster"
)

// ErrNoDisplay is the error of opening a window on a machine without a display.
var ErrNoDisplay = errors.New("there is no display for a window: DISPLAY is not set; rlrun record needs no display")

// errLost is the error of a window that closed because the connection to the display was lost.
var errLost = errors.New("window: the connection to the display was lost")

// Main runs f in another goroutine. The argument of f opens a window, at most once, and returns
// when the window has closed. Main never returns; f must end the program. Call Main from the
// main goroutine, because windows belong to the program's first thread.
func Main(f func(raster.Open)) {
	type request struct {
		title  string
		screen raster.Screen
		closed chan error
	}
	requests := make(chan request)
	go f(func(title string, s raster.Screen) error {
		r := request{title, s, make(chan error, 2)}
		requests <- r
		return <-r.closed
	})
	for r := range requests {
		onLoss(func() { r.closed <- errLost })
		r.closed <- run(r.title, r.screen)
	}
}

// The initial size of the window, in device-independent pixels.
const (
	width  = 800
	height = 600
)

// run opens the window, and returns when it has closed.
func run(title string, s raster.Screen) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("window: panic: %v", p)
		}
	}()
	switch runtime.GOOS {
	case "linux", "freebsd", "netbsd":
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return ErrNoDisplay
		}
	}
	// A thread that waits for the graphics driver blocks its GOMAXPROCS slot for up to ten
	// milliseconds. With only one slot, training would stop during this time.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 2))
	ebiten.SetWindowTitle(title)
	ebiten.SetWindowSize(width, height)
	ebiten.SetWindowSizeLimits(320, 240, -1, -1)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	ebiten.SetScreenClearedEveryFrame(false) // Draw draws only after a change
	ebiten.SetTPS(s.Ticks())
	if err := ebiten.RunGame(&game{screen: s, image: raster.NewImage(1, 1)}); err != nil {
		return fmt.Errorf("window: %w", err)
	}
	return nil
}

// A game implements ebiten.Game for a raster.Screen.
type game struct {
	screen  raster.Screen
	image   *raster.Image
	changed bool  // the screen must be drawn again
	err     error // recovered panic, which closes the window
}

// Update passes the keys to the screen. Ebitengine calls it at every tick.
func (g *game) Update() error {
	defer g.guard()
	if g.err != nil {
		return g.err
	}
	changed, done := g.screen.Update(pressedKeys(), heldKeys())
	g.changed = g.changed || changed
	if done {
		return ebiten.Termination
	}
	return nil
}

// Draw draws the screen if it has changed, or if the window has a new size.
func (g *game) Draw(screen *ebiten.Image) {
	defer g.guard()
	size := screen.Bounds().Size()
	if size != g.image.Rect.Size() {
		g.image, g.changed = raster.NewImage(size.X, size.Y), true
	}
	if g.changed {
		g.changed = false
		g.screen.Draw(g.image)
		screen.WritePixels(g.image.Pix)
	}
}

// Layout returns the size of the image for a window of w × h: one pixel for each pixel of
// the display.
func (g *game) Layout(w, h int) (int, int) {
	scale := ebiten.Monitor().DeviceScaleFactor()
	return int(float64(w) * scale), int(float64(h) * scale)
}

// guard recovers a panic and stores it as the error that closes the window. The rest of the
// program continues.
func (g *game) guard() {
	if p := recover(); p != nil {
		g.err = fmt.Errorf("panic: %v", p)
	}
}

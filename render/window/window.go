//go:build !headless

package window

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/rlrun/rlrun/render/raster"
)

// ErrNoDisplay is what opening a window returns where there is nothing to open it on.
var ErrNoDisplay = errors.New("there is no display to open a window on: DISPLAY is not set; rlrun record needs none")

// errLost is why a window has closed whose display went away.
var errLost = errors.New("window: the display has gone away")

// Main runs f, which ends the program when it is done. By what f is given it can
// open a window, once. Windows belong to a program's first thread, so that Main must
// be called by its main goroutine; f runs on another.
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

// The size of a window at first.
const (
	width  = 800
	height = 600
)

// run opens a window and returns when it has closed.
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
	// A thread that waits for the graphics driver keeps its processor for up to ten
	// milliseconds. Were it the only one, the program's work would stand still.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), 2))
	ebiten.SetWindowTitle(title)
	ebiten.SetWindowSize(width, height)
	ebiten.SetWindowSizeLimits(320, 240, -1, -1)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	ebiten.SetScreenClearedEveryFrame(false) // only what is new is drawn
	ebiten.SetTPS(s.Ticks())
	if err := ebiten.RunGame(&game{screen: s, image: raster.NewImage(1, 1)}); err != nil {
		return fmt.Errorf("window: %w", err)
	}
	return nil
}

// A game is a Screen as Ebitengine has it.
type game struct {
	screen  raster.Screen
	image   *raster.Image
	changed bool
	err     error
}

// Update hands on the keys.
func (g *game) Update() error {
	defer g.guard()
	if g.err != nil {
		return g.err
	}
	changed, done := g.screen.Update(pressed(), held())
	g.changed = g.changed || changed
	if done {
		return ebiten.Termination
	}
	return nil
}

// Draw draws what is new.
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

// Layout has a pixel for each that the display has.
func (g *game) Layout(w, h int) (int, int) {
	scale := ebiten.Monitor().DeviceScaleFactor()
	return int(float64(w) * scale), int(float64(h) * scale)
}

// guard turns a panic into the error that closes the window: what else the program
// does goes on.
func (g *game) guard() {
	if p := recover(); p != nil {
		g.err = fmt.Errorf("panic: %v", p)
	}
}

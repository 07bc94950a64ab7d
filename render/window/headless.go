//go:build headless

package window

import (
	"errors"

	"github.com/rlrun/rlrun/render/raster"
)

// ErrHeadless is the error of opening a window in a program without windows.
var ErrHeadless = errors.New("this rlrun was built without a window (tag headless); rlrun record needs no window")

// Main runs f. The function that it passes to f returns ErrHeadless.
func Main(f func(raster.Open)) {
	f(func(string, raster.Screen) error { return ErrHeadless })
}

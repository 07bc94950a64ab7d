//go:build headless

package window

import (
	"errors"

	"github.com/rlrun/rlrun/render/raster"
)

// ErrHeadless is what there is in place of a window.
var ErrHeadless = errors.New("this rlrun was built without a window (tag headless); rlrun record needs none")

// Main runs f, which can open no window.
func Main(f func(raster.Open)) {
	f(func(string, raster.Screen) error { return ErrHeadless })
}

//go:build headless || !(windows || (darwin && !ios) || netbsd || (freebsd && cgo) || (linux && !android && (386 || amd64 || arm || arm64 || loong64 || ppc64le || riscv64)))

package window

import (
	"errors"
	"runtime"

	"github.com/rlrun/rlrun/render/raster"
)

// ErrHeadless is the error of opening a window in a program that was built without windows.
var ErrHeadless = errors.New("this rlrun was built for " + runtime.GOOS + "/" + runtime.GOARCH + " without a window; rlrun record needs no window")

// Main runs f. The function that it passes to f returns ErrHeadless.
func Main(f func(raster.Open)) {
	f(func(string, raster.Screen) error { return ErrHeadless })
}

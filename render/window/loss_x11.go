//go:build !headless && (netbsd || (freebsd && cgo) || (linux && !android && (386 || amd64 || arm || arm64 || loong64 || ppc64le || riscv64)))

package window

import "github.com/ebitengine/purego"

// onLoss registers lost to be called when the connection to the X display breaks. Without
// this handler Xlib would end the program, and training with it. The handler never
// returns, so the thread that noticed the loss stays blocked.
func onLoss(lost func()) {
	lib, err := purego.Dlopen("libX11.so.6", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return // without this library the window does not open at all
	}
	var setHandler func(handler uintptr) uintptr
	purego.RegisterLibFunc(&setHandler, lib, "XSetIOErrorHandler")
	setHandler(purego.NewCallback(func(uintptr) uintptr {
		lost()
		select {}
	}))
}

//go:build !headless && (linux || freebsd || netbsd)

package window

import "github.com/ebitengine/purego"

// onLoss has lost called when the connection to the display breaks. Xlib would end
// the program then, and all that it does beside the window: so the thread that finds
// out stays where it is, for good.
func onLoss(lost func()) {
	lib, err := purego.Dlopen("libX11.so.6", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return // without the library no window opens
	}
	var setHandler func(handler uintptr) uintptr
	purego.RegisterLibFunc(&setHandler, lib, "XSetIOErrorHandler")
	setHandler(purego.NewCallback(func(uintptr) uintptr {
		lost()
		select {}
	}))
}

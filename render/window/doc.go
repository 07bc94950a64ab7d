// Package window opens a window that shows a raster.Screen, with Ebitengine. A window needs the
// program's first thread. Main keeps this thread for the window, and runs the program in another
// goroutine.
//
// With the build tag headless the package has no window, and opening one returns ErrHeadless. The
// same holds on every system where Ebitengine needs a C compiler or does not exist: Android, iOS,
// FreeBSD without cgo, WebAssembly and others. The build constraint of window.go names the systems
// with a window; the constraints of the other files follow from it.
package window

// Package window opens a window that shows a raster.Screen, with Ebitengine. A window needs the
// program's first thread. Main keeps this thread for the window, and runs the program in another
// goroutine.
//
// With the build tag headless the package has no window, and opening one returns ErrHeadless.
package window

// Package window opens a window that shows a raster.Screen, with Ebitengine. Main must own the
// program's first thread: it runs the program in another goroutine, and opens the window
// that the program asks for.
//
// With the build tag headless the package has no window, and opening one returns ErrHeadless.
package window

//go:build !headless && !(linux || freebsd || netbsd)

package window

// onLoss does nothing: here a display does not go away.
func onLoss(func()) {}

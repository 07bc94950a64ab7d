//go:build !headless && !(linux || freebsd || netbsd)

package window

// onLoss does nothing, because the display of this operating system cannot disappear.
func onLoss(func()) {}

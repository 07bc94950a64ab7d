//go:build !headless && (windows || (darwin && !ios))

package window

// onLoss does nothing, because the display of this operating system cannot disappear.
func onLoss(func()) {}

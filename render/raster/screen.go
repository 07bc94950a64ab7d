package raster

// A Screen is a picture that moves, and hears keys: what a window shows.
type Screen interface {
	// Ticks is how many times a second Update is to be called.
	Ticks() int

	// Update is told which keys have been pressed since it was last called, and which
	// are held. It reports whether there is something new to draw, and whether the
	// window is to close.
	//
	// Keys are left, right, up, down, enter, backspace, space, and what signs are
	// written by others: a, 1, +.
	Update(pressed, held []string) (changed, done bool)

	// Draw draws all of it, at the size that the image has.
	Draw(m *Image)
}

// An Open shows a Screen in a window of its own, until that is closed.
type Open func(title string, s Screen) error

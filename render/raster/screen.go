package raster

// A Screen is the content of a window: a moving picture that reacts to keys.
type Screen interface {
	// Ticks returns the number of calls of Update per second.
	Ticks() int

	// Update receives the keys pressed since the last call, and the keys that are held down.
	// It reports whether the picture has changed, and whether the window should close.
	//
	// The keys are left, right, up, down, enter, backspace, space, and the characters of
	// other keys, for example a, 1 or +.
	Update(pressed, held []string) (changed, done bool)

	// Draw draws the whole picture at the size of the image.
	Draw(m *Image)
}

// An Open is a function that shows a Screen in a new window. It returns when the window has closed.
type Open func(title string, s Screen) error

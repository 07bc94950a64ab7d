package render

// A Control assigns an action to a key, for a person who plays.
type Control struct {
	Key   string    // left, right, up, down, enter, backspace or a character; "" for the action while no key is held
	Label string    // the action in words
	Act   []float32 // the action
}

// A Controlled is a Scene that a person can play with keys.
type Controlled interface{ Controls() []Control }

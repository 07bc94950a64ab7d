package render

// A Control is a key by which a person takes an action.
type Control struct {
	Key   string // left, right, up, down, enter, backspace or a sign on the keyboard; "" for what is done while no key is held
	Label string
	Act   []float32
}

// A Controlled is a Scene that a person can play.
type Controlled interface{ Controls() []Control }

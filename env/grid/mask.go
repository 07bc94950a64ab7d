package grid

// A StateMasker is a Tabular that knows which actions are allowed in each state. In the
// state it is in, it is an env.Masker of the same mask.
type StateMasker interface {
	// MaskState writes which actions are allowed in a state to allowed [Actions].
	MaskState(state int, allowed []bool)
}

var _ StateMasker = (*Taxi)(nil)

// MaskState writes which actions do something in a state.
func (t *Taxi) MaskState(state int, allowed []bool) { copy(allowed, t.masks[state%taxiStates][:]) }

package grid

// A StateMasker is a Tabular environment whose mask depends on the state alone. It is also an
// env.Masker, with the mask of the current state.
type StateMasker interface {
	// MaskState writes the actions allowed in a state to allowed, [Actions].
	MaskState(state int, allowed []bool)
}

var _ StateMasker = (*Taxi)(nil)

// MaskState writes which actions have an effect in a state.
func (t *Taxi) MaskState(state int, allowed []bool) { copy(allowed, t.masks[state%taxiStates][:]) }

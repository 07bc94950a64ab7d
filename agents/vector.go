package agents

import "github.com/rlrun/rlrun/env"

// A part is a Vector that can play a part of the environments of a larger Vector, with the
// seeds that they have there.
type part interface {
	ResetFrom(seed uint64, first int) (*env.Result, error)
}

// resetFrom begins an episode in each environment of v: they are the environments first,
// first+1, … of a larger Vector. A user's own Vector that is no part plays other episodes
// there.
func resetFrom(v env.Vector, seed uint64, first int) (*env.Result, error) {
	if p, ok := v.(part); ok {
		return p.ResetFrom(seed, first)
	}
	if first > 0 {
		seed = env.Split(seed, uint64(first))
	}
	return v.Reset(seed)
}

// closeVector closes the environments of v; nil has none.
func closeVector(v env.Vector) error {
	if v == nil {
		return nil
	}
	return v.Close()
}

package agents

import "github.com/rlrun/rlrun/env"

// A subVector is a Vector that can be a part of a larger Vector. ResetFrom starts its
// environments with the seeds that the environments first, first+1, … of the larger Vector have.
type subVector interface {
	ResetFrom(seed uint64, first int) (*env.Result, error)
}

// resetFrom starts an episode in each environment of v. The environments have the same seeds as
// the environments first, first+1, … of a larger Vector. If v is not a subVector, for example a
// user's own type of Vector, the environments have other seeds, which are derived from seed and
// first.
func resetFrom(v env.Vector, seed uint64, first int) (*env.Result, error) {
	if p, ok := v.(subVector); ok {
		return p.ResetFrom(seed, first)
	}
	if first > 0 {
		seed = env.Split(seed, uint64(first))
	}
	return v.Reset(seed)
}

// closeVector closes the environments of v. It does nothing if v is nil.
func closeVector(v env.Vector) error {
	if v == nil {
		return nil
	}
	return v.Close()
}

package agents

import "github.com/rlrun/rlrun/env"

// A subVector is a Vector whose environments can be some of the environments of a larger
// Vector, with the same seeds: ResetFrom starts the environments first, first+1, ….
type subVector interface {
	ResetFrom(seed uint64, first int) (*env.Result, error)
}

// resetFrom starts an episode in each environment of v. The environments have the seeds of the
// environments first, first+1, … of a larger Vector. If v is not a subVector, for example a
// Vector of a user's own, they have other seeds that descend from seed and first.
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

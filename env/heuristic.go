package env

// A Demonstrator is an Env with a heuristic, which shows how its task can be done. It is used through
// wrappers that change only the time limit or the rewards: see AsIs.
type Demonstrator interface {
	// Heuristic returns the heuristic of the environment with its options.
	Heuristic() Heuristic
}

// A Heuristic is a policy that is written by hand, for example a controller. It changes nothing of its
// own: several goroutines may use it at the same time, and all that it remembers of an episode
// is in a row of the caller. policy.NewHeuristic makes a Policy of it.
type Heuristic interface {
	// Memory returns the number of floats of that row.
	Memory() int

	// Act writes the action for the observation obs to act, both rows of the environment's spaces, and
	// updates memory, a row of Memory() floats. All of these are 0 at the start of an episode.
	// Act must not keep the slices.
	Act(obs, memory, act []float32)
}

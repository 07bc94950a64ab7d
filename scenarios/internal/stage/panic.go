package stage

import "fmt"

// A Panic is a panic of an environment, of its drawing or of a policy, with the episode in which
// it happened.
type Panic struct {
	Env   string
	Seed  uint64 // seed of the episode
	Step  int    // step of the episode
	Value any    // argument of the original panic
}

// Error returns one line with the episode and the panic's value.
func (p *Panic) Error() string {
	return fmt.Sprintf("%s, episode seed %d, step %d: %v", p.Env, p.Seed, p.Step, p.Value)
}

// addEpisode turns a panic into a *Panic and panics again. It must be deferred.
func (s *Screen) addEpisode() {
	if p := recover(); p != nil {
		panic(&Panic{s.Player.Spec.ID, s.Player.Seed, s.Player.Steps, p})
	}
}

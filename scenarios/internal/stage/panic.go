package stage

import "fmt"

// A Panic is a panic of an environment, a drawing or a policy in a Screen, with the
// episode in which it happened.
type Panic struct {
	Env   string
	Seed  uint64 // of the episode
	Step  int    // of the episode
	Value any
}

// Error says it in one line.
func (p *Panic) Error() string {
	return fmt.Sprintf("%s, episode seed %d, step %d: %v", p.Env, p.Seed, p.Step, p.Value)
}

// name turns a panic into a *Panic and panics again. It must be deferred.
func (s *Screen) name() {
	if p := recover(); p != nil {
		panic(&Panic{s.Player.Spec.ID, s.Player.Seed, s.Player.Steps, p})
	}
}

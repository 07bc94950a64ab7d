package stage

import "fmt"

// A Panic is what a Screen panics with, in place of what an environment, a drawing or
// a policy did. It says which episode that was.
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

// name goes on with a panic as a *Panic. It is to be deferred.
func (s *Screen) name() {
	if p := recover(); p != nil {
		panic(&Panic{s.Player.Spec.ID, s.Player.Seed, s.Player.Steps, p})
	}
}

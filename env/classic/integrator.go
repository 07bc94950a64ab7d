package classic

import "fmt"

// An Integrator is a way of moving a state by one time step.
type Integrator string

// The Integrators there are.
const (
	Euler        Integrator = "euler"         // positions move with the velocities before the step
	SemiImplicit Integrator = "semi-implicit" // positions move with the velocities after it
)

// UnmarshalText reads the name of an Integrator.
func (i *Integrator) UnmarshalText(text []byte) error {
	switch v := Integrator(text); v {
	case Euler, SemiImplicit:
		*i = v
		return nil
	}
	return fmt.Errorf("integrator %q, want %s or %s", text, Euler, SemiImplicit)
}

package classic

import "fmt"

// An Integrator is a method that moves the state by one time step.
type Integrator string

// The integrators.
const (
	Euler        Integrator = "euler"         // positions change with the velocities before the step
	SemiImplicit Integrator = "semi-implicit" // positions change with the velocities after the step
)

// UnmarshalText parses the name of an Integrator.
func (i *Integrator) UnmarshalText(text []byte) error {
	switch v := Integrator(text); v {
	case Euler, SemiImplicit:
		*i = v
		return nil
	}
	return fmt.Errorf("integrator %q, want %s or %s", text, Euler, SemiImplicit)
}

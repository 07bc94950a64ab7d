package agents

import "fmt"

// errorf names the algorithm that an error is of.
func errorf(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("agents: %s: %w", name, err)
}

package agents

import "fmt"

// algorithmError returns err with the name of the algorithm before it, or nil if err is nil.
func algorithmError(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("agents: %s: %w", name, err)
}

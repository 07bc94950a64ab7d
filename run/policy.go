package run

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// Policy returns a saved policy of a loaded run: the final policy or, if best is true, the policy
// with the best evaluation during training. The policy file describes its networks. For a file of
// version 1, or for a policy type of the program itself, the scenario describes the networks.
func (r *Run) Policy(best bool) (policy.Policy, error) {
	s, name := r.Scenario, filepath.Join(r.Dir, policyFile)
	if best {
		name = filepath.Join(r.Dir, bestFile)
	}
	p, m, err := policy.OpenWithMeta(name, s.Engine())
	switch {
	case errors.Is(err, os.ErrNotExist) && best:
		return nil, fmt.Errorf("%s is not there: no policy was evaluated during training; eval.freq is the interval of evaluations", name)
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s is not there: the run is not finished; rlrun resume %s continues it%s", name, r.Dir, r.bestHint())
	case errors.Is(err, policy.ErrEarlier):
		p, err = r.loadPolicy(name, policy.LoadEarlier)
	case errors.Is(err, policy.ErrOwnType):
		p, err = r.loadPolicy(name, policy.Load)
	}
	if err != nil {
		return nil, err
	}
	if err := fits(s, p, m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// fits returns an error if the policy was trained with another agent or environment than the
// scenario has.
func fits(s *scenario.Scenario, p policy.Policy, m policy.Meta) error {
	if m.Env != s.Env {
		return fmt.Errorf("a policy for the environment %q, want one for %s", m.Env, s.Env)
	}
	if m.Agent != s.Agent {
		return fmt.Errorf("a policy of the agent %q, want one of %s", m.Agent, s.Agent)
	}
	return p.Spec().Check(s.Spec)
}

// loadPolicy makes the policy of the scenario's agent and loads its parameters from a file.
func (r *Run) loadPolicy(name string, load func(io.Reader, policy.Policy) error) (policy.Policy, error) {
	p, err := r.Scenario.NewPolicy()
	if err != nil {
		return nil, err
	}
	f, err := infile.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := load(f, p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// bestHint returns the end of an error message about the flag --best, or "" if the run has no
// best policy.
func (r *Run) bestHint() string {
	if _, err := os.Stat(filepath.Join(r.Dir, bestFile)); err != nil {
		return ""
	}
	return ", and --best takes the best policy so far"
}

// savePolicy writes the current policy to a file of the run directory.
func (r *Run) savePolicy(name string) error {
	var b bytes.Buffer
	if err := policy.Save(&b, r.agent.Policy(), policy.Meta{Env: r.Scenario.Env, Agent: r.Scenario.Agent}); err != nil {
		return err
	}
	return r.write(name, b.Bytes())
}

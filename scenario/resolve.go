package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/settings"
)

// resolve computes the fields of s from the decoded file, whose root is for error messages.
func (s *Scenario) resolve(root settings.Node, agent origin) error {
	err := s.resolveNumbers(root)
	if err == nil {
		err = checkName(s.Name)
	}
	if err == nil {
		err = s.resolveEnv(s.file.Env.Options.DecodeFields)
	}
	if err == nil {
		err = s.resolveAgent(agent)
	}
	return err
}

// resolveNumbers computes the fields for all settings except env and agent. Error messages have
// the place of the setting below root.
func (s *Scenario) resolveNumbers(root settings.Node) error {
	f := &s.file
	s.Name, s.Seed, s.Steps, s.Eval, s.Kernels, s.Init, s.Published = f.Name, f.Seed, f.Steps, f.Eval, f.Kernels, f.Init, f.Published
	s.Schedule, s.Stretched = s.Steps, f.Stretched
	if f.Schedule != nil {
		s.Schedule = *f.Schedule
	}
	s.LogInterval = max(1, s.Steps/100)
	if f.LogInterval != nil {
		s.LogInterval = *f.LogInterval
	}
	if s.Eval.Freq == nil {
		s.Eval.Freq = new(max(1, s.Steps/10))
	}
	for _, r := range []struct {
		key          string
		value, least int
	}{
		{"steps", s.Steps, 1}, {"schedule_steps", s.Schedule, 1}, {"eval.episodes", s.Eval.Episodes, 1}, {"eval.max_steps", s.Eval.MaxSteps, 1},
		{"eval.freq", *s.Eval.Freq, 0}, {"eval.freq_episodes", s.Eval.FreqEpisodes, 1}, {"eval.patience", s.Eval.Patience, 0},
		{"log_interval", s.LogInterval, 1}, {"env.parallel", f.Env.Parallel, 0},
	} {
		n, given := root.Find(strings.Split(r.key, ".")...)
		switch {
		case r.least <= r.value && r.value <= state.MaxCount:
		case !given:
			return fmt.Errorf("%s is missing, want %d or more", r.key, r.least)
		case r.value > state.MaxCount:
			return n.Fault("%d, want no more than %d", r.value, state.MaxCount)
		default:
			return n.Fault("%d, want %d or more", r.value, r.least)
		}
	}
	return nil
}

// notInNames has the characters that some systems do not allow in names of directories.
const notInNames = `/\:*?"<>|`

// checkName returns an error if the name is not valid for a directory.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, notInNames) || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("name is %q, want a name that a directory can have", name)
	}
	return nil
}

func (s *Scenario) resolveEnv(options env.Options) (err error) {
	envs := s.catalog.Envs
	if s.file.Env.ID == "" {
		return fmt.Errorf("env.id is missing, want one of %s", strings.Join(envs.IDs(), ", "))
	}
	if s.Env, err = s.catalog.EnvID(s.file.Env.ID); err != nil {
		return err
	}
	wraps, err := s.wrappers()
	if err != nil {
		return err
	}
	bare, err := envs.Factory(s.Env, func(into any) error {
		if s.options == nil {
			s.options = into // the decoded options; Encode writes them to config.yaml
		}
		return options(into)
	})
	if fault, ok := errors.AsType[*settings.Fault](err); ok {
		return fault // the message of a Fault already names the place in the file
	} else if err != nil {
		return err
	}
	train := wrapped(bare, wraps)
	evalWraps := slices.DeleteFunc(slices.Clone(wraps), func(w wrapping) bool { return w.rewardOnly })
	eval := wrapped(bare, evalWraps)
	s.EvalEnvs = eval.Maker()
	e, again, err := train.Peek()
	if err != nil {
		return err
	}
	s.Spec = e.Spec()
	if err := s.Spec.Validate(); err != nil {
		return errors.Join(fmt.Errorf("env: %s, with its wrappers: %w", s.Env, err), env.Close(e))
	}
	if s.Tabular, _ = env.AsIs[grid.Tabular](e); s.Tabular == nil { // a tabular environment stays open, because the scenario later reads its model
		train = again
	}
	s.single = train.Maker()
	if s.TrainEnvs = s.single; s.file.Env.Parallel > 0 {
		s.TrainEnvs = train.ParallelMaker(s.file.Env.Parallel)
	}
	s.Threshold = cmp.Or(s.file.Target, s.Spec.RewardThreshold)
	if s.file.Target == nil && len(evalWraps) < len(wraps) { // the threshold of training may be scaled by reward wrappers
		e, _, err := eval.Peek()
		if err != nil {
			return err
		}
		s.Threshold = e.Spec().RewardThreshold
		if err := env.Close(e); err != nil {
			return err
		}
	}
	if s.Eval.StopAtThreshold && s.Threshold == nil {
		return fmt.Errorf("eval.stop_at_threshold needs a threshold, but %s has none: set target", s.Env)
	}
	return nil
}

func (s *Scenario) resolveAgent(from origin) error {
	var name string
	n, rest, err := s.file.Agent.Take("name")
	if err == nil {
		err = n.Decode(&name)
	}
	if err != nil {
		return err
	}
	if name == "" {
		return fmt.Errorf("agent.name is missing, want one of %s", strings.Join(s.catalog.Agents.Names(), ", "))
	}
	kind, err := s.catalog.agent(name)
	if err != nil {
		return n.Fault("%v", err)
	}
	s.Agent, s.kind, s.config = name, kind, kind.defaults()
	if err := s.carriesOver(n, rest, from); err != nil {
		return err
	}
	if err := rest.Decode(s.config); err != nil {
		return err
	}
	if err := s.config.Complete(); err != nil {
		return rest.Fault("%v", err)
	}
	engine, ok := s.catalog.Engines[s.file.Backend]
	if !ok {
		return fmt.Errorf("no backend %q, want %s", s.file.Backend, strings.Join(s.catalog.EngineNames(), " or "))
	}
	setup := s.config.Base()
	setup.Seed, setup.Steps, setup.Engine = s.Seed, s.Schedule, engine
	setup.Beyond = s.Steps > s.Schedule
	if s.file.Env.NEnvs != nil {
		setup.NEnvs = *s.file.Env.NEnvs
	}
	return nil
}

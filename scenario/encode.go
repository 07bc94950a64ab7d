package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy/f32"
)

// Encode returns the scenario of a new run as YAML. It contains all default settings and the name
// of the kernels in use.
func (s *Scenario) Encode() ([]byte, error) { return s.encode(f32.Kernels(), nil) }

// Extend returns the scenario of a run that is extended to a new total number of steps, and its
// YAML for the file fileName. trained is the number of steps that the run has trained. Without
// stretch, schedules stay at their final values. With stretch, they change over the new number of
// steps.
func (s *Scenario) Extend(fileName string, steps int, stretch bool, trained int) (*Scenario, []byte, error) {
	text, err := s.encode(s.Kernels, s.Stretched)
	if err != nil {
		return nil, nil, err
	}
	origin := fmt.Sprint("--steps ", steps)
	changes := []Change{{Assignment: fmt.Sprint("steps=", steps), Origin: origin}}
	if stretch {
		list := fmt.Sprint(append(slices.Clone(s.Stretched), trained)) // [1 2]
		changes = append(changes,
			Change{Assignment: "schedule_steps=null", Origin: origin},
			Change{Assignment: "stretched=" + strings.ReplaceAll(list, " ", ", "), Origin: origin})
	} else {
		changes = append(changes, Change{Assignment: fmt.Sprint("schedule_steps=", s.Schedule), Origin: origin})
	}
	next, err := Parse(fileName, text, changes, s.catalog)
	if err != nil {
		return nil, nil, err
	}
	next.UseCores(s.config.Base().Cores)
	text, err = next.encode(next.Kernels, next.Stretched)
	return next, text, err
}

func (s *Scenario) encode(kernels string, stretched []int) ([]byte, error) {
	options := any(s.file.Env.Options)
	if s.options != nil {
		options = settings.Fields(s.options)
	}
	setup, schedule := s.config.Base(), &s.Schedule
	if s.Schedule == s.Steps {
		schedule = nil
	}
	fields := settings.Map{
		{Key: "name", Value: s.Name},
		{Key: "env", Value: settings.Map{
			{Key: "id", Value: s.Env},
			{Key: "options", Value: options},
			{Key: "wrappers", Value: s.file.Env.Wrappers},
			{Key: "n_envs", Value: setup.NEnvs},
			{Key: "parallel", Value: s.file.Env.Parallel},
		}},
		{Key: "agent", Value: append(settings.Map{{Key: "name", Value: s.Agent}}, settings.Fields(s.config)...)},
		{Key: "steps", Value: s.Steps},
		{Key: "schedule_steps", Value: schedule},
		{Key: "target", Value: s.file.Target},
		{Key: "eval", Value: s.Eval},
		{Key: "log_interval", Value: s.LogInterval},
		{Key: "seed", Value: s.Seed},
		{Key: "backend", Value: s.file.Backend},
		{Key: "init", Value: s.Init},
		{Key: "published", Value: s.Published},
		{Key: "kernels", Value: kernels},
	}
	if len(stretched) > 0 {
		fields = append(fields, settings.Entry{Key: "stretched", Value: stretched})
	}
	return settings.Encode(fields)
}

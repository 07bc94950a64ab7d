// Package scenario reads scenarios, complete experiments: an environment, an
// agent with its settings, a budget, and the return that counts as solved.
package scenario

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy/f32"
)

// A Scenario is an experiment that is ready to run.
type Scenario struct {
	Name        string
	Env         string   // id
	Spec        env.Spec // of the environment, wrappers included
	Agent       string   // name
	Seed        uint64
	Steps       int      // environment steps to train
	Schedule    int      // steps over which schedules run; beyond, they stay at their final values
	Stretched   []int    // steps after which the run's schedules were stretched; empty for a new run
	Threshold   *float64 // return that counts as solved: the target, or else the environment's; nil where there is none
	Eval        Eval
	LogInterval int    // steps between two rows of progress
	Kernels     string // that the file says it ran with; "" where it says nothing
	Published   string // what others have published of the same, and where; "" for nothing
	Init        string // the run, or the policy's file, that training begins with; "" for none

	// Tabular is the environment if its model is known and no wrapper changes its
	// observations or actions, otherwise nil. The model has the environment's own rewards
	// and no time limit.
	Tabular grid.Tabular

	Train, Judge env.Maker // environments to train in; to evaluate in, whose rewards are unscaled
	single       env.Maker // Train's environments, in a Vec
	file         file      // with every default written out
	catalog      Catalog
	kind         Agent
	config       agents.Config
	options      any // the environment's, decoded
}

// Eval is how policies are evaluated: the final one, and those on the way.
type Eval struct {
	Episodes int `yaml:"episodes"`
	MaxSteps int `yaml:"max_steps"` // of an episode, where the environment has no limit of its own

	Freq            *int `yaml:"freq"`              // training steps between evaluations on the way; 0: none; null: a tenth of all
	FreqEpisodes    int  `yaml:"freq_episodes"`     // episodes of each
	StopAtThreshold bool `yaml:"stop_at_threshold"` // end training when one of them reaches the threshold
	Patience        int  `yaml:"patience"`          // or when so many in a row were not the best; 0: never
}

// file is a scenario as YAML has it.
type file struct {
	Name        string        `yaml:"name"`
	Env         envFile       `yaml:"env"`
	Agent       settings.Node `yaml:"agent"`
	Steps       int           `yaml:"steps"`
	Schedule    *int          `yaml:"schedule_steps"` // null: all of the steps
	Stretched   []int         `yaml:"stretched"`
	Target      *float64      `yaml:"target"`
	Eval        Eval          `yaml:"eval"`
	LogInterval *int          `yaml:"log_interval"` // null: a hundredth of the steps
	Seed        uint64        `yaml:"seed"`
	Backend     string        `yaml:"backend"`
	Init        string        `yaml:"init"`
	Published   string        `yaml:"published"`
	Kernels     string        `yaml:"kernels"`
}

type envFile struct {
	ID       string          `yaml:"id"`
	Options  settings.Node   `yaml:"options"`
	Wrappers []settings.Node `yaml:"wrappers"`
	NEnvs    *int            `yaml:"n_envs"`   // null: what the agent has by default
	Parallel int             `yaml:"parallel"` // goroutines to step them on; 0: none but the agent's own
}

// A Change is a setting given on the command line.
type Change struct {
	Assignment string // KEY=VALUE, dotted: agent.gamma=0.9
	Origin     string // what the user typed, for messages
	NewAgent   bool   // --agent: the agent with its default settings, so a scenario of another agent is an error
}

// Parse makes a Scenario of a file's text, with changes. The catalog has what the text can
// name. The file's name is for messages, and is the Scenario's where the text gives it
// none.
func Parse(fileName string, text []byte, changes []Change, catalog Catalog) (*Scenario, error) {
	tree, err := settings.Parse(fileName, text)
	if err != nil {
		return nil, err
	}
	if err := mendEarlier(tree); err != nil {
		return nil, err
	}
	agent := origin{written: agentIn(tree)}
	for _, c := range changes {
		agent.own = agent.own || c.NewAgent
		if err := tree.Set(c.Assignment, c.Origin); err != nil {
			return nil, err
		}
	}
	base := filepath.Base(fileName)
	s := &Scenario{catalog: catalog, file: file{
		Name: strings.TrimSuffix(base, filepath.Ext(base)),
		Eval: Eval{Episodes: 100, MaxSteps: 10_000, FreqEpisodes: 10}, Seed: 1, Backend: "native",
	}}
	if err := tree.Root().Decode(&s.file); err != nil {
		return nil, err
	}
	if err := s.resolve(agent); err != nil {
		if _, ok := errors.AsType[*settings.Fault](err); !ok { // which names the file itself
			err = fmt.Errorf("%s: %w", fileName, err)
		}
		return nil, err
	}
	return s, nil
}

// resolve turns the file into the Scenario it describes.
func (s *Scenario) resolve(agent origin) error {
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
		{"log_interval", s.LogInterval, 1},
	} {
		if r.value < r.least || r.value > state.MaxCount {
			return fmt.Errorf("%s is %d, want %d or more, and no more than %d", r.key, r.value, r.least, state.MaxCount)
		}
	}
	if err := checkName(s.Name); err != nil {
		return err
	}
	if err := s.resolveEnv(); err != nil {
		return err
	}
	return s.resolveAgent(agent)
}

// notInNames are characters that folders cannot have in their names on every system.
const notInNames = `/\:*?"<>|`

// checkName refuses a name that could not name a folder.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || strings.ContainsAny(name, notInNames) || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("name is %q, want one that a folder can have", name)
	}
	return nil
}

func (s *Scenario) resolveEnv() (err error) {
	envs := s.catalog.Envs
	if s.file.Env.ID == "" {
		return fmt.Errorf("env.id is not there, want one of %s", strings.Join(envs.IDs(), ", "))
	}
	if s.Env, err = EnvID(envs, s.file.Env.ID); err != nil {
		return err
	}
	wraps, err := s.wrappers()
	if err != nil {
		return err
	}
	bare, err := envs.Factory(s.Env, func(into any) error {
		if s.options == nil {
			s.options = into // of the first environment, for config.yaml
		}
		return s.file.Env.Options.DecodeFields(into)
	})
	if fault, ok := errors.AsType[*settings.Fault](err); ok {
		return fault // which names its place
	} else if err != nil {
		return err
	}
	train := wrapped(bare, wraps)
	judge := wrapped(bare, slices.DeleteFunc(slices.Clone(wraps), func(w wrapping) bool { return w.rewardOnly }))
	e, err := train()
	if err != nil {
		return err
	}
	s.Spec = e.Spec()
	if err := s.Spec.Validate(); err != nil {
		return fmt.Errorf("env: %s, with its wrappers: %w", s.Env, err)
	}
	s.Tabular, _ = env.AsIs[grid.Tabular](e)
	s.single = train.Maker()
	switch workers := s.file.Env.Parallel; {
	case workers < 0:
		return fmt.Errorf("env.parallel is %d, want 0 or more", workers)
	case workers == 0:
		s.Train = s.single
	default:
		s.Train = train.ParallelMaker(workers)
	}
	s.Judge = judge.Maker()
	if s.Threshold = s.file.Target; s.Threshold == nil {
		e, err := judge()
		if err != nil {
			return err
		}
		s.Threshold = e.Spec().RewardThreshold
	}
	if s.Eval.StopAtThreshold && s.Threshold == nil {
		return fmt.Errorf("eval.stop_at_threshold of %s, which has no threshold: target says what is wanted", s.Env)
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
		return fmt.Errorf("agent.name is not there, want one of %s", strings.Join(s.catalog.Agents.Names(), ", "))
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

// String names the agent, the environment and the seed.
func (s *Scenario) String() string { return fmt.Sprintf("%s on %s, seed %d", s.Agent, s.Env, s.Seed) }

// UseCores lets the agent use so many cores, to the same bytes.
func (s *Scenario) UseCores(n int) { s.config.Base().Cores = n }

// Discount is the agent's γ.
func (s *Scenario) Discount() float64 {
	text := strconv.FormatFloat(float64(s.config.Discount()), 'g', -1, 32) // 0.99, not the float32 next to it
	gamma, _ := strconv.ParseFloat(text, 64)
	return gamma
}

// Memory is what the agent remembers its experience in, in bytes; 0 where it keeps
// none.
func (s *Scenario) Memory() int {
	if m, ok := s.config.(interface{ Memory(env.Spec) int }); ok {
		return m.Memory(s.Spec)
	}
	return 0
}

// EpisodeLimit returns the most steps of an evaluation's episode.
func (s *Scenario) EpisodeLimit() int {
	if n := s.Spec.MaxSteps; n > 0 {
		return n
	}
	return s.Eval.MaxSteps
}

// NewEnv returns one environment as in training, to be stepped by itself.
func (s *Scenario) NewEnv() (env.Env, error) {
	v, err := s.single(1)
	if err != nil {
		return nil, err
	}
	return v.(*env.Vec).Env(0), nil
}

// NewAgent returns the agent, connected to its environments and untrained.
func (s *Scenario) NewAgent() (agents.Agent, error) {
	return s.kind.build(s.Train, s.config)
}

// Encode returns the scenario of a new run as YAML, every default written out, with
// the kernels that this program uses.
func (s *Scenario) Encode() ([]byte, error) { return s.encode(f32.Kernels(), nil) }

// Extend returns the scenario of a run that has trained some steps and goes on to more,
// and its YAML for the file called fileName. Steps is the value of the flag --steps.
// Schedules stay at their final values, or are stretched to the new steps from here on.
func (s *Scenario) Extend(fileName, steps string, stretch bool, trained int) (*Scenario, []byte, error) {
	text, err := s.encode(s.Kernels, s.Stretched)
	if err != nil {
		return nil, nil, err
	}
	origin := "--steps " + steps
	changes := []Change{{Assignment: "steps=" + steps, Origin: origin}}
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

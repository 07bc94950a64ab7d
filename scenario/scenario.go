// Package scenario reads scenarios, complete experiments: an environment, an
// agent with its settings, a budget, and the return that counts as solved.
package scenario

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
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

	TrainEnvs, EvalEnvs env.Maker // environments to train in; to evaluate in, whose rewards are unscaled
	single              env.Maker // Train's environments, in a Vec
	file                file      // with every default written out
	catalog             Catalog
	kind                Agent
	config              agents.Config
	options             any // the environment's, decoded
}

// Eval is how policies are evaluated: the final one, and those on the way.
type Eval struct {
	Episodes int `yaml:"episodes"`
	MaxSteps int `yaml:"max_steps"` // of an episode, where the environment has no limit of its own

	Freq            *int `yaml:"freq"`              // training steps between evaluations on the way; 0: none; null: a tenth of all
	FreqEpisodes    int  `yaml:"freq_episodes"`     // episodes of each
	StopAtThreshold bool `yaml:"stop_at_threshold"` // end training when one of them reaches the threshold
	Patience        int  `yaml:"patience"`          // or when this many in a row were not the best; 0: never
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
	s := newScenario(strings.TrimSuffix(base, filepath.Ext(base)), catalog)
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

// newScenario returns a Scenario with a file's defaults, not yet resolved.
func newScenario(name string, catalog Catalog) *Scenario {
	return &Scenario{catalog: catalog, file: file{
		Name: name, Eval: Eval{Episodes: 100, MaxSteps: 10_000, FreqEpisodes: 10}, Seed: 1, Backend: "native",
	}}
}

// maxAgentName bounds an agent's name in a policy's file, in bytes.
const maxAgentName = 100

// ForPolicy returns a Scenario of an environment with its default options, for a policy of
// an agent that need not be in the catalog. Policies are evaluated in it, and nothing is
// trained. An agent that is not known is "".
func ForPolicy(id, agent string, catalog Catalog) (*Scenario, error) {
	noName := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	switch {
	case id == "":
		return nil, errors.New("it names no environment")
	case agent == "":
		agent = "unknown"
	case len(agent) > maxAgentName || strings.ContainsFunc(agent, noName):
		return nil, fmt.Errorf("its agent is %.20q, want a name of %d bytes at most, without spaces", agent, maxAgentName)
	}
	s := newScenario(runName(id, agent), catalog)
	s.file.Env.ID, s.file.Steps = id, 1
	err := s.resolveNumbers()
	if err == nil {
		err = s.resolveEnv()
	}
	if err != nil {
		return nil, err
	}
	s.Agent = agent
	if a, ok := catalog.Agents[agent]; ok && a.build != nil {
		s.kind, s.config = a, a.defaults()
	}
	return s, nil
}

// String names the agent, the environment and the seed.
func (s *Scenario) String() string { return fmt.Sprintf("%s on %s, seed %d", s.Agent, s.Env, s.Seed) }

// Engine returns what the agent's networks run on.
func (s *Scenario) Engine() nn.Engine { return s.config.Base().Engine }

// Catalog returns what the scenario's file could name.
func (s *Scenario) Catalog() Catalog { return s.catalog }

// UseCores lets the agent use n cores. The bytes stay the same.
func (s *Scenario) UseCores(n int) { s.config.Base().Cores = n }

// Discount returns the agent's γ. It is NaN for an agent that is not in the catalog: see
// ForPolicy.
func (s *Scenario) Discount() float64 {
	if s.config == nil {
		return math.NaN()
	}
	text := strconv.FormatFloat(float64(s.config.Discount()), 'g', -1, 32) // 0.99, not the float32 next to it
	gamma, _ := strconv.ParseFloat(text, 64)
	return gamma
}

// Memory returns the bytes of the agent's replay memory; 0 of an agent that has none.
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

// NewPolicy returns the policy of an untrained agent, whose environments are closed.
func (s *Scenario) NewPolicy() (policy.Policy, error) {
	a, err := s.NewAgent()
	if err != nil {
		return nil, err
	}
	return a.Policy(), agents.Close(a)
}

// NewAgent returns the agent, connected to its environments and untrained.
func (s *Scenario) NewAgent() (agents.Agent, error) {
	return s.kind.build(s.TrainEnvs, s.config)
}

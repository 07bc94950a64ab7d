// Package scenario reads scenario files. A Scenario is a complete experiment: an environment with
// its options and wrappers, an agent with its settings, the number of steps, and the return
// that counts as solved. Parse makes a Scenario from YAML. A Catalog has the environments,
// agents, wrappers and engines that the file can name. Package run trains a Scenario.
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

// A Scenario is an experiment, complete and checked.
type Scenario struct {
	Name        string
	Env         string   // id of the environment
	Spec        env.Spec // spec of the environment with its wrappers
	Agent       string   // name of the agent
	Seed        uint64
	Steps       int      // environment steps to train
	Schedule    int      // steps over which schedules change; after them the values are constant
	Stretched   []int    // numbers of steps after which the run's schedules were stretched; empty for a new run
	Threshold   *float64 // mean return that counts as solved: the setting target, or the environment's threshold; nil if there is neither
	Eval        Eval
	LogInterval int    // steps between two rows of progress.csv
	Kernels     string // kernels that the file names; "" if the file does not name kernels
	Published   string // published result of the same experiment, with its source; "" if unknown
	Init        string // run or policy file with whose policy training starts; "": a new policy

	// Tabular is the environment if its model is known and no wrapper changes the observations or
	// actions. Otherwise it is nil. The rewards of the model are without wrappers, and the model
	// has no time limit.
	Tabular grid.Tabular

	TrainEnvs, EvalEnvs env.Maker // makers of environments for training, and for evaluation (the rewards are not scaled)
	single              env.Maker // maker of environments for training, which one goroutine steps
	file                file      // the decoded file, with all default settings
	catalog             Catalog
	kind                Agent
	config              agents.Config
	options             any // decoded options of the environment
}

// Eval has the settings of the final evaluation and of evaluations during training.
type Eval struct {
	Episodes int `yaml:"episodes"`  // episodes of the final evaluation; the flag --episodes
	MaxSteps int `yaml:"max_steps"` // maximum number of steps of an evaluation episode if the environment has no time limit

	Freq            *int `yaml:"freq"`              // training steps between two evaluations during training (SB3: eval_freq); 0: none; nil: a tenth of all steps
	FreqEpisodes    int  `yaml:"freq_episodes"`     // episodes per evaluation during training (SB3: n_eval_episodes)
	StopAtThreshold bool `yaml:"stop_at_threshold"` // end training when the mean return of an evaluation during training reaches the threshold
	Patience        int  `yaml:"patience"`          // end training if this many evaluations in a row bring no new best mean return (SB3: max_no_improvement_evals); 0: never
}

// file has the settings of a scenario file.
type file struct {
	Name        string        `yaml:"name"`           // name of the scenario and of its directory in runs; by default the name of the file
	Env         envFile       `yaml:"env"`            // environment
	Agent       settings.Node `yaml:"agent"`          // algorithm and its settings; name selects the algorithm
	Steps       int           `yaml:"steps"`          // environment steps to train, summed over all environments (rl-zoo3: n_timesteps); the flag --steps
	Schedule    *int          `yaml:"schedule_steps"` // steps over which schedules change; after them the values are constant; nil: all steps
	Stretched   []int         `yaml:"stretched"`      // numbers of steps after which resume --stretch has stretched the schedules; rlrun writes it
	Target      *float64      `yaml:"target"`         // mean return that counts as solved; nil: the threshold of the environment, if it has one
	Eval        Eval          `yaml:"eval"`           // evaluation of policies
	LogInterval *int          `yaml:"log_interval"`   // steps between two rows of progress.csv; nil: a hundredth of all steps
	Seed        uint64        `yaml:"seed"`           // seed from which all random numbers are derived; the flag --seed
	Backend     string        `yaml:"backend"`        // engine that computes the networks: native or gorgonia; the flag --backend
	Init        string        `yaml:"init"`           // run or policy file; training starts with its policy; the flag --init
	Published   string        `yaml:"published"`      // published result for this environment and agent, for the table of results; it changes nothing
	Kernels     string        `yaml:"kernels"`        // kernels that a run was trained with; rlrun writes it
}

type envFile struct {
	ID       string          `yaml:"id"`       // id of the environment; without a version: the newest version
	Options  settings.Node   `yaml:"options"`  // options of the environment
	Wrappers []settings.Node `yaml:"wrappers"` // wrappers around the environment, the innermost first
	NEnvs    *int            `yaml:"n_envs"`   // environments that are stepped together; nil: the default of the agent
	Parallel int             `yaml:"parallel"` // goroutines that step the environments, or each part of them if PPO and A2C divide 256 or more among cores; the results stay the same; 0: no extra goroutines
}

// A Change is a setting from the command line.
type Change struct {
	Assignment string // KEY=VALUE, where KEY has dots: agent.gamma=0.9
	Origin     string // words that the user typed, for error messages
	NewAgent   bool   // whether the Change is --agent, which trains the agent with its default settings; it is an error if the scenario has settings for another agent
}

// Parse makes a Scenario from the text of a file and from changes, which replace settings of the
// text. The catalog has everything that the text can name. fileName is used in error messages. It
// is also the name of the Scenario if the text has no name.
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
	err = tree.Root().Decode(&s.file)
	if err == nil {
		err = s.resolve(tree.Root(), agent)
	}
	if err == nil {
		return s, nil
	}
	if _, ok := errors.AsType[*settings.Fault](err); !ok { // the message of a Fault already has the name of the file
		return nil, fmt.Errorf("%s: %w", fileName, err)
	}
	return nil, settings.WithPlace(err, func() []string { return catalog.Keys(textAt(tree, "env", "id"), agentIn(tree)) })
}

// newScenario returns a Scenario with the default settings of a file. The other fields are set by
// resolve.
func newScenario(name string, catalog Catalog) *Scenario {
	return &Scenario{catalog: catalog, file: file{
		Name: name, Eval: Eval{Episodes: 100, MaxSteps: 10_000, FreqEpisodes: 10}, Seed: 1, Backend: "native",
	}}
}

// Settings returns the settings of a scenario file with their default values, as a pointer to a
// struct with yaml tags. Other methods return the settings of agents, environments and wrappers:
// see Agent.Defaults, env.Entry and Wrapper.Value.
func Settings() any { return &newScenario("", Catalog{}).file }

// maxAgentName is the maximum length of an agent's name in a policy file [bytes].
const maxAgentName = 100

// ForPolicy returns a Scenario for the evaluation of a policy file or a heuristic. A nil options keeps the
// default options of the environment. The agent may be missing from the catalog, and its name may be "". The
// Scenario cannot be trained.
func ForPolicy(id, agent string, options env.Options, catalog Catalog) (*Scenario, error) {
	noName := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	switch {
	case id == "":
		return nil, errors.New("it does not name an environment")
	case agent == "":
		agent = "unknown"
	case len(agent) > maxAgentName || strings.ContainsFunc(agent, noName):
		return nil, fmt.Errorf("its agent is %.20q, want a name without spaces, of at most %d bytes", agent, maxAgentName)
	}
	if options == nil {
		options = settings.Node{}.DecodeFields
	}
	s := newScenario(runName(id, agent), catalog)
	s.file.Env.ID, s.file.Steps = id, 1
	err := s.resolveNumbers(settings.Node{})
	if err == nil {
		err = s.resolveEnv(options)
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

// String returns the names of the agent and the environment, and the seed.
func (s *Scenario) String() string { return fmt.Sprintf("%s on %s, seed %d", s.Agent, s.Env, s.Seed) }

// Engine returns the engine that computes the agent's networks.
func (s *Scenario) Engine() nn.Engine { return s.config.Base().Engine }

// Catalog returns the Catalog with which the scenario was parsed.
func (s *Scenario) Catalog() Catalog { return s.catalog }

// UseCores allows the agent to use n cores. The results stay the same, bit for bit.
func (s *Scenario) UseCores(n int) { s.config.Base().Cores = n }

// Discount returns the agent's discount γ. It is NaN for an agent that is not in the catalog: see
// ForPolicy.
func (s *Scenario) Discount() float64 {
	if s.config == nil {
		return math.NaN()
	}
	text := strconv.FormatFloat(float64(s.config.Discount()), 'g', -1, 32) // the float64 0.99, not the value of float32(0.99)
	gamma, _ := strconv.ParseFloat(text, 64)
	return gamma
}

// Memory returns the size of the agent's replay buffer [bytes], or 0 without one.
func (s *Scenario) Memory() int {
	if m, ok := s.config.(interface{ Memory(env.Spec) int }); ok {
		return m.Memory(s.Spec)
	}
	return 0
}

// EpisodeLimit returns the maximum number of steps of an evaluation episode.
func (s *Scenario) EpisodeLimit() int {
	if n := s.Spec.MaxSteps; n > 0 {
		return n
	}
	return s.Eval.MaxSteps
}

// NewEnv returns a single environment, with its wrappers for training.
func (s *Scenario) NewEnv() (env.Env, error) {
	v, err := s.single(1)
	if err != nil {
		return nil, err
	}
	return v.(*env.Vec).Env(0), nil
}

// NewPolicy returns the policy of a new, untrained agent.
func (s *Scenario) NewPolicy() (policy.Policy, error) {
	a, err := s.NewAgent()
	if err != nil {
		return nil, err
	}
	return a.Policy(), agents.Close(a)
}

// CanSpread reports whether other programs can play the rollouts of the agent: see agents.Spread.
func (s *Scenario) CanSpread() bool { return agents.CanSpread(s.config) }

// NewActor returns an Actor that plays parts of the agent's rollouts for another program.
func (s *Scenario) NewActor() (*agents.Actor, error) { return agents.NewActor(s.single, s.config) }

// Actors returns the number of actors of the agent that can play in other programs, and the number of
// trajectories that can wait for the learner: see agents.Actors.
func (s *Scenario) Actors() (actors, depth int) { return agents.Actors(s.config) }

// NewPlayer returns the Player with the given id, which plays trajectories for another program. The Scenario
// can be used for nothing else afterwards.
func (s *Scenario) NewPlayer(id int) (*agents.Player, error) {
	return agents.NewPlayer(s.config, id, s.NewAgent)
}

// NewAgent returns a new, untrained agent with its environments.
func (s *Scenario) NewAgent() (agents.Agent, error) {
	return s.kind.build(s.TrainEnvs, s.config)
}

package agents_test

import (
	"io"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// countedEnv is mimic that subtracts 1 from count when it is closed, so that count is the number
// of open environments. It has two measures: how often symbol 2 occurred in the episode, and
// minus this number.
type countedEnv struct {
	*mimic
	count *atomic.Int64
	twos  float64
}

func (o *countedEnv) Reset(seed uint64, obs []float32) {
	o.mimic.Reset(seed, obs)
	o.twos = 0
}

func (o *countedEnv) Step(act, obs []float32) env.Outcome {
	if o.symbol == 2 {
		o.twos++
	}
	return o.mimic.Step(act, obs)
}

func (o *countedEnv) State(s *state.State) {
	o.mimic.State(s)
	s.Double("open/twos", &o.twos)
}

func (o *countedEnv) Close() error {
	o.count.Add(-1)
	return nil
}

func (o *countedEnv) Measures() []string    { return []string{"twos", "minus_twos"} }
func (o *countedEnv) Measure(dst []float64) { dst[0], dst[1] = o.twos, -o.twos }

var (
	_ io.Closer    = (*countedEnv)(nil)
	_ env.Measured = (*countedEnv)(nil)
)

// TestClose checks that agents close each environment once, and that a constructor that returns an
// error closes the environments that it made.
func TestClose(t *testing.T) {
	count := new(atomic.Int64)
	mk := env.Each(func() env.Env {
		count.Add(1)
		return &countedEnv{newMimic(), count, 0}
	})
	for name, newAgent := range maskedAgents() {
		made := count.Load()
		a := newAgent(mk)
		if _, err := a.Learn(500); err != nil || count.Load() <= made {
			t.Errorf("%s: %d environments, error %v", name, count.Load(), err)
		}
		for range 2 {
			if err := a.(io.Closer).Close(); err != nil {
				t.Errorf("%s: Close: %v", name, err)
			}
		}
		if n := count.Load(); n != made {
			t.Errorf("%s: %d environments are not closed", name, n-made)
		}
		if _, err := a.Learn(1000); err == nil {
			t.Errorf("%s learns in closed environments", name)
		}
	}
	for range 2 {
		c := agents.DefaultPPO()
		c.NEnvs, c.NSteps = 64, 1<<24
		c.BatchSize = 1 << 20
		if _, err := agents.NewPPO(mk, c); err == nil {
			t.Error("NewPPO with a rollout of 2³⁰ rows: no error, want one")
		}
	}
	if n := count.Load(); n != 0 {
		t.Errorf("after failed constructors %d environments are not closed", n)
	}
}

// TestMeasures checks that a Report has the means of the environments' measures over the last 100
// episodes, with A3C over all workers, and that a resumed agent reports the same means.
func TestMeasures(t *testing.T) {
	mk := env.Each(func() env.Env { return &countedEnv{newMimic(), new(atomic.Int64), 0} })
	for name, newAgent := range maskedAgents() {
		a, b := newAgent(mk), newAgent(mk)
		if r := agents.Must(a.Learn(0)); len(r.Measures) > 0 && r.Measures[0].Value == r.Measures[0].Value {
			t.Errorf("%s: measured %v before the first episode, want NaN", name, r.Measures)
		}
		r := agents.Must(a.Learn(2000))
		if len(r.Measures) != 2 || r.Measures[0].Name != "twos" || r.Measures[1].Name != "minus_twos" {
			t.Fatalf("%s: measured %v, want twos and minus_twos", name, r.Measures)
		}
		// An episode has 10 symbols, of which a third are 2 on average; the mean over 100 episodes
		// has the standard deviation √(10·(1/3)·(2/3)/100) = 0.15.
		if x, y := r.Measures[0].Value, r.Measures[1].Value; x != -y || x < 2.6 || x > 4.1 {
			t.Errorf("%s: measured %v, want about 3.33 and the negative", name, r.Measures)
		}
		file := t.TempDir() + "/agent"
		if err := agents.Save(file, a); err != nil {
			t.Fatal(err)
		}
		if err := agents.Load(file, b); err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(agents.Must(a.Learn(r.Steps + 1)).Measures)
		if got := agents.Must(b.Learn(r.Steps + 1)).Measures; !slices.Equal(got, want) {
			t.Errorf("%s: after Load measured %v, want %v", name, got, want)
		}
	}
}

// closableEnv is an environment that subtracts 1 from count when it is closed.
type closableEnv struct {
	env.Env
	count *atomic.Int64
}

func (s closableEnv) Close() error {
	s.count.Add(-1)
	return nil
}

// TestCloseValues checks the same as TestClose for agents that learn action values.
func TestCloseValues(t *testing.T) {
	count := new(atomic.Int64)
	counted := func(newEnv func() env.Env) env.Maker {
		return env.Each(func() env.Env {
			count.Add(1)
			return closableEnv{newEnv(), count}
		})
	}
	symbols, numbers := counted(func() env.Env { return newMimic() }), counted(func() env.Env { return newTracking() })
	for name, newAgent := range map[string]func() (agents.Agent, error){
		"DQN":          func() (agents.Agent, error) { return agents.NewDQN(symbols, agents.DefaultDQN()) },
		"DDPG":         func() (agents.Agent, error) { return agents.NewDDPG(numbers, agents.DefaultDDPG()) },
		"TD3":          func() (agents.Agent, error) { return agents.NewTD3(numbers, agents.DefaultTD3()) },
		"SAC":          func() (agents.Agent, error) { return agents.NewSAC(numbers, agents.DefaultSAC()) },
		"linear SARSA": func() (agents.Agent, error) { return agents.NewLinearSARSA(symbols, agents.DefaultLinear()) },
		"SARSA": func() (agents.Agent, error) {
			return agents.NewSARSA(counted(newNumbered), agents.DefaultTabular())
		},
	} {
		a, err := newAgent()
		if err != nil || count.Load() == 0 {
			t.Fatalf("%s: %d environments, error %v", name, count.Load(), err)
		}
		for range 2 {
			if err := a.(io.Closer).Close(); err != nil || count.Load() != 0 {
				t.Errorf("%s: Close leaves %d environments, error %v", name, count.Load(), err)
			}
		}
		if _, err := a.Learn(100); err == nil {
			t.Errorf("%s learns in closed environments", name)
		}
	}
	for name, newAgent := range map[string]func() error{
		"DQN":        func() error { _, err := agents.NewDQN(numbers, agents.DefaultDQN()); return err },
		"Q-learning": func() error { _, err := agents.NewQLearning(symbols, agents.DefaultTabular()); return err },
	} {
		if err := newAgent(); err == nil || count.Load() != 0 {
			t.Errorf("%s: error %v, and %d environments are open", name, err, count.Load())
		}
	}
}

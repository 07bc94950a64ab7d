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

// open is mimic that counts its kind: one more when it is made, one less when it is
// closed. It measures how often its symbol was 2, in two ways.
type open struct {
	*mimic
	count *atomic.Int64
	twos  float64
}

func (o *open) Reset(seed uint64, obs []float32) {
	o.mimic.Reset(seed, obs)
	o.twos = 0
}

func (o *open) Step(act, obs []float32) env.Outcome {
	if o.symbol == 2 {
		o.twos++
	}
	return o.mimic.Step(act, obs)
}

func (o *open) State(s *state.State) {
	o.mimic.State(s)
	s.Double("open/twos", &o.twos)
}

func (o *open) Close() error {
	o.count.Add(-1)
	return nil
}

func (o *open) Measures() []string    { return []string{"twos", "minus_twos"} }
func (o *open) Measure(dst []float64) { dst[0], dst[1] = o.twos, -o.twos }

var (
	_ io.Closer    = (*open)(nil)
	_ env.Measured = (*open)(nil)
)

// TestClose: agents close their environments once; and those of an agent that cannot be.
func TestClose(t *testing.T) {
	count := new(atomic.Int64)
	mk := env.Each(func() env.Env {
		count.Add(1)
		return &open{newMimic(), count, 0}
	})
	for name, newAgent := range masked() {
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
			t.Error("a PPO of a rollout of 2^30 rows")
		}
	}
	if n := count.Load(); n != 0 {
		t.Errorf("%d environments of agents that cannot be are not closed", n)
	}
}

// TestMeasures: a Report has the means of what environments measure in the last 100
// episodes of 10 steps, under their names; A3C's of all workers. A resumed agent goes on
// with them.
func TestMeasures(t *testing.T) {
	mk := env.Each(func() env.Env { return &open{newMimic(), new(atomic.Int64), 0} })
	for name, newAgent := range masked() {
		a, b := newAgent(mk), newAgent(mk)
		if r := agents.Must(a.Learn(0)); len(r.Measures) > 0 && r.Measures[0].Value == r.Measures[0].Value {
			t.Errorf("%s: measured %v before the first episode, want NaN", name, r.Measures)
		}
		r := agents.Must(a.Learn(2000))
		if len(r.Measures) != 2 || r.Measures[0].Name != "twos" || r.Measures[1].Name != "minus_twos" {
			t.Fatalf("%s: measured %v, want twos and minus_twos", name, r.Measures)
		}
		// A third of 10 symbols: of 100 episodes the mean has a deviation of 0.15.
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

// shut is an environment that counts its kind.
type shut struct {
	env.Env
	count *atomic.Int64
}

func (s shut) Close() error {
	s.count.Add(-1)
	return nil
}

// TestCloseValues: agents that learn values close their environments too, and those of an
// agent that cannot be.
func TestCloseValues(t *testing.T) {
	count := new(atomic.Int64)
	counted := func(newEnv func() env.Env) env.Maker {
		return env.Each(func() env.Env {
			count.Add(1)
			return shut{newEnv(), count}
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

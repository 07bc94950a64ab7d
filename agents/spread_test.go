package agents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// actorsCollector is a Collector with some Actors. It gives each part to a random one of them, the parts in a
// random order and sometimes twice.
type actorsCollector struct {
	t      *testing.T
	rng    *rand.Rand
	actors []*Actor
	busy   float64 // probability of an iteration in which nobody plays, or not every part
	played int     // iterations
}

// newActors returns n Actors.
func newActors(t *testing.T, mk env.Maker, c Config, n int) *actorsCollector {
	t.Helper()
	a := &actorsCollector{t: t, rng: rand.New(rand.NewPCG(1, uint64(n)))}
	for range n {
		actor, err := NewActor(mk, c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { actor.Close() })
		a.actors = append(a.actors, actor)
	}
	return a
}

func (a *actorsCollector) Collect(weights []byte, states [][]byte, accept func(int, []byte) error) bool {
	if len(a.actors) == 0 {
		return false
	}
	for _, actor := range a.actors {
		if err := actor.SetWeights(weights); err != nil {
			a.t.Fatal(err)
		}
	}
	order := a.rng.Perm(len(states))
	order = append(order, order[0])
	if a.rng.Float64() < a.busy {
		order = order[:a.rng.IntN(len(order)-1)]
	}
	for _, part := range order {
		actor := a.actors[a.rng.IntN(len(a.actors))]
		result, err := actor.Play(a.t.Context(), part, states[part])
		if err != nil {
			a.t.Fatal(err)
		}
		if err := accept(part, result[:len(result)-1]); err == nil {
			a.t.Error("a result that is cut short is accepted")
		}
		if err := accept(part, result); err != nil {
			a.t.Fatalf("part %d is refused: %v", part, err)
		}
	}
	if len(order) <= len(states) {
		return false
	}
	a.played++
	return true
}

// spreadCase is an agent whose rollouts others play.
type spreadCase struct {
	mk  env.Maker
	new func(env.Maker, Config) (Agent, error)
	c   Config
}

// ppoCase returns a case with PPO.
func ppoCase(mk env.Maker, change func(*PPOConfig)) spreadCase {
	c := DefaultPPO()
	c.Seed, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs, c.Network.NetArch = 3, 6, 12, 24, 2, policy.Layers(8)
	c.Steps = 4 * c.NEnvs * c.NSteps
	change(&c)
	return spreadCase{mk, func(mk env.Maker, c Config) (Agent, error) { return NewPPO(mk, *c.(*PPOConfig)) }, &c}
}

// spreadCases has agents with all that travels with a part.
func spreadCases() map[string]spreadCase {
	cartPole, pendulum := env.Each(classic.NewCartPole), env.Each(classic.NewPendulum)
	dials := func() env.Env { return &dial{act: env.MultiDiscrete{N: []int{3, 2}}} }
	a2c := DefaultA2C()
	a2c.Seed, a2c.NEnvs, a2c.NSteps, a2c.Steps, a2c.Network.NetArch = 5, 20, 5, 400, policy.Layers(8)
	lstm := func(c *PPOConfig) {
		c.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 4}}})
		c.SequenceLength, c.BurnIn = 4, 2
	}
	return map[string]spreadCase{
		"plain":         ppoCase(cartPole, func(*PPOConfig) {}),
		"normalised":    ppoCase(pendulum, func(c *PPOConfig) { c.Normalize.Obs, c.Normalize.Reward = true, true }),
		"gSDE":          ppoCase(pendulum, func(c *PPOConfig) { c.UseSDE, c.SDESampleFreq = true, 5 }),
		"without State": ppoCase(env.Each(dials), func(*PPOConfig) {}),
		"parallel":      ppoCase(env.EachParallel(2, dials), func(*PPOConfig) {}),
		"memory":        ppoCase(env.Each(dials), lstm),
		"batch norm":    ppoCase(cartPole, func(c *PPOConfig) { c.Network.Norm = "batch" }),
		"many parts": ppoCase(cartPole, func(c *PPOConfig) {
			c.NEnvs, c.NSteps, c.BatchSize = 3*partSize+5, 4, 512
			c.Steps = 2 * c.NEnvs * c.NSteps
		}),
		"A2C":              {cartPole, func(mk env.Maker, c Config) (Agent, error) { return NewA2C(mk, *c.(*A2CConfig)) }, &a2c},
		"one environment":  ppoCase(cartPole, func(c *PPOConfig) { c.NEnvs, c.BatchSize, c.Steps = 1, 6, 48 }),
		"not one rollout":  ppoCase(cartPole, func(c *PPOConfig) { c.NSteps, c.Steps = 1, 24 }),
		"trunk, dropout":   ppoCase(cartPole, func(c *PPOConfig) { c.Network.ShareTrunk, c.Network.Dropout = true, 0.1 }),
		"memory, with SDE": ppoCase(pendulum, func(c *PPOConfig) { lstm(c); c.UseSDE = true }),
	}
}

// saved returns the state of an agent.
func saved(t *testing.T, a state.Stater) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := state.Save(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSpread checks that an agent whose rollouts are played by some Actors has the same bytes as an agent that
// plays alone, after each iteration: also if the agent plays some rollouts itself, and after it was saved and
// loaded.
func TestSpread(t *testing.T) {
	for name, c := range spreadCases() {
		t.Run(name, func(t *testing.T) {
			alone := Must(c.new(c.mk, c.c))
			var want [][]byte
			var reports []string
			for r := Must(alone.Learn(0)); r.Steps < c.c.Base().Steps; {
				r = Must(alone.Learn(r.Steps + 1))
				want, reports = append(want, saved(t, alone)), append(reports, fmt.Sprint(r, r.Ended))
			}
			single := c.mk
			if name == "parallel" {
				single = env.Each(func() env.Env { return &dial{act: env.MultiDiscrete{N: []int{3, 2}}} })
			}
			for actors, busy := range []float64{0, 0, 0.5, 0.2} {
				to := newActors(t, single, c.c, actors)
				to.busy = busy
				a := Must(c.new(c.mk, c.c))
				if err := Spread(a, to); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if i == len(want)/2 { // continues in another program
						data := saved(t, a)
						a = Must(c.new(c.mk, c.c))
						if err := state.Load(bytes.NewReader(data), a); err != nil {
							t.Fatal(err)
						}
						if err := Spread(a, to); err != nil {
							t.Fatal(err)
						}
					}
					r := Must(a.Learn(Must(a.Learn(0)).Steps + 1))
					if got := fmt.Sprint(r, r.Ended); got != reports[i] {
						t.Errorf("%d actors, iteration %d: %s, want %s", actors, i, got, reports[i])
					}
					if i%2 == 1 && !bytes.Equal(saved(t, a), want[i]) {
						t.Fatalf("%d actors, iteration %d: other bytes than alone", actors, i)
					}
				}
				if actors == 1 && to.played != len(want) {
					t.Errorf("one actor has played %d rollouts, want %d", to.played, len(want))
				}
			}
		})
	}
}

// TestSpansOf checks that parts have all environments, and that each has environments of one of the agent's own
// parts.
func TestSpansOf(t *testing.T) {
	for _, c := range []struct {
		envs, own int
		want      []int // numbers of environments; nil: only the sum is checked
	}{
		{1, 1, []int{1}}, {8, 1, slices.Repeat([]int{1}, 8)}, {16, 1, slices.Repeat([]int{1}, 16)}, {40, 1, nil}, {255, 1, nil},
		{256, 2, slices.Repeat([]int{16}, 16)}, {389, 3, nil}, {4096, 16, slices.Repeat([]int{256}, 16)},
	} {
		at := 0
		for i, s := range spansOf(c.envs, c.own) {
			if s.from != at || s.n < 1 || c.want != nil && s.n != c.want[i] {
				t.Errorf("%d environments, part %d is %+v, want it from %d on", c.envs, i, s, at)
			}
			at += s.n
			for k := range c.own {
				if border := k * c.envs / c.own; s.from < border && border < at {
					t.Errorf("%d environments: part %+v is in two of the agent's parts", c.envs, s)
				}
			}
		}
		if at != c.envs {
			t.Errorf("parts of %d environments have %d", c.envs, at)
		}
	}
}

// TestSpreadBad checks what cannot be spread, and what an Actor refuses.
func TestSpreadBad(t *testing.T) {
	mk := env.Each(classic.NewCartPole)
	c := DefaultReinforce()
	if err := Spread(Must(NewReinforce(mk, c)), nil); err == nil {
		t.Error("Spread of a Reinforce, want an error")
	}
	if _, err := NewActor(mk, &c); err == nil {
		t.Error("an Actor of a Reinforce, want an error")
	}
	own := func(n int) (env.Vector, error) {
		v, err := mk(n)
		return struct{ env.Vector }{v}, err
	}
	p := ppoCase(mk, func(*PPOConfig) {})
	if err := Spread(Must(p.new(own, p.c)), nil); err == nil {
		t.Error("Spread of a user's own Vector, want an error")
	}
	a := Must(NewActor(mk, p.c))
	defer a.Close()
	weights := make([]byte, a.WeightsSize())
	if err := a.SetWeights(weights[1:]); err == nil {
		t.Error("weights of another size, want an error")
	}
	copy(weights, []byte{0, 0, 0xc0, 0x7f}) // NaN
	if err := a.SetWeights(weights); err == nil {
		t.Error("weights that are not finite, want an error")
	}
	for _, part := range []int{-1, a.Parts()} {
		if _, err := a.Play(t.Context(), part, nil); err == nil {
			t.Errorf("Play of part %d, want an error", part)
		}
	}
	if _, err := a.Play(t.Context(), 0, []byte("state")); err == nil {
		t.Error("Play of a damaged state, want an error")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	agent := Must(p.new(mk, p.c))
	if err := Spread(agent, collectorFunc(func(_ []byte, states [][]byte, _ func(int, []byte) error) bool {
		if _, err := a.Play(ended, 0, states[0]); !errors.Is(err, context.Canceled) {
			t.Errorf("Play = %v after the context has ended, want its error", err)
		}
		if _, err := a.Play(t.Context(), 0, states[0]); err != nil {
			t.Errorf("Play after an interrupted one: %v", err)
		}
		return false
	})); err != nil {
		t.Fatal(err)
	}
	Must(agent.Learn(1))
}

// TestSpreadFails checks that an environment that fails at an Actor is the Actor's error, and that the agent,
// which then plays itself, has the error that it has alone.
func TestSpreadFails(t *testing.T) {
	mk := env.Each(func() env.Env { return &failingDial{} })
	c := ppoCase(mk, func(*PPOConfig) {})
	_, want := Must(c.new(mk, c.c)).Learn(1)
	actor := Must(NewActor(mk, c.c))
	failed := false
	a := Must(c.new(mk, c.c))
	if err := Spread(a, collectorFunc(func(weights []byte, states [][]byte, _ func(int, []byte) error) bool {
		if err := actor.SetWeights(weights); err != nil {
			t.Fatal(err)
		}
		for i, s := range states {
			_, err := actor.Play(t.Context(), i, s)
			failed = failed || err != nil
		}
		return false
	})); err != nil {
		t.Fatal(err)
	}
	_, err := a.Learn(1)
	if e := new(env.Error); !failed || !errors.As(err, &e) || err.Error() != want.Error() {
		t.Errorf("Learn = %v, want %v; the Actor has failed: %v", err, want, failed)
	}
}

// collectorFunc is a function as a Collector.
type collectorFunc func([]byte, [][]byte, func(int, []byte) error) bool

func (f collectorFunc) Collect(w []byte, s [][]byte, accept func(int, []byte) error) bool {
	return f(w, s, accept)
}

// A failingDial fails after some steps.
type failingDial struct {
	dial
	steps int
}

func (f *failingDial) Spec() env.Spec {
	f.act = env.Discrete{N: 3}
	return f.dial.Spec()
}

func (f *failingDial) Step(act, obs []float32) env.Outcome {
	if f.steps++; f.steps > 9 {
		env.Fail(errors.New("out of order"))
	}
	return f.dial.Step(act, obs)
}

// FuzzPlayed checks that results of anybody are refused or accepted, without a panic.
func FuzzPlayed(f *testing.F) {
	for _, name := range []string{"plain", "memory", "without State"} {
		c := spreadCases()[name]
		p := Must(c.new(c.mk, c.c)).(*PPO)
		actor := Must(NewActor(c.mk, c.c))
		p.crew.letPlay(collectorFunc(func(weights []byte, states [][]byte, _ func(int, []byte) error) bool {
			actor.SetWeights(weights)
			f.Add(name == "memory", Must(actor.Play(f.Context(), 0, states[0])))
			return false
		}), p.networks.model)
		if _, err := p.crew.collectElsewhere(p.roll); err != nil {
			f.Fatal(err)
		}
		actor.Close()
	}
	agents := map[bool]*PPO{}
	for memory, name := range map[bool]string{false: "without State", true: "memory"} {
		c := spreadCases()[name]
		p := Must(c.new(c.mk, c.c)).(*PPO)
		p.crew.letPlay(nil, p.networks.model)
		p.roll.Divide(p.crew.elsewhere.sizes...)
		agents[memory] = p
	}
	f.Fuzz(func(t *testing.T, memory bool, data []byte) {
		p := agents[memory]
		readPlayed(data, p.roll.Part(0), &p.crew.elsewhere.parts[0].play.stats)
	})
}

package agents

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// symbolAndNumber is an environment whose observation has a symbol as a Discrete, and a number in
// a Box, which is 1000, 1010 or 1020 for the symbols 0, 1 and 2. The reward is 100 times the
// symbol. Actions have no effect.
type symbolAndNumber struct {
	rng    env.Rand
	symbol int
	act    env.Space
}

func (g *symbolAndNumber) Spec() env.Spec {
	return env.Spec{
		ID: "Gauge-v0", Act: g.act, MaxSteps: 10,
		Obs: env.Dict{{Name: "symbol", Space: env.Discrete{N: 3}}, {Name: "number", Space: env.NewBox(0, 2000, 1)}},
	}
}

func (g *symbolAndNumber) Reset(seed uint64, obs []float32) {
	g.rng.Seed(seed)
	g.show(obs)
}

func (g *symbolAndNumber) show(obs []float32) {
	g.symbol = int(g.rng.Uniform(0, 3))
	obs[0], obs[1] = float32(g.symbol), float32(1000+10*g.symbol)
}

func (g *symbolAndNumber) Step(_, obs []float32) env.Outcome {
	out := env.Outcome{Reward: float64(100 * g.symbol)}
	g.show(obs)
	return out
}

// CheckMomentsOfNumber checks the normaliser of an agent whose observations are a Discrete and a
// number, 1000, 1010 or 1020: it has the mean and the variance of the number only.
func CheckMomentsOfNumber(t *testing.T, agent string, p policy.Policy) {
	t.Helper()
	moment := func(tensor string) []float32 {
		i := slices.IndexFunc(p.Tensors(), func(p *tape.Param) bool { return p.Name == tensor })
		return p.Tensors()[i].Value
	}
	mean, variance := moment("obs_mean"), moment("obs_var")
	if len(mean) != 1 || math.Abs(float64(mean[0])-1010) > 1 || math.Abs(float64(variance[0])-200./3) > 5 {
		t.Errorf("%s: mean %v and variance %v, want 1010 and 66.7, of the number only", agent, mean, variance)
	}
}

// TestNormalizeOffPolicy checks that DQN, DDPG, TD3 and SAC normalise the Box of a Dict and not the
// Discrete, that the replay buffer keeps observations that are not normalised, and that rewards
// are normalised when they are sampled.
func TestNormalizeOffPolicy(t *testing.T) {
	mk := func(act env.Space) env.Maker {
		return env.Each(func() *symbolAndNumber { return &symbolAndNumber{act: act} })
	}
	numbers, choices := mk(env.NewBox(-1, 1, 1)), mk(env.Discrete{N: 2})
	norm := DefaultNormalize()
	norm.Obs, norm.Reward = true, true
	set := func(s *Setup, r *Replay, n *Normalize, k *policy.NetworkConfig) {
		*n, s.NEnvs, r.BatchSize, r.BufferSize, k.NetArch = norm, 2, 16, 4000, policy.Layers(8)
	}
	for name, newAgent := range map[string]func() (Agent, *offPolicy){
		"DQN": func() (Agent, *offPolicy) {
			c := DefaultDQN()
			set(&c.Setup, &c.Replay, &c.Normalize, &c.Network)
			a := Must(NewDQN(choices, c))
			return a, &a.offPolicy
		},
		"DDPG": func() (Agent, *offPolicy) {
			c := DefaultDDPG()
			set(&c.Setup, &c.Replay, &c.Normalize, &c.Network)
			a := Must(NewDDPG(numbers, c))
			return a, &a.offPolicy
		},
		"TD3": func() (Agent, *offPolicy) {
			c := DefaultTD3()
			set(&c.Setup, &c.Replay, &c.Normalize, &c.Network)
			a := Must(NewTD3(numbers, c))
			return a, &a.offPolicy
		},
		"SAC": func() (Agent, *offPolicy) {
			c := DefaultSAC()
			set(&c.Setup, &c.Replay, &c.Normalize, &c.Network)
			a := Must(NewSAC(numbers, c))
			return a, &a.offPolicy
		},
	} {
		a, o := newAgent()
		if _, err := a.Learn(3000); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		CheckMomentsOfNumber(t, name, a.Policy())
		b := o.experience.sample(o.rng)
		for i, symbol := range []float32{b.Obs[0], b.Obs[2], b.Obs[4]} {
			if want := o.scale.scaled(100 * symbol); b.Obs[2*i+1] != 1000+10*symbol || b.Reward[i] != want || math.Abs(float64(want)) > 10 {
				t.Errorf("%s: the observation %v has the reward %v, want a number that is not normalised and %v", name, b.Obs[2*i:2*i+2], b.Reward[i], want)
			}
		}
	}
}

// TestScaledStore compares rewards that are sampled right after their step with recordings of
// Stable-Baselines3's VecNormalize: see testdata/README.md.
func TestScaledStore(t *testing.T) {
	var runs []struct {
		Name                   string
		Gamma, Clip, Tolerance float64
		Steps                  []struct {
			Raw, Reward           []float64
			Terminated, Truncated []bool
		}
	}
	golden.Read(t, "testdata/normalize.json.gz", &runs)
	for _, run := range runs {
		n := len(run.Steps[0].Raw)
		scale, spec := newRewardScale(n, run.Gamma, cmp.Or(run.Clip, math.Inf(1))), env.Spec{Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 1}}
		res := env.NewResult(n, 1)
		r := DefaultReplay()
		r.BufferSize = 100 * n
		m, err := newExperience(&r, spec, res, scale)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range run.Steps {
			copy(res.Reward, s.Raw)
			copy(res.Terminated, s.Terminated)
			copy(res.Truncated, s.Truncated)
			m.buffer.Add(make([]float32, n), res)
			scale.observe(res)
			for k, want := range s.Reward {
				var store replay.Store = m.buffer.Store
				got := float64(store.At(store.Row(store.Len() - n + k)).Reward)
				if math.Abs(got-want) > run.Tolerance*max(1, math.Abs(want)) {
					t.Fatalf("%s: step %d: reward %v becomes %v, want %v", run.Name, i, s.Raw[k], got, want)
				}
			}
		}
	}
}

package agents

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/replay"
)

// dial is an environment with three numbers that the choices of the action move. Its episodes are
// truncated after 7 steps. If the first number is negative, the mask forbids the value 0 of every
// choice.
type dial struct {
	act env.Space
	at  [3]float32
}

func (d *dial) Spec() env.Spec {
	return env.Spec{ID: "Dial-v0", Obs: env.NewBox(-9, 9, 3), Act: d.act, MaxSteps: 7}
}

func (d *dial) Reset(seed uint64, obs []float32) {
	for i := range d.at {
		d.at[i] = float32(seed>>(20*i)&0xffff)/0x8000 - 1
	}
	copy(obs, d.at[:])
}

func (d *dial) Step(act, obs []float32) env.Outcome {
	for i, a := range act {
		d.at[i] = 0.9*d.at[i] + 0.1*(a-1)
	}
	copy(obs, d.at[:])
	return env.Outcome{Reward: float64(d.at[0] + d.at[1]), Terminated: d.at[0] > 0.95}
}

func (d *dial) Mask(allowed []bool) {
	l, _ := env.LayoutOf(d.act)
	choices, _ := l.Choices()
	for _, n := range choices {
		for v := range n {
			allowed[v] = v > 0 || d.at[0] >= 0
		}
		allowed = allowed[n:]
	}
}

// rolloutColumns has the columns of a rollout of all environments.
type rolloutColumns struct {
	obs, act, logp, reward, done []float32
	mask, first                  []bool
}

// add adds the columns of a part, which has the environments from, from+1, … of n.
func (w *rolloutColumns) add(part *replay.Rollout, from, n int) {
	b := part.All()
	w.obs = placeColumn(w.obs, b.Obs, part, from, n)
	w.act = placeColumn(w.act, b.Act, part, from, n)
	w.logp = placeColumn(w.logp, b.LogProb, part, from, n)
	w.reward = placeColumn(w.reward, part.Reward, part, from, n)
	w.done = placeColumn(w.done, part.Done, part, from, n)
	w.mask = placeColumn(w.mask, b.Mask, part, from, n)
	w.first = placeColumn(w.first, part.First, part, from, n)
}

// placeColumn copies a column of a part, which has the environments from, from+1, … of n, to the
// column of all environments, and returns it.
func placeColumn[T any](all, column []T, part *replay.Rollout, from, n int) []T {
	k := len(column) / (part.T * part.N)
	if all == nil {
		all = make([]T, part.T*n*k)
	}
	for t := range part.T {
		copy(all[(t*n+from)*k:(t*n+from+part.N)*k], column[t*part.N*k:(t+1)*part.N*k])
	}
	return all
}

// equal returns the name of the first column that differs, or "".
func (w *rolloutColumns) equal(o *rolloutColumns) (column string) {
	switch {
	case !slices.Equal(w.obs, o.obs):
		return "observations"
	case !slices.Equal(w.act, o.act):
		return "actions"
	case !slices.Equal(w.logp, o.logp):
		return "log-probabilities"
	case !slices.Equal(w.reward, o.reward):
		return "rewards"
	case !slices.Equal(w.done, o.done):
		return "ends"
	case !slices.Equal(w.mask, o.mask):
		return "masks"
	case !slices.Equal(w.first, o.first):
		return "firsts"
	}
	return ""
}

// TestParts checks that three rollouts of 8 environments have the same bytes, whether a PPO
// collects them or several collectors that share the environments. The normaliser does not change
// while a rollout is collected; afterwards it gets the observations in order.
func TestParts(t *testing.T) {
	const n, steps, rollouts = 8, 20, 3
	for name, c := range map[string]struct {
		mk     env.Maker
		change func(*PPOConfig)
	}{
		"Discrete":                 {env.Each(func() env.Env { return &dial{act: env.Discrete{N: 3}} }), func(*PPOConfig) {}},
		"MultiDiscrete":            {env.Each(func() env.Env { return &dial{act: env.MultiDiscrete{N: []int{3, 4, 2}}} }), func(*PPOConfig) {}},
		"MultiBinary":              {env.Each(func() env.Env { return &dial{act: env.MultiBinary{N: 2}} }), func(c *PPOConfig) { c.Normalize.Obs = true }},
		"CartPole, normalised":     {env.Each(classic.NewCartPole), func(c *PPOConfig) { c.Normalize.Obs = true }},
		"Box":                      {env.Each(classic.NewPendulum), func(*PPOConfig) {}},
		"gSDE":                     {env.Each(classic.NewPendulum), func(c *PPOConfig) { c.UseSDE, c.SDESampleFreq = true, 3 }},
		"gSDE, once, normalised":   {env.Each(classic.NewPendulum), func(c *PPOConfig) { c.UseSDE, c.Normalize.Obs = true, true }},
		"Discrete, several cores":  {env.EachParallel(2, func() env.Env { return &dial{act: env.Discrete{N: 3}} }), func(*PPOConfig) {}},
		"share_trunk and dropouts": {env.Each(classic.NewCartPole), func(c *PPOConfig) { c.Network.ShareTrunk, c.Network.Dropout = true, 0.1 }},
	} {
		config := DefaultPPO()
		config.Seed, config.NEnvs, config.NSteps, config.Network.NetArch = 3, n, steps, policy.Layers(16)
		c.change(&config)
		p := Must(NewPPO(c.mk, config))
		var want []rolloutColumns
		for range rollouts {
			if err := p.collect(p.roll); err != nil {
				t.Fatal(err)
			}
			var w rolloutColumns
			w.add(p.roll, 0, n)
			want = append(want, w)
			if err := p.endIteration(p.roll); err != nil {
				t.Fatal(err)
			}
		}
		for _, sizes := range [][]int{{8}, {3, 5}, {5, 3}, {1, 1, 1, 1, 1, 1, 1, 1}} {
			for i, got := range collectParts(t, c.mk, config, sizes, rollouts) {
				if column := got.equal(&want[i]); column != "" {
					t.Errorf("%s: rollout %d in parts of %v differs in its %s", name, i, sizes, column)
				}
			}
		}
	}
}

// collectParts collects rollouts with one collector for each part, with the weights and the
// normaliser of a new PPO. The argument sizes has the number of environments in each part.
func collectParts(t *testing.T, mk env.Maker, c PPOConfig, sizes []int, rollouts int) []rolloutColumns {
	p := Must(NewPPO(mk, c))
	var collectors []*collector
	var starts []int
	var parts []*replay.Rollout
	from := 0
	for _, n := range sizes {
		play := &collector{noiseSteps: c.SDESampleFreq}
		Must(play.makeEnvs(mk, c.Seed, from, n))
		play.allocate(p.Policy())
		collectors, parts, starts = append(collectors, play), append(parts, Must(newRollout(play.vec.Spec(), c.NSteps, n, len(play.mask)/n, sequences{}))), append(starts, from)
		from += n
	}
	all := make([]rolloutColumns, rollouts)
	for i := range all {
		weights := p.Policy()
		for k := len(parts) - 1; k >= 0; k-- { // the order of the parts must not matter
			if err := collectors[k].collect(weights.Clone().(*policy.ActorCritic), parts[k], c.NSteps); err != nil {
				t.Fatal(err)
			}
			all[i].add(parts[k], starts[k], from)
		}
		if p.normal != nil {
			p.normal.Observe(all[i].obs)
		}
	}
	return all
}

// TestA3CParts checks that A3C's worker i has environment i of the run: the workers' first
// rollouts are parts of the first rollout of a PPO with the same networks.
func TestA3CParts(t *testing.T) {
	mk := env.Each(func() env.Env { return &dial{act: env.MultiDiscrete{N: []int{3, 4, 2}}} })
	ppo, a3c := DefaultPPO(), DefaultA3C()
	ppo.Seed, ppo.NEnvs, ppo.NSteps = 5, 4, 32
	a3c.Seed, a3c.NEnvs, a3c.NSteps = 5, 4, 32
	p, a := Must(NewPPO(mk, ppo)), Must(NewA3C(mk, a3c))
	if err := p.collect(p.roll); err != nil {
		t.Fatal(err)
	}
	var want, got rolloutColumns
	want.add(p.roll, 0, 4)
	for i, w := range a.workers {
		if err := a.collect(w); err != nil {
			t.Fatal(err)
		}
		got.add(w.roll, i, 4)
	}
	if column := got.equal(&want); column != "" {
		t.Errorf("the workers' rollouts differ from the PPO's rollout in their %s", column)
	}
}

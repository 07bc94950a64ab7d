package grid_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/golden"
)

// An episode is one recorded episode of Gymnasium: see testdata/README.md.
type episode struct {
	Env, Options      string
	Init              float64
	Actions, States   []float64
	Uniforms, Rewards []float64
	Terminated        []bool
	Mask              [][]float64
	Dest              []int
	Flag              bool
}

// A tableEnv has the interfaces that all environments of grid have.
type tableEnv interface {
	env.Snapshotter
	env.Physics
	env.DrawSetter
}

// TestEpisodes replays Gymnasium's episodes with the same random numbers and checks the results
// and the masks. With a fickle passenger it stops before the destination changes, because
// Gymnasium then uses its random numbers differently.
func TestEpisodes(t *testing.T) {
	var all []episode
	golden.Read(t, "testdata/episodes.json.gz", &all)
	steps := 0
	for _, ep := range all {
		e := makeEnv(t, ep.Env, ep.Options).(tableEnv)
		obs := make([]float32, 1)
		if err := e.SetPhysics([]float64{ep.Init}); err != nil {
			t.Fatal(err)
		}
		for i, a := range ep.Actions {
			if ep.Mask != nil {
				checkMask(t, e.(env.Masker), ep.Mask[i])
			}
			if ep.Dest != nil && ep.Dest[i] >= 0 {
				break
			}
			e.SetDraws(ep.Uniforms[i : i+1])
			out := e.Step([]float32{float32(a)}, obs)
			e.SetDraws(nil)
			if got := e.Physics(nil); len(got) != 1 || got[0] != ep.States[i] || float64(obs[0]) != got[0] ||
				out.Reward != ep.Rewards[i] || out.Terminated != ep.Terminated[i] || out.Truncated {
				t.Fatalf("%s %s, step %d: %+v in %v, observed %v, want %v in %v", ep.Env, ep.Options, i, out, got, obs, ep.Rewards[i], ep.States[i])
			}
			steps++
		}
	}
	if steps < 4000 {
		t.Errorf("%d steps replayed, want more", steps)
	}
}

func checkMask(t *testing.T, m env.Masker, want []float64) {
	t.Helper()
	allowed := make([]bool, len(want))
	m.Mask(allowed)
	for a, w := range want {
		if allowed[a] != (w == 1) {
			t.Fatalf("mask %v, want %v", allowed, want)
		}
	}
}

// TestFicklePassenger checks that the passenger changes the destination once, in the first move
// in the taxi, to each of the three other places with the same probability, in 0.3 of the
// episodes, and that the observation does not show beforehand that it will happen.
func TestFicklePassenger(t *testing.T) {
	taxi := makeEnv(t, "Taxi-v4", "{fickle_passenger: true}").(*grid.Taxi)
	m := taxi.Model()
	begins := 0.0
	for s, p := range m.Start {
		if s >= 500 {
			begins += p
		}
	}
	if math.Abs(begins-0.3) > 1e-12 || taxi.Spec().Obs != (env.Discrete{N: 500}) {
		t.Errorf("%v of episodes have a fickle passenger, of %v, want 0.3 of 500 states", begins, taxi.Spec().Obs)
	}
	for s := 500; s < 1000; s++ {
		for a := range 6 {
			for _, o := range m.Transitions(s, a) {
				aboard, moved := s/4%5 == 4, (o.Next%500)/20 != (s-500)/20
				changed, pending := o.Next%4 != s%4, o.Next >= 500
				if changed != (aboard && moved) || pending == changed || changed && math.Abs(o.Probability-1./3) > 1e-12 {
					t.Fatalf("state %d, action %d: %+v", s, a, o)
				}
			}
		}
	}
	one, other := make([]float32, 1), make([]float32, 1)
	taxi.ObserveState(123, one)
	if taxi.ObserveState(623, other); one[0] != 123 || other[0] != 123 {
		t.Errorf("states 123 and 623 look like %v and %v, want 123", one, other)
	}
}

// TestHands replays Blackjack's recorded hands from the same cards.
func TestHands(t *testing.T) {
	var all []struct {
		Options    string
		Cards      []float64
		Actions    []float32
		Obs        [][]float32
		Rewards    []float64
		Terminated []bool
	}
	golden.Read(t, "testdata/blackjack_hands.json.gz", &all)
	games := map[string]tableEnv{} // by options
	for _, h := range all {
		e, made := games[h.Options]
		if !made {
			e = makeEnv(t, "Blackjack-v1", h.Options).(tableEnv)
			games[h.Options] = e
		}
		obs := make([]float32, 3)
		e.SetDraws(h.Cards)
		e.Reset(1, obs)
		for i, a := range h.Actions {
			if !slices.Equal(obs, h.Obs[i]) {
				t.Fatalf("%s, cards %v: observed %v, want %v", h.Options, h.Cards, obs, h.Obs[i])
			}
			out := e.Step([]float32{a}, obs)
			if out.Reward != h.Rewards[i] || out.Terminated != h.Terminated[i] {
				t.Fatalf("%s, cards %v, step %d: %+v, want %v", h.Options, h.Cards, i, out, h.Rewards[i])
			}
		}
		var want []float64
		for _, hand := range [][]float64{{h.Cards[0], h.Cards[1]}, {h.Cards[2], h.Cards[3]}} {
			want = append(append(want, 2), hand...)
		}
		if err := e.SetPhysics(want); err != nil || !slices.Equal(e.Physics(nil), want) {
			t.Errorf("SetPhysics(%v): %v, and then %v", want, err, e.Physics(nil))
		}
	}
}

// TestResets compares 10,000 resets with 10,000 of Gymnasium's: the number of starts in each
// state must agree within 4 standard errors, and for Blackjack the means of the observation.
func TestResets(t *testing.T) {
	var all []struct {
		Env, Options string
		Counts       []float64
	}
	golden.Read(t, "testdata/resets.json.gz", &all)
	for _, r := range all {
		e, obs := makeEnv(t, r.Env, r.Options), make([]float32, 1)
		counts := make([]float64, len(r.Counts))
		for seed := range uint64(10_000) {
			e.Reset(seed, obs)
			counts[int(obs[0])]++
		}
		for s, want := range r.Counts {
			p := (want + counts[s]) / 20_000
			// Taxi has 300 start states: by chance, one in 16,000 is beyond 4 standard errors.
			if math.Abs(counts[s]-want) > 4*math.Sqrt(2*10_000*p*(1-p)) {
				t.Errorf("%s %s: %v resets in state %d, want about %v", r.Env, r.Options, counts[s], s, want)
			}
		}
	}
	e, obs, sum := grid.NewBlackjack(), make([]float32, 3), [3]float64{}
	for seed := range uint64(10_000) {
		e.Reset(seed, obs)
		for i, x := range obs {
			sum[i] += float64(x) / 10_000
		}
	}
	for i, want := range []float64{14.5299, 6.4986, 0.1482} { // recorded means; the standard deviations are 4.063, 3.162, 0.355
		if dev := []float64{4.063, 3.162, 0.355}[i]; math.Abs(sum[i]-want) > 4*dev*math.Sqrt(2./10_000) {
			t.Errorf("Blackjack's observation %d has a mean of %v, want %v", i, sum[i], want)
		}
	}
}

// envOptions returns the ids of all environments, each with options that change its model or its
// observation.
func envOptions() map[string][]string {
	all := map[string][]string{
		"FrozenLake-v1": {"{is_slippery: false}", "{map_name: random, size: 12, map_seed: 3}", "{observation: one_hot}", "{observation: local}"},
		"Taxi-v4":       {"{is_rainy: true}", "{fickle_passenger: true}", "{observation: coordinates}"},
		"Blackjack-v1":  {"{sab: false, natural: true}"},
		"GridWorld-v0": {
			"{slip: 0.2, observation: coordinates}", "{map: [S.aK, '#D##', a..G], observation: local}",
			"{map: ['S.4', 'P.S'], wind: [0, 1, 0], slip: 0.5, observation: one_hot}",
		},
	}
	for _, id := range registry().IDs() {
		all[id] = append(all[id], "")
	}
	return all
}

func TestContract(t *testing.T) {
	for id, options := range envOptions() {
		for _, o := range options {
			e := makeEnv(t, id, o)
			if e.Spec().ID != id {
				t.Errorf("Spec().ID = %q, want %q", e.Spec().ID, id)
			}
			for _, b := range envtest.Breaches(e) {
				t.Errorf("%s %s: %s", id, o, b)
			}
		}
	}
}

// TestSnapshots saves episodes at random steps and checks that they continue in the same way
// after loading.
func TestSnapshots(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for id, options := range envOptions() {
		for _, o := range options {
			e := makeEnv(t, id, o)
			spec := e.Spec()
			obs, act := make([]float32, spec.Obs.Size()), make([]float32, 1)
			for seed := range uint64(20) {
				e.Reset(seed, obs)
				at, done := rng.IntN(30), false
				for step := 0; step < at && !done; step++ {
					spec.Act.Sample(rng, act)
					if done = e.Step(act, obs).Done(); done {
						e.Reset(seed+1, obs)
					}
				}
				var saved bytes.Buffer
				if err := state.Save(&saved, e.(state.Stater)); err != nil {
					t.Fatal(err)
				}
				continueEpisode := func() (all []float64) {
					rng, done := rand.New(rand.NewPCG(seed, 1)), false
					for step := 0; step < 50 && !done; step++ {
						spec.Act.Sample(rng, act)
						out := e.Step(act, obs)
						done = out.Done()
						all = append(all, out.Reward)
						for _, x := range obs {
							all = append(all, float64(x))
						}
					}
					return all
				}
				first := continueEpisode()
				if err := state.Load(&saved, e.(state.Stater)); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(continueEpisode(), first) {
					t.Fatalf("%s %s: restored at step %d it goes on otherwise", id, o, at)
				}
			}
		}
	}
}

// FuzzEpisode plays any actions in any environment. It checks that the observations are in their
// space, and that the same actions give the same episode again.
func FuzzEpisode(f *testing.F) {
	f.Add(uint8(0), uint64(1), []byte{0, 1, 2, 3})
	ids := registry().IDs()
	f.Fuzz(func(t *testing.T, which uint8, seed uint64, actions []byte) {
		e := makeEnv(t, ids[int(which)%len(ids)], "")
		spec := e.Spec()
		n := spec.Act.(env.Discrete).N
		play := func() (all []float32) {
			obs := make([]float32, spec.Obs.Size())
			e.Reset(seed, obs)
			for _, a := range actions {
				if !spec.Obs.Contains(obs) {
					t.Fatalf("%s: observed %v", spec.ID, obs)
				}
				all = append(all, obs...)
				if e.Step([]float32{float32(int(a) % n)}, obs).Done() {
					break
				}
			}
			return append(all, obs...)
		}
		if first := play(); !slices.Equal(play(), first) {
			t.Fatalf("%s: seed %d and actions %v lead to two episodes", spec.ID, seed, actions)
		}
	})
}

// FuzzPhysics sets any state. It checks that the state is refused or set.
func FuzzPhysics(f *testing.F) {
	f.Add(uint8(1), 3.0, 2.0, 1.0, 10.0)
	f.Add(uint8(2), 2.0, 5.0, math.NaN(), -1.0)
	ids := registry().IDs()
	f.Fuzz(func(t *testing.T, which uint8, a, b, c, d float64) {
		e := makeEnv(t, ids[int(which)%len(ids)], "").(tableEnv)
		obs := make([]float32, e.Spec().Obs.Size())
		for _, x := range [][]float64{{a}, {2, a, b, 2, c, d}, {a, b, c, d}, {}} {
			if err := e.SetPhysics(x); err == nil && !slices.Equal(e.Physics(nil), x) {
				t.Fatalf("SetPhysics(%v), and then %v", x, e.Physics(nil))
			}
			e.Observe(obs)
			if !e.Spec().Obs.Contains(obs) {
				t.Fatalf("SetPhysics(%v), and then %v is observed", x, obs)
			}
		}
	})
}

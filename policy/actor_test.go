package policy_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
)

// counter is a policy with memory. It counts the steps of an episode.
type counter struct{ first []bool }

func (c *counter) Act(in policy.In, out policy.Out) {
	for i := range out.Act {
		if c.first = append(c.first, in.First[i]); in.First[i] {
			in.Memory[i] = 0
		}
		in.Memory[i]++
		out.Act[i] = in.Memory[i]
	}
}

func (c *counter) Spec() policy.Spec {
	return policy.Spec{Obs: env.Discrete{N: 1}, Act: env.Discrete{N: 9}, Memory: 1}
}

func (c *counter) Tensors() []*tape.Param { return nil }
func (c *counter) Clone() policy.Policy   { return c }

// TestActorMemory checks that an Actor keeps the memory from step to step, and that First is true
// only at the first step of an episode.
func TestActorMemory(t *testing.T) {
	c := new(counter)
	a := policy.NewActor(c)
	var got []float32
	for range 2 {
		a.Begin(false, 0)
		for range 3 {
			got = append(got, a.Act([]float32{0}, nil)[0])
		}
	}
	if !slices.Equal(got, []float32{1, 2, 3, 1, 2, 3}) || !slices.Equal(c.first, []bool{true, false, false, true, false, false}) {
		t.Errorf("actions %v with First %v, want 1, 2, 3 twice, and First at each 1", got, c.first)
	}
}

// TestActorSampled checks that an Actor samples with the generator of SeedEpisode, or takes the
// best actions, and that it takes only actions that the mask allows.
func TestActorSampled(t *testing.T) {
	p := newActorCritic(t, specs()["Discrete"])
	mask, obs := []bool{true, false, true}, observations()
	rng := make([]rand.PCG, 1)
	policy.SeedEpisode(&rng[0], 7)
	for _, sampled := range []bool{true, false} {
		a := policy.NewActor(p.Clone())
		a.Begin(sampled, 7)
		for i := range rows {
			in, want := policy.In{Obs: obs[3*i : 3*i+3], Mask: mask}, make([]float32, 1)
			if sampled {
				in.Rand = rng
			}
			p.Act(in, policy.Out{Act: want})
			if got := a.Act(in.Obs, mask); got[0] != want[0] || !mask[int(got[0])] {
				t.Errorf("sampled %v: action %d = %v, want %v", sampled, i, got, want)
			}
		}
	}
}

// TestActorAllocates checks that Act allocates no memory, with and without a mask.
func TestActorAllocates(t *testing.T) {
	a, obs := policy.NewActor(newActorCritic(t, specs()["Discrete"])), observations()[:3]
	for _, mask := range [][]bool{nil, {true, false, true}} {
		a.Begin(true, 7)
		if n := testing.AllocsPerRun(20, func() { a.Act(obs, mask) }); n != 0 {
			t.Errorf("Act with the mask %v allocates %v times, want 0", mask, n)
		}
	}
}

// TestSeedRows checks that the generator of row i is seeded with child k of seed i.
func TestSeedRows(t *testing.T) {
	rng, want := make([]rand.PCG, 2), rand.NewPCG(env.Split(11, 5), 0)
	policy.SeedRows(rng, []uint64{10, 11}, 5)
	if got := rng[1].Uint64(); got != want.Uint64() {
		t.Errorf("the first random number of row 1 is %d, not the number of child 5 of seed 11", got)
	}
}

package replay_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

func spec() env.Spec { return env.Spec{Obs: env.NewBox(0, 10, 1), Act: env.Discrete{N: 2}} }

// step returns the result of a step of two environments, after which both episodes continue.
func step(obs ...float32) *env.Result {
	r := env.NewResult(2, 1)
	copy(r.Obs, obs)
	copy(r.Next, obs)
	return r
}

// first is the argument first of Begin when an episode begins in both environments.
var first = []bool{true, true}

// observed returns all observations of r.Observed.
func observed(r *replay.Rollout) (all []float32) {
	for from, obs := range r.Observed() {
		if from != len(all) {
			panic("a piece begins with the wrong row")
		}
		all = append(all, obs...)
	}
	return all
}

// This example has two environments and two steps. The episode of the first environment is
// truncated after its second step, with the final observation 9. The episode of the second
// environment is both terminated and truncated after its first step. The critic's value is the
// observation, and γ = λ = 1.
func ExampleRollout() {
	r := replay.NewRollout(spec(), 2, 2, false)
	r.Begin([]float32{1, 5}, nil, first)
	act, logp := []float32{0, 1}, []float32{-1, -1}
	one, two := step(2, 6), step(3, 7)
	one.Next[1], one.Terminated[1], one.Truncated[1], one.First[1] = 8, true, true, true
	two.Next[0], two.Truncated[0], two.First[0] = 9, true, true
	r.Add(act, logp, one)
	r.Add(act, logp, two)
	copy(r.Values(), observed(r))
	r.Advantages(1, 1)
	fmt.Println(observed(r), r.First, r.Advantage, r.Return)
	// Output: [1 5 2 6 3 7 9] [true true false true] [8 -5 7 1] [9 0 9 7]
}

// TestRefill checks that Begin removes all steps and final observations from the rollout, and
// stores the first observations.
func TestRefill(t *testing.T) {
	r := replay.NewRollout(spec(), 1, 2, false)
	r.Begin([]float32{1, 5}, nil, first)
	cut := step(2, 6)
	cut.Truncated[0] = true
	r.Add([]float32{0, 1}, []float32{-1, -2}, cut)
	r.Begin([]float32{2, 6}, nil, []bool{true, false})
	r.Add([]float32{1, 0}, []float32{-3, -4}, step(3, 7))
	if got, want := observed(r), []float32{2, 6, 3, 7}; !slices.Equal(got, want) {
		t.Errorf("observed %v, want %v", got, want)
	}
	b := r.All()
	if !slices.Equal(b.Obs, []float32{2, 6}) || !slices.Equal(b.Act, []float32{1, 0}) || !slices.Equal(b.LogProb, []float32{-3, -4}) || r.Done[0] != 0 || r.First[1] {
		t.Errorf("obs, act, log-probabilities, done, first = %v, %v, %v, %v, %v, want [2 6], [1 0], [-3 -4], [0 0], [true false]", b.Obs, b.Act, b.LogProb, r.Done, r.First)
	}
}

// filled returns a full rollout of 3 steps of 2 environments. The observation, action,
// log-probability and advantage of a row are the index of the row. The mask of an even row allows
// action 0, and the mask of an odd row allows action 1.
func filled(space env.Space) *replay.Rollout {
	r := replay.NewRollout(env.Spec{Obs: space, Act: env.Discrete{N: 2}}, 3, 2, true)
	mask := []bool{true, false, false, true}
	r.Begin([]float32{0, 1}, mask, first)
	for k := float32(0); k < 6; k += 2 {
		res := step(k+2, k+3)
		res.Mask = mask
		r.Add([]float32{k, k + 1}, []float32{k, k + 1}, res)
		r.Advantage[int(k)], r.Advantage[int(k)+1] = k, k+1
	}
	return r
}

// TestMinibatches checks minibatches of size 4 from 6 rows: one minibatch has 4 rows and one has
// 2 rows. Each row must be in one of them, and the order must differ between epochs. Discrete
// observations are stored as bytes.
func TestMinibatches(t *testing.T) {
	for _, space := range []env.Space{env.NewBox(0, 10, 1), env.Discrete{N: 10}} {
		r, rng := filled(space), rand.New(rand.NewPCG(1, 2))
		var orders [][]float32
		for range 3 {
			var sizes []int
			var order []float32
			for b := range r.Minibatches(rng, 4) {
				sizes, order = append(sizes, b.Len()), append(order, b.Obs...)
				if !slices.Equal(b.Obs, b.Act) || !slices.Equal(b.Obs, b.LogProb) || !slices.Equal(b.Obs, b.Advantage) || len(b.Value) != b.Len() || len(b.Return) != b.Len() {
					t.Errorf("%T: columns %v have different rows", space, b)
				}
				for i, obs := range b.Obs {
					if odd := int(obs)%2 == 1; b.Mask[2*i] == odd || b.Mask[2*i+1] != odd {
						t.Errorf("%T: mask of row %v = %v", space, obs, b.Mask[2*i:2*i+2])
					}
				}
			}
			if !slices.Equal(sizes, []int{4, 2}) || !slices.Equal(slices.Sorted(slices.Values(order)), []float32{0, 1, 2, 3, 4, 5}) {
				t.Errorf("%T: minibatches of %v rows, %v in all, want 4 and 2, and each row once", space, sizes, order)
			}
			orders = append(orders, order)
		}
		if slices.Equal(orders[0], orders[1]) || slices.Equal(orders[1], orders[2]) {
			t.Errorf("%T: the orders of three epochs are %v, want different orders", space, orders)
		}
		n := 0
		for range r.Minibatches(rng, 100) {
			n++
		}
		for range r.Minibatches(rng, 1) {
			n++
			break
		}
		if n != 2 {
			t.Errorf("%T: one minibatch of all rows and one before the loop ended early are %d, want 2", space, n)
		}
	}
}

// TestRolloutAllocs checks that a Rollout allocates nothing after its first use. It has truncated
// episodes, observations stored as bytes, and a smaller last minibatch.
func TestRolloutAllocs(t *testing.T) {
	for _, space := range []env.Space{env.NewBox(0, 10, 1), env.Image{H: 1, W: 1, C: 1}} {
		r, rng := filled(space), rand.New(rand.NewPCG(1, 2))
		cut := step(2, 6)
		cut.Truncated[0], cut.Mask = true, []bool{true, true, true, true}
		sum := float32(0)
		if n := testing.AllocsPerRun(10, func() {
			r.Begin([]float32{1, 5}, cut.Mask, first)
			for range r.T {
				r.Add([]float32{0, 1}, []float32{0, 0}, cut)
			}
			v := r.Values()
			for from, obs := range r.Observed() {
				copy(v[from:], obs)
			}
			for _, obs := range r.Acted() {
				sum += obs[0]
			}
			r.Advantages(0.9, 0.9)
			for b := range r.Minibatches(rng, 4) {
				sum += b.Obs[0]
			}
			sum += r.All().Obs[0]
		}); n != 0 {
			t.Errorf("%T: a warm Rollout allocates %v times, want 0", space, n)
		}
	}
}

// TestShuffled checks that the order of a minibatch's rows is the order of rand.Rand.Shuffle.
func TestShuffled(t *testing.T) {
	r := filled(env.NewBox(0, 10, 1))
	want := []int{0, 1, 2, 3, 4, 5}
	rand.New(rand.NewPCG(1, 2)).Shuffle(6, func(i, j int) { want[i], want[j] = want[j], want[i] })
	for index := range r.Shuffled(rand.New(rand.NewPCG(1, 2)), 6) {
		if !slices.Equal(index, want) {
			t.Errorf("rows %v, want %v", index, want)
		}
	}
}

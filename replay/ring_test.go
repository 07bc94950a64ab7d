package replay_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

// maskedStep returns the result of a step of one environment with two actions. mask has the
// allowed actions at obs, and nextMask has the allowed actions at next.
func maskedStep(obs, next float32, terminated, truncated bool, mask, nextMask []bool) *env.Result {
	r := env.NewResult(1, 1)
	r.Obs[0], r.Next[0], r.Terminated[0], r.Truncated[0], r.Mask, r.NextMask = obs, next, terminated, truncated, mask, nextMask
	return r
}

// TestMasks checks that the masks of a batch are the masks at Next. One episode is truncated
// after two steps, and another episode terminates. The masks must be the same before and after
// the Ring is saved.
func TestMasks(t *testing.T) {
	left, right, both := []bool{true, false}, []bool{false, true}, []bool{true, true}
	first := maskedStep(1, 1, false, false, both, nil)
	filled := func() *replay.Ring {
		r := newRing(t, spec(), 4, first)
		r.Add([]float32{0}, maskedStep(2, 2, false, false, left, left), replay.Uniform{})
		r.Add([]float32{0}, maskedStep(5, 3, false, true, both, right), replay.Uniform{}) // truncated at observation 3
		r.Add([]float32{1}, maskedStep(6, 4, true, false, left, both), replay.Uniform{})
		return r
	}
	saved, loaded := filled(), newRing(t, spec(), 4, first)
	var file bytes.Buffer
	if err := state.Save(&file, saved); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&file, loaded); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*replay.Ring{"added": saved, "loaded": loaded} {
		for _, tc := range []struct {
			j, n    int
			obs     float32
			next    float32
			mask    []bool
			end     replay.End
			isAfter bool
		}{
			{0, 1, 1, 2, left, replay.Continues, true},
			{1, 1, 2, 3, right, replay.Truncated, false},
			{0, 5, 1, 3, right, replay.Continues, true}, // two steps; the episode is then truncated
			{2, 1, 5, 6, left, replay.Terminated, false},
		} {
			b := replay.NewBatch(spec(), 1)
			b.Index[0] = r.Row(tc.j)
			(&replay.NSteps{Gamma: 1, N: tc.n}).Fetch(r, b)
			step := r.At(b.Index[0])
			if b.Obs[0] != tc.obs || b.Next[0] != tc.next || !slices.Equal(b.Mask, tc.mask) || step.End != tc.end || step.After >= 0 != tc.isAfter {
				t.Errorf("%s: %d steps from step %d: observations %v to %v, mask %v, %+v; want %v to %v, %v and end %v",
					name, tc.n, tc.j, b.Obs, b.Next, b.Mask, step, tc.obs, tc.next, tc.mask, tc.end)
			}
			if want := float32(1); tc.end == replay.Terminated && b.Discount[0] != 0 || tc.end != replay.Terminated && b.Discount[0] != want {
				t.Errorf("%s: %d steps from step %d have discount %v", name, tc.n, tc.j, b.Discount[0])
			}
		}
	}
}

// camera returns a spec with an image of 4×2×3 bytes, two numbers and a discrete variable.
func camera() env.Spec {
	return env.Spec{
		Obs: env.Dict{{Name: "picture", Space: env.Image{H: 4, W: 2, C: 3}}, {Name: "speed", Space: env.NewBox(-1, 1, 2)}, {Name: "gear", Space: env.Discrete{N: 5}}},
		Act: env.NewBox(-1, 1, 1),
	}
}

// TestParts checks that the image and the discrete variable of a Dict are stored as bytes, and
// the numbers as floats.
func TestParts(t *testing.T) {
	if got := replay.Size(camera(), 10); got != 10*(24+8+1+4+8) {
		t.Errorf("Size of 10 transitions = %d, want 10·(24 + 2·4 + 1 + 4 + 8)", got)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	result := func() *env.Result {
		r := env.NewResult(1, camera().Obs.Size())
		camera().Obs.Sample(rng, r.Obs)
		camera().Obs.Sample(rng, r.Next)
		r.Truncated[0] = true
		return r
	}
	was := result()
	r := newRing(t, camera(), 3, was)
	for k := range 9 {
		before, now, b := was.Obs, result(), replay.NewBatch(camera(), 1)
		r.Add([]float32{0.5}, now, replay.Uniform{})
		b.Index[0] = r.Row(r.Len() - 1)
		replay.OneStep{Gamma: 1}.Fetch(r, b)
		if !slices.Equal(b.Obs, before) || !slices.Equal(b.Next, now.Next) || b.Act[0] != 0.5 {
			t.Fatalf("step %d: %v to %v, want %v to %v", k, b.Obs, b.Next, before, now.Next)
		}
		was = now
	}
}

// TestSavedForm checks the saved bytes of a Ring whose observations have the bounds of an image.
// An observation of 0.5 makes the Ring store floats. When this step is removed, the Ring must
// save the same bytes as a Ring without the step.
func TestSavedForm(t *testing.T) {
	one := func(half float32) *replay.Ring {
		r := newRing(t, image(), 2, maskedStep(half, half, false, false, nil, nil))
		for k := float32(0); k < 5; k++ {
			r.Add([]float32{0}, maskedStep(k, k, false, false, nil, nil), replay.Uniform{})
		}
		return r
	}
	var a, b bytes.Buffer
	if state.Save(&a, one(0)) != nil || state.Save(&b, one(0.5)) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two Rings with the same steps save different bytes")
	}
}

// latest is a Sampler that takes the newest steps, ordered by time. double is a View that doubles
// every reward.
type (
	latest struct{ replay.Uniform }
	double struct{ replay.OneStep }
)

func (latest) Sample(_ *rand.Rand, s replay.Store, index []int, weight []float32) {
	for i := range index {
		index[i], weight[i] = s.Row(s.Len()-len(index)+i), 1
	}
}

func (d double) Fetch(s replay.Store, b *replay.Batch) {
	d.OneStep.Fetch(s, b)
	for i := range b.Reward {
		b.Reward[i] *= 2
	}
}

// This example defines its own Sampler, which takes the latest steps, and its own View, which
// doubles the rewards.
func ExampleBuffer() {
	ring, err := replay.NewRing(spec(), 100, step(1, 5))
	if err != nil {
		panic(err)
	}
	b, batch := replay.Buffer{Store: ring, Sampler: latest{}, View: double{replay.OneStep{Gamma: 0.9}}}, replay.NewBatch(spec(), 2)
	for k := range 3 {
		r := step(float32(2+k), float32(6+k))
		r.Reward[0], r.Reward[1] = 1, 2
		b.Add([]float32{0, 1}, r)
	}
	b.Sample(nil, batch)
	fmt.Println(batch.Obs, batch.Act, batch.Reward, batch.Next)
	// Output: [3 7] [0 1] [2 4] [4 8]
}

// BenchmarkSample samples minibatches of 256 transitions from a buffer of 100,000 transitions. An
// observation has 17 numbers.
func BenchmarkSample(b *testing.B) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 17), Act: env.NewBox(-1, 1, 6)}
	r := env.NewResult(1, 17)
	ring := newRing(b, spec, 100_000, r)
	for range 100_000 {
		ring.Add(make([]float32, 6), r, replay.Uniform{})
	}
	batch, rng := replay.NewBatch(spec, 256), rand.New(rand.NewPCG(1, 2))
	for name, view := range map[string]replay.View{"one": replay.OneStep{Gamma: 0.99}, "three": &replay.NSteps{Gamma: 0.99, N: 3}} {
		b.Run(name, func(b *testing.B) {
			buffer := replay.Buffer{Store: ring, Sampler: replay.Uniform{}, View: view}
			b.ReportAllocs()
			for b.Loop() {
				buffer.Sample(rng, batch)
			}
		})
	}
}

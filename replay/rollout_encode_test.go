package replay_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// The rollouts of these tests have 5 environments and 6 steps. The masks have 3 elements.
const encodedEnvs, encodedSteps, encodedMask, encodedMemory = 5, 6, 3, 2

// encodedSpecs has a space for each way in which a rollout stores observations.
func encodedSpecs() map[string]env.Spec {
	numbers, act := env.NewBox(0, 9, 2), env.Discrete{N: encodedMask}
	return map[string]env.Spec{
		"numbers": {Obs: numbers, Act: act},
		"bytes":   {Obs: env.Image{H: 2, W: 2, C: 1}, Act: act},
		"both":    {Obs: env.Tuple{numbers, env.MultiBinary{N: 3}}, Act: act},
		"frames":  {Obs: env.Image{H: 1, W: 2, C: 3}, Act: act, Frames: 3},
	}
}

// newEncoded returns an empty rollout of n environments.
func newEncoded(spec env.Spec, n int, memory bool) *replay.Rollout {
	r := replay.NewRollout(spec, encodedSteps, n, true)
	if memory {
		r.KeepMemory(encodedMemory, 3, 1)
	}
	return r
}

// An encodedPlay is a record of random steps of all environments.
type encodedPlay struct {
	first         *env.Result
	steps         []*env.Result
	act, logp     [][]float32
	memory, value [][]float32
	finals        [][]float32 // V of the final observations, in the order of the environments
}

// playEncoded returns random steps.
func playEncoded(spec env.Spec, rng *rand.Rand) (p encodedPlay) {
	const n = encodedEnvs
	floats := func(k int) []float32 {
		x := make([]float32, k)
		for i := range x {
			x[i] = float32(rng.IntN(100))
		}
		return x
	}
	o := spec.Obs.Size()
	var film *movie
	result := func() *env.Result {
		r := env.NewResult(n, o)
		if film != nil {
			r = film.step()
		} else if spec.Frames > 0 {
			film, r = newMovie(spec, n)
		}
		for _, x := range [][]float32{r.Obs, r.Next} {
			for i := range n {
				if film == nil {
					spec.Obs.Sample(rng, x[i*o:(i+1)*o])
				}
			}
		}
		r.Mask = make([]bool, n*encodedMask)
		for i := range r.Mask {
			r.Mask[i] = i%encodedMask == 0 || rng.IntN(2) == 0
		}
		for i := range n {
			r.Reward[i] = rng.Float64()
			if film == nil {
				r.Terminated[i], r.Truncated[i] = rng.IntN(4) == 0, rng.IntN(4) == 0
			}
			r.First[i] = r.Done(i)
		}
		return r
	}
	p.first = result()
	for range encodedSteps {
		r := result()
		p.steps = append(p.steps, r)
		act := floats(n)
		for i := range act {
			act[i] = float32(rng.IntN(encodedMask))
		}
		p.act, p.logp, p.memory = append(p.act, act), append(p.logp, floats(n)), append(p.memory, floats(n*encodedMemory))
		p.value = append(p.value, floats(n))
		p.finals = append(p.finals, floats(n))
	}
	p.value = append(p.value, floats(n))
	return p
}

// fill fills r with the steps of the environments [from, from+r.N).
func (p *encodedPlay) fill(r *replay.Rollout, from int, memory bool) {
	to := from + r.N
	part := func(r *env.Result) *env.Result {
		n := len(r.Reward)
		o, m := len(r.Obs)/n, len(r.Mask)/n
		return &env.Result{
			Obs: r.Obs[from*o : to*o], Next: r.Next[from*o : to*o], Reward: r.Reward[from:to], Mask: r.Mask[from*m : to*m],
			Terminated: r.Terminated[from:to], Truncated: r.Truncated[from:to], First: r.First[from:to],
		}
	}
	f := part(p.first)
	r.Begin(f.Obs, f.Mask, f.First)
	for t, step := range p.steps {
		if memory {
			r.Remember(p.memory[t][from*encodedMemory : to*encodedMemory])
			var finals []float32
			for i := from; i < to; i++ {
				if step.Truncated[i] && !step.Terminated[i] {
					finals = append(finals, p.finals[t][i])
				}
			}
			r.SetValues(p.value[t][from:to], finals)
		}
		r.Add(p.act[t][from:to], p.logp[t][from:to], part(step))
	}
	if memory {
		r.SetValues(p.value[encodedSteps][from:to], nil)
	}
}

// TestEncode checks that a rollout whose parts were filled elsewhere, encoded and decoded, is the rollout that
// is filled as a whole.
func TestEncode(t *testing.T) {
	for name, spec := range encodedSpecs() {
		for _, memory := range []bool{false, true} {
			rng := rand.New(rand.NewPCG(1, 2))
			whole, divided := newEncoded(spec, encodedEnvs, memory), newEncoded(spec, encodedEnvs, memory)
			sizes := []int{2, 1, 2}
			parts := divided.Divide(sizes...)
			for range 4 {
				p := playEncoded(spec, rng)
				p.fill(whole, 0, memory)
				from := 0
				for i, n := range sizes {
					part := newEncoded(spec, n, memory)
					p.fill(part, from, memory)
					data := part.Part(0).Append([]byte("before"))
					rest, err := parts[i].Decode(append(data[6:], "after"...))
					if err != nil || string(rest) != "after" {
						t.Fatalf("%s, memory %v: Decode leaves %q, %v", name, memory, rest, err)
					}
					from += n
				}
				want, got := contents(whole, spec, memory), contents(divided, spec, memory)
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("%s, memory %v: the decoded rollout is\n%v, want\n%v", name, memory, got, want)
				}
			}
		}
	}
}

// contents returns everything that an agent reads from a full rollout. The value of an observation without
// memory is its first number.
func contents(r *replay.Rollout, spec env.Spec, memory bool) []any {
	index := make([]int, r.T*r.N)
	if memory {
		index = index[:len(index)/3]
	} else {
		v, o := r.Values(), spec.Obs.Size()
		for from, obs := range r.Observed() {
			for i := range len(obs) / o {
				v[from+i] = obs[i*o]
			}
		}
	}
	r.Advantages(0.9, 0.8)
	for i := range index {
		index[i] = i
	}
	b := r.Rows(index)
	return []any{
		slices.Clone(b.Obs), slices.Clone(b.Act), slices.Clone(b.LogProb), slices.Clone(b.Mask), slices.Clone(b.Advantage), slices.Clone(b.Return),
		slices.Clone(b.Memory), slices.Clone(b.First), slices.Clone(b.BurnIn.Memory), slices.Clone(b.BurnIn.Obs), slices.Clone(r.First), slices.Clone(r.Value[:r.T*r.N]),
	}
}

// FuzzDecode checks that bytes of anybody are refused or decoded, without a panic.
func FuzzDecode(f *testing.F) {
	specs := encodedSpecs()
	names := []string{"numbers", "bytes", "both", "frames"}
	for i, name := range names {
		p := playEncoded(specs[name], rand.New(rand.NewPCG(1, 2)))
		for _, memory := range []bool{false, true} {
			part := newEncoded(specs[name], 2, memory)
			p.fill(part, 1, memory)
			f.Add(i, memory, part.Part(0).Append(nil))
		}
	}
	f.Fuzz(func(t *testing.T, i int, memory bool, data []byte) {
		r := newEncoded(specs[names[(i%4+4)%4]], encodedEnvs, memory)
		part := r.Divide(2, 3)[0]
		rest, err := part.Decode(data)
		if err != nil {
			return
		}
		if again := part.Append(nil); len(again) > len(data)-len(rest) {
			t.Errorf("%d bytes encode as %d", len(data)-len(rest), len(again))
		}
		r.Values()
		for range r.Observed() {
		}
	})
}

package replay_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/replay"
)

// twoCounters plays two environments. In environment i, the observation at time t is 100·(i+1)+t,
// and the reward of the next step is t. The first environment truncates its episode after every
// third step. The second environment terminates its episode after every fourth step. The time t
// does not restart with an episode.
type twoCounters struct{ t int }

func (s *twoCounters) step() (act []float32, r *env.Result) {
	r = env.NewResult(2, 1)
	for i := range 2 {
		r.Next[i] = float32(100*(i+1) + s.t + 1)
		r.Obs[i], r.Reward[i] = r.Next[i], float64(s.t)
	}
	r.Truncated[0], r.Terminated[1] = s.t%3 == 2, s.t%4 == 3
	if r.Truncated[0] {
		r.Next[0] += 0.5 // the final observation differs from the first observation of the next episode
	}
	s.t++
	return []float32{0, 1}, r
}

func newRing(t testing.TB, spec env.Spec, capacity int, first *env.Result) *replay.Ring {
	t.Helper()
	r, err := replay.NewRing(spec, capacity, first)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// newBuffer returns a Buffer for 20 transitions. A transition has n steps.
func newBuffer(t testing.TB, spec env.Spec, prioritized bool, n int) replay.Buffer {
	t.Helper()
	r := newRing(t, spec, 20, step(100, 200))
	b := replay.Buffer{Store: r, Sampler: replay.Uniform{}, View: replay.OneStep{Gamma: 0.5}}
	if prioritized {
		b.Sampler = replay.NewPrioritized(r.Rows(), 0.6, 0.4)
	}
	if n > 1 {
		b.View = &replay.NSteps{Gamma: 0.5, N: n}
	}
	return b
}

// image returns spec with observations that are stored as bytes, except for the final
// observations of truncated episodes, which end in .5.
func image() env.Spec {
	s := spec()
	s.Obs = env.NewBox(0, 255, 1, 1, 1)
	return s
}

// TestBuffers samples from buffers of all kinds, before and after they are full. It compares each
// transition with the steps that were played.
func TestBuffers(t *testing.T) {
	for name, b := range map[string]replay.Buffer{
		"uniform": newBuffer(t, spec(), false, 1), "prioritized": newBuffer(t, spec(), true, 1), "images": newBuffer(t, image(), false, 1),
		"3 steps": newBuffer(t, spec(), false, 3), "3 steps, prioritized": newBuffer(t, spec(), true, 3),
	} {
		n := 1
		if name[0] == '3' {
			n = 3
		}
		s, rng, batch := new(twoCounters), rand.New(rand.NewPCG(1, 2)), replay.NewBatch(spec(), 64)
		for s.t < 50 {
			b.Add(s.step())
			if want := min(2*s.t, 20); b.Store.Len() != want {
				t.Fatalf("%s: Len = %d after %d steps, want %d", name, b.Store.Len(), s.t, want)
			}
			b.Sample(rng, batch)
			seen := map[float32]bool{}
			for i, obs := range batch.Obs {
				seen[obs] = true
				env, at := int(obs)/100-1, int(obs)%100
				if at >= s.t || at < s.t-10 || batch.Act[i] != float32(env) {
					t.Fatalf("%s: after %d steps observation %v and action %v", name, s.t, obs, batch.Act[i])
				}
				reward, discount, next := float64(at), 0.5, obs+1
				for k := 1; k < n && at+1 < s.t && !endsAt(env, at); k++ {
					at++
					reward += discount * float64(at)
					discount, next = discount/2, next+1
				}
				if env == 1 && endsAt(env, at) {
					discount = 0
				} else if endsAt(env, at) {
					next += 0.5
				}
				if batch.Reward[i] != float32(reward) || batch.Discount[i] != float32(discount) || discount > 0 && batch.Next[i] != next {
					t.Fatalf("%s: from %v: reward %v, discount %v, next %v, want %v, %v, %v",
						name, obs, batch.Reward[i], batch.Discount[i], batch.Next[i], reward, discount, next)
				}
			}
			if s.t > 20 && len(seen) < 12 {
				t.Fatalf("%s: 64 samples have %d of 20 transitions", name, len(seen))
			}
		}
		if n := testing.AllocsPerRun(100, func() { b.Sample(rng, batch) }); n != 0 {
			t.Errorf("%s: Sample allocates %v times", name, n)
		}
	}
}

// endsAt reports whether the step at time t ends an episode of the environment with index env.
func endsAt(env, t int) bool { return t%(3+env) == 2+env }

// TestBufferState checks that a restored buffer continues exactly like the original buffer. The
// buffer is saved before or after it is full.
func TestBufferState(t *testing.T) {
	for name, newOne := range map[string]func() replay.Buffer{
		"uniform": func() replay.Buffer { return newBuffer(t, spec(), false, 1) }, "prioritized": func() replay.Buffer { return newBuffer(t, spec(), true, 1) },
		"images": func() replay.Buffer { return newBuffer(t, image(), false, 1) },
	} {
		for _, steps := range []int{0, 5, 33} {
			one, two := newOne(), newOne()
			dir := t.TempDir()
			s, files := new(twoCounters), state.NewSegments(dir)
			var saved bytes.Buffer
			for s.t <= steps { // saves after each step; the last save is loaded
				saved.Reset()
				if err := files.Save(&saved, one); err != nil {
					t.Fatal(err)
				}
				if s.t == steps {
					break
				}
				one.Add(s.step())
			}
			for forgotten := new(twoCounters); forgotten.t < 7; {
				two.Add(forgotten.step())
			}
			if err := state.NewSegments(dir).Load(bytes.NewReader(saved.Bytes()), two); err != nil {
				t.Fatalf("%s after %d steps: %v", name, steps, err)
			}
			other := *s
			for range 25 {
				one.Add(s.step())
				two.Add(other.step())
			}
			a, b := replay.NewBatch(spec(), 32), replay.NewBatch(spec(), 32)
			one.Sample(rand.New(rand.NewPCG(1, 2)), a)
			two.Sample(rand.New(rand.NewPCG(1, 2)), b)
			var first, second bytes.Buffer
			if state.Save(&first, one) != nil || state.Save(&second, two) != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%s after %d steps: states differ", name, steps)
			}
			for i := range a.Obs {
				if a.Obs[i] != b.Obs[i] || a.Next[i] != b.Next[i] || a.Weight[i] != b.Weight[i] {
					t.Fatalf("%s after %d steps: samples differ", name, steps)
				}
			}
		}
	}
}

func TestBufferErrors(t *testing.T) {
	for _, capacity := range []int{0, 1, math.MaxInt} {
		if _, err := replay.NewRing(spec(), capacity, step(0, 0)); err == nil {
			t.Errorf("NewRing of %d transitions has no error", capacity)
		}
	}
	if got, bytes := replay.Size(spec(), 1000), replay.Size(image(), 1000); got != 13_000 || bytes != 10_000 {
		t.Errorf("Size of 1000 transitions of a number and a choice = %d, want 13000; of an image and a choice: %d, want 10000", got, bytes)
	}
}

// TestNStep compares the rewards, discounts and next observations of transitions of n steps with
// recorded values.
func TestNStep(t *testing.T) {
	var records []struct {
		Gamma                 float32
		Rewards               []float64
		Terminated, Truncated []bool
		NStep                 map[int][][3]float64 `json:"n_step"` // sum of rewards, number of steps, discount
	}
	golden.Read(t, "testdata/nsteps.json.gz", &records)
	for k, c := range records {
		for n, want := range c.NStep {
			u := replay.Buffer{
				Store: newRing(t, spec(), len(c.Rewards), env.NewResult(1, 1)), Sampler: replay.Uniform{}, View: &replay.NSteps{Gamma: c.Gamma, N: n},
			}
			for i, reward := range c.Rewards {
				r := env.NewResult(1, 1)
				r.Obs[0], r.Next[0], r.Reward[0] = float32(i+1), float32(i+1), reward
				r.Terminated[0], r.Truncated[0] = c.Terminated[i], c.Truncated[i]
				u.Add([]float32{0}, r)
			}
			b := replay.NewBatch(spec(), 50*len(want))
			u.Sample(rand.New(rand.NewPCG(1, 2)), b)
			seen := map[int]bool{}
			for i, obs := range b.Obs {
				at := int(obs)
				w := want[at]
				seen[at] = true
				if math.Abs(float64(b.Reward[i])-w[0]) > 1e-5 || math.Abs(float64(b.Discount[i])-w[2]) > 1e-6 || b.Next[i] != obs+float32(w[1]) {
					t.Fatalf("record %d, %d steps from %d: sum %v, discount %v, to %v, want %v", k, n, at, b.Reward[i], b.Discount[i], b.Next[i], w)
				}
			}
			if len(seen) != len(want) {
				t.Errorf("record %d: %d of %d transitions sampled", k, len(seen), len(want))
			}
		}
	}
}

// TestPrioritized compares sampling probabilities and importance weights with recorded values.
func TestPrioritized(t *testing.T) {
	var cases []struct {
		N             int
		Alpha, Beta   float64
		TDErrors      []float32 `json:"td_errors"`
		Probabilities []float64
		Weights       []float64 `json:"is_weights_unnormalised"`
	}
	golden.Read(t, "testdata/prioritized.json.gz", &cases)
	for _, c := range cases {
		ring := newRing(t, spec(), c.N, env.NewResult(1, 1))
		p := replay.Buffer{Store: ring, Sampler: replay.NewPrioritized(ring.Rows(), c.Alpha, c.Beta), View: replay.OneStep{Gamma: 0.9}}
		var index []int
		for i := range c.N {
			r := env.NewResult(1, 1)
			r.Obs[0] = float32(i + 1)
			p.Add([]float32{0}, r)
			index = append(index, i)
		}
		p.Sampler.Learned(index, c.TDErrors)
		const draws = 200_000
		b, rng, count := replay.NewBatch(spec(), 100), rand.New(rand.NewPCG(1, 2)), make([]float64, c.N)
		for range draws / b.Len() {
			p.Sample(rng, b)
			greatest := 0.0
			for _, row := range b.Index {
				count[row]++
				greatest = max(greatest, c.Weights[row])
			}
			for i, row := range b.Index {
				if want := c.Weights[row] / greatest; math.Abs(float64(b.Weight[i])-want) > 1e-5*want {
					t.Fatalf("weight of %d = %v, want %v", row, b.Weight[i], want)
				}
			}
		}
		for i, want := range c.Probabilities {
			if got := count[i] / draws; math.Abs(got-want) > 5*math.Sqrt(want/draws)+1e-6 {
				t.Errorf("transition %d is sampled with frequency %v, want %v", i, got, want)
			}
		}
	}
}

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

// story plays two environments that count, each in hundreds of its own: the
// observation is 100·(i+1)+t, the reward of leaving it t. The first is cut off
// after every third step, the second ends after every fourth. Times go on over
// episodes.
type story struct{ t int }

func (s *story) step() (act []float32, r *env.Result) {
	r = env.NewResult(2, 1)
	for i := range 2 {
		r.Next[i] = float32(100*(i+1) + s.t + 1)
		r.Obs[i], r.Reward[i] = r.Next[i], float64(s.t)
	}
	r.Truncated[0], r.Terminated[1] = s.t%3 == 2, s.t%4 == 3
	if r.Truncated[0] {
		r.Next[0] += 0.5 // what it was cut off at is not what begins
	}
	s.t++
	return []float32{0, 1}, r
}

func filled(t *testing.T, b replay.Buffer, steps int) *story {
	t.Helper()
	s := new(story)
	for range steps {
		b.Add(s.step())
	}
	return s
}

func newUniform(t testing.TB, capacity int) replay.Uniform {
	t.Helper()
	u, err := replay.NewUniform(spec(), capacity, 0.5, step(100, 200))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func newPrioritized(t testing.TB, capacity int) *replay.Prioritized {
	t.Helper()
	p, err := replay.NewPrioritized(spec(), capacity, 0.5, step(100, 200), 0.6, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBuffers draws from all kinds, before and after they are full, and holds each
// transition to what happened.
func TestBuffers(t *testing.T) {
	for name, b := range map[string]replay.Buffer{
		"uniform": newUniform(t, 20), "prioritized": newPrioritized(t, 20),
		"3 steps": replay.NewNStep(newUniform(t, 20), 3), "3 steps, prioritized": replay.NewNStep(newPrioritized(t, 20), 3),
	} {
		n := 1
		if name[0] == '3' {
			n = 3
		}
		s, rng, batch := new(story), rand.New(rand.NewPCG(1, 2)), replay.NewBatch(spec(), 64)
		for s.t < 50 {
			b.Add(s.step())
			if want := min(2*s.t, 20); b.Len() != want {
				t.Fatalf("%s: Len = %d after %d steps, want %d", name, b.Len(), s.t, want)
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
				for k := 1; k < n && at+1 < s.t && !ends(env, at); k++ {
					at++
					reward += discount * float64(at)
					discount, next = discount/2, next+1
				}
				if env == 1 && ends(env, at) {
					discount = 0
				} else if ends(env, at) {
					next += 0.5
				}
				if batch.Reward[i] != float32(reward) || batch.Discount[i] != float32(discount) || discount > 0 && batch.Next[i] != next {
					t.Fatalf("%s: from %v: reward %v, discount %v, next %v, want %v, %v, %v",
						name, obs, batch.Reward[i], batch.Discount[i], batch.Next[i], reward, discount, next)
				}
			}
			if s.t > 20 && len(seen) < 12 {
				t.Fatalf("%s: 64 draws saw %d of 20 transitions", name, len(seen))
			}
		}
		if n := testing.AllocsPerRun(100, func() { b.Sample(rng, batch) }); n != 0 {
			t.Errorf("%s: Sample allocates %v times", name, n)
		}
	}
}

func ends(env, t int) bool { return t%(3+env) == 2+env }

// TestBufferState restores a buffer before and after it is full, which then draws
// and goes on as the first.
func TestBufferState(t *testing.T) {
	for name, newBuffer := range map[string]func() replay.Buffer{
		"uniform": func() replay.Buffer { return newUniform(t, 20) }, "prioritized": func() replay.Buffer { return newPrioritized(t, 20) },
	} {
		for _, steps := range []int{0, 5, 33} {
			one, two := newBuffer(), newBuffer()
			s := filled(t, one, steps)
			filled(t, two, 7) // to be forgotten
			var saved bytes.Buffer
			if err := state.Save(&saved, one); err != nil {
				t.Fatal(err)
			}
			if err := state.Load(bytes.NewReader(saved.Bytes()), two); err != nil {
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
					t.Fatalf("%s after %d steps: draws differ", name, steps)
				}
			}
		}
	}
}

func TestBufferErrors(t *testing.T) {
	for _, capacity := range []int{0, 1, 1 << 40} {
		if _, err := replay.NewUniform(spec(), capacity, 0.9, step(0, 0)); err == nil {
			t.Errorf("NewUniform of %d transitions has no error", capacity)
		}
	}
	if got := replay.Size(spec(), 1000); got != 16_000 {
		t.Errorf("Size of 1000 transitions of 1 + 1 numbers = %d, want 16000", got)
	}
}

// TestPrioritized holds probabilities and weights to recorded ones.
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
		p, err := replay.NewPrioritized(spec(), c.N, 0.9, env.NewResult(1, 1), c.Alpha, c.Beta)
		if err != nil {
			t.Fatal(err)
		}
		var index []int
		for i := range c.N {
			r := env.NewResult(1, 1)
			r.Obs[0] = float32(i + 1)
			p.Add([]float32{0}, r)
			index = append(index, i)
		}
		p.Reprioritize(index, c.TDErrors)
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
				t.Errorf("transition %d is drawn with probability %v, want %v", i, got, want)
			}
		}
	}
}

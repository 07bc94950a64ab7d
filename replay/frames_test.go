package replay_test

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

// stacked returns a spec whose observations are stacks of k frames of h×w pixels with c channels.
func stacked(h, w, c, k int) env.Spec {
	return env.Spec{Obs: env.Image{H: h, W: w, C: k * c}, Act: env.Discrete{N: 2}, Frames: k, MaxSteps: 7}
}

// A movie makes results of environments that stack random frames, as env.FrameStack does. Some
// episodes terminate, some are truncated, some begin with zeros, and in a few steps all frames are
// new.
type movie struct {
	rng        *rand.Rand
	spec       env.Spec
	size       int           // numbers of a frame
	stacks     [][][]float32 // [N] frames of the latest observation, the oldest first
	zeros, odd float64       // probability of an episode that begins with zeros, and of a step with new frames only
}

// newMovie returns a movie of n environments, with their first result.
func newMovie(spec env.Spec, n int) (*movie, *env.Result) {
	m := &movie{rng: rand.New(rand.NewPCG(3, 4)), spec: spec, size: spec.Obs.Size() / spec.Frames, stacks: make([][][]float32, n), zeros: 0.5, odd: 0.02}
	r := env.NewResult(n, spec.Obs.Size())
	for i := range n {
		m.begin(i)
		m.write(r.Obs, i)
	}
	return m, r
}

// frame returns a random frame. Frames are often equal.
func (m *movie) frame() []float32 {
	f := make([]float32, m.size)
	for i := range f {
		f[i] = float32(m.rng.IntN(2) * 255)
	}
	return f
}

// begin begins an episode of environment i.
func (m *movie) begin(i int) {
	first := m.frame()
	missing := first
	if m.rng.Float64() < m.zeros {
		missing = make([]float32, m.size)
	}
	m.stacks[i] = append(slices.Repeat([][]float32{missing}, m.spec.Frames-1), first)
}

// write writes the observation of environment i to its row of obs.
func (m *movie) write(obs []float32, i int) {
	c := m.spec.Obs.(env.Image).C / m.spec.Frames
	row := obs[i*m.spec.Obs.Size():]
	for p := range m.size / c {
		for _, f := range m.stacks[i] {
			row = row[copy(row, f[p*c:(p+1)*c]):]
		}
	}
}

// step returns the result of a step of all environments.
func (m *movie) step() *env.Result {
	r := env.NewResult(len(m.stacks), m.spec.Obs.Size())
	for i := range m.stacks {
		r.Reward[i] = m.rng.Float64()
		m.stacks[i] = append(m.stacks[i][1:], m.frame())
		if m.rng.Float64() < m.odd {
			for k := range m.stacks[i] {
				m.stacks[i][k] = m.frame()
			}
		}
		m.write(r.Next, i)
		if ends := m.rng.IntN(10); ends < 2 {
			r.Terminated[i], r.Truncated[i] = ends == 0, ends == 1
			m.begin(i)
		}
		m.write(r.Obs, i)
	}
	return r
}

// pair is the observation before a step and the one after it, which is nil if the episode terminated.
type pair struct{ obs, next []float32 }

// checkPairs compares all transitions of a Ring with the latest pairs, from the oldest to the newest.
func checkPairs(t *testing.T, name string, spec env.Spec, r *replay.Ring, pairs []pair) {
	t.Helper()
	b := replay.NewBatch(spec, r.Len())
	for j := range b.Index {
		b.Index[j] = r.Row(j)
	}
	replay.OneStep{Gamma: 1}.Fetch(r, b)
	o := spec.Obs.Size()
	for j, want := range pairs[len(pairs)-r.Len():] {
		if !slices.Equal(b.Obs[j*o:(j+1)*o], want.obs) || want.next != nil && !slices.Equal(b.Next[j*o:(j+1)*o], want.next) {
			t.Fatalf("%s: transition %d of %d differs", name, j, r.Len())
		}
	}
}

// TestFrames checks that a Ring returns stacked images exactly, also at the oldest steps of a full Ring
// and at ends of episodes, and after it was saved and loaded. A loaded Ring must save the same bytes.
func TestFrames(t *testing.T) {
	const n = 3
	for name, spec := range map[string]env.Spec{
		"gray": stacked(3, 2, 1, 4), "color": stacked(2, 2, 3, 3), "two": stacked(2, 3, 1, 2), "single": stacked(3, 2, 1, 1),
	} {
		m, first := newMovie(spec, n)
		r := newRing(t, spec, 8*n, first)
		var pairs []pair
		o := spec.Obs.Size()
		for range 60 {
			res := m.step()
			for i := range n {
				p := pair{slices.Clone(first.Obs[i*o : (i+1)*o]), slices.Clone(res.Next[i*o : (i+1)*o])}
				if res.Terminated[i] {
					p.next = nil
				}
				pairs = append(pairs, p)
			}
			r.Add(make([]float32, n), res, replay.Uniform{})
			first = res
			checkPairs(t, name, spec, r, pairs)

			loaded := newRing(t, spec, 8*n, first)
			loaded.Add(make([]float32, n), m2(spec, n), replay.Uniform{}) // loading replaces what is there
			var file, again bytes.Buffer
			if err := state.Save(&file, r); err != nil {
				t.Fatal(err)
			}
			if err := state.Load(bytes.NewReader(file.Bytes()), loaded); err != nil {
				t.Fatal(err)
			}
			checkPairs(t, name+", loaded", spec, loaded, pairs)
			if err := state.Save(&again, loaded); err != nil || !bytes.Equal(file.Bytes(), again.Bytes()) {
				t.Fatalf("%s: a loaded Ring saves other bytes: %v", name, err)
			}
			if m.rng.IntN(10) == 0 {
				r = loaded // training goes on with the loaded Ring
			}
		}
	}
}

// m2 returns the result of another movie.
func m2(spec env.Spec, n int) *env.Result {
	m, _ := newMovie(spec, n)
	return m.step()
}

// TestFramesDamaged checks that a damaged file of frames is an error.
func TestFramesDamaged(t *testing.T) {
	spec := stacked(2, 2, 1, 4)
	m, first := newMovie(spec, 1)
	m.odd = 0.5
	r := newRing(t, spec, 5, first)
	for range 9 {
		r.Add([]float32{0}, m.step(), replay.Uniform{})
	}
	var file bytes.Buffer
	if err := state.Save(&file, r); err != nil {
		t.Fatal(err)
	}
	for at := range file.Len() {
		if state.Load(bytes.NewReader(file.Bytes()[:at]), newRing(t, spec, 5, first)) == nil {
			t.Errorf("Load of the first %d of %d bytes gives no error", at, file.Len())
		}
	}
}

// TestFramesSize checks that a frame is counted once: of a stack of four frames of 84×84 bytes, a
// transition takes 7056 bytes and a link of 4, an action of 1, a reward and an end of 4 each.
func TestFramesSize(t *testing.T) {
	if got, want := replay.Size(stacked(84, 84, 1, 4), 100_000), (7056+4+1+8)*100_000; got != want {
		t.Errorf("Size = %d, want %d", got, want)
	}
}

// TestFramesMemory measures the memory of a Ring of 10,000 stacks of four frames, while most
// transitions share frames: no more than 1 % above Size.
func TestFramesMemory(t *testing.T) {
	spec := stacked(84, 84, 1, 4)
	spec.MaxSteps = 500
	m, first := newMovie(spec, 1)
	m.odd = 0
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := newRing(t, spec, 10_000, first)
	for range 30 {
		r.Add([]float32{0}, m.step(), replay.Uniform{})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	used, size := int(after.HeapAlloc-before.HeapAlloc), replay.Size(spec, 10_000)
	if used > size+size/100+1<<20 {
		t.Errorf("a Ring of 10,000 stacks uses %d bytes, want about %d", used, size)
	}
	runtime.KeepAlive(r)
}

// TestFramesAllocs checks that Add and Gather allocate nothing once the final observations have memory.
func TestFramesAllocs(t *testing.T) {
	spec := stacked(4, 4, 1, 4)
	m, first := newMovie(spec, 2)
	m.odd = 0
	r := newRing(t, spec, 40, first)
	results := make([]*env.Result, 64)
	for i := range results {
		results[i] = m.step()
	}
	b, act, k := replay.NewBatch(spec, 8), make([]float32, 2), 0
	rng := rand.New(rand.NewPCG(1, 1))
	step := func() {
		r.Add(act, results[k%len(results)], replay.Uniform{})
		replay.Uniform{}.Sample(rng, r, b.Index, b.Weight)
		replay.OneStep{Gamma: 1}.Fetch(r, b)
		k++
	}
	for range 200 {
		step()
	}
	if got := testing.AllocsPerRun(200, step); got != 0 {
		t.Errorf("a step and a minibatch allocate %v times, want 0", got)
	}
}

// TestNotBytes checks that an Image with a fraction is a panic that names the number.
func TestNotBytes(t *testing.T) {
	spec := stacked(1, 1, 1, 2)
	defer func() {
		if got := recover(); got != "replay: an Image has the number 0.5, want whole numbers, 0 … 255" {
			t.Errorf("panic %v", got)
		}
	}()
	r := env.NewResult(1, 2)
	r.Obs[1] = 0.5
	newRing(t, spec, 2, r)
}

// TestFramesRollout checks that a Rollout in parts returns stacked images exactly, and the final
// observations of truncated episodes. Rollouts begin within episodes.
func TestFramesRollout(t *testing.T) {
	const n, steps = 3, 6
	spec := stacked(2, 2, 2, 3)
	m, now := newMovie(spec, n)
	r := replay.NewRollout(spec, steps, n, false)
	parts := r.Divide(2, 1)
	o := spec.Obs.Size()
	for range 20 {
		var want, finals []float32 // observations in the order of rows
		var late []float32         // final observations of the second part
		want = append(want, now.Obs...)
		for k, p := range parts {
			from, to := 2*k, 2+k
			p.Begin(now.Obs[from*o:to*o], nil, make([]bool, to-from))
		}
		for range steps {
			now = m.step()
			want = append(want, now.Obs...)
			for k, p := range parts {
				from, to := 2*k, 2+k
				part := env.Result{
					Obs: now.Obs[from*o : to*o], Next: now.Next[from*o : to*o], Reward: now.Reward[from:to],
					Terminated: now.Terminated[from:to], Truncated: now.Truncated[from:to], First: now.First[from:to],
				}
				p.Add(make([]float32, to-from), make([]float32, to-from), &part)
				for i := from; i < to; i++ {
					if final := now.Next[i*o : (i+1)*o]; now.Truncated[i] && k == 0 {
						finals = append(finals, final...)
					} else if now.Truncated[i] {
						late = append(late, final...)
					}
				}
			}
		}
		want = append(append(want, finals...), late...)
		got := make([]float32, len(want))
		for from, obs := range r.Observed() {
			copy(got[from*o:], obs)
		}
		if len(r.Values())*o != len(want) || !slices.Equal(got, want) {
			t.Fatalf("a rollout of %d observations and %d final ones returns others", (steps+1)*n, len(finals)/o)
		}
		if b := r.Rows([]int{7, 0, 16}); !slices.Equal(b.Obs, slices.Concat(want[7*o:8*o], want[:o], want[16*o:17*o])) {
			t.Fatal("a minibatch has other observations")
		}
	}
}

// TestFramesEpisodes checks that Episodes return stacked images exactly.
func TestFramesEpisodes(t *testing.T) {
	spec := stacked(2, 2, 1, 4)
	m, now := newMovie(spec, 1)
	e := replay.NewEpisodes(spec, 1, 2, false)
	var want, episode []float32
	for range 60 {
		e.Observe(now.Obs, nil)
		episode = append(episode, now.Obs...)
		now = m.step()
		if err := e.Add([]float32{0}, []float32{1}); err != nil {
			t.Fatal(err)
		}
		if now.Done(0) {
			e.End(0, 0, 1)
			want, episode = append(want, episode...), nil
		}
	}
	e.Values()
	if b := e.Rows(0, e.Len()); !slices.Equal(b.Obs, want) {
		t.Error("the episodes have other observations")
	}
}

// BenchmarkFrames adds steps to a Ring of stacks of four frames of 84×84 bytes, and gathers
// minibatches of 32 transitions.
func BenchmarkFrames(b *testing.B) {
	spec := stacked(84, 84, 1, 4)
	spec.MaxSteps = 500
	m, first := newMovie(spec, 1)
	m.odd = 0
	r := newRing(b, spec, 2000, first)
	results := make([]*env.Result, 50)
	for i := range results {
		results[i] = m.step()
	}
	b.Run("add", func(b *testing.B) {
		b.ReportAllocs()
		for k := 0; b.Loop(); k++ {
			r.Add([]float32{0}, results[k%len(results)], replay.Uniform{})
		}
	})
	b.Run("gather32", func(b *testing.B) {
		batch, rng := replay.NewBatch(spec, 32), rand.New(rand.NewPCG(1, 1))
		b.ReportAllocs()
		for b.Loop() {
			replay.Uniform{}.Sample(rng, r, batch.Index, batch.Weight)
			replay.OneStep{Gamma: 1}.Fetch(r, batch)
		}
	})
}

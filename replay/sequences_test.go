package replay_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

// sequenceShape is the shape of the sequences in these tests.
var sequenceShape = replay.SequenceShape{BurnIn: 2, Length: 4, N: 3, Stride: 3, Gamma: 0.5, MemorySize: 2}

// A played is a record of the steps of two environments, from which tests compute sequences without
// a Ring. Observations, actions and memory have numbers that no other step has.
type played struct {
	obs, final, act [][2]float32 // final: the final observation of an episode
	reward          [][2]float32
	end             [][2]replay.End
}

// starts is a Sampler that knows all rows that the Store has told it.
type starts struct {
	replay.Uniform
	rows map[int]bool
}

func (s starts) Stored(row int, kept bool) {
	if kept {
		s.rows[row] = true
	} else {
		delete(s.rows, row)
	}
}

// play adds random steps to s, and to the record.
func (p *played) play(s *replay.Sequences, rng *rand.Rand, steps int, sampler replay.Sampler) {
	for range steps {
		k := float32(len(p.reward))
		r := env.NewResult(2, 1)
		var end [2]replay.End
		for i := range 2 {
			r.Obs[i], r.Next[i] = 10*(k+1)+float32(i), 10*(k+1)+float32(i)
			r.Reward[i] = float64(rng.IntN(8))
			switch rng.IntN(7) {
			case 0:
				r.Terminated[i], end[i], r.Next[i] = true, replay.Terminated, -r.Next[i]
			case 1:
				r.Truncated[i], end[i], r.Next[i] = true, replay.Truncated, -r.Next[i]
			}
		}
		memory := []float32{k, -1, k, -2}
		s.Remember(memory)
		s.Add([]float32{k, k + 0.5}, r, sampler)
		p.obs, p.final = append(p.obs, [2]float32(r.Obs)), append(p.final, [2]float32(r.Next))
		p.act, p.reward = append(p.act, [2]float32{k, k + 0.5}), append(p.reward, [2]float32{float32(r.Reward[0]), float32(r.Reward[1])})
		p.end = append(p.end, end)
	}
}

// row is what a row of a sequence should have.
type row struct {
	obs, act      float32
	first, action bool
	step          int // index of the row's step
}

// rows returns the rows of the sequence of environment i that starts at the given step.
func (p *played) rows(i, step int) (rows []row) {
	for first := false; len(rows) < sequenceShape.Rows(); step++ {
		obs := float32(i)
		if step > 0 {
			obs = p.obs[step-1][i]
		}
		r := row{obs: obs, first: first, step: step}
		if step < len(p.act) {
			r.act, r.action, first = p.act[step][i], true, p.end[step][i] != replay.Continues
		}
		rows = append(rows, r)
		if r.action && p.end[step][i] == replay.Truncated {
			rows = append(rows, row{obs: p.final[step][i], step: step})
		}
	}
	return rows[:sequenceShape.Rows()]
}

// target returns the n-step return of step k of environment i, the factor of V, and the observation
// whose V is in the target.
func (p *played) target(i, k int) (sum, discount, next float32) {
	discount = 1
	for n := range sequenceShape.N {
		sum += discount * p.reward[k+n][i]
		discount *= sequenceShape.Gamma
		next = p.final[k+n][i]
		if p.end[k+n][i] == replay.Terminated {
			return sum, 0, next
		} else if p.end[k+n][i] == replay.Truncated {
			break
		}
	}
	return sum, discount, next
}

// newSequences returns Sequences of two environments with room for 20 steps of each.
func newSequences(t *testing.T) *replay.Sequences {
	t.Helper()
	spec := env.Spec{Obs: env.NewBox(-1e9, 1e9, 1), Act: env.NewBox(-1e9, 1e9, 1)}
	first := env.NewResult(2, 1)
	first.Obs[1] = 1
	s, err := replay.NewSequences(newRing(t, spec, 40, first), sequenceShape)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStoredSequences compares the sequences in a Ring, after each of many random steps, with sequences
// that are computed from a record of the steps.
func TestStoredSequences(t *testing.T) {
	s, p, rng := newSequences(t), new(played), rand.New(rand.NewPCG(1, 2))
	told := starts{rows: map[int]bool{}}
	for range 200 {
		p.play(s, rng, 1, told)
		total := len(p.act)
		var want []int // first steps of the complete sequences
		for k := max(0, total-20); k+sequenceShape.Rows()-1 <= total; k++ {
			if k%sequenceShape.Stride == 0 {
				want = append(want, k)
			}
		}
		if s.Len() != 2*len(want) || len(told.rows) != s.Len() {
			t.Fatalf("after %d steps: %d sequences, of which the Sampler knows %d; want %d", total, s.Len(), len(told.rows), 2*len(want))
		}
		for j := range s.Len() {
			if !told.rows[s.Row(j)] {
				t.Fatalf("after %d steps: the Sampler does not know sequence %d", total, j)
			}
			checkSequence(t, s, p, s.Row(j), j%2, want[j/2])
		}
	}
}

// checkSequence compares the sequence in the given row of s with the record.
func checkSequence(t *testing.T, s *replay.Sequences, p *played, start, i, step int) {
	t.Helper()
	b := replay.NewSequenceBatch(env.Spec{Obs: env.NewBox(0, 1, 1), Act: env.NewBox(0, 1, 1)}, sequenceShape, 1)
	b.Index[0] = start
	s.Fetch(s, b)
	if want := []float32{float32(step), -1 - float32(i)}; !slices.Equal(b.Memory, want) {
		t.Fatalf("memory of the sequence from step %d = %v, want %v", step, b.Memory, want)
	}
	rows := p.rows(i, step)
	for r, want := range rows {
		if b.Obs[r] != want.obs || b.First[r] != want.first || r < len(rows)-1 && b.Act[r] != want.act {
			t.Fatalf("row %d of the sequence from step %d: observation %v, action %v, first %v; want %+v", r, step, b.Obs[r], b.Act[r], b.First[r], want)
		}
	}
	after := rows[sequenceShape.BurnIn:]
	for r, row := range after {
		if learned := row.action && r < sequenceShape.Length; b.Learned[r] != learned {
			t.Fatalf("row %d after the burn-in of the sequence from step %d: learned %v, want %v", r, step, b.Learned[r], learned)
		} else if !learned {
			continue
		}
		sum, discount, next := p.target(i, row.step)
		if b.Reward[r] != sum || b.Discount[r] != discount || discount > 0 && after[b.Next[r]].obs != next {
			t.Fatalf("row %d after the burn-in of the sequence from step %d: target %v + %v V(%v), want %v + %v V(%v)",
				r, step, b.Reward[r], b.Discount[r], after[b.Next[r]].obs, sum, discount, next)
		}
	}
}

// TestStoredSequencesState checks that loaded Sequences have the same sequences, and save the same bytes
// later.
func TestStoredSequencesState(t *testing.T) {
	for _, steps := range []int{0, 3, 7, 25, 61} {
		s, loaded, p := newSequences(t), newSequences(t), new(played)
		p.play(s, rand.New(rand.NewPCG(3, 4)), steps, replay.Uniform{})
		(&played{}).play(loaded, rand.New(rand.NewPCG(5, 6)), 33, replay.Uniform{}) // Load must overwrite these steps
		var file bytes.Buffer
		if err := state.Save(&file, s); err != nil {
			t.Fatal(err)
		}
		if err := state.Load(&file, loaded); err != nil {
			t.Fatal(err)
		}
		again := *p
		p.play(s, rand.New(rand.NewPCG(7, 8)), 12, replay.Uniform{})
		again.play(loaded, rand.New(rand.NewPCG(7, 8)), 12, replay.Uniform{})
		if loaded.Len() != s.Len() {
			t.Fatalf("%d steps: %d sequences, want %d", steps, loaded.Len(), s.Len())
		}
		for j := range loaded.Len() {
			total := len(p.act)
			first := (max(0, total-20) + sequenceShape.Stride - 1) / sequenceShape.Stride * sequenceShape.Stride
			checkSequence(t, loaded, &again, loaded.Row(j), j%2, first+j/2*sequenceShape.Stride)
		}
		var a, b bytes.Buffer
		if state.Save(&a, s) != nil || state.Save(&b, loaded) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%d steps: the loaded Sequences save other bytes", steps)
		}
	}
}

// TestStoredSequencesTooSmall checks that a Ring without room for a sequence is refused.
func TestStoredSequencesTooSmall(t *testing.T) {
	for capacity, ok := range map[int]bool{18: false, 20: true} { // two environments with 9 or 10 steps; 10 are needed
		_, err := replay.NewSequences(newRing(t, spec(), capacity, step(0, 0)), sequenceShape)
		if ok != (err == nil) || err != nil && !strings.Contains(err.Error(), "buffer_size is 18, want 20 or more") {
			t.Errorf("capacity %d: error %v", capacity, err)
		}
	}
}

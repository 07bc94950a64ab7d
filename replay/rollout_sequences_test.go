package replay_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// filledWithMemory returns a full rollout of 6 steps of 2 environments, divided into sequences. The
// observation and the value of a row are the index of the row, and so is the memory before its step,
// once positive and once negative. The row 3 is the first of an episode, because row 1 was truncated
// with V of the final observation 0.5. With parts, each environment is filled on its own.
func filledWithMemory(length, burnIn int, parts bool) *replay.Rollout {
	r := replay.NewRollout(spec(), 6, 2, false)
	r.KeepMemory(2, length, burnIn)
	fill := func(p interface {
		Begin(obs []float32, mask, first []bool)
		Remember(memory []float32)
		SetValues(value, final []float32)
		Add(act, logp []float32, res *env.Result)
	}, from, to int) {
		rows := func(t int) (x []float32) {
			for i := from; i < to; i++ {
				x = append(x, float32(2*t+i))
			}
			return x
		}
		first := make([]bool, to-from)
		p.Begin(rows(0), nil, first)
		for t := range 6 {
			var memory, final []float32
			for _, x := range rows(t) {
				memory = append(memory, x, -x)
			}
			p.Remember(memory)
			res := env.NewResult(to-from, 1)
			copy(res.Obs, rows(t+1))
			if t == 0 && to == 2 {
				res.Truncated[1-from], res.First[1-from], final = true, true, []float32{0.5}
			}
			p.SetValues(rows(t), final)
			p.Add(rows(t), rows(t), res)
		}
		p.SetValues(rows(6), nil)
	}
	if !parts {
		fill(r, 0, 2)
		return r
	}
	for i, p := range r.Divide(1, 1) {
		fill(p, i, i+1)
	}
	return r
}

// TestSequences checks the observations, the memory and the burn-in of sequences, in a rollout that
// is filled as a whole or in parts.
func TestSequences(t *testing.T) {
	for _, c := range []struct {
		length, burnIn     int
		index              []int
		obs, memory        []float32
		burnSequences      []int
		burnObs, burnStart []float32
	}{
		{3, 0, []int{3, 0}, []float32{7, 0, 9, 2, 11, 4}, []float32{7, -7, 0, 0}, nil, nil, nil},
		{2, 1, []int{0, 5, 3}, []float32{0, 9, 5, 2, 11, 7}, []float32{0, 0, 7, -7, 3, -3}, []int{1, 2}, []float32{7, 3}, []float32{7, -7, 3, -3}},
		{2, 2, []int{4, 2}, []float32{8, 4, 10, 6}, []float32{4, -4, 0, 0}, []int{0, 1}, []float32{4, 0, 6, 2}, []float32{4, -4, 0, 0}},
		{1, 1, []int{11}, []float32{11}, []float32{9, -9}, []int{0}, []float32{9}, []float32{9, -9}},
		{6, 3, []int{1}, []float32{1, 3, 5, 7, 9, 11}, []float32{1, -1}, nil, nil, nil},
	} {
		for _, parts := range []bool{false, true} {
			r := filledWithMemory(c.length, c.burnIn, parts)
			b := r.Rows(c.index)
			if !slices.Equal(b.Obs, c.obs) || !slices.Equal(b.Act, c.obs) || !slices.Equal(b.Value, c.obs) || !slices.Equal(b.LogProb, c.obs) {
				t.Errorf("%+v: observations %v, actions %v, values %v", c, b.Obs, b.Act, b.Value)
			}
			if b.Steps != c.length || b.Sequences() != len(c.index) || !slices.Equal(b.Memory, c.memory) {
				t.Errorf("%+v: %d steps of %d sequences, memory %v", c, b.Steps, b.Sequences(), b.Memory)
			}
			for i, first := range b.First {
				if first != (b.Obs[i] == 3) {
					t.Errorf("%+v: First %v", c, b.First)
				}
			}
			burn := &b.BurnIn
			if !slices.Equal(burn.Sequences, c.burnSequences) || !slices.Equal(burn.Obs, c.burnObs) || !slices.Equal(burn.Memory, c.burnStart) {
				t.Errorf("%+v: burn-in %+v", c, burn)
			}
			for i, x := range burn.Obs {
				if burn.First[i] != (x == 3) {
					t.Errorf("%+v: First of the burn-in %v", c, burn.First)
				}
			}
			for i := range burn.Memory {
				burn.Memory[i] = 100
			}
			b.EndBurnIn()
			for j := range c.index {
				if got := b.Memory[2*j] == 100; got != slices.Contains(c.burnSequences, j) {
					t.Errorf("%+v: memory after the burn-in %v", c, b.Memory)
				}
			}
			if all := r.All(); all.Steps != 6 || all.Sequences() != 2 || !slices.Equal(all.Memory, []float32{0, 0, 1, -1}) {
				t.Errorf("All has %d steps of %d sequences, memory %v", all.Steps, all.Sequences(), all.Memory)
			}
		}
	}
}

// TestSequenceAdvantages checks that the values of a policy with memory are used for the advantages:
// with γ = λ = 1 and no rewards, a return is the last value of the episode.
func TestSequenceAdvantages(t *testing.T) {
	for _, parts := range []bool{false, true} {
		r := filledWithMemory(3, 0, parts)
		r.Advantages(1, 1)
		if want := []float32{12, 0.5, 12, 13, 12, 13, 12, 13, 12, 13, 12, 13}; !slices.Equal(r.Return, want) {
			t.Errorf("returns %v, want %v", r.Return, want)
		}
	}
}

// TestShuffledSequences checks that the minibatches of an epoch contain each sequence once.
func TestShuffledSequences(t *testing.T) {
	r := filledWithMemory(2, 0, false)
	var sizes, all []int
	for index := range r.Shuffled(rand.New(rand.NewPCG(1, 2)), 9) { // 4 sequences of 2 steps fit into 9 steps
		sizes, all = append(sizes, len(index)), append(all, index...)
	}
	if slices.Sort(all); !slices.Equal(sizes, []int{4, 2}) || !slices.Equal(all, []int{0, 1, 2, 3, 4, 5}) {
		t.Errorf("minibatches of %v sequences, all %v", sizes, all)
	}
}

// TestEpisodeSequences checks that Sequences puts whole episodes one after the other into few
// sequences of nearly equal length.
func TestEpisodeSequences(t *testing.T) {
	e := replay.NewEpisodes(spec(), 1, 4, false)
	lengths, total, next := []int{}, 0, float32(0)
	for k := range 20 { // more episodes than sequences
		lengths = append(lengths, 1+k%3)
		for range lengths[k] {
			e.Observe([]float32{next}, nil)
			if err := e.Add([]float32{1}, []float32{next}); err != nil {
				t.Fatal(err)
			}
			next++
		}
		e.End(0, 0, 0)
		total += lengths[k]
	}
	e.Values()
	for _, c := range []struct{ from, to int }{{0, 20}, {0, 3}, {3, 20}, {7, 8}} {
		row, steps := 0, 0
		for k, n := range lengths {
			if k < c.from {
				row += n
			} else if k < c.to {
				steps += n
			}
		}
		b := e.Sequences(c.from, c.to, row)
		if b.Len() != steps || len(b.Rows) != steps || len(b.Obs) != b.Steps*b.Sequences() || b.Sequences() != min(c.to-c.from, 16) {
			t.Fatalf("%+v: %d steps, %d rows of %d, %d sequences of %d", c, b.Len(), len(b.Rows), len(b.Obs), b.Sequences(), b.Steps)
		}
		k := 0
		for _, n := range lengths[c.from:c.to] {
			for i := range n {
				at := b.Rows[k]
				if b.Obs[at] != float32(row+k) || b.Return[k] != float32(row+k) || b.First[at] != (i == 0) || i > 0 && at != b.Rows[k-1]+b.Sequences() {
					t.Errorf("%+v: step %d of an episode is in row %d with the observation %v", c, i, at, b.Obs[at])
				}
				k++
			}
		}
		if sorted := slices.Sorted(slices.Values(b.Rows)); len(slices.Compact(sorted)) != steps {
			t.Errorf("%+v: rows %v, want different rows", c, b.Rows)
		}
	}
	if to, steps := e.Group(0); to != 20 || steps != total {
		t.Errorf("a group ends at episode %d with %d steps, want 20 with %d", to, steps, total)
	}
}

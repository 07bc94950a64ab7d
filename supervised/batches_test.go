package supervised_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/supervised"
)

// sequences returns five examples of up to three rows of two inputs. Row t of example k has the
// inputs 10k+t and -(10k+t), and padding is 0. The class of example k is k mod 2.
func sequences() *supervised.Set {
	s := &supervised.Set{Steps: 3, Lengths: []int{3, 1, 2, 3, 1}}
	for k, length := range s.Lengths {
		for t := range s.Steps {
			x := float32(10*k + t)
			if t < s.Steps-length {
				x = 0
			}
			s.Inputs = append(s.Inputs, x, -x)
		}
		s.Classes = append(s.Classes, float32(k%2))
	}
	return s
}

// TestInOrder checks the content of minibatches of sequences: the order of the rows, the classes
// and the first rows after padding.
func TestInOrder(t *testing.T) {
	want := []supervised.Minibatch{
		{Index: []int{0, 1}, Classes: []float32{0, 1}, Steps: 3, Inputs: []float32{0, 0, 0, 0, 1, -1, 0, 0, 2, -2, 12, -12}, First: []bool{true, false, false, false, false, true}},
		{Index: []int{2, 3}, Classes: []float32{0, 1}, Steps: 3, Inputs: []float32{0, 0, 30, -30, 21, -21, 31, -31, 22, -22, 32, -32}, First: []bool{false, true, true, false, false, false}},
		{Index: []int{4}, Classes: []float32{0}, Steps: 3, Inputs: []float32{0, 0, 0, 0, 42, -42}, First: []bool{false, false, true}},
	}
	i := 0
	for b := range supervised.NewBatches(sequences(), 2).InOrder() {
		w := want[i]
		if !slices.Equal(b.Index, w.Index) || !slices.Equal(b.Inputs, w.Inputs) || !slices.Equal(b.First, w.First) || !slices.Equal(b.Classes, w.Classes) || b.Steps != w.Steps || b.Rows() != len(w.First) {
			t.Errorf("minibatch %d is %+v, want %+v", i, *b, w)
		}
		i++
	}
	if i != len(want) {
		t.Errorf("%d minibatches, want %d", i, len(want))
	}
}

// TestShuffled checks that each epoch has each example once, in the order of rng.Shuffle, and that
// InOrder has the order of the Set again.
func TestShuffled(t *testing.T) {
	s := &supervised.Set{Inputs: make([]float32, 103), Classes: make([]float32, 103), Steps: 1}
	for i := range s.Inputs {
		s.Inputs[i], s.Classes[i] = float32(i), float32(i)
	}
	b := supervised.NewBatches(s, 10)
	rng, other := rand.New(rand.NewPCG(1, 2)), rand.New(rand.NewPCG(1, 2))
	for epoch := range 3 {
		want := slices.Clone(s.Classes)
		other.Shuffle(len(want), func(i, j int) { want[i], want[j] = want[j], want[i] })
		var got []float32
		for m := range b.Shuffled(rng) {
			if !slices.Equal(m.Inputs, m.Classes) || m.First != nil {
				t.Fatalf("inputs %v of the classes %v, first rows %v", m.Inputs, m.Classes, m.First)
			}
			got = append(got, m.Classes...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("epoch %d has the order %v, want %v", epoch, got, want)
		}
	}
	var got []float32
	for m := range b.InOrder() {
		if got = append(got, m.Classes...); len(got) == 50 {
			break
		}
	}
	if !slices.Equal(got, s.Classes[:50]) {
		t.Errorf("InOrder has %v, want the order of the Set", got)
	}
}

// TestAllocs checks that an epoch allocates nothing after the first one.
func TestAllocs(t *testing.T) {
	b, rng := supervised.NewBatches(sequences(), 2), rand.New(rand.NewPCG(1, 2))
	c := supervised.NewConfusion("0", "1", "2", "3", "4", "5")
	epoch := func() {
		for m := range b.Shuffled(rng) {
			c.Add(m.Inputs, m.Classes)
		}
		for range b.InOrder() {
		}
	}
	epoch()
	if n := testing.AllocsPerRun(10, epoch); n != 0 {
		t.Errorf("an epoch allocates %v times, want 0", n)
	}
}

// TestSplit checks that the parts are consecutive and have all examples.
func TestSplit(t *testing.T) {
	parts := sequences().Split(0.6, 0.2, 0.2)
	var n []int
	for _, p := range parts {
		n = append(n, p.Len())
	}
	last := parts[2]
	if !slices.Equal(n, []int{3, 1, 1}) || !slices.Equal(last.Lengths, []int{1}) || last.Inputs[4] != 42 || last.Width() != 2 {
		t.Errorf("parts of %v examples, the last one %+v", n, last)
	}
}

// TestBad checks the panics for slices that do not fit.
func TestBad(t *testing.T) {
	for name, call := range map[string]func(){
		"empty": func() { supervised.NewBatches(&supervised.Set{Steps: 1}, 1) },
		"inputs": func() {
			supervised.NewBatches(&supervised.Set{Steps: 2, Inputs: make([]float32, 3), Classes: make([]float32, 1)}, 1)
		},
		"length 4": func() { s := sequences(); s.Lengths[1] = 4; supervised.NewBatches(s, 1) },
		"size 0":   func() { supervised.NewBatches(sequences(), 0) },
		"logits":   func() { supervised.NewConfusion("a", "b").Add(make([]float32, 3), make([]float32, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "supervised: ") {
					t.Errorf("panic %q, want a sentence", text)
				}
			}()
			call()
		})
	}
}

// TestWriteCSV checks the text of a Set of sequences, and of a Set of rows.
func TestWriteCSV(t *testing.T) {
	for want, s := range map[string]*supervised.Set{
		"class,length,x0,x1,x2,x3,x4,x5\n0,3,0,-0,1,-1,2,-2\n1,1,0,-0,0,-0,12,-12\n": sequences().Slice(0, 2),
		"class,length,x0,x1\n3,1,0.1,1e-08\n":                                        {Steps: 1, Inputs: []float32{0.1, 1e-8}, Classes: []float32{3}},
	} {
		var text strings.Builder
		if err := s.WriteCSV(&text); err != nil || text.String() != want {
			t.Errorf("WriteCSV wrote %q, %v, want %q", text.String(), err, want)
		}
	}
}

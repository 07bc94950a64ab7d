package nn_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// sequenceNetworks returns plans of networks with memory. They have 5 inputs and 3 outputs.
func sequenceNetworks() map[string]nn.Plan {
	out := nn.Linear(3, "orthogonal", 1)
	plan := func(layers ...nn.Layer) nn.Plan { return nn.Plan{In: nn.Shape{5}, Layers: layers} }
	set := func(kind string, size float64, key string, value any) nn.Layer {
		return nn.Layer{Kind: kind, Size: size, Settings: map[string]any{key: value}}
	}
	settings := func(kind string, size float64, s map[string]any) nn.Layer {
		return nn.Layer{Kind: kind, Size: size, Settings: s}
	}
	return map[string]nn.Plan{
		"attention":        plan(nn.Linear(6, "orthogonal", 1), settings("attention", 0, map[string]any{"heads": 2.0, "context": 5.0}), out),
		"attention far":    plan(settings("attention", 0, map[string]any{"heads": 1.0}), out),
		"attention near":   plan(settings("attention", 0, map[string]any{"heads": 5.0, "context": 1.0, "positions": "none"}), out),
		"transformer":      plan(settings("transformer", 16, map[string]any{"layers": 2.0, "context": 20.0}), out),
		"transformer gelu": plan(settings("transformer", 10, map[string]any{"heads": 2.0, "norm_first": false, "activation": "gelu", "feedforward": 7.0}), out),
		"gtrxl":            plan(settings("gtrxl", 12, map[string]any{"layers": 2.0, "context": 4.0}), out),
		"lstm":             plan(nn.Layer{Kind: "lstm", Size: 16}, out),
		"lstm 13":          plan(nn.Linear(7, "orthogonal", 1), nn.Layer{Kind: "lstm", Size: 13}, nn.Layer{Kind: "tanh"}, out),
		"lstm of two":      plan(set("lstm", 9, "layers", 2.0), out),
		"lstm of one":      plan(nn.Layer{Kind: "lstm", Size: 1}, out),
		"gru":              plan(nn.Layer{Kind: "gru", Size: 16}, out),
		"gru 13":           plan(set("gru", 13, "layers", 2.0), nn.Layer{Kind: "tanh"}, out),
		"rnn":              plan(nn.Layer{Kind: "rnn", Size: 17}, out),
		"rnn of three":     plan(set("rnn", 5, "layers", 3.0), out),
		"lstm 40 wide":     plan(set("lstm", 40, "init", "orthogonal"), set("lstm", 3, "init", "kaiming_normal")),
	}
}

// A recording has T steps of N sequences, as a Vec gives them: inputs and the rows that are the first of
// an episode.
type recording struct {
	steps, n int
	x        []float32 // [T·N, 5]
	first    []bool    // [T·N]
}

// record returns a recording with random inputs, in which one of eight rows begins an episode.
func record(steps, n int) recording {
	rng := rand.New(rand.NewPCG(3, uint64(steps*100+n)))
	r := recording{steps, n, normal(rng, make([]float32, steps*n*5)), make([]bool, steps*n)}
	for i := range r.first {
		r.first[i] = i < n || rng.IntN(8) == 0
	}
	return r
}

// infer returns the outputs of Infer step by step for the steps [from, to), and updates memory
// [N, size]. It clears the rows of memory where an episode begins, as a policy does.
func (r recording) infer(m nn.Network, memory []float32, from, to int) (y []float32) {
	size := m.MemorySize()
	for t := from; t < to; t++ {
		for i, first := range r.first[t*r.n : (t+1)*r.n] {
			if first {
				clear(memory[i*size : (i+1)*size])
			}
		}
		out := make([]float32, r.n*3)
		m.Infer(out, r.x[t*r.n*5:(t+1)*r.n*5], nn.NewMemory(memory, size))
		y = append(y, out...)
	}
	return y
}

// forward returns the outputs of Forward for the steps [from, to), with the memory before them.
func (r recording) forward(tp *tape.Tape, m nn.Network, memory []float32, from, to int) *tape.Var {
	tp.Reset()
	x := tp.Const(r.x[from*r.n*5:to*r.n*5], (to-from)*r.n)
	return m.Forward(tp, x, nn.Pass{Steps: to - from, First: r.first[from*r.n : to*r.n], Memory: nn.NewMemory(memory, m.MemorySize())})
}

// TestSequenceSteps checks that Infer step by step has the same outputs as Forward over the
// sequence, bit for bit, for whole sequences and for sequences that begin with a memory. Forward
// must not change the memory.
func TestSequenceSteps(t *testing.T) {
	for name, plan := range sequenceNetworks() {
		m, tp := randomised(t, plan), tape.New()
		for _, r := range []recording{record(1, 1), record(12, 1), record(1, 5), record(16, 3), record(33, 8)} {
			memory := make([]float32, r.n*m.MemorySize())
			for from := 0; from < r.steps; from += 7 {
				to, before := min(from+7, r.steps), slices.Clone(memory)
				got := slices.Clone(r.forward(tp, m, memory, from, to).Value)
				if !slices.Equal(memory, before) {
					t.Fatalf("%s: Forward changes the memory", name)
				}
				if want := r.infer(m, memory, from, to); !sameBits(got, want) {
					t.Errorf("%s: %d steps of %d sequences: steps %d … %d of Forward differ from Infer", name, r.steps, r.n, from, to-1)
				}
			}
		}
	}
}

// TestSequenceAlone checks that the outputs of a sequence do not depend on the other sequences, bit
// for bit, and that Forward without a memory begins with a memory of zeros.
func TestSequenceAlone(t *testing.T) {
	r := record(10, 6)
	for name, plan := range sequenceNetworks() {
		m, tp := randomised(t, plan), tape.New()
		want := slices.Clone(r.forward(tp, m, make([]float32, r.n*m.MemorySize()), 0, r.steps).Value)
		for i := range r.n {
			alone := recording{steps: r.steps, n: 1}
			for s := range r.steps {
				row := s*r.n + i
				alone.x, alone.first = append(alone.x, r.x[row*5:(row+1)*5]...), append(alone.first, r.first[row])
			}
			tp.Reset()
			y := m.Forward(tp, tp.Const(alone.x, r.steps), nn.Pass{Steps: r.steps, First: alone.first}).Value
			for s := range r.steps {
				if row := s*r.n + i; !sameBits(y[s*3:(s+1)*3], want[row*3:(row+1)*3]) {
					t.Fatalf("%s: step %d of sequence %d differs when it is alone", name, s, i)
				}
			}
		}
	}
}

// learned returns the outputs and all gradients of a training step with the recording.
func (r recording) learned(tp *tape.Tape, m nn.Network, memory []float32) (all [][]float32) {
	for _, p := range nn.Params(m) {
		clear(p.Grad)
	}
	y := r.forward(tp, m, memory, 0, r.steps)
	y.Square().Mean().Backward()
	all = append(all, slices.Clone(y.Value))
	for _, p := range nn.Params(m) {
		all = append(all, slices.Clone(p.Grad))
	}
	return all
}

// TestSequenceShared checks that outputs and gradients are the same, bit for bit, on 1, 2, 3 and 8
// cores.
func TestSequenceShared(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	r := record(9, 11)
	for name, plan := range sequenceNetworks() {
		m := randomised(t, plan)
		memory := make([]float32, r.n*m.MemorySize())
		want, stepped := r.learned(tape.New(), m, memory), r.infer(m, slices.Clone(memory), 0, r.steps)
		for _, cores := range []int{2, 3, 8} {
			pool, tp := parallel.New(cores), tape.New()
			pool.Always = true
			pool.Start()
			tp.Share(pool)
			nn.Share(pool, m)
			for i, got := range r.learned(tp, m, memory) {
				if !sameBits(got, want[i]) {
					t.Errorf("%s: result %d differs on %d cores", name, i, cores)
				}
			}
			if !sameBits(r.infer(m, slices.Clone(memory), 0, r.steps), stepped) {
				t.Errorf("%s: Infer differs on %d cores", name, cores)
			}
			pool.Stop()
		}
		nn.Share(nil, m)
	}
}

// TestSequenceAllocations checks that a training step and a step of Infer allocate nothing once
// they are warm.
func TestSequenceAllocations(t *testing.T) {
	r := record(6, 4)
	for name, plan := range sequenceNetworks() {
		m, tp, y := build(t, plan), tape.New(), make([]float32, r.n*3)
		memory := make([]float32, r.n*m.MemorySize())
		past := nn.NewMemory(memory, m.MemorySize())
		step := func() {
			r.forward(tp, m, memory, 0, r.steps).Square().Mean().Backward()
			m.Infer(y, r.x[:r.n*5], past)
			m.Infer(y[:3], r.x[:5], past.Slice(0, 1))
		}
		step()
		if allocs := testing.AllocsPerRun(5, step); allocs > 0 {
			t.Errorf("%s: a step allocates %v times, want 0", name, allocs)
		}
	}
}

// TestSequenceAfterImage checks that files have the weights of the inputs in PyTorch's order, channel by
// channel, if the inputs are a flattened image.
func TestSequenceAfterImage(t *testing.T) {
	const height, cols, channels = 2, 3, 4
	for kind, name := range map[string]string{"lstm": "weight_ih_l0", "attention": "in_proj_weight", "transformer": "embedding.weight"} {
		l := nn.Layer{Kind: kind, Size: 20}
		if kind == "attention" {
			l.Size = 0
		}
		m := build(t, nn.Plan{In: nn.Shape{height, cols, channels}, Layers: nn.Layers{{Kind: "flatten"}, l}})
		p := byName(m)["net.1."+name]
		for i := range p.Value {
			p.Value[i] = float32(i / p.Cols) // the index of the input in memory
		}
		file := make([]float32, len(p.Value))
		p.Export(file)
		for k, got := range file[:height*cols*channels] { // the weights of one output
			c, y, x := k/(height*cols), k/cols%height, k%cols
			if want := float32((y*cols+x)*channels + c); got != want {
				t.Fatalf("%s: column %d in the file is input %v, want %v", kind, k, got, want)
			}
		}
	}
}

// TestLongEpisode checks that Infer step by step has the same outputs as Forward in long episodes: where
// the encodings of the steps are no longer in a table, and where the count of the steps begins again.
func TestLongEpisode(t *testing.T) {
	layers := nn.Layers{{Kind: "attention", Settings: map[string]any{"heads": 5.0, "context": 9.0}}, nn.Linear(3, "orthogonal", 1)}
	m, tp := randomised(t, nn.Plan{In: nn.Shape{5}, Layers: layers}), tape.New()
	for _, count := range []float32{505, 1<<24 - 12} {
		r := recording{steps: 40, n: 2, x: record(40, 2).x, first: make([]bool, 80)}
		memory := make([]float32, r.n*m.MemorySize())
		memory[0], memory[m.MemorySize()] = count, count+3
		for from := 0; from < r.steps; from += 20 {
			got := slices.Clone(r.forward(tp, m, memory, from, from+20).Value)
			if !sameBits(got, r.infer(m, memory, from, from+20)) {
				t.Errorf("after %v steps: steps %d … %d of Forward differ from Infer", count, from, from+19)
			}
		}
	}
}

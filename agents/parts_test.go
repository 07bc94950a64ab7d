package agents

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// manyEnvs returns the settings of a PPO with so many environments and so large minibatches that
// both are divided: three parts and two chunks.
func manyEnvs() PPOConfig {
	c := DefaultPPO()
	c.Seed, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs, c.Network.NetArch = 7, 3*partSize+5, 8, 2*chunkSize+100, 2, policy.Layers(24)
	c.Steps = 4 * c.NEnvs * c.NSteps
	return c
}

// manyEnvsWithMemory returns the settings of manyEnvs with an LSTM, sequences of 4 steps and 2
// steps of burn-in.
func manyEnvsWithMemory() PPOConfig {
	c := manyEnvs()
	c.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 8}}})
	c.SequenceLength, c.BurnIn = 4, 2
	return c
}

// TestCrew checks that a crew of three parts collects the same rollouts, values and episodes as a
// crew of one part, with environments that have masks and time limits. The episodes must be in
// the same order.
func TestCrew(t *testing.T) {
	t.Run("without memory", func(t *testing.T) { testCrew(t, manyEnvs()) })
	t.Run("with memory", func(t *testing.T) { testCrew(t, manyEnvsWithMemory()) })
}

func testCrew(t *testing.T, c PPOConfig) {
	mk := env.Each(func() env.Env { return &dial{act: env.Discrete{N: 3}} })
	three := Must(NewPPO(mk, c))
	one := Must(NewPPO(mk, c))
	one.crew = crew{}
	if err := one.crew.makeCrew(mk, c.Seed, c.NEnvs, 1); err != nil {
		t.Fatal(err)
	}
	one.crew.prepare(&one.networks, c.SDESampleFreq)
	one.roll = Must(one.crew.newRollout(c.NSteps, Must(c.sequences(one.networks.model.Spec().Memory))))
	if len(three.crew.parts) != 3 || len(one.crew.parts) != 1 {
		t.Fatalf("%d and %d parts, want 3 and 1", len(three.crew.parts), len(one.crew.parts))
	}
	for range 3 {
		for _, p := range []*PPO{one, three} {
			if err := p.collect(p.roll); err != nil {
				t.Fatal(err)
			}
			p.computeValues(p.roll)
			p.roll.Advantages(0.9, 0.9)
		}
		var want, got rolloutColumns
		want.add(one.roll, 0, c.NEnvs)
		got.add(three.roll, 0, c.NEnvs)
		if column := got.equal(&want); column != "" {
			t.Errorf("the rollouts differ in their %s", column)
		}
		if !slices.Equal(one.roll.Advantage, three.roll.Advantage) {
			t.Error("the advantages differ")
		}
		every := make([]int, one.roll.T*one.roll.N/max(c.SequenceLength, 1))
		for i := range every {
			every[i] = i
		}
		if x, y := one.roll.Rows(every), three.roll.Rows(every); !slices.Equal(x.Memory, y.Memory) || !slices.Equal(x.BurnIn.Memory, y.BurnIn.Memory) {
			t.Error("the memory differs")
		}
		a, b := one.crew.stats.Report(nil), three.crew.stats.Report(nil)
		if !slices.Equal(a.Ended, b.Ended) || len(a.Ended) == 0 || a.Return != b.Return || a.Steps != b.Steps {
			t.Errorf("three parts report %v, want %v as one part", b, a)
		}
	}
}

// TestChunks checks that a gradient that is computed in chunks is the gradient of the whole
// minibatch, except for rounding, with separate networks and with a shared trunk, and of sequences
// with burn-in.
func TestChunks(t *testing.T) {
	for name, c := range map[string]PPOConfig{"separate": manyEnvs(), "trunk": manyEnvs(), "memory": manyEnvsWithMemory()} {
		c.Network.ShareTrunk = name == "trunk"
		p := Must(NewPPO(env.Each(classic.NewCartPole), c))
		if err := p.collect(p.roll); err != nil {
			t.Fatal(err)
		}
		p.computeValues(p.roll)
		p.roll.Advantages(0.9, 0.9)
		p.readSchedules(0)
		gradient := func() (g []float32, m stepMetrics) {
			every := make([]int, p.roll.T*p.roll.N/max(c.SequenceLength, 1))
			for i := range every {
				every[i] = i
			}
			p.minibatch.set(p.roll, every, true)
			m = p.networks.accumulateGradients(&p.minibatch, &p.objective)
			for _, q := range p.networks.params {
				g = append(g, q.Grad...)
				clear(q.Grad)
			}
			return g, m
		}
		got, metrics := gradient()
		if p.networks.chunks < 2 {
			t.Fatalf("%d chunks, want several", p.networks.chunks)
		}
		p.networks.maxChunks = 0
		want, wantMetrics := gradient()
		for i, x := range want {
			if math.Abs(float64(got[i]-x)) > 1e-5 {
				t.Fatalf("element %d of the gradient is %v, want %v", i, got[i], x)
			}
		}
		if d := metrics.valueLoss - wantMetrics.valueLoss; math.Abs(float64(d)) > 1e-5*float64(wantMetrics.valueLoss) || math.Abs(metrics.approxKL-wantMetrics.approxKL) > 1e-6 {
			t.Errorf("metrics %+v, want %+v", metrics, wantMetrics)
		}
	}
}

// TestManyEnvsSameBytes checks that a PPO whose environments and minibatches are divided learns the
// same bytes on one, two, three and eight cores, and after it was saved and loaded. A network with
// dropout, which is not divided, must do the same, and so must a network with memory.
func TestManyEnvsSameBytes(t *testing.T) {
	dropout := manyEnvs()
	dropout.Network.Dropout = 0.1
	for name, c := range map[string]PPOConfig{"plain": manyEnvs(), "dropout": dropout, "memory": manyEnvsWithMemory()} {
		var want []byte
		for _, cores := range []int{1, 2, 3, 8} {
			got := learnManyEnvs(t, c, cores)
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %d cores learn other bytes than one core", name, cores)
			}
		}
	}
}

// learnManyEnvs returns the state of a PPO after four iterations on some cores. After two
// iterations the PPO is saved, and another one continues.
func learnManyEnvs(t *testing.T, c PPOConfig, cores int) []byte {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	file := filepath.Join(t.TempDir(), "saved")
	for _, until := range []int{c.Steps / 2, c.Steps} {
		p := Must(NewPPO(env.Each(classic.NewCartPole), c))
		p.networks.cores.Always = true
		if until == c.Steps {
			if err := Load(file, p); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Learn(until); err != nil {
			t.Fatal(err)
		}
		if err := Save(file, p); err != nil {
			t.Fatal(err)
		}
	}
	return Must(os.ReadFile(file))
}

// TestPartsDiffer checks that a Maker whose Vectors have different environments is refused.
func TestPartsDiffer(t *testing.T) {
	c := manyEnvs()
	calls := 0
	_, err := NewPPO(func(n int) (env.Vector, error) {
		if calls++; calls == 1 {
			return env.Each(classic.NewCartPole)(n)
		}
		return env.Each(classic.NewAcrobot)(n)
	}, c)
	if err == nil || !strings.Contains(err.Error(), "differ in their spaces") {
		t.Errorf("NewPPO = %v, want an error for environments with different spaces", err)
	}
}

package gorgonia_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// newPPO returns a PPO agent with small networks and rollouts of 128 steps.
func newPPO(e nn.Engine) agents.Agent {
	c := agents.DefaultPPO()
	c.Engine, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = e, 8, 16, 64, 4
	c.Network.NetArch = policy.Layers(16, 8)
	return agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), c))
}

// train trains the agent a up to the given number of steps and returns its reports as text.
func train(t *testing.T, a agents.Agent, steps int) (s string) {
	t.Helper()
	for r, err := range agents.Train(context.Background(), a, steps, 500) {
		if err != nil {
			t.Fatal(err)
		}
		s += fmt.Sprintln(r, r.Length, r.Ended)
	}
	return s
}

// bits returns the whole state of a, as in a checkpoint.
func bits(t *testing.T, a state.Stater) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := state.Save(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestPPO checks that agents of the two engines learn in the same way for 512 steps: they have
// the same episodes, and their losses and parameters differ only by rounding. After many more
// steps, a rounding error would change an action and then all later steps.
func TestPPO(t *testing.T) {
	native, foreign := newPPO(nn.Native{}), newPPO(gorgonia.Engine{})
	for steps := 128; steps <= 512; steps += 128 {
		want, got := agents.Must(native.Learn(steps)), agents.Must(foreign.Learn(steps))
		if fmt.Sprint(got.Steps, got.Ended) != fmt.Sprint(want.Steps, want.Ended) {
			t.Fatalf("after %d steps: episodes %v, native %v", steps, got.Ended, want.Ended)
		}
		for i, l := range want.Losses {
			if g := got.Losses[i]; g.Name != l.Name || math.Abs(g.Value-l.Value) > 1e-4*max(1, math.Abs(l.Value)) {
				t.Errorf("after %d steps: %s %v, native %s %v", steps, g.Name, g.Value, l.Name, l.Value)
			}
		}
		tensors := foreign.Policy().Tensors()
		for i, p := range native.Policy().Tensors() {
			for j, w := range p.Value {
				if d := math.Abs(float64(tensors[i].Value[j]) - float64(w)); d > 1e-4 {
					t.Fatalf("after %d steps: %s[%d] differs by %v from native", steps, p.Name, j, d)
				}
			}
		}
	}
}

// TestSeed checks that the same seed gives the same training, bit for bit.
func TestSeed(t *testing.T) {
	one, two := newPPO(gorgonia.Engine{}), newPPO(gorgonia.Engine{})
	if train(t, one, 2000) != train(t, two, 2000) || !bytes.Equal(bits(t, one), bits(t, two)) {
		t.Error("two agents with the same seed differ after training")
	}
}

// TestResume checks that an agent that is saved, loaded and trained further has the same bits as
// an agent that is not interrupted.
func TestResume(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agent")
	straight, resumed := newPPO(gorgonia.Engine{}), newPPO(gorgonia.Engine{})
	train(t, straight, 1000)
	if err := agents.Save(file, straight); err != nil {
		t.Fatal(err)
	}
	train(t, resumed, 700) // Load must replace this training
	if err := agents.Load(file, resumed); err != nil {
		t.Fatal(err)
	}
	want, got := train(t, straight, 3000), train(t, resumed, 3000)
	if got != want || !bytes.Equal(bits(t, straight), bits(t, resumed)) {
		t.Errorf("resumed run:\n%suninterrupted run:\n%s", got, want)
	}
}

// BenchmarkStep measures Forward and Backward of a 4-64-64-2 network for 64 rows.
func BenchmarkStep(b *testing.B) {
	for _, engine := range []nn.Engine{nn.Native{}, gorgonia.Engine{}} {
		b.Run(fmt.Sprintf("%T", engine), func(b *testing.B) {
			const rows = 64
			n := newMLP(b, engine, 4, []int{64, 64}, 2, nn.MLPOptions{Activation: "tanh", Gain: 1})
			x, tp := normal(newRand(), make([]float32, 4*rows)), tape.New()
			b.ReportAllocs()
			for b.Loop() {
				tp.Reset()
				n.Forward(tp, tp.Const(x, rows), nn.Pass{Mode: nn.Training}).Square().Mean().Backward()
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

package agents_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/agents"
)

// TestCancel checks that Train stops when its context is cancelled, and that the agent can then
// continue with the same bytes as an agent that was never stopped.
func TestCancel(t *testing.T) {
	for kind, newAgent := range ppoVariants() {
		mk := makers()["snapshot"]
		ctx, cancel := context.WithCancel(context.Background())
		stopped, straight := newAgent(mk), newAgent(mk)
		var last agents.Report
		var err error
		n := 0
		for last, err = range agents.Train(ctx, stopped, 100_000, 500) {
			cancel()
			n++
		}
		cancel()
		if n != 2 || !errors.Is(err, context.Canceled) || last.Steps < 512 || last.Steps >= 1024 {
			t.Errorf("%s: %d reports, the last %v with error %v, want 2 reports, the last at 512 … 1023 steps with context.Canceled", kind, n, last, err)
		}
		train(t, stopped, 2000)
		train(t, straight, 2000)
		if !bytes.Equal(stateBytes(t, stopped), stateBytes(t, straight)) {
			t.Errorf("%s: a cancelled run ends in another state than one that was not cancelled", kind)
		}
	}
}

// TestTrain checks that Train yields a Report each time the steps pass a multiple of every, after
// whole iterations of 128 steps, and that each episode is in exactly one Report.
func TestTrain(t *testing.T) {
	const steps = 3000
	for _, every := range []int{1, 7, 100, 128, 130, 500, 512, 1000, 2999, 3000, 10_000} {
		var want, got []int
		for k := 128; k < steps+128; k += 128 {
			if k/every > (k-128)/every || k >= steps {
				want = append(want, k)
			}
		}
		a, sum, last := newPPO(makers()["snapshot"]), 0, agents.Report{}
		for r, err := range agents.Train(context.Background(), a, steps, every) {
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range r.Ended {
				if e.Return != float64(e.Length) { // the reward of each CartPole step is 1
					t.Errorf("every %d: an episode of %d steps returned %v", every, e.Length, e.Return)
				}
			}
			got, sum, last = append(got, r.Steps), sum+len(r.Ended), r
		}
		if !slices.Equal(got, want) {
			t.Errorf("every %d: reports at %v, want %v", every, got, want)
		}
		if sum != last.Episodes || sum < 40 {
			t.Errorf("every %d: %d episodes in the reports, want %d, and at least 40", every, sum, last.Episodes)
		}
		for r := range agents.Train(context.Background(), a, steps, every) {
			t.Errorf("every %d: Train of an agent that has taken all steps yields %v, want no Report", every, r)
		}
	}
}

// stuckAgent is an Agent whose Reports always have 0 steps.
type stuckAgent struct{ agents.Agent }

func (a stuckAgent) Learn(until int) (agents.Report, error) {
	_, err := a.Agent.Learn(until)
	return agents.Report{}, err
}

// TestTrainStuck checks that Train returns an error, and does not loop for ever, if Learn returns
// too few steps.
func TestTrainStuck(t *testing.T) {
	reports := 0
	for _, err := range agents.Train(context.Background(), stuckAgent{newPPO(makers()["snapshot"])}, 1000, 100) {
		const want = "agents: Learn(1) of a agents_test.stuckAgent returned a Report of 0 steps, want 1 or more"
		if reports++; err == nil || err.Error() != want {
			t.Fatalf("Train of an agent that counts no steps: error %v, want %s", err, want)
		}
	}
	if reports != 1 {
		t.Errorf("%d reports, want 1", reports)
	}
}

// TestBreak checks that an agent whose Train loop was left by break continues with the same bytes
// as an agent whose loop was not left.
func TestBreak(t *testing.T) {
	left, straight := newPPO(makers()["snapshot"]), newPPO(makers()["snapshot"])
	for r := range agents.Train(context.Background(), left, 5000, 500) {
		if r.Steps != 512 {
			t.Errorf("first report at %d steps, want 512", r.Steps)
		}
		break
	}
	train(t, left, 2000)
	train(t, straight, 2000)
	if !bytes.Equal(stateBytes(t, left), stateBytes(t, straight)) {
		t.Error("a run that was left by break ends in another state")
	}
}

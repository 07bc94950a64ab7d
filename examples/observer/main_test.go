package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPlateau checks that training ends before its 200,000 steps, and that a run that is
// interrupted many times has the same policy as a run that is not interrupted.
func TestPlateau(t *testing.T) {
	if testing.Short() {
		t.Skip("learning")
	}
	straight, interrupted := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	res, err := train(context.Background(), straight)
	if err != nil || res.Steps >= 200_000 || res.Eval.Mean < 450 {
		t.Fatalf("train = %+v, %v, want a return of 450 before 200,000 steps", res, err)
	}
	for interrupts := 0; ; interrupts++ {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+interrupts)*50*time.Millisecond)
		resumed, err := train(ctx, interrupted)
		stopped := ctx.Err() != nil
		cancel()
		if err == nil {
			if resumed.Steps != res.Steps || interrupts == 0 {
				t.Errorf("interrupted %d times: %d steps, want %d after 1 or more interrupts", interrupts, resumed.Steps, res.Steps)
			}
			break
		}
		if !stopped || interrupts > 1000 {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"policy.safetensors", "policy-best.safetensors"} {
		one, err := os.ReadFile(filepath.Join(straight, name))
		other, err2 := os.ReadFile(filepath.Join(interrupted, name))
		if err != nil || err2 != nil || !bytes.Equal(one, other) {
			t.Errorf("%s differs between the two runs: %v, %v", name, err, err2)
		}
	}
}

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPlateau: training ends before its steps, and a run that was interrupted again and
// again has the same policy.
func TestPlateau(t *testing.T) {
	if testing.Short() {
		t.Skip("learning")
	}
	straight, broken := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	res, err := train(context.Background(), straight)
	if err != nil || res.Steps >= 200_000 || res.Eval.Mean < 450 {
		t.Fatalf("train = %+v, %v, want a return of 450 before 200,000 steps", res, err)
	}
	for interrupts := 0; ; interrupts++ {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+interrupts)*50*time.Millisecond)
		again, err := train(ctx, broken)
		stopped := ctx.Err() != nil
		cancel()
		if err == nil {
			if again.Steps != res.Steps || interrupts == 0 {
				t.Errorf("interrupted %d times: %d steps, want %d", interrupts, again.Steps, res.Steps)
			}
			break
		}
		if !stopped || interrupts > 1000 {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"policy.safetensors", "policy-best.safetensors"} {
		one, err := os.ReadFile(filepath.Join(straight, name))
		other, err2 := os.ReadFile(filepath.Join(broken, name))
		if err != nil || err2 != nil || !bytes.Equal(one, other) {
			t.Errorf("%s differs between the two runs: %v, %v", name, err, err2)
		}
	}
}

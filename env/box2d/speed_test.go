package box2d_test

import (
	"testing"

	"github.com/rlrun/rlrun/env"
)

func BenchmarkStep(b *testing.B) {
	for _, id := range registry().IDs() {
		b.Run(id, func(b *testing.B) {
			e, err := registry().Make(id, nil)
			if err != nil {
				b.Fatal(err)
			}
			spec := e.Spec()
			obs := make([]float32, spec.Obs.Size())
			acts := sampleActions(spec.Act, 64, 1)
			b.ReportAllocs()
			steps := 0
			for i := 0; b.Loop(); i++ {
				if steps == 0 {
					e.Reset(env.Split(1, uint64(i)), obs)
				}
				if steps++; e.Step(acts[i%64], obs).Done() || steps == spec.MaxSteps {
					steps = 0
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

package minigrid

import "testing"

// BenchmarkObservations steps DoorKey with each observation.
func BenchmarkObservations(b *testing.B) {
	for _, show := range []string{showFully, showSymbolic, showOneHot, showRGB, showRGBPartial, showImage, showFlat} {
		b.Run(show, func(b *testing.B) {
			w, err := New("MiniGrid-DoorKey-8x8-v0")
			if err != nil {
				b.Fatal(err)
			}
			o, err := newShow(w, show)
			if err != nil {
				b.Fatal(err)
			}
			obs, act := make([]float32, o.Spec().Obs.Size()), []float32{0}
			o.Reset(1, obs)
			b.ReportAllocs()
			for b.Loop() {
				o.Step(act, obs)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

package hub

import (
	"testing"
	"time"
)

// TestNewMeasurement checks the statistics of 200 and of two times.
func TestNewMeasurement(t *testing.T) {
	var took []time.Duration
	for i := range 200 {
		took = append(took, time.Duration(200-i))
	}
	want := Measurement{Name: "x", Times: 200, P50: 101, P99: 199, Mean: 100}
	got := NewMeasurement("x", 0, took)
	if got != want {
		t.Errorf("NewMeasurement of 1 to 200 = %+v, want %+v", got, want)
	}
	two := NewMeasurement("y", 8, []time.Duration{3 * time.Second, time.Second})
	if operations, bytes := two.PerSecond(); two.P50 != 3*time.Second || two.P99 != 3*time.Second || operations != 0.5 || bytes != 4 {
		t.Errorf("NewMeasurement of 1 s and 3 s = %+v, want 3 s, 0.5 and 4 bytes a second", two)
	}
}

// TestBenchmarks checks that the benchmarks of jobs and objects measure something.
func TestBenchmarks(t *testing.T) {
	s := newDirectory(t).shipper.store
	for _, b := range Benchmarks()[:2] {
		rows, err := b.Run(t.Context(), s, t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", b.Name, err)
		}
		for _, m := range rows {
			if m.P50 <= 0 || m.P99 < m.P50 || m.Times < 1 || m.Name == "" {
				t.Errorf("%s: %+v, want times", b.Name, m)
			}
		}
	}
}

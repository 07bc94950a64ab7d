package hub

import (
	"context"
	"slices"
	"time"

	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// A Measurement is the measured time of an operation that was repeated.
type Measurement struct {
	Name  string        `json:"name"`
	Times int           `json:"times"`           // number of repetitions
	Bytes int64         `json:"bytes,omitempty"` // bytes that one operation moves; 0 if bytes do not matter
	P50   time.Duration `json:"p50_ns"`          // median
	P99   time.Duration `json:"p99_ns"`          // 99th percentile; the slowest of fewer than a hundred
	Mean  time.Duration `json:"mean_ns"`
}

// PerSecond returns the number of operations and the number of bytes in a second.
func (m Measurement) PerSecond() (operations, bytes float64) {
	operations = 1 / m.Mean.Seconds()
	return operations, operations * float64(m.Bytes)
}

// A Benchmark measures a part of a hub's work.
type Benchmark struct {
	Name string

	// Run measures with a hub that has no jobs. It may write to the directory dir.
	Run func(ctx context.Context, s *journal.Store, dir string) ([]Measurement, error)
}

// Benchmarks returns all benchmarks, in the order of their rows in rlrun bench hub.
func Benchmarks() []Benchmark {
	return []Benchmark{
		{"jobs", measureJobs},
		{"objects", measureObjects},
		{"checkpoints", measureCheckpoints},
		{"acting", measureActing},
	}
}

// measure calls the function op with 0 … times-1, and returns how long the calls take.
func measure(name string, times int, bytes int64, op func(i int) error) (Measurement, error) {
	took := make([]time.Duration, times)
	for i := range took {
		begun := time.Now()
		if err := op(i); err != nil {
			return Measurement{}, err
		}
		took[i] = time.Since(begun)
	}
	return NewMeasurement(name, bytes, took), nil
}

// NewMeasurement returns the Measurement of repetitions that took these times. It sorts the times.
func NewMeasurement(name string, bytes int64, took []time.Duration) Measurement {
	m := Measurement{Name: name, Times: len(took), Bytes: bytes}
	slices.Sort(took)
	for _, d := range took {
		m.Mean += d
	}
	m.Mean /= time.Duration(len(took))
	m.P50, m.P99 = took[len(took)/2], took[min(len(took)*99/100, len(took)-1)]
	return m
}

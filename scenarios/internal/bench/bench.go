// Package bench measures the speed of this machine at what training spends its
// time on, by the code that training runs.
package bench

import (
	"math"
	"runtime"
	"strings"
	"time"

	"github.com/rlrun/rlrun/policy/parallel"
)

// A Case is one thing to measure.
type Case struct {
	Name  string // as in train/4-64-64-2/tanh/b64
	Units int    // operations in one call of run

	// Make returns the function that is measured, ready to be called over and over. Large
	// work runs on cores.
	Make func(cores *parallel.Pool) (run func(), err error)
}

// A Figure is what a Case came to.
type Figure struct {
	Name    string  `json:"name"`
	NsPerOp float64 `json:"ns_per_op"`
}

// Select returns the cases whose names begin with one of the prefixes; all
// without a prefix.
func Select(cases []Case, prefixes []string) (chosen []Case) {
	for _, c := range cases {
		for _, p := range prefixes {
			if strings.HasPrefix(c.Name, p) {
				chosen = append(chosen, c)
				break
			}
		}
	}
	if len(prefixes) == 0 {
		return cases
	}
	return chosen
}

// tries is how often a case is timed, for least at a time. The best counts:
// whatever else a machine does only adds to it.
const (
	tries = 12
	least = 8 * time.Millisecond
)

// Measure runs c.
func Measure(c Case) (Figure, error) {
	cores := parallel.Start(runtime.GOMAXPROCS(0))
	defer cores.Stop()
	run, err := c.Make(cores)
	if err != nil {
		return Figure{}, err
	}
	calls, took := 1, time.Duration(0)
	for ; ; calls *= 2 {
		if took = timed(run, calls); took >= least/2 {
			break
		}
	}
	calls = max(1, int(float64(calls)*float64(least)/float64(took)))
	best := math.Inf(1)
	for range tries {
		best = min(best, float64(timed(run, calls))/float64(calls))
	}
	return Figure{c.Name, best / float64(c.Units)}, nil
}

func timed(run func(), calls int) time.Duration {
	start := time.Now()
	for range calls {
		run()
	}
	return time.Since(start)
}

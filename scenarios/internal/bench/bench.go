// Package bench measures how fast this machine runs the parts of training: forward and
// backward passes, optimiser steps, inner loops, environment steps and whole agents. It
// calls the code that training itself uses.
//
// A Case is one measurement. Networks, Loops, Step and Agents return the cases, Select
// chooses cases by the prefixes of their names, and Measure runs one case and returns the
// time of an operation.
package bench

import (
	"math"
	"runtime"
	"strings"
	"time"

	"github.com/rlrun/rlrun/policy/parallel"
)

// A Case is one measurement.
type Case struct {
	Name  string // for example train/4-64-64-2/tanh/b64
	Units int    // number of operations in one call of run

	// Make returns the function to measure. Measure calls it many times. Large operations
	// divide their work over cores.
	Make func(cores *parallel.Pool) (run func(), err error)
}

// A Result is the measured time of a Case.
type Result struct {
	Name    string  `json:"name"`
	NsPerOp float64 `json:"ns_per_op"` // nanoseconds of one operation
}

// Select returns the cases whose names begin with one of the prefixes, or all cases if
// there is no prefix.
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

// Measure makes this number of measurements (repeats) of a case, each of about this duration.
// The shortest time counts, because other programs on the machine can only make a measurement longer.
const (
	repeats  = 12
	duration = 8 * time.Millisecond
)

// Measure measures the time of one operation of c.
func Measure(c Case) (Result, error) {
	runtime.GC() // frees the memory of the previous case, so that this case is not measured during a collection
	cores := parallel.New(runtime.GOMAXPROCS(0))
	cores.Start()
	defer cores.Stop()
	run, err := c.Make(cores)
	if err != nil {
		return Result{}, err
	}
	calls, took := 1, time.Duration(0)
	for ; ; calls *= 2 {
		if took = timeCalls(run, calls); took >= duration/2 {
			break
		}
	}
	calls = max(1, int(float64(calls)*float64(duration)/float64(took)))
	shortest := math.Inf(1)
	for range repeats {
		shortest = min(shortest, float64(timeCalls(run, calls))/float64(calls))
	}
	return Result{c.Name, shortest / float64(c.Units)}, nil
}

// timeCalls returns the time that this number of calls of run takes.
func timeCalls(run func(), calls int) time.Duration {
	start := time.Now()
	for range calls {
		run()
	}
	return time.Since(start)
}

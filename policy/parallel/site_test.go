package parallel

import (
	"testing"
	"time"
)

// A simulation is a program that runs jobs at some sites in turn, with a clock of its own.
type simulation struct {
	trials
	clock time.Duration
	tick  time.Duration // the program reads the clock in multiples of tick
	sites []Site
	cost  [][mixed]time.Duration // [sites] time of a job on one core and on all cores
}

// newSimulation returns a simulation with a site for each cost.
func newSimulation(cost ...[mixed]time.Duration) *simulation {
	s := &simulation{tick: 1, sites: make([]Site, len(cost)), cost: cost}
	s.start()
	return s
}

// step runs a job at each site, and returns which jobs were shared.
func (s *simulation) step() []bool {
	shared := make([]bool, len(s.sites))
	for i := range s.sites {
		s.advance(&s.sites[i], s.clock.Truncate(s.tick))
		shared[i] = s.mode == allCores || s.mode == mixed && !s.sites[i].alone
		m := oneCore
		if shared[i] {
			m = allCores
		}
		s.clock += s.cost[i][m]
	}
	return shared
}

// run runs the program for some time and until no trial is active, and returns which jobs are
// shared afterwards.
func (s *simulation) run(d time.Duration) []bool {
	for end := s.clock + d; s.clock < end || s.active; {
		s.step()
	}
	return s.step()
}

const us = time.Microsecond

// TestTrials checks that after each trial, every site has the faster way. On all cores the jobs of
// the first site are faster than on one core, and those of the second site are slower. Later
// another program keeps the cores busy, and both are slower on all cores; then both are faster.
func TestTrials(t *testing.T) {
	s := newSimulation([mixed]time.Duration{10 * us, 6 * us}, [mixed]time.Duration{10 * us, 14 * us})
	if got := s.step(); got[0] || got[1] {
		t.Errorf("before the first trial shared = %v, want one core", got)
	}
	if got := s.run(100 * time.Millisecond); !got[0] || got[1] {
		t.Errorf("shared = %v, want only the site that is faster on all cores", got)
	}
	s.cost[0][allCores] = 30 * us
	if got := s.run(10 * time.Second); got[0] || got[1] {
		t.Errorf("on a busy machine shared = %v, want one core", got)
	}
	s.cost[0][allCores], s.cost[1][allCores] = 6*us, 5*us
	if got := s.run(10 * time.Second); !got[0] || !got[1] {
		t.Errorf("on an idle machine shared = %v, want all cores", got)
	}
	if s.number > 25 {
		t.Errorf("%d trials in 20 seconds, want 25 at most", s.number)
	}
}

// TestTrialsCoarseClock checks that trials find the faster way with a clock that moves every
// half millisecond, although most samples are then 0.
func TestTrialsCoarseClock(t *testing.T) {
	for _, all := range []time.Duration{6 * us, 30 * us} {
		s := newSimulation([mixed]time.Duration{10 * us, all})
		s.tick = 500 * us
		if got := s.run(100 * time.Millisecond); got[0] != (all == 6*us) {
			t.Errorf("shared = %v for 10 µs on one core and %v on all", got, all)
		}
	}
}

// TestTrialsFull checks a trial with so many samples that a rare site finds no memory for its own.
func TestTrialsFull(t *testing.T) {
	s := newSimulation([mixed]time.Duration{us, 2 * us})
	var rare Site
	for s.number < 3 {
		for range 3 * maxSamples {
			s.step()
		}
		s.advance(&rare, s.clock)
		s.clock += us
	}
	if got := s.run(0); got[0] {
		t.Errorf("shared = %v, want one core", got)
	}
}

// TestTrialsLongJobs checks that all cores share jobs that take longer than a trial.
func TestTrialsLongJobs(t *testing.T) {
	cost := [mixed]time.Duration{time.Second, time.Second / 2}
	s := newSimulation(cost, cost, cost)
	if got := s.run(20 * time.Second); !got[0] || !got[1] || !got[2] {
		t.Errorf("shared = %v, want all cores", got)
	}
}

// TestTrialsStop checks that the time between Stop and Start does not count.
func TestTrialsStop(t *testing.T) {
	var tr trials
	tr.start()
	tr.stop()
	tr.stopped = tr.stopped.Add(-time.Hour) // as if the Stop were an hour ago
	tr.start()
	if now := time.Since(tr.epoch); now > time.Minute {
		t.Errorf("the clock is at %v after a stop of an hour, want less than a minute", now)
	}
}

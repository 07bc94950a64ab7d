package parallel

import "time"

// A Site is a place in a program that runs jobs of about the same size again and again, such as
// the gradients of two networks. It has the measurements of a Pool, which decide whether several
// cores share its jobs. The zero Site is ready for use. Only one Pool may use it.
type Site struct {
	alone bool    // whether one core is faster
	trial int     // number of the trial that the samples belong to
	mean  [2]mean // mean time of a job and of what follows until the next job, by the mode of the trial
}

// A mean is the mean of samples.
type mean struct {
	sum time.Duration
	n   int
}

// The modes of a trial.
const (
	onOneCore = iota
	onAllCores
)

// trials measures the sites of a Pool. In a trial, all jobs first run on one core for some
// milliseconds, and then on all cores. Afterwards each site has the faster way until the next
// trial. A trial measures the time from the start of a job to the start of the next one, because
// waiting workers can make the program slower between jobs too, if another program keeps a core
// busy.
type trials struct {
	number   int           // number of trials so far
	mode     int           // mode of the current trial
	active   bool          // whether a trial is active
	began    time.Duration // start of the current trial
	until    time.Duration // end of the current mode, or time of the next trial
	pause    time.Duration // time between the latest trial and the next
	sites    []*Site       // sites that the current trial has measured
	last     *Site         // site of the latest job
	lastTime time.Duration // start of the latest job
	epoch    time.Time     // time 0
}

const (
	warmUp       = 2 * time.Millisecond   // time before the first trial
	timeOnOne    = 3 * time.Millisecond   // shortest time of a trial on one core
	timeOnAll    = 12 * time.Millisecond  // shortest time of a trial on all cores: other programs interrupt only every few milliseconds
	minPause     = 300 * time.Millisecond // shortest time between two trials
	maxPause     = 3 * time.Second        // longest time between two trials, except after long jobs
	trialsShare  = 50                     // a trial takes at most 1/50 of the time
	mustBeFaster = 0.97                   // largest ratio of the times on all cores and on one core for jobs that are shared
)

// start begins a new measurement, because the Pool was not in use.
func (t *trials) start() {
	if t.epoch.IsZero() {
		t.epoch = time.Now()
		t.until = warmUp
	}
	t.last = nil
}

// now returns the current time.
func (t *trials) now() time.Duration { return time.Since(t.epoch) }

// shares reports whether several cores share the job that starts at site s now.
func (t *trials) shares(s *Site, now time.Duration) bool {
	if t.active && t.last != nil {
		t.sample(t.last, now-t.lastTime)
	}
	if now >= t.until {
		t.next(now)
	}
	t.last, t.lastTime = s, now
	if t.active {
		return t.mode == onAllCores
	}
	return t.number > 0 && !s.alone
}

// sample adds a sample to site s.
func (t *trials) sample(s *Site, d time.Duration) {
	if s.trial != t.number {
		s.trial, s.mean = t.number, [2]mean{}
		t.sites = append(t.sites, s)
	}
	m := &s.mean[t.mode]
	m.sum += d
	m.n++
}

// next begins a trial, or its second mode, or ends the trial.
func (t *trials) next(now time.Duration) {
	switch {
	case !t.active:
		t.active, t.mode, t.began, t.until = true, onOneCore, now, now+timeOnOne
		t.number++
		t.sites = t.sites[:0]
	case t.mode == onOneCore:
		t.mode, t.until = onAllCores, now+timeOnAll
	default:
		t.active = false
		changed := t.decide()
		if t.pause = min(2*t.pause, maxPause); changed {
			t.pause = minPause
		}
		t.until = now + max(t.pause, trialsShare*(now-t.began-timeOnAll))
	}
}

// decide chooses the faster way for each site that the trial has measured in both modes. It
// reports whether a site's way has changed.
func (t *trials) decide() (changed bool) {
	for _, s := range t.sites {
		one, all := s.mean[onOneCore], s.mean[onAllCores]
		if one.n == 0 || all.n == 0 {
			continue
		}
		alone := all.seconds() > mustBeFaster*one.seconds()
		changed = changed || alone != s.alone
		s.alone = alone
	}
	return changed
}

// seconds returns the mean in seconds.
func (m mean) seconds() float64 { return m.sum.Seconds() / float64(m.n) }

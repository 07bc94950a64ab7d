package parallel

import (
	"math"
	"slices"
	"time"
)

// A Site is a place in a program that runs jobs of about the same size again and again, such as
// the gradients of two networks. The zero Site is ready for use. Only one Pool may use it.
type Site struct {
	alone bool // whether one core runs this site's jobs in the mode mixed
	trial int  // number of the latest trial that has measured the site
	index int  // index of the site in this trial
}

// A mode is a way to run jobs.
type mode int

const (
	oneCore  mode = iota // one core runs all jobs
	allCores             // all cores share every job
	mixed                // all cores share the jobs of the sites where this is faster
	modes
)

// trials measures the sites of a Pool. A trial runs all jobs for some milliseconds in each mode.
// Until the next trial, the Pool uses the mode in which the program was fastest. A sample is the
// time from the start of a job to the start of the next one. It includes what the program does
// between jobs, because that is slower if its data is in another core's cache, or if waiting
// workers take the processor from it on a busy machine.
type trials struct {
	number   int           // number of trials so far
	active   bool          // whether a trial is active
	mode     mode          // mode of the active trial, or the fastest mode of the latest trial
	fastest  mode          // fastest mode of the latest trial
	began    time.Duration // start of the active trial
	until    time.Duration // earliest end of the current mode of a trial, or time of the next trial
	latest   time.Duration // latest end of the current mode of a trial
	pause    time.Duration // time between the latest trial and the next
	samples  [modes][]sample
	sites    []*Site       // sites that the active trial has measured
	last     *Site         // site of the latest job; nil: no job yet
	lastTime time.Duration // start of the latest job
	epoch    time.Time     // time 0, moved by the time between each stop and the next start
	stopped  time.Time     // time of the latest stop
	jobs     int           // number of jobs so far
	sorted   []time.Duration
}

// A sample is the time from the start of a job to the start of the next one.
type sample struct {
	site int // index of the job's site in trials.sites
	d    time.Duration
}

// Constants of trials.
const (
	clockPeriod  = 16                     // number of jobs from one reading of the clock to the next, between trials
	warmUp       = 2 * time.Millisecond   // time before the first trial
	timeInMode   = 4 * time.Millisecond   // shortest time of a trial in a mode
	timeOnAll    = 20 * time.Millisecond  // shortest time on all cores: other programs interrupt only every few milliseconds
	maxInMode    = 60 * time.Millisecond  // longest time in a mode, except for the last job
	minPerSite   = 6                      // smallest number of samples of each site in a mode, if they fit into maxInMode
	firstPause   = 20 * time.Millisecond  // time between the first trial and the second: a new worker may still share a core with its caller in the first
	minPause     = 100 * time.Millisecond // shortest time between two later trials
	maxPause     = 3 * time.Second        // longest time between two trials, except after long jobs
	pauseRatio   = 4                      // smallest ratio of a pause to the trial before it
	maxSamples   = 1024                   // largest number of samples in a mode
	outlier      = 4                      // a sample counts at most this many times the median
	mustBeFaster = 0.97                   // largest ratio of the times on several cores and on one, for several cores to be used
)

// start begins the measurements, or continues them after a Stop.
func (t *trials) start() {
	if t.epoch.IsZero() {
		t.epoch, t.until, t.pause = time.Now(), warmUp, minPause
		for m := range t.samples {
			t.samples[m] = make([]sample, 0, maxSamples)
		}
		t.sorted, t.sites = make([]time.Duration, 0, maxSamples*int(modes)), make([]*Site, 0, maxSamples)
	}
	if !t.stopped.IsZero() {
		t.epoch = t.epoch.Add(time.Since(t.stopped))
	}
}

// stop stops the clock until the next start.
func (t *trials) stop() { t.stopped = time.Now() }

// shares reports whether several cores share the job that starts at site s now. Between trials it
// reads the clock only now and then.
func (t *trials) shares(s *Site) bool {
	if t.jobs++; t.active || t.jobs%clockPeriod == 0 {
		t.advance(s, time.Since(t.epoch))
	}
	return t.mode == allCores || t.mode == mixed && !s.alone
}

// advance adds a sample of the job before, and begins or ends a trial if it is time. The next job
// starts at site s now.
func (t *trials) advance(s *Site, now time.Duration) {
	if t.active && t.last != nil {
		t.sample(t.last, now-t.lastTime)
	}
	if now >= t.until && (!t.active || now >= t.latest || t.hasEnough()) {
		t.next(now)
	}
	t.last, t.lastTime = s, now
}

// sample adds a sample of site s, if there is memory for more samples of the current mode.
func (t *trials) sample(s *Site, d time.Duration) {
	samples := &t.samples[t.mode]
	if len(*samples) == maxSamples {
		return
	}
	if s.trial != t.number {
		s.trial, s.index = t.number, len(t.sites)
		t.sites = append(t.sites, s)
	}
	*samples = append(*samples, sample{s.index, d})
}

// hasEnough reports whether the sites have minPerSite samples in the current mode on average.
func (t *trials) hasEnough() bool { return len(t.samples[t.mode]) >= minPerSite*len(t.sites) }

// next begins a trial, or its next mode, or ends the trial.
func (t *trials) next(now time.Duration) {
	t.latest = now + maxInMode
	switch {
	case !t.active:
		t.number++
		t.active, t.mode, t.began, t.until = true, oneCore, now, now+timeInMode
		t.sites = t.sites[:0]
		for m := range t.samples {
			t.samples[m] = t.samples[m][:0]
		}
	case t.mode == oneCore:
		t.mode, t.until = allCores, now+timeOnAll
	case t.mode == allCores:
		if t.mix() {
			t.mode, t.until = mixed, now+timeInMode
			break
		}
		fallthrough // the mode mixed is the same as allCores
	default:
		t.active = false
		if t.mode = t.compare(); t.mode == t.fastest {
			t.pause = min(2*t.pause, maxPause)
		} else {
			t.fastest, t.pause = t.mode, minPause
		}
		if t.until = now + firstPause; t.number > 1 {
			t.until = now + max(t.pause, pauseRatio*(now-t.began))
		}
	}
}

// mix chooses the sites whose jobs one core runs in the mode mixed. It reports whether there are any.
func (t *trials) mix() (any bool) {
	for i, s := range t.sites {
		mean, n := t.means(i)
		s.alone = n[oneCore] > 0 && n[allCores] > 0 && mean[allCores] > mustBeFaster*mean[oneCore]
		any = any || s.alone
	}
	return any
}

// compare returns the fastest mode. Only sites with samples in all modes of the trial count. If
// there are none, the jobs take longer than a trial, and all cores share them.
func (t *trials) compare() mode {
	measured := t.mode + 1 // number of modes of the trial
	var total [modes]float64
	for i := range t.sites {
		mean, n := t.means(i)
		if slices.Contains(n[:measured], 0) {
			continue
		}
		for m := range measured {
			total[m] += mean[m] * float64(n[allCores])
		}
	}
	best := allCores
	if measured > mixed && total[mixed] < total[allCores] {
		best = mixed
	}
	if total[best] > mustBeFaster*total[oneCore] {
		best = oneCore
	}
	return best
}

// means returns the mean of the samples of site i in each mode, in seconds, and their number. A
// sample far above the median counts less, because it may include what follows a whole series of
// jobs. A coarse clock measures most samples as 0; then all samples count fully.
func (t *trials) means(i int) (mean [modes]float64, n [modes]int) {
	t.sorted = t.sorted[:0]
	for _, samples := range t.samples {
		for _, s := range samples {
			if s.site == i {
				t.sorted = append(t.sorted, s.d)
			}
		}
	}
	slices.Sort(t.sorted)
	limit := outlier * t.sorted[len(t.sorted)/2]
	if limit == 0 {
		limit = math.MaxInt64
	}
	for m, samples := range t.samples {
		for _, s := range samples {
			if s.site == i {
				mean[m] += min(s.d, limit).Seconds()
				n[m]++
			}
		}
		mean[m] /= float64(max(n[m], 1))
	}
	return mean, n
}

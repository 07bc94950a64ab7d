package agents

import (
	"errors"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// A playback returns the steps of a Trajectory one after another. Its memory is reused.
type playback struct {
	t             *Trajectory
	step          int // next step
	ended, finals int // ended episodes and final observations of the steps before
	res           env.Result
}

// begin starts with the first step of t.
func (p *playback) begin(t *Trajectory) {
	s := &t.shape
	p.t, p.step, p.ended, p.finals = t, 0, 0, 0
	if n := s.envs; len(p.res.Reward) != n || len(p.res.Next) != n*s.obs {
		p.res = *env.NewResult(n, s.obs)
		p.res.NextMask, p.res.Metrics = make([]bool, n*s.mask), make([]float64, n*len(s.measures))
		p.res.Measures = s.measures
	}
}

// obs returns the observations [N, O], the masks [N, M] and first [N] before the next step.
func (p *playback) obs() (obs []float32, mask, first []bool) {
	s, i := &p.t.shape, p.step*p.t.shape.envs
	j := i + s.envs
	return p.t.obs[i*s.obs : j*s.obs], p.t.mask[i*s.mask : j*s.mask], p.t.first[i:j]
}

// next returns the next step: its raw actions [N, A], their log-probabilities [N], and its Result,
// as the environments returned it. The caller may change the Result; the next call overwrites it.
func (p *playback) next() (act, logp []float32, res *env.Result) {
	t, s := p.t, &p.t.shape
	i := p.step * s.envs
	j := i + s.envs
	p.step++
	res = &p.res
	obs, mask, first := p.obs()
	res.Obs = append(res.Obs[:0], obs...)
	res.Mask = append(res.Mask[:0], mask...)
	res.First = append(res.First[:0], first...)
	copy(res.Next, obs)
	copy(res.NextMask, mask)
	copy(res.Reward, t.reward[i:j])
	for k, end := range t.end[i:j] {
		res.Terminated[k], res.Truncated[k] = end&endTerminated != 0, end&endTruncated != 0
		if end != 0 {
			p.end(k)
		}
	}
	return t.act[i*s.act : j*s.act], t.logProb[i:j], res
}

// end writes the result of the episode that ended in environment i.
func (p *playback) end(i int) {
	t, s, res := p.t, &p.t.shape, &p.res
	k := len(s.measures)
	res.Return[i], res.Length[i] = t.returns[p.ended], int(t.lengths[p.ended])
	copy(f32.Row(res.Metrics, i, k), f32.Row(t.endedMeasures, p.ended, k))
	p.ended++
	if res.Terminated[i] {
		for m := range s.mask {
			res.NextMask[i*s.mask+m] = true
		}
		return
	}
	copy(res.Next[i*s.obs:(i+1)*s.obs], t.final[p.finals*s.obs:])
	copy(res.NextMask[i*s.mask:(i+1)*s.mask], t.finalMask[p.finals*s.mask:])
	p.finals++
}

// fill writes the steps of a complete trajectory to a rollout of T steps, and adds them to the
// statistics.
func (p *playback) fill(t *Trajectory, into rollout, stats *Stats) {
	p.begin(t)
	into.Begin(p.obs())
	into.Remember(t.memory)
	n, before := t.shape.envs, 0
	for p.step < t.t {
		at := p.step * n
		act, logp, res := p.next()
		if t.shape.memory > 0 {
			into.SetValues(t.value[at:at+n], t.finalValue[before:p.finals])
			before = p.finals
		}
		stats.Add(res)
		into.Add(act, logp, res)
	}
	if t.shape.memory > 0 {
		into.SetValues(t.value[t.t*n:], nil)
	}
}

// count adds the steps of a trajectory to the statistics only.
func (p *playback) count(t *Trajectory, stats *Stats) {
	p.begin(t)
	for p.step < t.t {
		_, _, res := p.next()
		stats.Add(res)
	}
}

// check returns an error if the ends of the steps contradict the stored episodes.
func (t *Trajectory) check() error {
	ended, finals, s := 0, 0, &t.shape
	for _, end := range t.end[:t.t*s.envs] {
		if end > endTerminated|endTruncated {
			return errors.New("trajectory: a step has an unknown end")
		}
		if end != 0 {
			ended++
		}
		if end == endTruncated {
			finals++
		}
	}
	values := 0
	if s.memory > 0 {
		values = finals
	}
	if len(t.returns) != ended || len(t.lengths) != ended || len(t.endedMeasures) != ended*len(s.measures) ||
		len(t.final) != finals*s.obs || len(t.finalMask) != finals*s.mask || len(t.finalValue) != values {
		return errors.New("trajectory: the number of ended episodes contradicts the steps")
	}
	return nil
}

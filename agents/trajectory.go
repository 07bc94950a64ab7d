package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
)

// A trajectoryShape is the shape of the trajectories of an actor.
type trajectoryShape struct {
	steps, envs int      // T steps of each of N environments
	obs, act    int      // O floats of an observation, A floats of an action
	mask        int      // M choices of a mask; 0 without masks
	memory      int      // H floats of the policy's memory for each environment; 0 without memory
	measures    []string // [K] names of the metrics of an episode

	obsLayout, actLayout env.Layout
}

// shapeOf returns the shape of trajectories of the given steps in the environments of a player.
func (p *player) shapeOf(spec env.Spec, steps, memory int) trajectoryShape {
	n := p.vec.Len()
	observations, err := env.LayoutOf(spec.Obs)
	actions, err2 := env.LayoutOf(spec.Act)
	if err != nil || err2 != nil {
		panic("agents: the spaces of a valid environment have no layout")
	}
	return trajectoryShape{
		obsLayout: observations, actLayout: actions,
		steps: steps, envs: n, obs: spec.Obs.Size(), act: spec.Act.Size(), mask: len(p.mask) / n, memory: memory, measures: p.stats.measures,
	}
}

// A Trajectory is T steps of N environments that an actor has played with one version of the
// weights. It is a rollout that can be played back to another rollout or to a replay buffer, on
// another machine too. The learner and the actors reuse its memory.
type Trajectory struct {
	Actor   int // number of the actor
	Number  int // number of the trajectory, counted for each actor from 0
	Version int // version of the weights with which it was played: the number of publications before

	shape trajectoryShape
	t     int // steps played so far

	obs               []float32 // [(T+1)·N, O] observations before each step and after the last step
	mask              []bool    // [(T+1)·N, M] allowed actions at these observations
	first             []bool    // [(T+1)·N] whether an observation is the first of an episode
	act               []float32 // [T·N, A] raw actions of the policy
	logProb, priority []float32 // [T·N] log-probabilities of the actions; first priorities of the steps, for a replay buffer
	reward            []float64 // [T·N] rewards
	end               []byte    // [T·N] how each step ended its episode: a bit for termination, a bit for truncation

	memory     []float32 // [N, H] memory of the policy before the first step
	value      []float32 // [(T+1)·N] V of the observations, for a policy with memory
	finalValue []float32 // [F] V of the final observations, for a policy with memory

	final         []float32 // [F, O] final observations of truncated episodes that were not terminated, in the order of the steps
	finalMask     []bool    // [F, M] allowed actions at the final observations
	returns       []float64 // [E] returns of the episodes that ended
	lengths       []int64   // [E] their lengths
	endedMeasures []float64 // [E, K] their metrics
}

// The bits of Trajectory.end.
const (
	endTerminated = 1 << iota
	endTruncated
)

var _ rollout = (*Trajectory)(nil)

// newTrajectory returns an empty Trajectory.
func newTrajectory(s trajectoryShape) *Trajectory {
	rows := s.steps * s.envs
	t := &Trajectory{
		shape: s, obs: make([]float32, (rows+s.envs)*s.obs), mask: make([]bool, (rows+s.envs)*s.mask), first: make([]bool, rows+s.envs),
		act: make([]float32, rows*s.act), logProb: make([]float32, rows), priority: make([]float32, rows), reward: make([]float64, rows),
		end: make([]byte, rows), memory: make([]float32, s.envs*s.memory),
	}
	if s.memory > 0 {
		t.value = make([]float32, rows+s.envs)
	}
	return t
}

// Steps returns the number of environment steps in the trajectory.
func (t *Trajectory) Steps() int { return t.t * t.shape.envs }

// complete reports whether all steps are played.
func (t *Trajectory) complete() bool { return t.t == t.shape.steps }

// Begin empties the trajectory and stores the first observations [N, O] and masks [N, M]. The
// argument first [N] is true for an observation that is the first of an episode.
func (t *Trajectory) Begin(obs []float32, mask, first []bool) {
	t.t, t.final, t.finalMask, t.finalValue = 0, t.final[:0], t.finalMask[:0], t.finalValue[:0]
	t.returns, t.lengths, t.endedMeasures = t.returns[:0], t.lengths[:0], t.endedMeasures[:0]
	t.observe(obs, mask, first)
}

// observe stores the observations, the masks and first before step t.
func (t *Trajectory) observe(obs []float32, mask, first []bool) {
	copy(t.obs[t.t*len(obs):], obs)
	copy(t.mask[t.t*len(mask):], mask)
	copy(t.first[t.t*len(first):], first)
}

// Remember stores the memory [N, H] of the policy before the first step.
func (t *Trajectory) Remember(memory []float32) {
	if t.t == 0 {
		copy(t.memory, memory)
	}
}

// SetValues stores V [N] of the observations before the current step, and V of the final
// observations of the episodes that the step truncated.
func (t *Trajectory) SetValues(value, final []float32) {
	copy(t.value[t.t*t.shape.envs:], value)
	t.finalValue = append(t.finalValue, final...)
}

// Add stores one step: the actions act [N, A], their log-probabilities logp [N], which may be nil,
// and the result of the step.
func (t *Trajectory) Add(act, logp []float32, res *env.Result) {
	n := t.shape.envs
	from := t.t * n
	copy(t.act[from*t.shape.act:], act)
	copy(t.logProb[from:], logp)
	copy(t.reward[from:], res.Reward)
	for i := range n {
		t.end[from+i] = 0
		if res.Terminated[i] {
			t.end[from+i] |= endTerminated
		}
		if res.Truncated[i] {
			t.end[from+i] |= endTruncated
		}
		if res.Done(i) {
			t.addEnded(res, i)
		}
	}
	t.t++
	t.observe(res.Obs, res.Mask, res.First)
}

// addEnded stores the result of the episode that ended in environment i.
func (t *Trajectory) addEnded(res *env.Result, i int) {
	s := &t.shape
	if !res.Terminated[i] {
		t.final = append(t.final, res.Next[i*s.obs:(i+1)*s.obs]...)
		if s.mask > 0 {
			t.finalMask = append(t.finalMask, res.NextMask[i*s.mask:(i+1)*s.mask]...)
		}
	}
	k := len(s.measures)
	t.returns, t.lengths = append(t.returns, res.Return[i]), append(t.lengths, int64(res.Length[i]))
	t.endedMeasures = append(t.endedMeasures, f32.Row(res.Metrics, i, k)...)
}

// State saves or loads the trajectory.
func (t *Trajectory) State(s *state.State) {
	s.Section("trajectory", 1)
	s.Int("trajectory/actor", &t.Actor, state.MaxCount)
	s.Int("trajectory/number", &t.Number, state.MaxCount)
	s.Int("trajectory/version", &t.Version, state.MaxCount)
	s.Int("trajectory/steps", &t.t, t.shape.steps)
	s.Floats("trajectory/obs", t.obs)
	s.Bools("trajectory/mask", t.mask)
	s.Bools("trajectory/first", t.first)
	s.Floats("trajectory/act", t.act)
	s.Floats("trajectory/logp", t.logProb)
	s.Floats("trajectory/priority", t.priority)
	s.Doubles("trajectory/reward", t.reward)
	s.Bytes("trajectory/end", t.end)
	s.Floats("trajectory/memory", t.memory)
	s.Floats("trajectory/value", t.value)
	rows := t.shape.steps * t.shape.envs
	state.Slice(s, "trajectory/final-value", &t.finalValue, rows)
	state.Slice(s, "trajectory/final", &t.final, rows*t.shape.obs)
	state.Slice(s, "trajectory/final-mask", &t.finalMask, rows*t.shape.mask)
	state.Slice(s, "trajectory/returns", &t.returns, rows)
	state.Slice(s, "trajectory/lengths", &t.lengths, rows)
	state.Slice(s, "trajectory/measures", &t.endedMeasures, rows*len(t.shape.measures))
	if s.Loading() && s.Err() == nil {
		s.Fail(t.check())
	}
}

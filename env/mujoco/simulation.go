package mujoco

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/multibody"
)

// A simulation is the part that all tasks share: a mechanism that is moved by actions, and the
// record of the reward's terms. Each task embeds one. Copies of a task share the model.
type simulation struct {
	model *multibody.Model
	data  *multibody.Data
	spec  env.Spec
	skip  int     // time steps of the model in a step of the environment
	dt    float64 // duration of a step of the environment [s]
	rng   env.Rand
	warm  []float64 // start of the solver for the next SetPhysics, [NV] or nil
	steps int       // steps taken in the episode

	// evaluated has the numbers of the model's last evaluation that observations and rewards
	// need, for example positions of bodies. After a step they belong to a time before the end of
	// the step: see multibody.Data.Step. They are saved, because the state does not determine them.
	evaluated []float64
	wrenches  []multibody.Spatial // [bodies] memory for contact wrenches

	terms  []term    // [K]
	latest []float64 // [K] terms of the latest step
	sums   []float64 // [K] sums of the terms over the episode

	picture *picture // made by the first Draw
}

// A term is a fact about a step, as Gymnasium's info has it: a part of the reward, a position or
// a velocity.
type term struct {
	name     string
	reported report
}

// A report says which number of an episode a term becomes.
type report int

const (
	sum  report = iota // the sum over the steps
	mean               // the mean over the steps
	last               // the value of the last step
)

// build makes the simulation of b's mechanism with frameSkip time steps in a step. The argument
// evaluated is the length of s.evaluated.
func (s *simulation) build(b *multibody.Builder, frameSkip int, terms []term, evaluated int) error {
	if frameSkip < 1 || frameSkip > maxFrameSkip {
		return fmt.Errorf("frame_skip %d, want a whole number, 1 … %d", frameSkip, maxFrameSkip)
	}
	model, err := b.Build()
	if err != nil {
		return err
	}
	*s = simulation{
		model: model, skip: frameSkip, dt: model.Timestep * float64(frameSkip), terms: terms, evaluated: make([]float64, evaluated),
	}
	s.makeBuffers()
	return nil
}

// maxFrameSkip is the largest frame_skip.
const maxFrameSkip = 1000

// makeBuffers makes the memory that copies do not share.
func (s *simulation) makeBuffers() {
	s.data = s.model.NewData()
	s.evaluated = make([]float64, len(s.evaluated))
	s.wrenches = make([]multibody.Spatial, s.model.NBody)
	s.latest, s.sums = make([]float64, len(s.terms)), make([]float64, len(s.terms))
	s.warm, s.steps = nil, 0
	s.picture = nil
}

// describe sets the Spec. An observation is a row of numbers with the names obsNames. An action has
// a control with a name of actNames for each actuator of b, with the actuator's range.
func (s *simulation) describe(id string, maxSteps int, threshold *float64, b *multibody.Builder, obsNames []string, actNames ...string) {
	obs := env.NewBox(float32(math.Inf(-1)), float32(math.Inf(1)), len(obsNames))
	obs.Names = obsNames
	act := env.Box{Names: actNames}
	for _, a := range b.Actuators {
		act.Low = append(act.Low, float32(a.Range[0]))
		act.High = append(act.High, float32(a.Range[1]))
	}
	s.spec = env.Spec{ID: id, Obs: obs, Act: act, MaxSteps: maxSteps, RewardThreshold: threshold}
}

// Spec returns the spaces, the time limit and the threshold.
func (s *simulation) Spec() env.Spec { return s.spec }

// start begins an episode in the model's initial pose, at rest. The task then adds its noise.
func (s *simulation) start(seed uint64) {
	s.rng.Seed(seed)
	s.data.Reset()
	s.clearTerms()
}

// clearTerms forgets the terms of the steps before.
func (s *simulation) clearTerms() {
	s.steps = 0
	clear(s.latest)
	clear(s.sums)
}

// addUniform adds a uniform number between -scale and scale to each element of x.
func (s *simulation) addUniform(x []float64, scale float64) {
	for i := range x {
		x[i] += s.rng.Uniform(-scale, scale)
	}
}

// advance moves the mechanism for one step of the environment. MuJoCo clips the controls to the
// actuators' ranges, not the action: rewards count the action as it is. An unstable simulation
// ends with env.Fail.
func (s *simulation) advance(act []float32) {
	for i, a := range act {
		s.data.Ctrl[i] = float64(a)
	}
	for range s.skip {
		if err := s.data.Step(); err != nil {
			env.Fail(err)
		}
	}
}

// record keeps the terms of a step.
func (s *simulation) record(terms ...float64) {
	s.steps++
	for i, x := range terms {
		s.latest[i] = x
		s.sums[i] += x
	}
}

// Terms returns the reward's terms and the other facts of the latest step, in the order and under
// the names of Measures. The caller must not change the slice; the next step overwrites it.
func (s *simulation) Terms() []float64 { return s.latest }

// Measures returns the names of the reward's terms and of the other facts, as Gymnasium's info
// has them.
func (s *simulation) Measures() []string {
	names := make([]string, len(s.terms))
	for i, t := range s.terms {
		names[i] = t.name
	}
	return names
}

// Measure writes the facts of the episode: parts of the reward are sums over its steps, velocities
// are means, and positions and distances are those after the last step.
func (s *simulation) Measure(dst []float64) {
	for i, t := range s.terms {
		switch t.reported {
		case sum:
			dst[i] = s.sums[i]
		case mean:
			dst[i] = s.sums[i] / float64(max(1, s.steps))
		case last:
			dst[i] = s.latest[i]
		}
	}
}

// State saves or loads the simulation: time, positions, velocities, the solver's start, and the
// numbers of the last evaluation. The generator need not be saved, because only Reset uses it and
// seeds it again.
func (s *simulation) State(st *state.State) {
	x := s.data.State(make([]float64, 0, s.model.StateSize()))
	st.Doubles("mujoco", x)
	st.Doubles("mujoco/evaluated", s.evaluated)
	st.Int("mujoco/steps", &s.steps, state.MaxCount)
	st.Doubles("mujoco/latest", s.latest)
	st.Doubles("mujoco/sums", s.sums)
	if st.Loading() {
		s.data.SetState(x)
	}
}

// Physics appends the positions and then the velocities: MuJoCo's qpos and qvel.
func (s *simulation) Physics(dst []float64) []float64 {
	return append(append(dst, s.data.Qpos...), s.data.Qvel...)
}

// SetPhysics sets the positions and the velocities, and evaluates the model there, as a reset
// does. It returns an error if a number is not finite or above 1e10.
func (s *simulation) SetPhysics(x []float64) error {
	nq, nv := s.model.NQ, s.model.NV
	if len(x) != nq+nv {
		return fmt.Errorf("mujoco: want %d state variables, %d positions and %d velocities, not %d", nq+nv, nq, nv, len(x))
	}
	if i := slices.IndexFunc(x, func(v float64) bool { return !(math.Abs(v) <= maxState) }); i >= 0 {
		return fmt.Errorf("mujoco: state variable %d is %v, want %v … %v", i, x[i], -maxState, maxState)
	}
	s.data.Reset()
	s.clearTerms()
	copy(s.data.Qpos, x)
	copy(s.data.Qvel, x[nq:])
	copy(s.data.Warmstart, s.warm)
	s.data.Forward()
	return nil
}

// maxState is the largest position or velocity. MuJoCo, too, takes a larger one for a sign of an
// unstable simulation.
const maxState = 1e10

// SetWarmStart gives the accelerations at which the solver starts in the next SetPhysics: MuJoCo's
// qacc_warmstart. Without them it starts from zeros.
func (s *simulation) SetWarmStart(warm []float64) error {
	if warm != nil && len(warm) != s.model.NV {
		return fmt.Errorf("warm: want %d accelerations, not %d", s.model.NV, len(warm))
	}
	if i := slices.IndexFunc(warm, func(v float64) bool { return !(math.Abs(v) <= maxState) }); i >= 0 {
		return fmt.Errorf("warm: number %d is %v, want %v … %v", i, warm[i], -maxState, maxState)
	}
	s.warm = warm
	return nil
}

// ClipsActions marks the environment as a Clipper: the controls are clipped to the actuators'
// ranges.
func (s *simulation) ClipsActions() {}

package agents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// An Actor plays parts of the rollouts of an agent whose learner is another program: see Spread. It has the
// policy without an optimiser, and the environments of the parts that it has played. The result of a part
// depends only on the weights, on the part's state, and on the config.
type Actor struct {
	mk     env.Maker
	config rolloutConfig
	shape  onPolicyConfig
	steps  int // steps of a rollout
	memory sequences
	model  *policy.ActorCritic
	spans  []span
	parts  map[int]*actorPart
	result []byte
}

// An actorPart is a part that an Actor has played.
type actorPart struct {
	play  collector
	vec   *interruptible // the environments of play
	moved moved
	roll  *replay.Rollout
	state []byte // state after the latest rollout; nil: unknown
}

// NewActor returns an Actor for the rollouts of an agent with the Maker mk and the config c: a *PPOConfig or
// an *A2CConfig. The Maker's Vectors must be of type *env.Vec.
func NewActor(mk env.Maker, c Config) (a *Actor, err error) {
	rolls, ok := c.(rolloutConfig)
	if !ok {
		return nil, fmt.Errorf("agents: an Actor of a %T, want an agent that learns from rollouts", c)
	}
	a = &Actor{mk: mk, config: rolls, parts: map[int]*actorPart{}}
	if err := a.build(); err != nil {
		return nil, fmt.Errorf("agents: NewActor: %w", errors.Join(err, a.Close()))
	}
	return a, nil
}

// build makes the policy, and one environment for its Spec.
func (a *Actor) build() error {
	if err := completeAndValidate(a.config); err != nil {
		return err
	}
	a.shape = a.config.onPolicy()
	n := a.shape.setup.NEnvs
	a.spans = spansOf(n, partsOf(n, partSize))
	vec, err := a.mk(1)
	if err != nil {
		return err
	}
	spec := vec.Spec()
	if err := vec.Close(); err != nil {
		return err
	}
	normal, err := a.shape.normalize.obsNormalizer(spec.Obs)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(0, 0)) // the weights of the learner replace the initial ones
	if a.model, err = policy.NewActorCritic(rng, spec, *a.shape.network, normal, a.shape.setup.Engine); err != nil {
		return err
	}
	if err := checkMemory(a.model, n); err != nil {
		return err
	}
	a.steps, a.memory, err = a.config.rollouts(a.model.Spec().Memory)
	return err
}

// Parts returns the number of parts of a rollout.
func (a *Actor) Parts() int { return len(a.spans) }

// WeightsSize returns the length of the weights [bytes].
func (a *Actor) WeightsSize() (n int) {
	for _, t := range a.model.Tensors() {
		n += 4 * len(t.Value)
	}
	return n
}

// SetWeights sets the weights of the policy to weights that Collect has got. Other weights are an error.
func (a *Actor) SetWeights(weights []byte) error {
	if len(weights) != a.WeightsSize() {
		return fmt.Errorf("agents: weights of %d bytes, want %d", len(weights), a.WeightsSize())
	}
	r := trajectoryReader{src: weights}
	for _, t := range a.model.Tensors() {
		if r.floats(t.Value); r.broken {
			return fmt.Errorf("agents: the weights %s are not finite", t.Name)
		}
	}
	return nil
}

// Play plays a part that begins with the given state, and returns the result. The Actor overwrites it in the
// next call. If ctx ends, Play returns the error of ctx before the next step.
func (a *Actor) Play(ctx context.Context, part int, begin []byte) (result []byte, err error) {
	if part < 0 || part >= len(a.spans) {
		return nil, fmt.Errorf("agents: part %d of %d", part, len(a.spans))
	}
	p, err := a.part(part)
	if err != nil {
		return nil, fmt.Errorf("agents: part %d: %w", part, err)
	}
	p.vec.ctx = ctx
	if result, err = a.play(p, begin); err != nil {
		delete(a.parts, part)
		return nil, fmt.Errorf("agents: part %d: %w", part, errors.Join(err, p.play.Close()))
	}
	return result, nil
}

// part returns part i, with its environments.
func (a *Actor) part(i int) (*actorPart, error) {
	if p := a.parts[i]; p != nil {
		return p, nil
	}
	p := new(actorPart)
	err := p.make(a.mk, a.shape.setup.Seed, a.spans[i])
	if err == nil {
		p.play.noiseSteps = a.shape.noiseSteps
		p.play.allocate(a.model)
		p.roll, err = newRollout(p.play.vec.Spec(), a.steps, a.spans[i].n, len(p.play.mask)/a.spans[i].n, a.memory)
	}
	if err != nil {
		return nil, errors.Join(err, p.play.Close())
	}
	a.parts[i] = p
	return p, nil
}

// make makes the environments of the span, which is a part of the n environments of a run, so that
// their states can be loaded.
func (p *actorPart) make(mk env.Maker, seed uint64, s span) error {
	_, err := p.play.makeEnvs(mk, seed, s.from, s.n)
	if err != nil {
		return err
	}
	if _, ok := p.play.vec.(mover); !ok {
		return errors.New("the environments cannot be moved, because they are not in a Vec")
	}
	p.vec = &interruptible{Vector: p.play.vec}
	p.play.vec = p.vec
	p.moved = moved{&p.play, span{0, s.n}}
	return nil
}

// An interruptible is a Vector of an Actor. Step returns the error of ctx after ctx has ended.
type interruptible struct {
	env.Vector
	ctx context.Context // of the current Play
}

// Step steps the environments, if ctx has not ended.
func (v *interruptible) Step(act []float32) (*env.Result, error) {
	if err := v.ctx.Err(); err != nil {
		return nil, err
	}
	return v.Vector.Step(act)
}

// EnvState saves or loads environment i alone.
func (v *interruptible) EnvState(i int, s *state.State) { v.Vector.(mover).EnvState(i, s) }

// play plays part p from the given state.
func (a *Actor) play(p *actorPart, begin []byte) (result []byte, err error) {
	if p.state == nil || !bytes.Equal(p.state, begin) {
		if err := state.Load(bytes.NewReader(begin), &p.moved); err != nil {
			return nil, err
		}
	}
	p.state = nil
	p.play.stats.reset()
	p.play.stats.maxAbsReward = 0
	if err := p.play.collect(a.model, p.roll, a.steps); err != nil {
		return nil, err
	}
	var after bytes.Buffer
	if err := state.Save(&after, &p.moved); err != nil {
		return nil, err
	}
	p.state = after.Bytes()
	a.result = appendPlayed(a.result[:0], p.state, p.roll.Part(0), &p.play.stats)
	return a.result, nil
}

// Close closes the environments.
func (a *Actor) Close() error {
	var all []error
	for _, p := range a.parts {
		all = append(all, p.play.Close())
	}
	clear(a.parts)
	return errors.Join(all...)
}

// weighted has tensors: the weights of networks, their buffers, and the moments of a normaliser.
type weighted interface{ Tensors() []*tape.Param }

// appendWeights appends the tensors of m to b.
func appendWeights(b []byte, m weighted) []byte {
	for _, t := range m.Tensors() {
		b = appendFloats(b, t.Value)
	}
	return b
}

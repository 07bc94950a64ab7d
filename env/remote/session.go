package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
)

// A session is one environment that another program drives.
type session struct {
	episode    *env.Episode
	act        env.Layout        // layout of an action
	physics    env.PhysicsReader // nil if the environment has no physical state
	stateSet   bool              // true: the episode began at a given state, not from a seed
	hasEpisode bool              // an episode has begun
	nextSeed   uint64            // seed of the next reset without a seed
}

// newSession returns a session for e, or an error if e is not valid.
func newSession(e env.Env) (*session, error) {
	p, err := env.NewEpisode(e, e.Spec().MaxSteps)
	if err != nil {
		return nil, err
	}
	s := &session{episode: p}
	s.act, _ = env.LayoutOf(p.Spec().Act) // cannot fail, because NewEpisode has checked the space
	s.physics, _ = env.As[env.PhysicsReader](e)
	return s, nil
}

// An errorReply is the answer to a request that was refused.
type errorReply struct {
	Error string `json:"error"`
}

// A stateReply is the answer to a reset and to a state request.
type stateReply struct {
	Obs     observation `json:"obs"`
	Mask    []bool      `json:"mask,omitempty"`    // allowed actions, if the environment has masks
	Mission string      `json:"mission,omitempty"` // task in words, if the environment is an env.Instructed
	State   []*float64  `json:"state"`             // null if the environment has no physical state
}

// A stepReply is the answer to an action.
type stepReply struct {
	Obs        observation `json:"obs"`
	Reward     *float64    `json:"reward"`
	Terminated bool        `json:"terminated"`
	Truncated  bool        `json:"truncated"`
	Mask       []bool      `json:"mask,omitempty"`
	Mission    string      `json:"mission,omitempty"`
	State      []*float64  `json:"state"`
}

// answer handles one request and returns its answer.
func (s *session) answer(line []byte) (answer any) {
	defer func() {
		if p := recover(); p != nil { // a panic of a method that is called here, not by the Episode, which recovers panics itself
			answer = errorReply{fmt.Sprintf("%s, step %d: panic: %v", s.episode.Spec().ID, s.episode.Steps, p)}
		}
	}()
	answer, err := s.handle(line)
	if err != nil {
		return errorReply{err.Error()}
	}
	return answer
}

// handle parses one request and calls its method.
func (s *session) handle(line []byte) (any, error) {
	fields, err := parseObject(line)
	if errors.Is(err, errNoObject) {
		return nil, errors.New(`not a JSON object, want {"reset":{}}, {"action":…}, {"state":[…]} or {"describe":true}`)
	} else if err != nil {
		return nil, err
	}
	requests := map[string]func(json.RawMessage, extras) (any, error){
		"reset": s.reset, "action": s.step, "state": s.setState, "describe": s.describe,
	}
	more, err := takeExtras(fields)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(fields))
	if len(names) != 1 {
		return nil, fmt.Errorf("%d requests in a line, want one of reset, action, state, describe", len(names))
	}
	method, ok := requests[names[0]]
	if !ok {
		return nil, fmt.Errorf("no request %q, want reset, action, state or describe%s", names[0], nearest.Hint(names[0], maps.Keys(requests)))
	}
	return method(fields[names[0]], more)
}

// An extras has the numbers that may stand beside a request. A list that is missing is nil.
type extras struct {
	draws []float64 // random numbers for a reset or an action
	warm  []float64 // start of the solver for a state
}

// takeExtras removes the fields "draws" and "warm" from a request's fields and returns the numbers
// in them.
func takeExtras(fields map[string]json.RawMessage) (x extras, err error) {
	if x.draws, err = takeNumbers(fields, "draws"); err != nil {
		return x, err
	}
	x.warm, err = takeNumbers(fields, "warm")
	return x, err
}

// takeNumbers removes the field called key, a list of numbers, and returns it, or nil if there is no
// such field.
func takeNumbers(fields map[string]json.RawMessage, key string) ([]float64, error) {
	raw, ok := fields[key]
	if !ok {
		return nil, nil
	}
	delete(fields, key)
	x, err := parseNumbers(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: want a list of numbers", key)
	}
	return x, nil
}

// describe answers a describe request.
func (s *session) describe(raw json.RawMessage, _ extras) (any, error) {
	if string(raw) != "true" {
		return nil, errors.New("describe: want true")
	}
	return Describe(s.episode.Spec()), nil
}

// reset answers a reset request.
func (s *session) reset(raw json.RawMessage, more extras) (any, error) {
	fields, err := parseObject(raw)
	if errors.Is(err, errNoObject) {
		return nil, errors.New(`reset: want {}, {"seed":N} or {"seed":N,"options":{…}}`)
	} else if err != nil {
		return nil, fmt.Errorf("reset: %w", err)
	}
	seed, seeded := s.nextSeed, false
	for key, value := range fields {
		switch key {
		case "seed":
			if seed, err = strconv.ParseUint(string(value), 10, 64); err != nil {
				return nil, fmt.Errorf("reset: seed %s, want a whole number, 0 … %d", value, uint64(math.MaxUint64))
			}
			seeded = true
		case "options":
		default:
			return nil, fmt.Errorf("reset: no field %q, want seed or options", key)
		}
	}
	if err := s.setResetOptions(fields["options"]); err != nil {
		return nil, fmt.Errorf("reset: options: %w", err)
	}
	done, err := s.setDraws(more.draws)
	if err != nil {
		return nil, err
	}
	defer done()
	if !seeded {
		s.nextSeed++
	}
	s.hasEpisode, s.stateSet = true, false
	if err := s.replyError(s.episode.Reset(seed), false); err != nil {
		return nil, err
	}
	return s.stateReply(), nil
}

// setResetOptions gives the environment the options of the next reset, an object of JSON. If raw is nil, they
// are the default options.
func (s *session) setResetOptions(raw json.RawMessage) error {
	var options map[string]any
	if raw != nil {
		if _, err := parseObject(raw); errors.Is(err, errNoObject) {
			return errors.New("want an object")
		} else if err != nil {
			return err
		}
		if err := decode(raw, &options); err != nil {
			return errors.New("want an object")
		}
	}
	o, ok := env.As[env.ResetOptioner](s.episode.Env())
	if !ok && len(options) > 0 {
		return fmt.Errorf("%s has none, want {}", s.episode.Spec().ID)
	} else if !ok {
		return nil
	}
	return o.SetResetOptions(options)
}

// setDraws gives the environment its next random numbers. The returned function done removes the
// numbers that were not used.
func (s *session) setDraws(draws []float64) (done func(), err error) {
	d, ok := env.As[env.DrawSetter](s.episode.Env())
	if !ok || draws == nil {
		return func() {}, nil
	}
	return func() { d.SetDraws(nil) }, d.SetDraws(draws)
}

// setState answers a state request.
func (s *session) setState(raw json.RawMessage, more extras) (any, error) {
	id := s.episode.Spec().ID
	if s.physics == nil {
		return nil, fmt.Errorf("state: %s has no state that can be set", id)
	}
	if _, ok := s.physics.(env.Physics); !ok {
		return nil, fmt.Errorf("state: the state of %s can be read, but not set", id)
	}
	if _, ok := env.AsIs[env.Physics](s.episode.Env()); !ok {
		return nil, fmt.Errorf("state: the state of %s cannot be set within wrappers that change observations or actions", id)
	}
	x, err := parseNumbers(raw)
	if err != nil {
		return nil, errors.New("state: want a list of numbers")
	}
	done, err := s.setWarmStart(more.warm)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := s.replyError(s.episode.SetPhysics(x), true); err != nil {
		return nil, err
	}
	s.hasEpisode, s.stateSet = true, true
	return s.stateReply(), nil
}

// setWarmStart gives the environment the start of its solver for the state that is set next. The
// returned function done takes it back. An environment without a solver ignores it.
func (s *session) setWarmStart(warm []float64) (done func(), err error) {
	w, ok := env.As[env.WarmStarter](s.episode.Env())
	if !ok || warm == nil {
		return func() {}, nil
	}
	return func() { w.SetWarmStart(nil) }, w.SetWarmStart(warm)
}

// step answers an action request.
func (s *session) step(raw json.RawMessage, more extras) (any, error) {
	switch {
	case !s.hasEpisode:
		return nil, errors.New("action: no episode has begun; reset first")
	case !s.episode.Running():
		return nil, errors.New("action: the episode has ended; reset first")
	}
	act, err := s.readAction(raw)
	if err != nil {
		return nil, err
	}
	done, err := s.setDraws(more.draws)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := s.replyError(s.episode.Step(act), s.stateSet); err != nil {
		return nil, err
	}
	v, e := s.stateReply(), s.episode
	return stepReply{v.Obs, finiteOrNull([]float64{e.Reward})[0], e.Terminated, e.Truncated, v.Mask, v.Mission, v.State}, nil
}

// replyError returns the error err of an Episode as the error of the answer. The message names
// the seed. If stateSet is true, it says instead that the state was set. replyError returns nil
// if err is about a number that is not finite, because the answer has null for this number.
func (s *session) replyError(err error, stateSet bool) error {
	var e *env.Error
	switch {
	case errors.Is(err, env.ErrNotFinite):
		return nil
	case !errors.As(err, &e):
		return err
	case stateSet:
		return fmt.Errorf("%s, step %d after a state that was set: %w", e.Env, e.Step, e.Err)
	}
	return fmt.Errorf("%s, seed %d, step %d: %w", e.Env, e.Seed, e.Step, e.Err)
}

// stateReply returns the current observation, mask and state.
func (s *session) stateReply() stateReply {
	v := stateReply{Obs: observation{s.episode.Spec().Obs, s.episode.Obs}, Mask: s.episode.Mask}
	if i, ok := env.As[env.Instructed](s.episode.Env()); ok {
		v.Mission = i.Mission()
	}
	if s.physics != nil {
		v.State = finiteOrNull(s.physics.Physics(nil))
	}
	return v
}

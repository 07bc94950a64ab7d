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

// A session is one environment as another program drives it.
type session struct {
	episode *env.Episode
	act     env.Layout  // of an action
	physics env.Physics // nil where the environment has none
	set     bool        // the episode began in a state that was set, without a seed
	begun   bool        // there was an episode
	next    uint64      // seed of the next reset that has none
}

func newSession(e env.Env) (*session, error) {
	p, err := env.NewEpisode(e, e.Spec().MaxSteps)
	if err != nil {
		return nil, err
	}
	s := &session{episode: p}
	s.act, _ = env.LayoutOf(p.Spec().Act) // which NewEpisode has checked
	s.physics, _ = env.As[env.Physics](e)
	return s, nil
}

type failure struct {
	Error string `json:"error"`
}

// A view is the answer to a reset, and to a state that was set.
type view struct {
	Obs   []*float64 `json:"obs"`            // null where a number is not finite
	Mask  []bool     `json:"mask,omitempty"` // what is allowed next, where choices can be forbidden
	State []*float64 `json:"state"`          // null where the environment has no physical state
}

// A stepped is the answer to an action.
type stepped struct {
	Obs        []*float64 `json:"obs"`
	Reward     *float64   `json:"reward"`
	Terminated bool       `json:"terminated"`
	Truncated  bool       `json:"truncated"`
	Mask       []bool     `json:"mask,omitempty"`
	State      []*float64 `json:"state"`
}

// answer carries out one request.
func (s *session) answer(line []byte) (answer any) {
	defer func() {
		if p := recover(); p != nil { // in a method that an Episode does not call
			answer = failure{fmt.Sprintf("%s, step %d: panic: %v", s.episode.Spec().ID, s.episode.Steps, p)}
		}
	}()
	answer, err := s.request(line)
	if err != nil {
		return failure{err.Error()}
	}
	return answer
}

func (s *session) request(line []byte) (any, error) {
	fields, err := fieldsOf(line)
	if errors.Is(err, errNoObject) {
		return nil, errors.New(`not a JSON object, want {"reset":{}}, {"action":…}, {"state":[…]} or {"describe":true}`)
	} else if err != nil {
		return nil, err
	}
	requests := map[string]func(json.RawMessage, []float64) (any, error){
		"reset": s.reset, "action": s.step, "state": s.setState, "describe": s.describe,
	}
	draws, err := drawsOf(fields)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(fields))
	if len(names) != 1 {
		return nil, fmt.Errorf("%d requests in a line, want one of reset, action, state, describe", len(names))
	}
	do, ok := requests[names[0]]
	if !ok {
		return nil, fmt.Errorf("no request %q, want reset, action, state or describe%s", names[0], nearest.Hint(names[0], maps.Keys(requests)))
	}
	return do(fields[names[0]], draws)
}

// drawsOf takes the draws out of a request's fields.
func drawsOf(fields map[string]json.RawMessage) (draws []float64, err error) {
	raw, ok := fields["draws"]
	if !ok {
		return nil, nil
	}
	delete(fields, "draws")
	if draws, err = numbers(raw); err != nil {
		return nil, errors.New("draws: want a list of numbers")
	}
	return draws, nil
}

func (s *session) describe(raw json.RawMessage, _ []float64) (any, error) {
	if string(raw) != "true" {
		return nil, errors.New("describe: want true")
	}
	return Describe(s.episode.Spec()), nil
}

func (s *session) reset(raw json.RawMessage, draws []float64) (any, error) {
	fields, err := fieldsOf(raw)
	if errors.Is(err, errNoObject) {
		return nil, errors.New(`reset: want {} or {"seed":N}`)
	} else if err != nil {
		return nil, fmt.Errorf("reset: %w", err)
	}
	seed := s.next
	for key, value := range fields {
		if key != "seed" {
			return nil, fmt.Errorf("reset: no field %q, want seed", key)
		}
		if seed, err = strconv.ParseUint(string(value), 10, 64); err != nil {
			return nil, fmt.Errorf("reset: seed %s, want a whole number, 0 … %d", value, uint64(math.MaxUint64))
		}
	}
	done, err := s.draw(draws)
	if err != nil {
		return nil, err
	}
	defer done()
	if len(fields) == 0 {
		s.next++
	}
	s.begun, s.set = true, false
	if err := s.shown(s.episode.Reset(seed), false); err != nil {
		return nil, err
	}
	return s.view(), nil
}

// draw gives the environment its next random numbers. The function done takes back the
// ones that were not used.
func (s *session) draw(draws []float64) (done func(), err error) {
	d, ok := env.As[env.DrawSetter](s.episode.Env())
	if !ok || draws == nil {
		return func() {}, nil
	}
	return func() { d.SetDraws(nil) }, d.SetDraws(draws)
}

func (s *session) setState(raw json.RawMessage, _ []float64) (any, error) {
	id := s.episode.Spec().ID
	if s.physics == nil {
		return nil, fmt.Errorf("state: %s has none that can be set", id)
	}
	if _, ok := env.AsIs[env.Physics](s.episode.Env()); !ok {
		return nil, fmt.Errorf("state: that of %s cannot be set within wrappers that change observations or actions", id)
	}
	x, err := numbers(raw)
	if err != nil {
		return nil, errors.New("state: want a list of numbers")
	}
	if err := s.shown(s.episode.SetPhysics(x), true); err != nil {
		return nil, err
	}
	s.begun, s.set = true, true
	return s.view(), nil
}

func (s *session) step(raw json.RawMessage, draws []float64) (any, error) {
	switch {
	case !s.begun:
		return nil, errors.New("action: no episode has begun; reset first")
	case !s.episode.Running():
		return nil, errors.New("action: the episode has ended; reset first")
	}
	act, err := s.readAction(raw)
	if err != nil {
		return nil, err
	}
	done, err := s.draw(draws)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := s.shown(s.episode.Step(act), s.set); err != nil {
		return nil, err
	}
	v, e := s.view(), s.episode
	return stepped{v.Obs, finite([]float64{e.Reward})[0], e.Terminated, e.Truncated, v.Mask, v.State}, nil
}

// shown returns the error of an Episode, which may have begun in a state that was set; nil
// where a number is not finite: that is shown, as null.
func (s *session) shown(err error, set bool) error {
	var e *env.Error
	switch {
	case errors.Is(err, env.ErrNotFinite):
		return nil
	case !errors.As(err, &e):
		return err
	case set:
		return fmt.Errorf("%s, step %d after a state that was set: %w", e.Env, e.Step, e.Err)
	}
	return fmt.Errorf("%s, seed %d, step %d: %w", e.Env, e.Seed, e.Step, e.Err)
}

// view is the observation, the mask and the state as they are.
func (s *session) view() view {
	v := view{Obs: finite(s.episode.Obs), Mask: s.episode.Mask}
	if s.physics != nil {
		v.State = finite(s.physics.Physics(nil))
	}
	return v
}

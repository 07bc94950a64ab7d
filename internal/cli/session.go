package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
)

// A session is one environment as another program drives it.
type session struct {
	e        env.Env
	spec     env.Spec
	physics  env.Physics // nil where the environment has none
	obs, act []float32
	steps    int    // of the episode
	running  bool   // an episode is
	begun    bool   // there was one
	next     uint64 // seed of the next reset that has none
}

func newSession(e env.Env) *session {
	spec := e.Spec()
	s := &session{e: e, spec: spec, obs: make([]float32, spec.Obs.Size()), act: make([]float32, spec.Act.Size())}
	s.physics, _ = env.As[env.Physics](e)
	return s
}

type failure struct {
	Error string `json:"error"`
}

// A view is the answer to a reset, and to a state that was set.
type view struct {
	Obs   []*float64 `json:"obs"`   // null where a number is not finite
	State []*float64 `json:"state"` // null where the environment has no physical state
}

// A stepped is the answer to an action.
type stepped struct {
	Obs        []*float64 `json:"obs"`
	Reward     *float64   `json:"reward"`
	Terminated bool       `json:"terminated"`
	Truncated  bool       `json:"truncated"`
	State      []*float64 `json:"state"`
}

// answer carries out one request.
func (s *session) answer(line []byte) (answer any) {
	defer func() {
		if p := recover(); p != nil {
			s.running = false
			answer = failure{fmt.Sprintf("%s panicked: %v", s.spec.ID, p)}
		}
	}()
	answer, err := s.request(line)
	if err != nil {
		return failure{err.Error()}
	}
	return answer
}

func (s *session) request(line []byte) (any, error) {
	var fields map[string]json.RawMessage
	if err := decode(line, &fields); err != nil {
		return nil, errors.New(`not a JSON object, want {"reset":{}}, {"action":…}, {"state":[…]} or {"describe":true}`)
	}
	requests := map[string]func(json.RawMessage, []float64) (any, error){
		"reset": s.reset, "action": s.step, "state": s.set, "describe": s.describe,
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

// drawsOf takes the random numbers out of a request.
func drawsOf(fields map[string]json.RawMessage) (draws []float64, err error) {
	raw, ok := fields["draws"]
	if !ok {
		return nil, nil
	}
	delete(fields, "draws")
	if draws, err = numbers(raw); err != nil {
		return nil, errors.New("draws: want a list of numbers")
	}
	for _, u := range draws {
		if !(0 <= u && u < 1) {
			return nil, fmt.Errorf("draws: %v, want numbers from 0 to less than 1", u)
		}
	}
	return draws, nil
}

func (s *session) describe(raw json.RawMessage, _ []float64) (any, error) {
	if string(raw) != "true" {
		return nil, errors.New("describe: want true")
	}
	return describe(s.spec), nil
}

func (s *session) reset(raw json.RawMessage, draws []float64) (any, error) {
	var fields map[string]json.RawMessage
	if err := decode(raw, &fields); err != nil || fields == nil {
		return nil, errors.New(`reset: want {} or {"seed":N}`)
	}
	seed := s.next
	for key, value := range fields {
		if key != "seed" {
			return nil, fmt.Errorf("reset: no field %q, want seed", key)
		}
		var err error
		if seed, err = strconv.ParseUint(string(value), 10, 64); err != nil {
			return nil, fmt.Errorf("reset: seed %s, want a whole number, 0 … %d", value, uint64(math.MaxUint64))
		}
	}
	if len(fields) == 0 {
		s.next++
	}
	defer s.draw(draws)()
	s.e.Reset(seed, s.obs)
	s.begin()
	return s.view(), nil
}

// draw gives the environment its next random numbers; what it returns takes
// those back that were not used.
func (s *session) draw(u []float64) (done func()) {
	d, ok := env.As[env.Drawn](s.e)
	if !ok || u == nil {
		return func() {}
	}
	d.SetDraws(u)
	return func() { d.SetDraws(nil) }
}

func (s *session) begin() { s.running, s.begun, s.steps = true, true, 0 }

func (s *session) set(raw json.RawMessage, _ []float64) (any, error) {
	if s.physics == nil {
		return nil, fmt.Errorf("state: %s has none that can be set", s.spec.ID)
	}
	x, err := numbers(raw)
	if err != nil {
		return nil, errors.New("state: want a list of numbers")
	}
	if err := s.physics.SetPhysics(x); err != nil {
		return nil, err
	}
	s.physics.Observe(s.obs)
	s.begin()
	return s.view(), nil
}

func (s *session) step(raw json.RawMessage, draws []float64) (any, error) {
	switch {
	case !s.begun:
		return nil, errors.New("action: no episode has begun; reset first")
	case !s.running:
		return nil, errors.New("action: the episode has ended; reset first")
	}
	if err := s.readAction(raw); err != nil {
		return nil, err
	}
	defer s.draw(draws)()
	out := s.e.Step(s.act, s.obs)
	s.steps++
	truncated := out.Truncated || s.steps == s.spec.MaxSteps
	s.running = !out.Terminated && !truncated
	v := s.view()
	return stepped{v.Obs, finite([]float64{out.Reward})[0], out.Terminated, truncated, v.State}, nil
}

// readAction fills act from a number, or a list of them.
func (s *session) readAction(raw json.RawMessage) error {
	x, err := numbers(raw)
	if err != nil {
		if x, err = numbers(slices.Concat([]byte("["), raw, []byte("]"))); err != nil {
			return errors.New("action: want a number, or a list of numbers")
		}
	}
	if len(x) != len(s.act) {
		return fmt.Errorf("action: %d numbers, want %d", len(x), len(s.act))
	}
	act := make([]float32, len(x))
	for i, v := range x {
		act[i] = float32(v)
	}
	switch space := s.spec.Act.(type) {
	case env.Discrete:
		if !space.Contains(act) || x[0] != math.Trunc(x[0]) {
			return fmt.Errorf("action: %v, want a whole number, 0 … %d", x[0], space.N-1)
		}
	case env.Box: // out of its bounds, it is the environment's to clip, as in a Vec
		if slices.ContainsFunc(act, func(v float32) bool { return v-v != 0 }) {
			return fmt.Errorf("action: %v, want float32 numbers", x)
		}
	default:
		if !space.Contains(act) {
			return fmt.Errorf("action: %v is not in %v", x, describeSpace(space))
		}
	}
	copy(s.act, act)
	return nil
}

// view is the observation and the state as they are.
func (s *session) view() view {
	v := view{Obs: finite(s.obs)}
	if s.physics != nil {
		v.State = finite(s.physics.Physics(nil))
	}
	return v
}

// numbers reads a list of numbers, none of which is null.
func numbers(data []byte) ([]float64, error) {
	var list []*float64
	if err := decode(data, &list); err != nil || list == nil || slices.Contains(list, nil) {
		return nil, errors.New("want a list of numbers")
	}
	x := make([]float64, len(list))
	for i, p := range list {
		x[i] = *p
	}
	return x, nil
}

// decode reads all of data as one JSON value.
func decode(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

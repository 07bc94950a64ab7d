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
	seed     uint64 // of the episode
	set      bool   // the episode began in a state that was set, without a seed
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
			answer = failure{fmt.Sprintf("%s, %s: panic: %v", s.spec.ID, s.place(), p)}
			s.running = false
		}
	}()
	answer, err := s.request(line)
	if err != nil {
		return failure{err.Error()}
	}
	return answer
}

// place says where the environment is, for a message.
func (s *session) place() string {
	if s.set {
		return fmt.Sprintf("step %d after a state that was set", s.steps)
	}
	return fmt.Sprintf("seed %d, step %d", s.seed, s.steps)
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
	return draws, nil
}

func (s *session) describe(raw json.RawMessage, _ []float64) (any, error) {
	if string(raw) != "true" {
		return nil, errors.New("describe: want true")
	}
	return describe(s.spec), nil
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
	s.begin()
	s.seed, s.set = seed, false
	s.e.Reset(seed, s.obs)
	return s.view(), nil
}

// draw gives the environment its next random numbers; what it returns takes
// those back that were not used.
func (s *session) draw(draws []float64) (done func(), err error) {
	d, ok := env.As[env.Drawn](s.e)
	if !ok || draws == nil {
		return func() {}, nil
	}
	return func() { d.SetDraws(nil) }, d.SetDraws(draws)
}

func (s *session) begin() { s.running, s.begun, s.steps = true, true, 0 }

func (s *session) setState(raw json.RawMessage, _ []float64) (any, error) {
	if s.physics == nil {
		return nil, fmt.Errorf("state: %s has none that can be set", s.spec.ID)
	}
	if _, ok := env.AsIs[env.Physics](s.e); !ok {
		return nil, fmt.Errorf("state: that of %s cannot be set within wrappers that change observations or actions", s.spec.ID)
	}
	x, err := numbers(raw)
	if err != nil {
		return nil, errors.New("state: want a list of numbers")
	}
	if err := s.physics.SetPhysics(x); err != nil {
		return nil, err
	}
	s.begin()
	s.set = true
	s.physics.Observe(s.obs)
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
	done, err := s.draw(draws)
	if err != nil {
		return nil, err
	}
	defer done()
	s.steps++
	out := s.e.Step(s.act, s.obs)
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
	case env.Box:
		if err := s.inBox(space, act, x); err != nil {
			return err
		}
	default:
		if !space.Contains(act) {
			return fmt.Errorf("action: %v is not in %s", x, env.Describe(space))
		}
	}
	copy(s.act, act)
	return nil
}

// inBox refuses an action, x as it was sent, that is out of its bounds. Where the
// environment's rules say what such an action does, only numbers that are not finite
// are refused.
func (s *session) inBox(box env.Box, act []float32, x []float64) error {
	_, clips := env.AsIs[env.Clipper](s.e)
	for i, v := range act {
		if v-v != 0 {
			return fmt.Errorf("action: %v, want float32 numbers", x)
		}
		if !clips && (v < box.Low[i] || v > box.High[i]) {
			return fmt.Errorf("action: number %d is %v, want %v … %v", i, x[i], box.Low[i], box.High[i])
		}
	}
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

var errNoObject = errors.New("not a JSON object")

// fieldsOf reads all of data as one JSON object, whose keys differ.
func fieldsOf(data []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return nil, errNoObject
	}
	fields := map[string]json.RawMessage{}
	var twice []string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, errNoObject
		}
		name := key.(string) // of an object's keys there are no others
		if _, ok := fields[name]; ok {
			twice = append(twice, name)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, errNoObject
		}
		fields[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, errNoObject
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errNoObject
	}
	if len(twice) > 0 {
		return nil, fmt.Errorf("the key %q is given twice, want it once", twice[0])
	}
	return fields, nil
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

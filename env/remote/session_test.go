package remote

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// A reply is any answer of a session. A pointer is nil if the answer has no such field.
type reply struct {
	Obs        []*float64 `json:"obs"`
	Mask       []bool     `json:"mask"`
	State      []float64  `json:"state"`
	Reward     *float64   `json:"reward"`
	Terminated *bool      `json:"terminated"`
	Truncated  *bool      `json:"truncated"`
	Error      string     `json:"error"`
}

// ask sends one line and returns its answer, which must be one line with the fields of one kind
// of answer.
func ask(t testing.TB, s *session, line string) (r reply) {
	t.Helper()
	var out bytes.Buffer
	if err := serve(strings.NewReader(line+"\n"), &out, s); err != nil {
		t.Fatalf("serve(%.200q): %v", line, err)
	}
	if strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("serve(%.200q) = %q, want one line", line, out.String())
	}
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		t.Fatalf("serve(%.200q): %v", line, err)
	}
	isStep := r.Reward != nil && r.Terminated != nil && r.Truncated != nil
	isView := r.Reward == nil && r.Terminated == nil && r.Truncated == nil
	if failed := r.Error != ""; failed == (r.Obs != nil) || !isStep && !isView {
		t.Fatalf("serve(%.200q) = %+v, want an error, or an observation", line, r)
	}
	return r
}

// checkRefused checks that the answer to line is an error that contains want.
func checkRefused(t testing.TB, s *session, line, want string) {
	t.Helper()
	if r := ask(t, s, line); r.Error == "" || !strings.Contains(r.Error, want) {
		t.Errorf("serve(%.200q) = %+v, want an error with %q", line, r, want)
	}
}

// format returns x as JSON, with all digits.
func format(x []float64) string {
	b, err := json.Marshal(x)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func cartPole() *session { return newTestSession(classic.NewCartPole()) }

// newTestSession returns a session for e, or panics if e is not valid.
func newTestSession(e env.Env) *session {
	s, err := newSession(e)
	if err != nil {
		panic(err)
	}
	return s
}

// TestReset checks that resets without a seed use the seeds 0, 1, 2, …, whatever requests come
// between them.
func TestReset(t *testing.T) {
	s := cartPole()
	obs := make([]float32, 4)
	for _, c := range []struct {
		line string
		seed uint64
	}{
		{`{"reset":{}}`, 0},
		{`{"reset":{"seed":7}}`, 7},
		{`{"reset":{}}`, 1},
		{`{"reset":{"seed":9223372036854775809}}`, 1<<63 + 1},
		{`{"reset":{"seed":0}}`, 0},
		{` { "reset" : { } } `, 2},
		{`{"reset":{"sed":5}}`, math.MaxUint64},
		{`{"reset":{},"draws":[1]}`, math.MaxUint64},
		{`{"reset":{}}` + "\r", 3},
	} {
		r := ask(t, s, c.line)
		if c.seed == math.MaxUint64 {
			if r.Error == "" {
				t.Errorf("%s = %+v, want an error", c.line, r)
			}
			continue
		}
		e := classic.NewCartPole()
		e.Reset(c.seed, obs)
		if !slices.Equal(r.State, e.Physics(nil)) || r.Reward != nil {
			t.Errorf("%s = %v, want the state %v of seed %d", c.line, r.State, e.Physics(nil), c.seed)
		}
		for i, x := range r.Obs {
			if *x != float64(obs[i]) {
				t.Errorf("%s: obs[%d] = %v, want %v", c.line, i, *x, obs[i])
			}
		}
	}
}

// TestAction checks every way to write an action, from a pole at rest, upright. By hand: with θ =
// θ̇ = 0, θ̈ = -t / (0.5 (4/3 - 0.1/1.1)) and ẍ = t - 0.05 θ̈/1.1, where t = ±10/1.1. An explicit
// Euler step then changes only the velocities.
func TestAction(t *testing.T) {
	for line, sign := range map[string]float64{
		`{"action":1}`: 1, `{"action":[1]}`: 1, `{"action":1.0}`: 1, `{"action":[1.0]}`: 1, `{"action":1e0}`: 1, `{"action": [ 1 ] }`: 1,
		`{"action":0}`: -1, `{"action":[0]}`: -1, `{"action":0.0}`: -1, `{"action":-0.0}`: -1, `{"action":1,"draws":[0.5]}`: 1,
	} {
		s := cartPole()
		ask(t, s, `{"state":[0,0,0,0]}`)
		force := sign * 10 / 1.1
		alpha := -force / (0.5 * (4.0/3 - 0.1/1.1))
		want := []float64{0, 0.02 * (force - 0.05*alpha/1.1), 0, 0.02 * alpha}
		r := ask(t, s, line)
		if r.Reward == nil || *r.Reward != 1 || *r.Terminated || *r.Truncated || len(r.State) != 4 {
			t.Errorf("%s = %+v, want a step that pays 1", line, r)
			continue
		}
		for i, x := range r.State {
			if math.Abs(x-want[i]) > 1e-15 || *r.Obs[i] != float64(float32(x)) {
				t.Errorf("%s: state[%d] = %v and obs %v, want %v", line, i, x, *r.Obs[i], want[i])
			}
		}
	}
}

// TestRefused sends invalid requests in the middle of an episode. It checks the error, and that
// the next step is the same as without the request.
func TestRefused(t *testing.T) {
	for line, want := range map[string]string{
		``: "not a JSON object", ` `: "not a JSON object", `hello`: "not a JSON object", `[1]`: "not a JSON object", `5`: "not a JSON object",
		`{"action":1`: "not a JSON object", `{"action":1} {"action":1}`: "not a JSON object", `{"action":1}x`: "not a JSON object", "\xff\xfe": "not a JSON object",
		strings.Repeat("[", 100_000): "not a JSON object", `{"action":NaN}`: "not a JSON object", `{'action':1}`: "not a JSON object",
		`{"reset":{"options":{"low":0}}}`: "reset: options: CartPole-v1 has none, want {}", `{"reset":{"options":[]}}`: "reset: options: want an object",
		`{"reset":{"options":{"a":1,"a":2}}}`: `reset: options: the key "a" is given twice`, `{"reset":{"option":{}}}`: `reset: no field "option", want seed or options`,
		`{}`: "0 requests", `{"draws":[0.5]}`: "0 requests", `null`: "not a JSON object",
		`{"action":1,"action":0}`: `the key "action" is given twice`, `{"action":1,"draws":[0],"draws":[0]}`: `the key "draws" is given twice`,
		`{"reset":{"seed":1,"seed":2}}`: `reset: the key "seed" is given twice`,
		`{"action":1,"reset":{}}`:       "2 requests", `{"action":1,"seed":2}`: "2 requests",
		`{"actoin":1}`: `no request "actoin"`, `{"Reset":{}}`: `no request "Reset", want reset, action, state or describe; the nearest is reset`, `{"":1}`: `no request ""`,
		`{"action":2}`: "want a whole number, 0 … 1", `{"action":-1}`: "want a whole number, 0 … 1", `{"action":0.5}`: "want a whole number",
		`{"action":1.0000000001}`: "want a whole number", `{"action":0.99999999999}`: "want a whole number", `{"action":[0.5]}`: "want a whole number",
		`{"action":1e300}`: "want a whole number", `{"action":1e400}`: "want a number", `{"action":[]}`: "0 numbers, want 1", `{"action":[1,0]}`: "2 numbers, want 1",
		`{"action":null}`: "want a number", `{"action":[null]}`: "want a number", `{"action":true}`: "want a number", `{"action":"1"}`: "want a number",
		`{"action":{}}`: "want a number", `{"action":[[1]]}`: "want a number", `{"action":["1"]}`: "want a number",
		`{"state":[0,0,0]}`: "4 state variables, not 3", `{"state":[0,0,0,0,0]}`: "4 state variables, not 5", `{"state":[]}`: "4 state variables, not 0",
		`{"state":null}`: "want a list", `{"state":0}`: "want a list", `{"state":[0,0,0,null]}`: "want a list", `{"state":[0,0,0,1e400]}`: "want a list", `{"state":"0"}`: "want a list",
		`{"describe":false}`: "want true", `{"describe":1}`: "want true", `{"describe":null}`: "want true",
		`{"reset":null}`: `want {}, {"seed":N} or`, `{"reset":7}`: `want {}, {"seed":N} or`, `{"reset":[]}`: `want {}, {"seed":N} or`, `{"reset":{"seed":[]}}`: "want",
		`{"reset":{"seed":-1}}`: "seed -1, want a whole number, 0 … 18446744073709551615", `{"reset":{"seed":1.5}}`: "seed 1.5, want", `{"reset":{"seed":null}}`: "want", `{"reset":{"seed":"7"}}`: "want a whole number",
		`{"reset":{"seed":18446744073709551616}}`: "seed 18446744073709551616, want", `{"reset":{"sed":1}}`: `no field "sed", want seed or options`,
		`{"reset":{},"draws":[1]}`: "draws: 1, want numbers from 0 to less than 1", `{"reset":{},"draws":[-0.1]}`: "draws: -0.1, want", `{"reset":{},"draws":5}`: "draws: want a list of numbers",
		`{"reset":{},"draws":["x"]}`: "draws: want a list of numbers", `{"reset":{},"draws":[null]}`: "draws: want a list of numbers", `{"action":1,"draws":[2]}`: "draws: 2, want",
	} {
		s := cartPole()
		ask(t, s, `{"state":[0.1,0.2,-0.05,0.3]}`)
		checkRefused(t, s, line, want)
		straight := cartPole()
		ask(t, straight, `{"state":[0.1,0.2,-0.05,0.3]}`)
		got, next := ask(t, s, `{"action":1}`), ask(t, straight, `{"action":1}`)
		if !slices.Equal(got.State, next.State) {
			t.Errorf("a step after %.100q = %v, want %v", line, got.State, next.State)
		}
		if got, next := ask(t, s, `{"reset":{}}`), ask(t, straight, `{"reset":{}}`); !slices.Equal(got.State, next.State) {
			t.Errorf("a reset after %.100q = %v, want %v", line, got.State, next.State)
		}
	}
}

// TestEpisodeEnds checks that an action before the first episode or after the end of an episode
// is refused, and that setting a state begins an episode.
func TestEpisodeEnds(t *testing.T) {
	s := cartPole()
	checkRefused(t, s, `{"action":1}`, "no episode has begun; reset first")
	checkRefused(t, s, `{"state":[0]}`, "4 state variables")
	checkRefused(t, s, `{"action":1}`, "no episode has begun; reset first")
	if r := ask(t, s, `{"state":[2.4,1,0,0]}`); format(r.State) != "[2.4,1,0,0]" || r.Reward != nil {
		t.Errorf("a state as the first line = %+v, want it", r)
	}
	if r := ask(t, s, `{"action":1}`); !*r.Terminated || *r.Truncated || *r.Reward != 1 {
		t.Errorf("a step off the track = %+v, want the end of the episode", r)
	}
	for range 2 {
		checkRefused(t, s, `{"action":1}`, "the episode has ended; reset first")
	}
	checkRefused(t, s, `{"state":[0]}`, "4 state variables")
	checkRefused(t, s, `{"action":1}`, "the episode has ended; reset first")
	if r := ask(t, s, `{"state":[0,0,0,0]}`); r.Error != "" {
		t.Errorf("a state after the end = %+v, want it", r)
	}
	if r := ask(t, s, `{"action":1}`); r.Error != "" || *r.Terminated {
		t.Errorf("a step from a state set after the end = %+v, want one", r)
	}
	if r := ask(t, s, `{"state":[9,0,0,0]}`); r.Error != "" {
		t.Errorf("a state off the track = %+v, want it", r)
	}
	if r := ask(t, s, `{"action":1}`); !*r.Terminated {
		t.Errorf("a step from off the track = %+v, want the end of the episode", r)
	}
	if r := ask(t, s, `{"reset":{}}`); r.Error != "" {
		t.Errorf("a reset after the end = %+v, want a new episode", r)
	}
}

// TestTimeLimit balances the pole for 500 steps and checks that CartPole-v1 ends there. Setting a
// state restarts the step count.
func TestTimeLimit(t *testing.T) {
	s := cartPole()
	r := ask(t, s, `{"reset":{"seed":1}}`)
	balance := func(steps int) {
		t.Helper()
		for i := range steps {
			action := `{"action":0}`
			if r.State[2]+0.5*r.State[3] > 0 {
				action = `{"action":1}`
			}
			if r = ask(t, s, action); r.Error != "" || *r.Terminated || *r.Truncated && i < steps-1 {
				t.Fatalf("step %d of %d = %+v, want the pole to stand", i, steps, r)
			}
		}
	}
	if balance(499); *r.Truncated {
		t.Errorf("step 499 = %+v, want no end yet", r)
	}
	r = ask(t, s, `{"state":[0,0,0.01,0]}`)
	if balance(500); !*r.Truncated {
		t.Errorf("step 500 after a state was set = %+v, want the time limit", r)
	}
	checkRefused(t, s, `{"action":1}`, "the episode has ended")
}

// TestDraws checks a reset from given random numbers u: low + (high - low) u. The bounds are
// powers of 2, so the results are exact.
func TestDraws(t *testing.T) {
	e := classic.NewCartPole()
	e.Low, e.High = -0.5, 0.25
	s := newTestSession(e)
	if r := ask(t, s, `{"reset":{},"draws":[0,0.25,0.5,0.75,0.875]}`); format(r.State) != "[-0.5,-0.3125,-0.125,0.0625]" {
		t.Errorf("reset with draws 0, 1/4, 1/2, 3/4 = %v, want -1/2, -5/16, -1/8, 1/16", r.State)
	}
	plain := classic.NewCartPole()
	plain.Low, plain.High = -0.5, 0.25
	plain.Reset(1, make([]float32, 4))
	if r := ask(t, s, `{"reset":{}}`); !slices.Equal(r.State, plain.Physics(nil)) {
		t.Errorf("reset after a draw was left over = %v, want %v of seed 1", r.State, plain.Physics(nil))
	}
	ask(t, s, `{"action":1,"draws":[0.5]}`) // a step uses no random number
	if r := ask(t, s, `{"reset":{"seed":1},"draws":[]}`); !slices.Equal(r.State, plain.Physics(nil)) {
		t.Errorf("reset after an action with a draw = %v, want %v of seed 1", r.State, plain.Physics(nil))
	}
	checkRefused(t, s, `{"reset":{},"draws":[0,0,0,1]}`, "draws: 1, want")
	if r := ask(t, s, `{"reset":{"seed":1}}`); !slices.Equal(r.State, plain.Physics(nil)) {
		t.Errorf("reset after draws were refused = %v, want %v of seed 1", r.State, plain.Physics(nil))
	}
	if r := ask(t, s, `{"reset":{"seed":1},"draws":[0.5,0]}`); r.State[0] != -0.125 || r.State[1] != -0.5 || r.State[2] == -0.5 {
		t.Errorf("reset with two draws = %v, want -1/8, -1/2 and two numbers of the generator", r.State)
	}
}

// TestRoundTrip checks that every number of a state is returned exactly as it was sent.
func TestRoundTrip(t *testing.T) {
	rng := env.Rand{}
	rng.Seed(1)
	x := []float64{0, math.Copysign(0, -1), 1e-320, -5e-324, 0.1, 1.0 / 3, 1e21, -1e-7, 123456789012345680, math.Nextafter(2.4, 3), 16777217, 1e38}
	for range 200 {
		x = append(x, rng.Uniform(-1, 1), math.Ldexp(rng.Uniform(-1, 1), int(rng.Uniform(-300, 100))))
	}
	s := cartPole()
	for i := range x[3:] {
		var list []string
		for _, v := range x[i : i+4] {
			list = append(list, strconv.FormatFloat(v, 'g', 17, 64))
		}
		r := ask(t, s, `{"state":[`+strings.Join(list, ",")+`]}`)
		for j, got := range r.State {
			if math.Float64bits(got) != math.Float64bits(x[i+j]) {
				t.Errorf("state %s comes back as %v, want %v", list[j], got, x[i+j])
			}
		}
	}
}

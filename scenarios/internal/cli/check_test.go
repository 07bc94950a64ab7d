package cli

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestCheck wants CartPole to keep the contract, and the statistics of a random
// policy in text as in JSON: returns of about 22, and a reward of 1 a step.
func TestCheck(t *testing.T) {
	a := inEmptyDir(t)
	text := a.must(t, "check", "CartPole-v1")
	for _, want := range []string{"CartPole-v1 keeps the contract. Of 100 random episodes", "observation 3", "1 to 1", "truncated 0 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("check prints\n%s, want %q in it", text, want)
		}
	}
	var c check
	if err := json.Unmarshal([]byte(a.must(t, "check", "CartPole-v1", "--json", "--episodes", "400")), &c); err != nil {
		t.Fatal(err)
	}
	if c.Env != "CartPole-v1" || c.Episodes != 400 || len(c.Breaches) != 0 || c.Reward.Mean != 1 || c.Truncated != 0 ||
		math.Abs(c.Return.Mean-22.2) > 3 || c.Return != c.Length || len(c.Observations) != 4 || c.Return.Min < 8 {
		t.Errorf("check --json = %+v, want CartPole's figures", c)
	}
	if one, two := a.must(t, "check", "CartPole-v1", "--seed", "5"), a.must(t, "check", "CartPole-v1", "--seed", "5"); one != two || one == text {
		t.Error("a seed does not name what is printed")
	}
}

// TestCheckAdvice wants words on what makes learning hard.
func TestCheckAdvice(t *testing.T) {
	a := inEmptyDir(t)
	for id, want := range map[string]string{
		"MountainCar-v0": "every random episode returned -200",
		"Pendulum-v1":    "the wrapper rescale_action: [-1, 1] suits",
		"acme/Open-v0":   "100 % of random episodes had no end in 10,000 steps, and there is no time limit",
	} {
		if text := a.must(t, "check", id, "--episodes", "3"); !strings.Contains(text, want) {
			t.Errorf("check %s prints\n%s, want %q in it", id, text, want)
		}
	}
}

// TestCheckMasked: random episodes obey masks, by which a taxi never pays 10 for a stop.
func TestCheckMasked(t *testing.T) {
	var c check
	if err := json.Unmarshal([]byte(inEmptyDir(t).must(t, "check", "Taxi-v4", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Breaches) != 0 || c.Reward.Min != -1 || c.Return.Min < -200 {
		t.Errorf("check Taxi-v4 = %+v, want no reward below -1", c)
	}
}

// TestCheckBroken: what breaks the contract is a failure that says how, and
// nothing is played.
func TestCheckBroken(t *testing.T) {
	a := inEmptyDir(t)
	status, out, err := a.call("check", "acme/Odd-v0")
	if status != 1 || !strings.Contains(out, "broken: seed 0, step 5: a panic: out of track") || !strings.Contains(err, "acme/Odd-v0 breaks the contract") ||
		strings.Count(err, "\n") != 1 {
		t.Errorf("check of a broken environment: status %d, output %q, error %q", status, out, err)
	}
}

// A counter is still that counts its steps itself, is closed, and breaks at action 1 of an
// episode after so many.
type counter struct {
	still
	episodes, steps, breaks int
	closed                  *int
}

func (c *counter) Spec() env.Spec {
	s := c.still.Spec()
	s.ID, s.MaxSteps = "acme/Counter-v0", 7
	return s
}

func (c *counter) Reset(seed uint64, obs []float32) {
	c.episodes++
	c.steps = 0
	c.still.Reset(seed, obs)
}

func (c *counter) Step(act, obs []float32) env.Outcome {
	c.steps++
	out := c.still.Step(act, obs)
	if c.breaks > 0 && c.episodes > c.breaks && act[0] == 1 {
		out.Reward = math.NaN()
	}
	return out
}

func (*counter) Measures() []string { return []string{"steps_taken"} }

func (c *counter) Measure(dst []float64) { dst[0] = float64(c.steps) }

func (c *counter) Close() error {
	*c.closed++
	return nil
}

// TestCheckMeasures shows what an environment measures, and closes both that are made:
// the one that is checked, and the one that is played in.
func TestCheckMeasures(t *testing.T) {
	a := inEmptyDir(t)
	closed := 0
	a.Envs["acme/Counter-v0"] = env.Entry(func() *counter { return &counter{closed: &closed} })
	if text := a.must(t, "check", "acme/Counter-v0", "--episodes", "3"); !strings.Contains(text, "  steps_taken    7 ± 0") || closed != 2 {
		t.Errorf("check prints\n%s, and closes %d, want 7 steps taken, and 2", text, closed)
	}
	got := object(t, a.must(t, "check", "acme/Counter-v0", "--episodes", "3", "--json"))
	measure := got["measures"].([]any)[0].(map[string]any)
	if measure["name"] != "steps_taken" || measure["mean"] != 7.0 || measure["max"] != 7.0 {
		t.Errorf("check --json has measures %v, want 7 steps taken", measure)
	}
	closed = 0
	a.Envs["acme/Counter-v0"] = env.Entry(func() *counter { return &counter{closed: &closed, breaks: 200} })
	status, out, err := a.call("check", "acme/Counter-v0", "--episodes", "400")
	if status != 1 || !strings.Contains(out, "broken: env: acme/Counter-v0, episode seed ") || !strings.Contains(err, "reward NaN") || closed != 2 {
		t.Errorf("check of what breaks late: status %d, output %q, error %q, %d closed", status, out, err, closed)
	}
}

// TestFigures holds them to two numbers' mean and deviation.
func TestFigures(t *testing.T) {
	var f figures
	f.add(-3)
	f.add(5)
	if f.Mean != 1 || f.Std != 4 || f.Min != -3 || f.Max != 5 {
		t.Errorf("figures of -3 and 5 are %+v", f)
	}
}

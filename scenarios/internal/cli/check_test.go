package cli

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestCheck checks that CartPole keeps the contract, and the statistics of random actions
// in text and in JSON: returns of about 22, and a reward of 1 for each step.
func TestCheck(t *testing.T) {
	a := inEmptyDir(t)
	text := a.must(t, "check", "CartPole-v1")
	for _, want := range []string{"CartPole-v1 keeps the contract. Statistics of 100 random episodes", "observation 3", "1 to 1", "truncated 0 %"} {
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
		t.Errorf("check --json = %+v, want CartPole's statistics", c)
	}
	if one, two := a.must(t, "check", "CartPole-v1", "--seed", "5"), a.must(t, "check", "CartPole-v1", "--seed", "5"); one != two || one == text {
		t.Error("check --seed 5 prints two different texts, or the text of seed 1")
	}
}

// TestCheckAdvice checks the advice about environments in which learning is hard.
func TestCheckAdvice(t *testing.T) {
	a := inEmptyDir(t)
	for id, want := range map[string]string{
		"MountainCar-v0": "every random episode returned -200",
		"Pendulum-v1":    "the wrapper rescale_action: [-1, 1] fits",
		"acme/Open-v0":   "100 % of the random episodes did not end within 10,000 steps, and there is no time limit",
	} {
		if text := a.must(t, "check", id, "--episodes", "3"); !strings.Contains(text, want) {
			t.Errorf("check %s prints\n%s, want %q in it", id, text, want)
		}
	}
}

// TestCheckMasked checks that random actions obey the mask: the taxi's mask forbids
// the pick-ups and drop-offs that cost 10.
func TestCheckMasked(t *testing.T) {
	var c check
	if err := json.Unmarshal([]byte(inEmptyDir(t).must(t, "check", "Taxi-v4", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Breaches) != 0 || c.Reward.Min != -1 || c.Return.Min < -200 {
		t.Errorf("check Taxi-v4 = %+v, want no reward below -1", c)
	}
}

// TestCheckBroken checks that an environment that breaks the contract gives exit status 1
// and a message with the violation.
func TestCheckBroken(t *testing.T) {
	a := inEmptyDir(t)
	status, out, err := a.call("check", "acme/Odd-v0")
	if status != 1 || !strings.Contains(out, "broken: seed 1, step 1: reward +Inf and observation [4]: not a finite number") || !strings.Contains(err, "acme/Odd-v0 breaks the contract") ||
		strings.Count(err, "\n") != 1 {
		t.Errorf("check of a broken environment: status %d, output %q, error %q", status, out, err)
	}
}

// A counter is the environment still with a metric, steps_taken, and with a count of Close
// calls. If breaks is not 0, action 1 returns a NaN reward after that number of episodes.
type counter struct {
	still
	episodes, steps, breaks int
	closed                  *int // number of Close calls
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

// TestCheckMetrics checks that the metrics of an environment are shown, and that both
// environments are closed: the checked one, and the one in which random actions are played.
func TestCheckMetrics(t *testing.T) {
	a := inEmptyDir(t)
	closed := 0
	a.Envs["acme/Counter-v0"] = env.Entry(func() *counter { return &counter{closed: &closed} })
	if text := a.must(t, "check", "acme/Counter-v0", "--episodes", "3"); !strings.Contains(text, "  steps_taken    7 ± 0") || closed != 2 {
		t.Errorf("check prints\n%s, and closes %d environments, want 7 steps taken, and 2 closed", text, closed)
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
		t.Errorf("check of an environment that breaks after 200 episodes: status %d, output %q, error %q, %d closed", status, out, err, closed)
	}
}

// TestSummary checks the mean, the deviation and the range of -3 and 5, by hand.
func TestSummary(t *testing.T) {
	var s summary
	s.add(-3)
	s.add(5)
	if s.Mean != 1 || s.Std != 4 || s.Min != -3 || s.Max != 5 {
		t.Errorf("summary of -3 and 5 = %+v, want mean 1, deviation 4, range -3 … 5", s)
	}
}

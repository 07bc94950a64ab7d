package cli

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A valve is an environment that breaks at step At of an episode. Its observations depend
// on every bit of all earlier actions, so a replay with other actions is noticed.
type valve struct {
	At  int    `yaml:"at"`
	Way string `yaml:"way"` // kind of failure: panic, reward (NaN) or observation (NaN)

	rng   env.Rand
	turns int     // steps of the episode
	sum   float64 // of the actions, with random weights
}

func (*valve) Spec() env.Spec {
	return env.Spec{ID: "lab/Valve-v0", Obs: env.NewBox(-1, 1, 1), Act: env.NewBox(-0.3, 0.7, 2), MaxSteps: 10}
}

func (v *valve) Reset(seed uint64, obs []float32) {
	v.rng.Seed(seed)
	v.turns, v.sum, obs[0] = 0, v.rng.Float64(), 0
}

func (v *valve) Step(act, obs []float32) (out env.Outcome) {
	v.turns++
	v.sum += float64(act[0])*v.rng.Float64() + float64(act[1])
	obs[0], out.Reward = float32(math.Sin(1e6*v.sum)), v.sum
	if v.turns == v.At {
		switch v.Way {
		case "panic":
			panic(fmt.Sprint("burst at ", v.sum))
		case "reward":
			out.Reward = math.NaN()
		default:
			obs[0] = float32(math.NaN())
		}
	}
	return out
}

// breaking is a scenario that trains in a valve with options, wrappers and another time limit.
const breaking = `
env:
  id: lab/Valve-v0
  options: {at: 99, way: WAY}
  wrappers: [{max_steps: 200}, {sticky_action: 0.3}, {rescale_action: [-2, 5]}, {frame_skip: 3}, {frame_stack: 2}]
  n_envs: 2
  parallel: 2
agent: {name: ppo, n_steps: 64, batch_size: 64, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 4000
eval: {freq: 0}
`

// TestFailedEpisode checks the episode that is saved when an environment fails in training. The
// command in the error message must repeat the episode with the same failure at its end.
func TestFailedEpisode(t *testing.T) {
	for way, want := range map[string]string{
		"panic": `, step 33: panic: burst at `, "reward": `"reward":null,`, "observation": `{"obs":[`,
	} {
		t.Run(way, func(t *testing.T) {
			a := inEmptyDir(t)
			a.Envs["lab/Valve-v0"] = env.Entry(func() *valve { return &valve{At: 5, Way: "panic"} })
			writeFile(t, "valve.yaml", strings.Replace(breaking, "WAY", way, 1))
			status, _, text := a.call("./valve.yaml", "--out", "it's a run")
			const command = `; rlrun step 'it'\''s a run/config.yaml' < 'it'\''s a run/failed-episode.jsonl' repeats it`
			if status != statusFailed || !strings.Contains(text, "episode seed ") || !strings.HasSuffix(text, command+"\n") {
				t.Fatalf("training = %d, %q, want 1 and an error that ends with %q", status, text, command)
			}
			file := readFile(t, "it's a run/failed-episode.jsonl")
			var out, messages bytes.Buffer
			a.In, a.Out, a.Err = strings.NewReader(file), &out, &messages
			if status := a.Run([]string{"step", "it's a run/config.yaml"}); status != statusDone {
				t.Fatalf("rlrun step = %d, %s", status, &messages)
			}
			answers := strings.Split(strings.TrimSpace(out.String()), "\n")
			if n := strings.Count(file, "\n"); n != 34 || len(answers) != n { // a reset and 33 steps of 3 turns each: turn 99 is in step 33
				t.Fatalf("%d requests have %d answers, want 34 each", n, len(answers))
			}
			for i, answer := range answers {
				broken := strings.Contains(answer, "error") || strings.Contains(answer, "null,\"term") || strings.Contains(answer, "null]") && i > 0 && way == "observation"
				if last := i == len(answers)-1; broken != last || last && !strings.Contains(answer, want) {
					t.Errorf("answer %d = %s, want the last to break, with %s", i, answer, want)
				}
			}
			if _, burst, ok := strings.Cut(text, "burst at "); ok { // the sum, with all digits
				number, _, _ := strings.Cut(burst, ";")
				if last := answers[len(answers)-1]; !strings.Contains(last, "burst at "+number+`"`) {
					t.Errorf("the episode breaks with %s, in training with %s", last, number)
				}
			}
		})
	}
}

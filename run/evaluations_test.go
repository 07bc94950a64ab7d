package run_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// column returns the cells of a column in progress.csv that are not empty, and the steps of their
// rows.
func column(t testing.TB, dir, name string) (steps []int, cells []string) {
	t.Helper()
	header, rows := table(t, dir, "progress.csv")
	at, total := slices.Index(header, name), slices.Index(header, "time/total_timesteps")
	for _, row := range rows {
		if row[at] != "" {
			n, err := strconv.Atoi(row[total])
			if err != nil {
				t.Fatal(err)
			}
			steps, cells = append(steps, n), append(cells, row[at])
		}
	}
	return steps, cells
}

// TestEvaluations checks that there is one evaluation after each multiple of eval.freq, that the
// best policy is saved, and that training without evaluations has the same bytes.
func TestEvaluations(t *testing.T) {
	with, without := create(t, parse(t, quick, "eval.freq=500", "log_interval=64")), create(t, parse(t, quick, "eval.freq=0", "log_interval=64"))
	finish(t, with)
	finish(t, without)
	steps, returns := column(t, with.Dir, "eval/mean_reward")
	if want := []int{512, 1024, 1536, 2048}; !slices.Equal(steps, want) {
		t.Errorf("evaluations at %v, want %v", steps, want)
	}
	for _, file := range []string{"policy.safetensors", "episodes.csv"} {
		one, other := readFile(t, with.Dir, file), readFile(t, without.Dir, file)
		if file == "episodes.csv" {
			one, other = untimed(one), untimed(other)
		}
		if one != other {
			t.Errorf("%s is another without evaluations", file)
		}
	}
	if steps, _ := column(t, without.Dir, "eval/mean_reward"); len(steps) != 0 {
		t.Errorf("evaluations at %v, want none", steps)
	}
	if _, err := os.Stat(filepath.Join(without.Dir, "policy-best.safetensors")); !os.IsNotExist(err) {
		t.Errorf("a best policy of no evaluation: %v", err)
	}
	if _, err := load(t, without.Dir).Policy(true); err == nil || !strings.Contains(err.Error(), "eval.freq is the interval") {
		t.Errorf("Policy(true) without evaluations: %v", err)
	}
	best := 0
	for i, r := range returns {
		if a, _ := strconv.ParseFloat(r, 64); a > number(t, returns[best]) {
			best = i
		}
	}
	stopped := create(t, parse(t, quick, "eval.freq=500", "steps="+strconv.Itoa(steps[best])))
	finish(t, stopped)
	if got, want := readFile(t, with.Dir, "policy-best.safetensors"), readFile(t, stopped.Dir, "policy.safetensors"); got != want {
		t.Errorf("the best policy is not that of %d steps, with %v of %v", steps[best], returns[best], returns)
	}
	if _, err := load(t, with.Dir).Policy(true); err != nil {
		t.Errorf("Policy(true): %v", err)
	}
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// untimed returns the text of episodes.csv without the column of times.
func untimed(text string) (all string) {
	for line := range strings.Lines(text) {
		all += line[:strings.LastIndex(line, ",")] + "\n"
	}
	return all
}

// TestEarlyStop checks that training ends at the first evaluation that reaches the threshold, or
// after eval.patience evaluations without a new best. A resumed run must not train more steps.
func TestEarlyStop(t *testing.T) {
	for what, c := range map[string]struct {
		sets []string
		want int
	}{
		"threshold":         {[]string{"eval.stop_at_threshold=true", "target=1"}, 256},
		"threshold too far": {[]string{"eval.stop_at_threshold=true", "target=501"}, 2048},
		"patience":          {[]string{"eval.patience=2", "agent.learning_rate=0"}, 0}, // 0: computed below from the returns
	} {
		sets := append(c.sets, "eval.freq=256", "log_interval=64", "eval.freq_episodes=2")
		r := create(t, parse(t, quick, sets...))
		res := finish(t, r)
		steps, returns := column(t, r.Dir, "eval/mean_reward")
		want := c.want
		if what == "patience" {
			best := 0
			for i := range returns {
				if number(t, returns[i]) > number(t, returns[best]) {
					best = i
				}
			}
			if want = steps[best] + 512; want > 2048 {
				t.Fatalf("evaluations of %v have no two in a row that are no better", returns)
			}
		}
		if res.Steps != want || steps[len(steps)-1] != want {
			t.Errorf("%s: %d steps, evaluations at %v of %v, want %d", what, res.Steps, steps, returns, want)
		}
		if what != "threshold" {
			continue
		}
		if err := os.Remove(filepath.Join(r.Dir, "result.json")); err != nil {
			t.Fatal(err)
		}
		again := open(t, r.Dir)
		if err := again.Resume(); err != nil {
			t.Fatal(err)
		}
		st, err := again.Train(context.Background())
		if err != nil || st.Steps != want || !st.Stopped {
			t.Errorf("resumed after its end: %d steps, %v, want %d", st.Steps, err, want)
		}
		again.Close()
	}
}

// TestResumeEvaluations interrupts training between two evaluations, and at an evaluation. It
// checks that the resumed run has the same files as an uninterrupted run, including policy-best.
func TestResumeEvaluations(t *testing.T) {
	sets := []string{"eval.freq=300", "log_interval=500"}
	want, dir := straight(t, sets...)
	best := readFile(t, dir, "policy-best.safetensors")
	for _, at := range []int{200, 320, 700, 1300, 1900} {
		r := create(t, parse(t, quick, sets...))
		interrupt(t, r, at)
		resume(t, r.Dir)
		same(t, "interrupted at "+strconv.Itoa(at), outcome(t, r.Dir), want)
		if readFile(t, r.Dir, "policy-best.safetensors") != best {
			t.Errorf("interrupted at %d: another best policy", at)
		}
	}
}

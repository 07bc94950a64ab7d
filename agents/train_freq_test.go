package agents

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
)

// trainFreqFile is a YAML file with a TrainFreq.
type trainFreqFile struct {
	TrainFreq TrainFreq `yaml:"train_freq"`
}

// decodeTrainFreq reads a YAML file into a TrainFreq of 7 steps.
func decodeTrainFreq(text string) (TrainFreq, error) {
	c := trainFreqFile{TrainFreq{Steps: 7}}
	tree, err := settings.Parse("f.yaml", []byte(text))
	if err == nil {
		err = tree.Root().Decode(&c)
	}
	return c.TrainFreq, err
}

// TestTrainFreq checks that all forms of Stable-Baselines3 are read, and that the shortest form is
// written.
func TestTrainFreq(t *testing.T) {
	for text, want := range map[string]struct {
		f       TrainFreq
		written string
	}{
		"4": {TrainFreq{Steps: 4}, "4"}, "1e3": {TrainFreq{Steps: 1000}, "1000"}, "[4, step]": {TrainFreq{Steps: 4}, "4"},
		"[1, episode]": {TrainFreq{Episodes: 1}, "[1, episode]"}, "[8, \"episode\"]": {TrainFreq{Episodes: 8}, "[8, episode]"},
		"1048576": {TrainFreq{Steps: 1 << 20}, "1048576"},
	} {
		got, err := decodeTrainFreq("train_freq: " + text)
		if err != nil || got != want.f || got.String() != want.written {
			t.Errorf("%s was read as %+v, error %v; want %+v", text, got, err, want.f)
		}
		file, err := settings.Encode(trainFreqFile{got})
		if err != nil || string(file) != "train_freq: "+want.written+"\n" {
			t.Errorf("%s was written as %q, error %v; want %s", text, file, err, want.written)
		}
	}
	const forms = ", want 1 … 1048576 steps, as 4 or [4, step], or episodes, as [1, episode]"
	for text, want := range map[string]string{
		"0": `f.yaml:1:13: train_freq: "0"` + forms, "-1": `"-1"` + forms, "1.5": `"1.5"` + forms, "often": `"often"` + forms,
		"1048577": `"1048577"` + forms, ".inf": forms, "NaN": forms, "[]": "train_freq: []" + forms, "[4]": `["4"]` + forms,
		"[4, steps]": `f.yaml:1:13: train_freq: ["4" "steps"]` + forms, "[0, episode]": forms, "[episode, 1]": forms,
		"[1, episode, 2]": forms, "[1, null]": "f.yaml:1:17: train_freq[1]: no value", "[1, [episode]]": "train_freq[1]: want a single value",
		"null": "train_freq: no value, want a single value, or a list", "{steps: 4}": "train_freq: want a single value, or a list",
	} {
		f, err := decodeTrainFreq("train_freq: " + text)
		if err == nil || !strings.Contains(err.Error(), want) || f != (TrainFreq{Steps: 7}) {
			t.Errorf("%s: TrainFreq %v, error %v; want 7 steps and %q in the error", text, f, err, want)
		}
	}
}

// TestTrainFreqRules checks the range of steps and episodes, and that episodes are only counted in
// one environment, as in Stable-Baselines3.
func TestTrainFreqRules(t *testing.T) {
	for _, tc := range []struct {
		f     TrainFreq
		nEnvs int
		want  string
	}{
		{TrainFreq{Steps: 1}, 8, ""}, {TrainFreq{Episodes: 2}, 1, ""},
		{TrainFreq{Episodes: 1}, 8, "train_freq is [1, episode], want a number of steps, for example 4, with n_envs 8: only one environment can count episodes"},
		{TrainFreq{}, 1, "train_freq is 0, want 1 … 1048576, or [1 … 1048576, episode]"},
		{TrainFreq{Steps: -1}, 1, "train_freq is -1, want 1"}, {TrainFreq{Episodes: -1}, 8, "train_freq is [-1, episode], want 1"},
		{TrainFreq{Steps: 4, Episodes: 1}, 1, "want 1"}, {TrainFreq{Steps: 1<<20 + 1}, 1, "want 1"},
	} {
		if err := firstViolation(tc.f.rules(tc.nEnvs)); tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("rules of %+v in %d environments: %v, want %q", tc.f, tc.nEnvs, err, tc.want)
		}
	}
}

// TestTrainFreqDue checks when updates are due, by steps and by episodes.
func TestTrainFreqDue(t *testing.T) {
	for _, tc := range []struct {
		f               TrainFreq
		steps, episodes int
		want            bool
	}{
		{TrainFreq{Steps: 4}, 0, 0, false}, {TrainFreq{Steps: 4}, 3, 9, false}, {TrainFreq{Steps: 4}, 4, 0, true},
		{TrainFreq{Episodes: 2}, 900, 1, false}, {TrainFreq{Episodes: 2}, 900, 2, true},
	} {
		if got := tc.f.Due(tc.steps, tc.episodes); got != tc.want {
			t.Errorf("%v.Due(%d, %d) = %v, want %v", tc.f, tc.steps, tc.episodes, got, tc.want)
		}
	}
}

// FuzzTrainFreq checks that any text gives an error of one line, or a TrainFreq that obeys the
// rules and does not change when it is written and read again.
func FuzzTrainFreq(f *testing.F) {
	for _, seed := range []string{"4", "[4, step]", "[1, episode]", "1e3", "0x10", "[1, &a episode]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		freq, err := decodeTrainFreq("train_freq: " + text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") && !strings.Contains(text, "\n") {
				t.Errorf("an error of two lines: %q", err)
			}
			return
		}
		if back, err := decodeTrainFreq("train_freq: " + freq.String()); err != nil || back != freq || firstViolation(freq.rules(1)) != nil {
			t.Errorf("%q was read as %v, and that as %v, %v", text, freq, back, err)
		}
	})
}

package agents

import (
	"fmt"
	"math"
	"strconv"
)

// TrainFreq is how much an off-policy agent experiences between updates: steps of each
// environment, or episodes. As Stable-Baselines3 has it, a file writes 4 or [4, step], or
// [1, episode]; and episodes are of one environment.
type TrainFreq struct {
	Steps    int // steps of each environment; 0: episodes are counted
	Episodes int // finished episodes, terminated or cut off; 0: steps are counted
}

// maxTrainFreq is the most steps or episodes between updates.
const maxTrainFreq = 1 << 20

// Due reports whether updates are due after steps of each environment and finished
// episodes since the last ones.
func (f TrainFreq) Due(steps, episodes int) bool {
	if f.Episodes > 0 {
		return episodes >= f.Episodes
	}
	return steps >= f.Steps
}

// rules returns the rules of an agent in a number of environments.
func (f TrainFreq) rules(nEnvs int) []rule {
	one := (f.Steps == 0) != (f.Episodes == 0) && f.Steps >= 0 && f.Episodes >= 0 && max(f.Steps, f.Episodes) <= maxTrainFreq
	return []rule{
		{one, "train_freq", f, "1 … 1048576, or [1 … 1048576, episode]"},
		{!one || f.Episodes == 0 || nEnvs == 1, "train_freq", f,
			fmt.Sprintf("steps, as 4, with n_envs %d: episodes are counted in one environment alone, as in Stable-Baselines3", nEnvs)},
	}
}

// String returns f as a file has it: 4 or [1, episode].
func (f TrainFreq) String() string {
	if f.Episodes != 0 {
		return fmt.Sprintf("[%d, episode]", f.Episodes)
	}
	return strconv.Itoa(f.Steps)
}

// MarshalSetting returns the number of steps, or the list of the number of episodes and
// the word.
func (f TrainFreq) MarshalSetting() any {
	if f.Episodes != 0 {
		return []any{f.Episodes, "episode"}
	}
	return f.Steps
}

// trainFreqForms says how a TrainFreq is written.
const trainFreqForms = "1 … 1048576 steps, as 4 or [4, step], or episodes, as [1, episode]"

// UnmarshalText reads a number of steps.
func (f *TrainFreq) UnmarshalText(text []byte) error {
	n, ok := trainFreqNumber(string(text))
	if !ok {
		return fmt.Errorf("%q, want %s", text, trainFreqForms)
	}
	*f = TrainFreq{Steps: n}
	return nil
}

// UnmarshalList reads [4, step] or [1, episode].
func (f *TrainFreq) UnmarshalList(decode func(into any) error) error {
	var parts []trainFreqPart
	if err := decode(&parts); err != nil {
		return err
	}
	if len(parts) == 2 {
		n, ok := trainFreqNumber(string(parts[0]))
		switch {
		case ok && parts[1] == "step":
			*f = TrainFreq{Steps: n}
			return nil
		case ok && parts[1] == "episode":
			*f = TrainFreq{Episodes: n}
			return nil
		}
	}
	return fmt.Errorf("%q, want %s", parts, trainFreqForms)
}

// A trainFreqPart is an element of the list: a number or a word.
type trainFreqPart string

// UnmarshalText reads any text.
func (p *trainFreqPart) UnmarshalText(text []byte) error {
	*p = trainFreqPart(text)
	return nil
}

// trainFreqNumber reads a whole number, which may be written 1e3.
func trainFreqNumber(text string) (int, bool) {
	x, err := strconv.ParseFloat(text, 64)
	return int(x), err == nil && x == math.Trunc(x) && 1 <= x && x <= maxTrainFreq
}

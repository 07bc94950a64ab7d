package agents

import (
	"fmt"
	"math"
	"strconv"
)

// TrainFreq is the amount of experience between the updates of an off-policy agent: steps of each
// environment, or episodes. As in Stable-Baselines3, a YAML file has 4, [4, step] or
// [1, episode], and episodes require n_envs: 1.
type TrainFreq struct {
	Steps    int // steps of each environment between updates; 0 if episodes are counted
	Episodes int // terminated or truncated episodes between updates; 0 if steps are counted
}

// maxTrainFreq is the largest number of steps or episodes between updates.
const maxTrainFreq = 1 << 20

// Due reports whether updates are due. The arguments are the steps of each environment and the
// number of ended episodes since the last updates.
func (f TrainFreq) Due(steps, episodes int) bool {
	if f.Episodes > 0 {
		return episodes >= f.Episodes
	}
	return steps >= f.Steps
}

// rules returns the conditions on the setting of an agent with nEnvs environments.
func (f TrainFreq) rules(nEnvs int) []rule {
	one := (f.Steps == 0) != (f.Episodes == 0) && f.Steps >= 0 && f.Episodes >= 0 && max(f.Steps, f.Episodes) <= maxTrainFreq
	return []rule{
		{one, "train_freq", f, "1 … 1048576, or [1 … 1048576, episode]"},
		{!one || f.Episodes == 0 || nEnvs == 1, "train_freq", f,
			fmt.Sprintf("a number of steps, for example 4, with n_envs %d: only one environment can count episodes, as in Stable-Baselines3", nEnvs)},
	}
}

// String returns f as it is written in a YAML file: 4 or [1, episode].
func (f TrainFreq) String() string {
	if f.Episodes != 0 {
		return fmt.Sprintf("[%d, episode]", f.Episodes)
	}
	return strconv.Itoa(f.Steps)
}

// MarshalSetting returns f for a YAML file: the number of steps, or a list of the number of
// episodes and the word episode.
func (f TrainFreq) MarshalSetting() any {
	if f.Episodes != 0 {
		return []any{f.Episodes, "episode"}
	}
	return f.Steps
}

// trainFreqForms lists the ways to write a TrainFreq in a YAML file, for error messages.
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

// A trainFreqPart is an element of the list in a YAML file: a number or a word.
type trainFreqPart string

// UnmarshalText reads any text.
func (p *trainFreqPart) UnmarshalText(text []byte) error {
	*p = trainFreqPart(text)
	return nil
}

// trainFreqNumber reads a whole number from 1 to maxTrainFreq. The number may be written as 1e3.
// The bool is false for other text.
func trainFreqNumber(text string) (int, bool) {
	x, err := strconv.ParseFloat(text, 64)
	return int(x), err == nil && x == math.Trunc(x) && 1 <= x && x <= maxTrainFreq
}
